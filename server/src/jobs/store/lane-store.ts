import { sql } from 'kysely';
import { nextId, type Db } from '../../storage/index.ts';
import { tables, type LaneRow } from './tables.ts';

/** Inserts the lane, or notes its use: it stays until the transaction ends. @returns its id. */
export async function useLane(
  tx: Db,
  { owner_id, key_id, priority, hash, spec }: Omit<LaneRow, 'id' | 'used_at'>,
  nowMs: number,
): Promise<number> {
  const found = await tables(tx)
    .updateTable('job_lanes')
    .set({ used_at: nowMs })
    .where('owner_id', '=', owner_id)
    .where('priority', '=', priority)
    .where('hash', '=', hash)
    .returning('id')
    .executeTakeFirst();
  if (found !== undefined) return found.id;
  const id = await nextId(tx, 'job_lanes');
  const { id: used } = await tables(tx)
    .insertInto('job_lanes')
    .values({ id, owner_id, key_id, priority, hash, spec, used_at: nowMs })
    .onConflict((conflict) =>
      conflict.columns(['owner_id', 'priority', 'hash']).doUpdateSet({ used_at: nowMs }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return used;
}

export const findLanes = (db: Db, ids: readonly number[]): Promise<LaneRow[]> =>
  tables(db).selectFrom('job_lanes').selectAll().where('id', 'in', ids).execute();

export type OpenLane = LaneRow & { head: number };

/** The lanes in which a job may start, with the time of the first. A look into the index for each lane, however many wait. */
export async function openLanes(db: Db): Promise<OpenLane[]> {
  const { rows } = await sql<OpenLane>`
    select * from (
      select job_lanes.*, (
        select min(queued_at) from jobs
        where jobs.lane = job_lanes.id and jobs.state = 'QUEUED' and jobs.held_until = 0
      ) as head
      from job_lanes
    ) as lanes where head is not null`.execute(db);
  return rows;
}

/** How many different needs of an owner wait. */
export async function countLanes(db: Db, ownerId: string): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('job_lanes')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('owner_id', '=', ownerId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Those without jobs that were not used since. */
export async function deleteLanes(tx: Db, unusedSinceMs: number): Promise<void> {
  await sql`delete from job_lanes where used_at < ${unusedSinceMs}
    and not exists (select 1 from jobs where jobs.lane = job_lanes.id)`.execute(tx);
}
