import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { startStorageProcess } from '../../test/processes.ts';
import { SAMPLE_MIGRATIONS, addThing, increment, readCounter, readThings } from '../../test/sample-schema.ts';
import { migrate, openStorage, type Storage } from './index.ts';

const unavailable = { code: 'storage_unavailable', status: 503 };

async function synchronousLevel(storage: Storage): Promise<number | undefined> {
  const { rows } = await storage.transaction((tx) =>
    sql<{ synchronous: number }>`pragma synchronous`.execute(tx),
  );
  return rows[0]?.synchronous;
}

describeOn('sqlite', 'one file', (open) => {
  test('only their owner can read a database file and its companion files', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const files = readdirSync(dirname(location));
    expect(files.sort()).toEqual(['keyward.db', 'keyward.db-shm', 'keyward.db-wal']);
    for (const file of files) expect(statSync(join(dirname(location), file)).mode & 0o777).toBe(0o600);
  });

  test('the mode of an existing database file stays as its owner set it', async () => {
    const { storage, location } = await open();
    await storage.close();
    chmodSync(location, 0o640);
    await (await openStorage(location)).close();
    expect(statSync(location).mode & 0o777).toBe(0o640);
  });

  test('a database file that cannot be opened is a StartupError naming the file', async () => {
    const { location } = await open();
    const folder = dirname(location);
    mkdirSync(join(folder, 'folder.db'));
    writeFileSync(join(folder, 'text.db'), 'not a database, though long enough to look at '.repeat(100));
    for (const name of ['folder.db', 'text.db', 'missing/x.db']) {
      const opening = openStorage(join(folder, name));
      await expect(opening).rejects.toMatchObject({ name: 'StartupError', exitCode: 78 });
      await expect(opening).rejects.toThrow(name);
    }
    await expect(openStorage(join(folder, 'text.db'))).rejects.toThrow(/restore a backup/);
  });

  test('many processes may open a new database file at the same moment', async () => {
    const { location } = await open();
    const fresh = join(dirname(location), 'fresh.db');
    const processes = [1, 2, 3, 4].map(() => startStorageProcess(['migrate', fresh]));
    await Promise.all(processes.map((process) => process.end()));
    expect(processes.map((process) => process.lines.at(-1))).toEqual(['done', 'done', 'done', 'done']);
  });
});

describeOn('sqlite', 'the write-ahead log', (open) => {
  test('a write-ahead log that a large transaction has enlarged is cut back by later transactions', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await addThing(storage, { id: 'large', body: new Uint8Array(100_000_000) });
    expect(statSync(`${location}-wal`).size).toBeGreaterThan(100_000_000);
    for (let i = 0; i < 3; i++) await increment(storage);
    expect(statSync(`${location}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024);
  });
});

describeOn('sqlite', 'durability', (open) => {
  test('durability is full again after a transaction without it', async () => {
    const { storage } = await open();
    await storage.transaction(async () => undefined, { durable: false });
    expect(await synchronousLevel(storage)).toBe(2);
  });

  test('durability is full again after a transaction without it that never began', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const holder = startStorageProcess(['hold', location]);
    await holder.line('held');
    await expect(storage.checkWritable()).rejects.toMatchObject(unavailable);
    holder.child.stdin?.end();
    await holder.end();
    expect(await synchronousLevel(storage)).toBe(2);
  });
});

describeOn('sqlite', 'a lock held by another process', (open) => {
  test('a lock held by another process for longer than 5 s is storage_unavailable, while timers fire and reads are answered', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await increment(storage);
    const holder = startStorageProcess(['hold', location]);
    await holder.line('held');

    let ticks = 0;
    let longestGapMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      ticks += 1;
      longestGapMs = Math.max(longestGapMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 10);
    const startedMs = performance.now();
    await expect(increment(storage)).rejects.toMatchObject(unavailable);
    const waitedMs = performance.now() - startedMs;
    clearInterval(timer);

    expect(waitedMs).toBeGreaterThan(4_900);
    expect(waitedMs).toBeLessThan(9_000);
    expect(ticks).toBeGreaterThan(100);
    expect(longestGapMs).toBeLessThan(2_000);
    expect(await readCounter(storage)).toBe(1);
    holder.child.stdin?.end();
    await holder.end();
    expect(await increment(storage)).toBe(2);
  });

  test('a lock held by another process blocks no snapshot, no second opening and not the event loop', async () => {
    const { storage, location, reopen } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const holder = startStorageProcess(['hold', location]);
    await holder.line('held');
    const startedMs = performance.now();
    await storage.snapshot((tx) => sql`select * from counters`.execute(tx));
    await readThings(await reopen());
    expect(performance.now() - startedMs).toBeLessThan(4_000);
  });
});

describeOn('sqlite', 'checkWritable', (open) => {
  test('checkWritable fails if the file was removed or replaced, because writes would be lost', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    for (const companion of ['', '-wal', '-shm']) rmSync(location + companion);
    await expect(storage.checkWritable()).rejects.toMatchObject(unavailable);
    await (await openStorage(location)).close();
    await expect(storage.checkWritable()).rejects.toMatchObject(unavailable);
  });

  test('a damaged file is named so, not called busy, and stays so', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    for (let i = 0; i < 50; i++) await addThing(storage, { id: `t${i}` });
    await storage.close();
    const bytes = readFileSync(location);
    // The first page, with the schema, stays whole.
    writeFileSync(
      location,
      Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 0x5a)]),
    );
    const damaged = await openStorage(location);
    const failure = { ...unavailable, message: 'The database file is damaged.' };
    await expect(readThings(damaged)).rejects.toMatchObject(failure);
    await expect(readThings(damaged)).rejects.not.toHaveProperty('extras.headers');
    await expect(damaged.checkWritable()).rejects.toMatchObject(failure);
    await damaged.close();
  });

  test('a full disk is storage_unavailable, and loses nothing that was acknowledged', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const filler = startStorageProcess(['fill', location], { fileLimitKiB: 600 });
    await filler.end();
    const acknowledged = filler.lines.filter((line) => /^t\d/.test(line));
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(filler.lines.filter((line) => !acknowledged.includes(line))).toEqual([
      'storage_unavailable',
      'storage_unavailable',
      'checkWritable storage_unavailable',
      'done',
    ]);
    expect((await readThings(storage)).map((thing) => thing.id).sort()).toEqual(acknowledged.sort());
    await addThing(storage, { id: 'after' });
  });
});
