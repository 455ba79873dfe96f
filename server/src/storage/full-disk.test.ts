import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPostgresServer } from '../../test/postgres-server.ts';
import { migrate, openStorage, storageMigrations } from './index.ts';

/** Only root may mount a small disk for one process. */
const isRoot = process.getuid?.() === 0;
const SMALL_DISK_MIB = 24;

describe('a PostgreSQL whose disk is full', () => {
  test.skipIf(!isRoot)(
    'a PostgreSQL whose disk is full accepts no writes, says why, and goes on when there is room again',
    async () => {
      const server = await startPostgresServer({ smallDiskMib: SMALL_DISK_MIB });
      onTestFinished(() => server.remove());
      const admin = await openStorage(server.url);
      await sql`create tablespace small location ${sql.lit(server.smallDisk)}`.execute(admin.db);
      await sql`create database keyward tablespace small`.execute(admin.db);
      await admin.close();
      const url = new URL(server.url);
      url.pathname = '/keyward';
      const storage = await openStorage(url.href);
      onTestFinished(() => storage.close());
      await migrate(storage, [...storageMigrations], 1);
      await storage.checkWritable();
      await sql`create table filler (bytes text)`.execute(storage.db);
      const fill = (bytes: number) =>
        storage
          .transaction((tx) => sql`insert into filler values (repeat('x', ${bytes}::int))`.execute(tx))
          .then(
            () => true,
            () => false,
          );
      // As text of one letter is compressed, in rows that are not.
      await sql`alter table filler alter column bytes set storage external`.execute(storage.db);
      for (const bytes of [1_000_000, 2_000]) while (await fill(bytes));
      await expect(storage.checkWritable()).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: 'The disk of the database is full: nothing was changed.',
      });
      await sql`drop table filler`.execute(storage.db);
      await storage.checkWritable();
    },
  );
});
