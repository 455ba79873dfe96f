import { sql } from 'kysely';
import { anyOf, type Db } from '../../storage/index.ts';
import { tables, type WorkerRow } from './tables.ts';

export async function findWorkers(db: Db, ids: readonly string[]): Promise<WorkerRow[]> {
  if (ids.length === 0) return [];
  return (await sql<WorkerRow>`select * from workers where id in ${anyOf(db, ids)}`.execute(db)).rows;
}

export const findByName = (db: Db, ownerId: string, name: string): Promise<WorkerRow | undefined> =>
  tables(db)
    .selectFrom('workers')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('name', '=', name)
    .executeTakeFirst();

export type Registration = Omit<
  WorkerRow,
  'revision' | 'registered_at' | 'said_price_nano' | keyof typeof NEW
>;

const NEW = {
  is_draining: 0,
  is_leaving: 0,
  rests_until: 0,
  rests: 0,
  missing_models: '[]',
  paused_at: null,
  twin_seen_at: 0,
  booked_by: null,
  booked_until: 0,
  offer_price_nano: null,
  offer_description: null,
  is_bookable: 1,
};

/** A worker that registers again keeps its id, leases, rest, pause, booking and offer; it is no longer draining. */
export const putWorker = (tx: Db, row: Registration): Promise<WorkerRow> =>
  tables(tx)
    .insertInto('workers')
    .values({
      ...row,
      ...NEW,
      revision: 1,
      said_price_nano: row.price_nano,
      registered_at: row.seen_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['owner_id', 'name']).doUpdateSet((eb) => ({
        key_id: eb.ref('excluded.key_id'),
        revision: sql<number>`workers.revision + 1`,
        capabilities: eb.ref('excluded.capabilities'),
        concurrency: eb.ref('excluded.concurrency'),
        region: eb.ref('excluded.region'),
        said_price_nano: eb.ref('excluded.price_nano'),
        price_nano: sql<number | null>`coalesce(workers.offer_price_nano, excluded.price_nano)`,
        protocol: eb.ref('excluded.protocol'),
        process: eb.ref('excluded.process'),
        is_draining: 0,
        is_leaving: 0,
        missing_models: '[]',
        registered_at: eb.ref('excluded.registered_at'),
        seen_at: eb.ref('excluded.seen_at'),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();

export async function updateWorker(
  tx: Db,
  id: string,
  change: Partial<Omit<WorkerRow, 'id' | 'owner_id' | 'name' | 'revision'>>,
): Promise<WorkerRow | undefined> {
  return tables(tx)
    .updateTable('workers')
    .set({ ...change, revision: sql<number>`revision + 1` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export interface Beat {
  nowMs: number;
  isDraining: boolean;
  /** That it is sent with. */
  keyId: string;
  /** The program that sends it, by its own word. */
  process: string | undefined;
}

/**
 * A heartbeat. A program that registered under this name before another one did is its twin: it cannot drain the worker, and
 * is noted until it drains itself, as it does where the other one takes its place.
 * @returns undefined: there is no such worker
 */
export async function beat(
  tx: Db,
  id: string,
  { nowMs, isDraining, keyId, process }: Beat,
): Promise<Pick<WorkerRow, 'twin_seen_at'> | undefined> {
  const isTwin = sql`process <> cast(${process ?? null} as text)`;
  const drains = isDraining ? sql`case when ${isTwin} then is_draining else 1 end` : sql`is_draining`;
  const seen = isDraining ? sql`twin_seen_at` : sql`case when ${isTwin} then ${nowMs} else twin_seen_at end`;
  const { rows } = await sql<Pick<WorkerRow, 'twin_seen_at'>>`
    update workers set revision = revision + 1, key_id = ${keyId}, seen_at = ${nowMs}, is_draining = ${drains}, twin_seen_at = ${seen}
    where id = ${id} returning twin_seen_at`.execute(tx);
  return rows[0];
}

/** Nothing else of them changes. */
export async function markSeen(tx: Db, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length > 0)
    await tables(tx).updateTable('workers').set({ seen_at: nowMs }).where('id', 'in', ids).execute();
}

/** It asks for jobs with another key than before. */
export const workWith = async (tx: Db, id: string, keyId: string): Promise<void> => {
  await updateWorker(tx, id, { key_id: keyId });
};

export const deleteWorker = async (tx: Db, id: string): Promise<void> => {
  await tables(tx).deleteFrom('workers').where('id', '=', id).execute();
};

/** The latest first. @param ownerId undefined: of all owners */
export function seenSince(db: Db, sinceMs: number, limit: number, ownerId?: string): Promise<WorkerRow[]> {
  const query = tables(db).selectFrom('workers').selectAll().where('seen_at', '>=', sinceMs);
  const whose = ownerId === undefined ? query : query.where('owner_id', '=', ownerId);
  return whose.orderBy('seen_at', 'desc').orderBy('id').limit(limit).execute();
}

/** How many workers of this owner were seen since; counts no further than `max`. */
export async function countKnown(db: Db, ownerId: string, sinceMs: number, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from workers where owner_id = ${ownerId} and seen_at >= ${sinceMs} limit ${max}
    ) as known`.execute(db);
  return rows[0]?.count ?? 0;
}

interface Held {
  worker_id: string;
  count: number;
}

/** How many leases each of them holds. */
export async function heldBy(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Held>`
    select worker_id, count(*) as count from jobs
    where state = 'RUNNING' and worker_id in ${anyOf(db, ids)} group by worker_id`.execute(db);
  return new Map(rows.map(({ worker_id, count }) => [worker_id, count]));
}

/** A job failed on this worker. @returns how many different ones did since, without a success between. */
export async function addMark(
  tx: Db,
  workerId: string,
  { jobId, nowMs, sinceMs }: { jobId: string; nowMs: number; sinceMs: number },
): Promise<number> {
  await sql`delete from worker_marks where worker_id = ${workerId} and marked_at < ${sinceMs}`.execute(tx);
  await sql`insert into worker_marks (worker_id, job_id, marked_at) values (${workerId}, ${jobId}, ${nowMs})
    on conflict (worker_id, job_id) do update set marked_at = ${nowMs}`.execute(tx);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from worker_marks where worker_id = ${workerId}`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** A job succeeded on this worker. */
export async function clearMarks(tx: Db, workerId: string): Promise<void> {
  await sql`delete from worker_marks where worker_id = ${workerId}`.execute(tx);
  await updateWorker(tx, workerId, { rests: 0 });
}

export async function anyLeaving(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from workers where is_leaving = 1 limit 1`.execute(db);
  return rows.length > 0;
}

/** Workers that leave, and hold no lease any more. */
export async function deleteGone(tx: Db): Promise<void> {
  await sql`delete from workers where is_leaving = 1 and not exists (
    select 1 from jobs where jobs.worker_id = workers.id and jobs.state = 'RUNNING')`.execute(tx);
}

export interface EndedLease {
  job_id: string;
  attempt: number;
  ended_at: number;
}

/** Leases of this worker that ended without its doing: of jobs that were canceled, or that it lost. */
export async function endedLeases(db: Db, workerId: string, sinceMs: number): Promise<EndedLease[]> {
  const { rows } = await sql<EndedLease>`
    select id as job_id, attempt, finished_at as ended_at from jobs
    where worker_id = ${workerId} and state = 'CANCELED' and finished_at >= ${sinceMs}
    union all
    select job_id, attempt, lost_at as ended_at from lost_leases
    where worker_id = ${workerId} and lost_at >= ${sinceMs}
    order by ended_at limit 1000`.execute(db);
  return rows;
}

export async function jobsOn(db: Db, workerId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where worker_id = ${workerId} and state = 'RUNNING' limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** A lease from before the key was noted has that of its worker. */
const LEASE_KEY = sql`coalesce(jobs.lease_key, workers.key_id, '')`;

/** The keys that running jobs were asked for with. */
export async function keysOfLeases(db: Db): Promise<string[]> {
  const { rows } = await sql<{ key_id: string }>`
    select distinct ${LEASE_KEY} as key_id from jobs left join workers on workers.id = jobs.worker_id
    where jobs.state = 'RUNNING'`.execute(db);
  return rows.map(({ key_id: id }) => id);
}

/** Ids of running jobs that were asked for with this key, in one order for all processes. */
export async function jobsOfLeaseKey(db: Db, keyId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select jobs.id from jobs left join workers on workers.id = jobs.worker_id
    where jobs.state = 'RUNNING' and ${LEASE_KEY} = ${keyId} limit ${limit}`.execute(db);
  return rows.map(({ id }) => id).sort();
}

export async function isOfLeaseKey(tx: Db, jobId: string, keyId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from jobs left join workers on workers.id = jobs.worker_id
    where jobs.id = ${jobId} and ${LEASE_KEY} = ${keyId}`.execute(tx);
  return rows.length > 0;
}

/** The keys of workers that were seen since. */
export async function keysOfSeen(db: Db, sinceMs: number): Promise<string[]> {
  const { rows } = await sql<{ key_id: string }>`
    select distinct key_id from workers where seen_at >= ${sinceMs}`.execute(db);
  return rows.map(({ key_id: id }) => id);
}

/** Workers of this key count as silent since. @returns whether there were some. */
export async function silence(tx: Db, keyId: string, sinceMs: number): Promise<boolean> {
  const { rows } = await sql`
    update workers set revision = revision + 1, seen_at = ${sinceMs}
    where key_id = ${keyId} and seen_at > ${sinceMs} returning id`.execute(tx);
  return rows.length > 0;
}

/** A lease ended, and its worker may not have heard: its control stream says so. */
export async function noteLost(
  tx: Db,
  { workerId, jobId, attempt }: { workerId: string; jobId: string; attempt: number },
  nowMs: number,
): Promise<void> {
  await sql`insert into lost_leases (worker_id, job_id, attempt, lost_at)
    values (${workerId}, ${jobId}, ${attempt}, ${nowMs}) on conflict do nothing`.execute(tx);
}

export const deleteLost = async (tx: Db, beforeMs: number): Promise<void> => {
  await sql`delete from lost_leases where lost_at < ${beforeMs}`.execute(tx);
};
