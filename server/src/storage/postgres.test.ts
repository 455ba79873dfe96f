import { inspect } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { startPostgresServer, type PostgresServer } from '../../test/postgres-server.ts';
import { SAMPLE_MIGRATIONS, increment, readCounter } from '../../test/sample-schema.ts';
import { migrate, openStorage } from './index.ts';

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
    await expect(readOnly.checkWritable()).rejects.toMatchObject(unavailable);
    await expect(increment(readOnly)).rejects.toMatchObject(unavailable);
    expect(await readCounter(readOnly)).toBeUndefined();
  });
});
