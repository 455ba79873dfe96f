import { sql } from 'kysely';
import { READ_ONLY, storageError, type Cause } from '../failure.ts';
import type { Db, Storage } from '../storage.ts';

/** SQLSTATE lock_not_available. */
const LOCKED = '55P03';

const STANDBY: Cause = {
  message: 'The database is a standby, which accepts no writes.',
  hint: 'Set KEYWARD_DATABASE_URL to the primary, or promote the standby.',
};

interface State {
  is_standby: boolean;
  is_read_only: boolean;
  has_probe: boolean;
}

/** Guarded by postgres.test.ts and full-disk.test.ts. @throws KeywardError `storage_unavailable` that names the cause. */
export async function checkPostgresWritable(storage: Storage): Promise<void> {
  const { rows } = await sql<State>`
    select pg_is_in_recovery() as is_standby, current_setting('transaction_read_only') = 'on' as is_read_only,
      to_regclass('write_probe') is not null as has_probe`.execute(storage.db);
  const [state] = rows;
  if (state?.is_standby === true) throw storageError(STANDBY);
  if (state?.is_read_only === true) throw storageError(READ_ONLY);
  // Before the first migration.
  if (state?.has_probe !== true) return;
  await storage.transaction(takeSpace, { durable: false }).catch(async (error: unknown) => {
    if ((error as { code?: string }).code !== LOCKED) throw error;
    // Another process checks, or a backup reads the table.
    await storage.transaction((tx) => sql`update write_probe set written_at = ${Date.now()}`.execute(tx), {
      durable: false,
    });
  });
}

/** A new file with one page: a change of a row finds room in its page, also on a full disk. */
async function takeSpace(tx: Db): Promise<void> {
  await sql`lock table write_probe in access exclusive mode nowait`.execute(tx);
  await sql`truncate write_probe`.execute(tx);
  await sql`insert into write_probe (written_at) values (${Date.now()})`.execute(tx);
}
