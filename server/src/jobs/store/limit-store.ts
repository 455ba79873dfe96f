import { sql } from 'kysely';
import { batches } from '../../base/batches.ts';
import { dialectOf, type Db } from '../../storage/index.ts';

const RUNNING_LOCK = 5390_0011;
const QUEUED_LOCK = 5390_0012;

/**
 * Transactions that count and then change wait for each other, until their end: two processes would otherwise both find the
 * last place free. One lock for all limits, so that no two wait for each other. SQLite has one writer at a time.
 */
const lock = async (tx: Db, name: number): Promise<void> => {
  if (dialectOf(tx) === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(name)})`.execute(tx);
};

export const lockRunning = (tx: Db): Promise<void> => lock(tx, RUNNING_LOCK);
export const lockQueued = (tx: Db): Promise<void> => lock(tx, QUEUED_LOCK);

/** Looks at running jobs only, however many wait. */
export async function runningByKey(db: Db): Promise<Map<string, number>> {
  const { rows } = await sql<{ key_id: string; count: number }>`
    select key_id, count(*) as count from jobs where state = 'RUNNING' group by key_id`.execute(db);
  return new Map(rows.map(({ key_id: id, count }) => [id, count]));
}

/** Counts no further than `max`. */
export async function countQueuedOf(db: Db, keyIds: readonly string[], max: number): Promise<number> {
  let count = 0;
  for (const ids of batches(keyIds)) {
    // As the index `jobs_of_key` says it, which SQLite does not use otherwise.
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from (
        select 1 from jobs where key_id in (${sql.join(ids)}) and finished_at is null
          and state = 'QUEUED' limit ${max}
      ) as queued`.execute(db);
    count += rows[0]?.count ?? 0;
    if (count >= max) break;
  }
  return Math.min(count, max);
}
