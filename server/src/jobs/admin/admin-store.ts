import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import type { JobRow, JobState } from '../job.ts';
import { ONLINE_MS } from '../workers/worker.ts';

/** How many jobs wait or run; counts no further than `max`. */
export async function countInState(db: Db, state: 'QUEUED' | 'RUNNING', max: number): Promise<number> {
  // The state stands in the text: the partial indexes need it.
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from jobs where state = ${sql.lit(state)} limit ${max}
    ) as counted`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Ends of jobs since, by state; looks at the newest `max`. */
export async function countFinished(
  db: Db,
  sinceMs: number,
  max: number,
): Promise<{ state: JobState; count: number }[]> {
  const { rows } = await sql<{ state: JobState; count: number }>`
    select state, count(*) as count from (
      select state from jobs where finished_at >= ${sinceMs} order by finished_at desc limit ${max}
    ) as ended group by state`.execute(db);
  return rows;
}

/** Times in ms. */
export interface Duration {
  wait: number;
  run: number;
}

/** Of jobs that were completed, among the newest `max` that ended since. */
export async function durationsSince(db: Db, sinceMs: number, max: number): Promise<Duration[]> {
  const { rows } = await sql<Duration>`
    select started_at - queued_at as wait, finished_at - started_at as run from (
      select state, queued_at, started_at, finished_at from jobs
      where finished_at >= ${sinceMs} order by finished_at desc limit ${max}
    ) as ended where state = 'COMPLETED' and started_at is not null`.execute(db);
  return rows;
}

/** Jobs that ended on a worker, newest first; looks only at those that ended last of all: no index is for this. */
export async function latestOn(
  db: Db,
  workerId: string,
  { lookedAtMax, max }: { lookedAtMax: number; max: number },
): Promise<JobRow[]> {
  const { rows } = await sql<JobRow>`
    select * from (
      select * from jobs where finished_at is not null order by finished_at desc limit ${lookedAtMax}
    ) as ended where worker_id = ${workerId} and deleted_at is null
    order by finished_at desc, id limit ${max}`.execute(db);
  return rows;
}

/** When the job came in that waits longest, of those that may start; undefined: none waits. */
export async function oldestQueued(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ head: number | null }>`
    select min(head) as head from (
      select (
        select min(queued_at) from jobs
        where jobs.lane = job_lanes.id and jobs.state = 'QUEUED' and jobs.held_until = 0
      ) as head from job_lanes
    ) as heads`.execute(db);
  return rows[0]?.head ?? undefined;
}

export interface WorkerCounts {
  online: number;
  draining: number;
  paused: number;
  resting: number;
  offline: number;
  booked: number;
}

/** As `stateOf`, of workers that were seen since. */
export async function countWorkers(
  db: Db,
  { nowMs, sinceMs }: { nowMs: number; sinceMs: number },
): Promise<WorkerCounts> {
  const isOn = sql`seen_at >= ${nowMs - ONLINE_MS}`;
  const getsJobs = sql`${isOn} and is_draining = 0 and paused_at is null`;
  const count = (condition: ReturnType<typeof sql>) =>
    sql`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  const { rows } = await sql<WorkerCounts>`
    select
      ${count(sql`${getsJobs} and rests_until <= ${nowMs}`)} as online,
      ${count(sql`${isOn} and is_draining = 1`)} as draining,
      ${count(sql`${isOn} and is_draining = 0 and paused_at is not null`)} as paused,
      ${count(sql`${getsJobs} and rests_until > ${nowMs}`)} as resting,
      ${count(sql`not (${isOn})`)} as offline,
      ${count(sql`booked_until > ${nowMs}`)} as booked
    from workers where seen_at >= ${sinceMs}`.execute(db);
  return rows[0] ?? { online: 0, draining: 0, paused: 0, resting: 0, offline: 0, booked: 0 };
}

export interface QueueCount {
  kind: 'lane' | 'running' | 'workers';
  /** Of a lane: its spec, JSON. */
  spec: string | null;
  count: number;
  /** Of a lane: since when its first job waits. */
  since: number | null;
}

/**
 * Everything that the metrics need, in one statement. Counts each lane no further than `max`: the index gives the first jobs of
 * a lane, however many wait.
 */
export async function queueCounts(
  db: Db,
  { nowMs, max }: { nowMs: number; max: number },
): Promise<QueueCount[]> {
  const waiting = sql`jobs.lane = job_lanes.id and jobs.state = 'QUEUED' and jobs.held_until = 0`;
  const { rows } = await sql<QueueCount>`
    select * from (
      select 'lane' as kind, spec,
        (select count(*) from (select 1 from jobs where ${waiting} limit ${max}) as counted) as count,
        (select min(queued_at) from jobs where ${waiting}) as since
      from job_lanes
    ) as lanes where count > 0
    union all
    select 'running', null, (select count(*) from jobs where state = 'RUNNING'), null
    union all
    select 'workers', null, (
      select count(*) from workers
      where seen_at >= ${nowMs - ONLINE_MS} and is_draining = 0 and paused_at is null
        and rests_until <= ${nowMs}
    ), null`.execute(db);
  return rows;
}
