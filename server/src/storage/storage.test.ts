import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { startStorageProcess } from '../../test/processes.ts';
import {
  NEWER_MIGRATION,
  SAMPLE_MIGRATIONS,
  addThing,
  increment,
  readCounter,
  readThings,
} from '../../test/sample-schema.ts';
import { migrate, type Db, type Storage } from './index.ts';

const unavailable = { code: 'storage_unavailable', status: 503 };

describeOnBothDatabases('values', (open) => {
  async function openSample(): Promise<Storage> {
    const { storage } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    return storage;
  }

  test('every kind of value comes back from the database as it went in, as the same JavaScript type', async () => {
    const storage = await openSample();
    const things = [
      { id: 'a', name: null, size: null, weight: null, body: null },
      { id: 'b', name: '', size: 0, weight: 0, body: new Uint8Array(0) },
      {
        id: 'c',
        name: 'ß 漢字 🗝️ \u2028 \n\t"\'\\',
        size: 2 ** 53 - 1,
        weight: 0.1,
        body: new Uint8Array([0, 1, 255]),
      },
      {
        id: 'd',
        name: 'x'.repeat(100_000),
        size: -(2 ** 53) + 1,
        weight: -1e300,
        body: new Uint8Array(100_000).fill(7),
      },
    ];
    for (const thing of things) await addThing(storage, thing);
    const read = await readThings(storage);
    expect(read).toStrictEqual(things);
  });

  test('counts, sums and averages of the database are numbers', async () => {
    const storage = await openSample();
    await addThing(storage, { id: 'a', size: 1 });
    await addThing(storage, { id: 'b', size: 2 });
    const { rows } =
      await sql`select count(*) as n, sum(size) as total, avg(size) as mean from things`.execute(storage.db);
    expect({ ...(rows[0] as object) }).toEqual({ n: 2, total: 3, mean: 1.5 });
  });

  test('text with U+0000 is refused, because PostgreSQL cannot hold it', async () => {
    const storage = await openSample();
    await expect(addThing(storage, { id: 'a', name: 'a\0b' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await readThings(storage)).toEqual([]);
  });

  test('a statement returns the number of changed rows', async () => {
    const storage = await openSample();
    await addThing(storage, { id: 'a' });
    await addThing(storage, { id: 'b' });
    const result = await storage.transaction((tx) => sql`update things set size = 1`.execute(tx));
    expect(result.numAffectedRows).toBe(2n);
  });
});

describeOnBothDatabases('transactions', (open) => {
  async function openCounters(): Promise<{ storage: Storage; reopen: () => Promise<Storage> }> {
    const { storage, reopen } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    return { storage, reopen };
  }

  async function insert(tx: Db, id: string): Promise<void> {
    await sql`insert into counters (id, value) values (${id}, 1)`.execute(tx);
  }

  async function ids(storage: Storage): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`select id from counters order by id`.execute(storage.db);
    return rows.map((row) => row.id);
  }

  test('a transaction that throws leaves nothing behind, and its own error comes through', async () => {
    const { storage } = await openCounters();
    const failing = storage.transaction(async (tx) => {
      await insert(tx, 'a');
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(await ids(storage)).toEqual([]);
    await increment(storage);
    expect(await ids(storage)).toEqual(['c']);
  });

  test('a statement that fails undoes the earlier ones of its transaction', async () => {
    const { storage } = await openCounters();
    const failing = storage.transaction(async (tx) => {
      await insert(tx, 'a');
      await insert(tx, 'a');
    });
    await expect(failing).rejects.toThrow(/unique/i);
    expect(await ids(storage)).toEqual([]);
  });

  test('a transaction in which a statement failed never resolves as if it were kept, even if the error was caught', async () => {
    const { storage } = await openCounters();
    const swallowing = storage.transaction(async (tx) => {
      await insert(tx, 'a');
      await insert(tx, 'a').catch(() => undefined);
      return 'acknowledged';
    });
    await expect(swallowing).rejects.toThrow(/unique|rolled back/i);
    expect(await ids(storage)).toEqual([]);
  });

  test('statements that come after the end of their transaction are refused', async () => {
    const { storage } = await openCounters();
    let late: Promise<void> | undefined;
    const failing = storage.transaction(async (tx) => {
      late = (async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await insert(tx, 'late');
      })();
      await insert(tx, 'a');
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    await expect(late).rejects.toThrow(/after the end of its transaction|already rolled back/);
    expect(await ids(storage)).toEqual([]);
  });

  test('a transaction inside a transaction is refused instead of waiting for itself', async () => {
    const { storage } = await openCounters();
    const nested = storage.transaction(() => increment(storage));
    await expect(nested).rejects.toThrow('inside a transaction');
    expect(await increment(storage)).toBe(1);
  });

  test('200 increments at the same time from two Storages make 200', async () => {
    const { storage, reopen } = await openCounters();
    const other = await reopen();
    const work = Array.from({ length: 200 }, (_, i) => increment(i % 2 === 0 ? storage : other));
    const values = await Promise.all(work);
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await readCounter(storage)).toBe(200);
  });

  test('a transaction that need not survive a power cut is visible nevertheless', async () => {
    const { storage, reopen } = await openCounters();
    await storage.transaction((tx) => insert(tx, 'a'), { durable: false });
    expect(await ids(await reopen())).toEqual(['a']);
  });

  test('another Storage sees only committed rows', async () => {
    const { storage, reopen } = await openCounters();
    const other = await reopen();
    await storage.transaction(async (tx) => {
      await insert(tx, 'a');
      expect(await ids(other)).toEqual([]);
      expect(await ids(storage)).toEqual([]);
    });
    expect(await ids(other)).toEqual(['a']);
    expect(await ids(storage)).toEqual(['a']);
  });

  test('a snapshot shows the moment at which it was asked for, while others write', async () => {
    const { storage } = await openCounters();
    await increment(storage);
    await storage.snapshot(async (tx) => {
      for (let i = 0; i < 3; i++) {
        await increment(storage);
        const { rows } = await sql<{ value: number }>`select value from counters`.execute(tx);
        expect(rows[0]?.value).toBe(1);
      }
    });
    expect(await readCounter(storage)).toBe(4);
  });

  test('nothing can be written through a snapshot', async () => {
    const { storage } = await openCounters();
    await expect(storage.snapshot((tx) => insert(tx, 'x'))).rejects.toThrow(
      /read-?only|cannot be (used|written)/i,
    );
    expect(await ids(storage)).toEqual([]);
  });

  test('two processes that write at the same time lose nothing', { timeout: 60_000 }, async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const processes = [1, 2].map(() => startStorageProcess(['increment', location]));
    await Promise.all(processes.map((process) => process.end()));
    expect(await readCounter(storage)).toBe(200);
    const said = processes.flatMap((process) => process.lines.filter((line) => line !== 'done').map(Number));
    expect(new Set(said).size).toBe(200);
  });

  test('a process killed at any moment loses nothing that it had acknowledged', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const writer = startStorageProcess(['increment-for-ever', location]);
    await writer.line('30');
    writer.child.kill('SIGKILL');
    await writer.end();
    const acknowledged = Number(writer.lines.at(-1));
    const kept = await readCounter(storage);
    // One more may have been committed and not yet said.
    expect([acknowledged, acknowledged + 1]).toContain(kept);
    expect(await increment(storage)).toBe((kept ?? 0) + 1);
  });

  test('a process killed inside a transaction leaves nothing of it, and others go on', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await increment(storage);
    const holder = startStorageProcess(['hold', location]);
    await holder.line('held');
    holder.child.kill('SIGKILL');
    await holder.end();
    expect(await increment(storage)).toBe(2);
    expect(await ids(storage)).toEqual(['c']);
  });
});

describeOnBothDatabases('migrations', (open) => {
  test('each migration runs once, in order; a second run does nothing', async () => {
    const { storage } = await open();
    expect(await migrate(storage, SAMPLE_MIGRATIONS, 5)).toEqual(['sample-1', 'sample-2']);
    expect(await migrate(storage, SAMPLE_MIGRATIONS, 6)).toEqual([]);
    expect(await migrate(storage, [...SAMPLE_MIGRATIONS, NEWER_MIGRATION], 7)).toEqual(['sample-3']);
    const { rows } = await sql`select id, applied_at from schema_migrations order by id`.execute(storage.db);
    expect(rows.map((row) => ({ ...(row as object) }))).toEqual([
      { id: 'sample-1', applied_at: 5 },
      { id: 'sample-2', applied_at: 5 },
      { id: 'sample-3', applied_at: 7 },
    ]);
  });

  test('processes that migrate a new database at the same time run each migration once', async () => {
    const { location } = await open();
    const processes = [1, 2, 3].map(() => startStorageProcess(['migrate', location]));
    await Promise.all(processes.map((process) => process.end()));
    const ran = processes.flatMap((process) => JSON.parse(process.lines[0] ?? '') as string[]);
    expect(ran.sort()).toEqual(['sample-1', 'sample-2']);
  });

  test('a database of a newer Keyward is refused and left as it is', async () => {
    const { storage } = await open();
    await migrate(storage, [...SAMPLE_MIGRATIONS, NEWER_MIGRATION], 1);
    const older = migrate(storage, SAMPLE_MIGRATIONS, 2);
    await expect(older).rejects.toMatchObject({ name: 'StartupError', exitCode: 78 });
    await expect(older).rejects.toThrow('sample-3');
  });

  test('a failed migration leaves nothing of itself or of those before it', async () => {
    const { storage } = await open();
    const broken = { id: 'broken', statements: () => ['create table half (id text)', 'this is not SQL'] };
    await expect(migrate(storage, [...SAMPLE_MIGRATIONS, broken], 1)).rejects.toThrow(/syntax/);
    for (const table of ['things', 'half', 'schema_migrations'])
      await expect(sql`select 1 from ${sql.table(table)}`.execute(storage.db)).rejects.toThrow(table);
    expect(await migrate(storage, SAMPLE_MIGRATIONS, 2)).toEqual(['sample-1', 'sample-2']);
  });
});

describeOnBothDatabases('closing', (open) => {
  test('a Storage can be closed twice, also at the same time', async () => {
    const { storage } = await open();
    await Promise.all([storage.close(), storage.close()]);
    await expect(storage.close()).resolves.toBeUndefined();
  });

  test('closing a Storage waits for the running transaction', async () => {
    const { storage, reopen } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const other = await reopen();
    const running = increment(storage);
    await Promise.all([storage.close(), running]);
    expect(await readCounter(other)).toBe(1);
  });

  test('everything after the closing of a Storage answers storage_unavailable', async () => {
    const { storage } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await readThings(storage);
    await storage.close();
    await expect(increment(storage)).rejects.toMatchObject(unavailable);
    await expect(readThings(storage)).rejects.toMatchObject(unavailable);
    await expect(sql`select 5`.execute(storage.db)).rejects.toMatchObject(unavailable);
    await expect(storage.snapshot((tx) => sql`select 1`.execute(tx))).rejects.toMatchObject(unavailable);
    await expect(storage.checkWritable()).rejects.toMatchObject(unavailable);
  });

  test('checkWritable resolves on a healthy database', async () => {
    const { storage } = await open();
    for (let i = 0; i < 2; i++) await expect(storage.checkWritable()).resolves.toBeUndefined();
  });
});
