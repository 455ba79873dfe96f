import { sql } from 'kysely';
import { dialectOf, type Db } from '../../storage/index.ts';

/** A place on a worker that a job may take. */
export interface Slot {
  workerId: string;
  /** Of the worker, for jobs of this lane; null: they name none. */
  model: string | null;
  /** Random: it fences every later write of this lease. */
  token: string;
}

export interface Claimed {
  id: string;
  lane: number;
  key_id: string;
  owner_id: string;
  type: string;
  attempt: number;
  queued_at: number;
  worker_id: string;
  model: string | null;
  /** Set for the job of a request to a model, which pays for it itself. */
  reader_until: number | null;
  lease_token: string;
  lease_until: number;
  run_timeout_ms: number;
  started_at: number;
}

/**
 * Gives the first jobs of one lane to these slots: the only statement that starts a job. With `skip locked` PostgreSQL
 * passes over jobs that another process is taking; SQLite has one writer at a time. The partial index `jobs_queue` holds
 * only jobs that may start, in their order.
 *
 * Tried and measured (bench/jobs.ts): a select and an update for each job take twice the time; one statement for all lanes
 * (`lane in (…) order by queued_at`) sorts every waiting job of these lanes, 0.4 s at a million.
 * @returns at most as many jobs as slots.
 */
export async function claimFrom(
  tx: Db,
  lane: number,
  { slots, nowMs, leaseUntilMs }: { slots: readonly Slot[]; nowMs: number; leaseUntilMs: number },
): Promise<Claimed[]> {
  const isPostgres = dialectOf(tx) === 'postgres';
  const free = isPostgres ? sql`for update skip locked` : sql``;
  // PostgreSQL takes the first row's types: parameters alone would be text.
  const number = (at: number) => (isPostgres ? sql`${at}::bigint` : sql`${at}`);
  const text = (value: string | null) => (isPostgres ? sql`${value}::text` : sql`${value}`);
  const values = sql.join(
    slots.map(
      ({ workerId, model, token }, index) =>
        sql`(${number(index + 1)}, ${workerId}, ${text(model)}, ${token})`,
    ),
  );
  const { rows } = await sql<Claimed>`
    with slots (place, worker_id, model, token) as (values ${values}),
    picked as materialized (
      select id, queued_at from jobs
      where lane = ${lane} and state = 'QUEUED' and held_until = 0
      order by queued_at, id limit ${slots.length} ${free}
    ),
    ranked as (select id, row_number() over (order by queued_at, id) as place from picked)
    update jobs set state = 'RUNNING', attempt = attempt + 1, worker_id = slots.worker_id,
      model = slots.model,
      lease_token = slots.token, lease_until = ${leaseUntilMs}, deadline_at = ${nowMs} + run_timeout_ms,
      started_at = ${nowMs}, output_bytes = 0, progress = null
    from ranked join slots on slots.place = ranked.place
    where jobs.id = ranked.id
    returning jobs.id, jobs.lane, jobs.key_id, jobs.owner_id, jobs.started_at, jobs.type, jobs.attempt, jobs.queued_at, jobs.worker_id, jobs.model, jobs.reader_until, jobs.lease_token,
      jobs.lease_until, jobs.run_timeout_ms`.execute(tx);
  return rows;
}
