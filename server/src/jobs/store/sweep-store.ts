import { sql } from 'kysely';
import { batches } from '../../base/batches.ts';
import type { Db } from '../../storage/index.ts';
import { tables } from './tables.ts';

/**
 * In one order for all processes, so that none waits for the other. Sorted here: with an `order by id` SQLite looks through
 * all jobs in the order of their ids.
 */
const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).sort();

/** Ids of running jobs whose lease or time is over. */
export async function overdue(db: Db, nowMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where state = 'RUNNING' and (lease_until <= ${nowMs} or deadline_at <= ${nowMs})
    limit ${limit}`.execute(db);
  return idsOf(rows);
}

/** Ids of jobs that have waited too long. */
export async function expired(db: Db, nowMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where state = 'QUEUED' and expires_at <= ${nowMs} order by expires_at limit ${limit}`.execute(
    db,
  );
  return idsOf(rows);
}

/** Ids of jobs whose request ended with its process. */
export async function unread(db: Db, nowMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where reader_until > 0 and reader_until <= ${nowMs} order by reader_until limit ${limit}`.execute(
    db,
  );
  return idsOf(rows);
}

/** After a time in which no process could renew. */
export async function extendReaders(tx: Db, untilMs: number): Promise<void> {
  await sql`update jobs set reader_until = ${untilMs} where reader_until > 0 and reader_until < ${untilMs}`.execute(
    tx,
  );
}

/** Lets jobs start whose wait is over. @returns their lanes. */
export async function release(tx: Db, nowMs: number, limit: number): Promise<number[]> {
  const { rows } = await sql<{ lane: number }>`
    update jobs set held_until = 0
    where id in (
      select id from jobs where state = 'QUEUED' and held_until > 0 and held_until <= ${nowMs}
      order by held_until limit ${limit}
    ) and state = 'QUEUED' returning lane`.execute(tx);
  return rows.map(({ lane }) => lane);
}

export async function nextRelease(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ at: number | null }>`
    select min(held_until) as at from jobs where state = 'QUEUED' and held_until > 0`.execute(db);
  return rows[0]?.at ?? undefined;
}

/** The keys that waiting and running jobs were submitted with: a look into the index for each, however many jobs there are. */
export async function keysOfOpenJobs(db: Db): Promise<string[]> {
  const { rows } = await sql<{ key_id: string | null }>`
    with recursive found (key_id) as (
      select min(key_id) from jobs where finished_at is null
      union all
      select (select min(jobs.key_id) from jobs where jobs.finished_at is null and jobs.key_id > found.key_id)
      from found where found.key_id is not null
    ) select key_id from found where key_id is not null`.execute(db);
  return rows.flatMap(({ key_id: id }) => (id === null ? [] : [id]));
}

/** Open jobs of a key that have the same constraints and model, without those of requests to models. */
export interface Kind {
  key_id: string;
  lane: number;
  /** Of the worker, that does it; null: it waits, or names none. */
  model: string | null;
}

/** `spec`: of the lane, JSON. */
export async function kindsOf(db: Db, keyId: string): Promise<(Kind & { spec: string })[]> {
  const { rows } = await sql<Kind & { spec: string }>`
    select kinds.*, job_lanes.spec from (
      select distinct key_id, lane, model from jobs
      where finished_at is null and key_id = ${keyId} and reader_until is null
    ) as kinds join job_lanes on job_lanes.id = kinds.lane`.execute(db);
  return rows;
}

/** Of a key: all of them, or those of a kind. */
export type OpenJobs = Pick<Kind, 'key_id'> | Kind;

/**
 * Their ids, in one order for all processes.
 *
 * Of two lanes, one of which never exists: of a single one SQLite looks through the finished jobs too (plans.test.ts). The
 * state is no literal: SQLite would look through all waiting jobs.
 */
export async function openJobs(
  db: Db,
  jobs: OpenJobs,
  { state, limit }: { state?: 'QUEUED' | 'RUNNING'; limit: number },
): Promise<string[]> {
  const isOf = sql`finished_at is null and key_id = ${jobs.key_id}`;
  const isIn = state === undefined ? sql`` : sql`and state = ${state}`;
  const { rows } = await sql<{ id: string }>`
    select id from jobs where ${isOf} ${isIn} ${'lane' in jobs ? isKind(jobs) : sql``} limit ${limit}`.execute(
    db,
  );
  return idsOf(rows);
}

const isKind = ({ lane, model }: Kind) => sql`and reader_until is null and lane in (${lane}, -1)
  and ${model === null ? sql`model is null` : sql`model = ${model}`}`;

/** `owner_id`: of the worker that has it. Also those of requests to models. In one order for all processes. */
export async function runningJobsOf(db: Db, keyId: string): Promise<{ id: string; owner_id: string }[]> {
  const { rows } = await sql<{ id: string; owner_id: string }>`
    select jobs.id, workers.owner_id from workers join jobs on jobs.worker_id = workers.id
    where jobs.state = 'RUNNING' and jobs.key_id = ${keyId}`.execute(db);
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function finishedBefore(db: Db, beforeMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where finished_at is not null and finished_at < ${beforeMs}
    order by finished_at limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** With their texts. Their attempts, the usage record, stay. */
export const deleteJobs = async (tx: Db, ids: readonly string[]): Promise<void> => {
  await tables(tx).deleteFrom('jobs').where('id', 'in', ids).execute();
};

/** Of these leases, given as attempts by job, the jobs whose lease has ended. */
export async function overLeases(db: Db, held: ReadonlyMap<string, number>): Promise<string[]> {
  const running = new Set<string>();
  for (const ids of batches([...held.keys()])) {
    const rows = await tables(db)
      .selectFrom('jobs')
      .select(['id', 'attempt'])
      .where('id', 'in', ids)
      .where('state', '=', 'RUNNING')
      .execute();
    for (const { id, attempt } of rows) if (attempt === held.get(id)) running.add(id);
  }
  return [...held.keys()].filter((id) => !running.has(id));
}
