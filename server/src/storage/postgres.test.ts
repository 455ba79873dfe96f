import { inspect } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { startPostgresServer, type PostgresServer } from '../../test/postgres-server.ts';
import { SAMPLE_MIGRATIONS, increment, readCounter } from '../../test/sample-schema.ts';
import { migrate, openStorage, storageMigrations } from './index.ts';

const unavailable = { code: 'storage_unavailable', status: 503 };

describe('a PostgreSQL that goes away', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.remove());

  test('a PostgreSQL that goes away is storage_unavailable while it is away, for reads, writes, snapshots and checks, and works again after', async () => {
    const storage = await openStorage(server.url);
    try {
      await migrate(storage, SAMPLE_MIGRATIONS, 1);
      await increment(storage);
      await server.stop();
      await expect(increment(storage)).rejects.toMatchObject(unavailable);
      await expect(readCounter(storage)).rejects.toMatchObject(unavailable);
      await expect(storage.snapshot((tx) => sql`select 1`.execute(tx))).rejects.toMatchObject(unavailable);
      await expect(storage.checkWritable()).rejects.toMatchObject(unavailable);
      await server.start();
      await storage.checkWritable();
      expect(await readCounter(storage)).toBe(1);
      expect(await increment(storage)).toBe(2);
    } finally {
      await storage.close();
    }
  });

  test('a PostgreSQL that goes away in the middle of a transaction ends that transaction, not the process', async () => {
    const storage = await openStorage(server.url);
    try {
      const cutOff = storage.transaction(async (tx) => {
        await sql`insert into counters (id, value) values ('cut', 1)`.execute(tx);
        await server.stop();
        await new Promise((resolve) => setTimeout(resolve, 200));
        await sql`insert into counters (id, value) values ('cut2', 1)`.execute(tx);
      });
      await expect(cutOff).rejects.toMatchObject(unavailable);
      await server.start();
      expect(await readCounter(storage, 'cut')).toBeUndefined();
    } finally {
      await storage.close();
    }
  });

  test('a PostgreSQL that is not there yet is waited for, as long as the caller says', async () => {
    const said: string[] = [];
    const stop = new AbortController();
    const waiting = (maxMs: number) => ({
      maxMs,
      signal: stop.signal,
      say: (line: string) => void said.push(line),
    });
    await server.stop();
    await expect(openStorage(server.url, waiting(600))).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(
        /^PostgreSQL at 127\.0\.0\.1:\d+\/postgres cannot be reached within 1 s \(/,
      ),
    });
    expect(said.splice(0)).toHaveLength(1);
    const opened = openStorage(server.url, waiting(30_000));
    await expect.poll(() => said.length).toBe(1);
    await server.start();
    await (await opened).close();
    expect(said).toEqual([
      expect.stringContaining('waiting for it, for 30 s at most'),
      expect.stringContaining('answers, after'),
    ]);
    await server.stop();
    const given = openStorage(server.url, waiting(30_000));
    await expect.poll(() => said.length).toBe(3);
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('aborted');
    await server.start();
  });

  test('a standby accepts no writes, and says why', async () => {
    const own = await startPostgresServer();
    onTestFinished(() => own.remove());
    const primary = await openStorage(own.url);
    await migrate(primary, SAMPLE_MIGRATIONS, 1);
    await primary.close();
    await own.stop();
    await own.makeStandby();
    await own.start();
    const standby = await openStorage(own.url);
    onTestFinished(() => standby.close());
    await expect(standby.checkWritable()).rejects.toMatchObject({
      ...unavailable,
      message: 'The database is a standby, which accepts no writes.',
    });
    await expect(increment(standby)).rejects.toMatchObject(unavailable);
    expect(await readCounter(standby)).toBeUndefined();
  });

  test('checks at the same time, and during a backup that reads the table, all succeed', async () => {
    const storage = await openStorage(server.url);
    onTestFinished(() => storage.close());
    await migrate(storage, [...storageMigrations, ...SAMPLE_MIGRATIONS], 1);
    const threeChecks = () => Promise.all([1, 2, 3].map(() => storage.checkWritable()));
    await storage.snapshot(async (tx) => {
      await sql`select * from write_probe`.execute(tx);
      await expect(threeChecks()).resolves.toHaveLength(3);
    });
    await expect(threeChecks()).resolves.toHaveLength(3);
  });

  test('a PostgreSQL that is away or refuses the password at start is a StartupError without the password in it', async () => {
    const password = 'p4ss-that-nobody-may-see';
    const wrong = new URL(server.url);
    wrong.password = password;
    const away = new URL(wrong);
    away.port = '1';
    const unreadable = `postgres://u:${password}@[not-a-host/x%`;
    for (const url of [wrong.href, away.href, unreadable]) {
      const error: unknown = await openStorage(url).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: 'StartupError', exitCode: 78 });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(password);
      expect((error as Error).message).not.toMatch(/\n/);
    }
  });
});

describeOn('postgres', 'a database that accepts no writes', (open) => {
  test('a database that accepts no writes is storage_unavailable to writes and to checkWritable, and still answers reads', async () => {
    const { storage, location, reopen } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const name = new URL(location).pathname.slice(1);
    await storage.transaction((tx) =>
      sql`alter database ${sql.id(name)} set default_transaction_read_only = on`.execute(tx),
    );
    const readOnly = await reopen();
    await expect(readOnly.checkWritable()).rejects.toMatchObject({
      ...unavailable,
      message: 'The database is set to read-only and accepts no writes.',
    });
    await expect(increment(readOnly)).rejects.toMatchObject(unavailable);
    expect(await readCounter(readOnly)).toBeUndefined();
  });
});
