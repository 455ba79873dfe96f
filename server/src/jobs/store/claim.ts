import { CompiledQuery, sql } from 'kysely';
import { dialectOf, runEach, type Db } from '../../storage/index.ts';

/** A place on a worker that a job may take. */
export interface Slot {
  workerId: string;
  /** That the worker asks with. */
  keyId: string;
  /** Of the worker, in 10⁻⁹ USD per hour. */
  priceNano: number;
  /** Of the worker. */
  gpus: number;
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
  /** JSON */
  payload: string | null;
}

interface Claim {
  lane: number;
  slots: readonly Slot[];
  nowMs: number;
  leaseUntilMs: number;
}

/**
 * Gives the first jobs of one lane to these slots: the only way in which a job starts. The partial index `jobs_queue` gives
 * them in their order, however many wait.
 * @returns at most as many jobs as slots.
 */
export const claimFrom = (tx: Db, claim: Claim): Promise<Claimed[]> =>
  dialectOf(tx) === 'postgres' ? claimOnPostgres(tx, claim) : claimOnSqlite(tx, claim);

/**
 * One statement. `skip locked` passes over jobs that another process is taking.
 *
 * Tried and measured (bench/jobs.ts): a select and an update for each job take twice the time; one statement for all lanes
 * (`lane in (…) order by queued_at`) sorts every waiting job of these lanes, 0.4 s at a million.
 */
async function claimOnPostgres(tx: Db, { lane, slots, nowMs, leaseUntilMs }: Claim): Promise<Claimed[]> {
  // The first row says the types: parameters alone would be text.
  const values = sql.join(
    slots.map(
      ({ workerId, keyId, priceNano, gpus, model, token }, index) =>
        sql`(${index + 1}::bigint, ${workerId}, ${keyId}, ${priceNano}::bigint, ${gpus}::integer, ${model}::text, ${token})`,
    ),
  );
  const { rows } = await sql<Claimed>`
    with slots (place, worker_id, key_id, price_nano, gpus, model, token) as (values ${values}),
    picked as materialized (
      select id, queued_at from jobs
      where lane = ${lane} and state = 'QUEUED' and held_until = 0
      order by queued_at, id limit ${slots.length} for update skip locked
    ),
    ranked as (select id, row_number() over (order by queued_at, id) as place from picked)
    update jobs set state = 'RUNNING', attempt = attempt + 1, worker_id = slots.worker_id,
      model = slots.model, lease_key = slots.key_id, lease_price_nano = slots.price_nano, lease_gpus = slots.gpus,
      lease_token = slots.token, lease_until = ${leaseUntilMs}, deadline_at = ${nowMs} + run_timeout_ms,
      started_at = ${nowMs}, output_bytes = 0, progress = null
    from ranked join slots on slots.place = ranked.place left join job_payloads on job_payloads.job_id = ranked.id
    where jobs.id = ranked.id
    returning jobs.id, jobs.lane, jobs.key_id, jobs.owner_id, jobs.started_at, jobs.type, jobs.attempt, jobs.queued_at,
      jobs.worker_id, jobs.model, jobs.reader_until, jobs.lease_token, jobs.lease_until, jobs.run_timeout_ms,
      job_payloads.payload`.execute(tx);
  return rows;
}

/** The planner does not look at the limit: SQLite would prepare the statement again each time that it has another value. */
const FIRST = `select jobs.rowid as place, id, lane, key_id, owner_id, type, attempt, queued_at, reader_until, run_timeout_ms,
    payload
  from jobs left join job_payloads on job_id = id
  where lane = ? and state = 'QUEUED' and held_until = 0
  order by queued_at, id limit cast(? as integer)`;

const START = `update jobs set state = 'RUNNING', attempt = attempt + 1, worker_id = ?, lease_key = ?,
    lease_price_nano = ?, lease_gpus = ?, model = ?, lease_token = ?, lease_until = ?, deadline_at = ? + run_timeout_ms, started_at = ?, output_bytes = 0, progress = null
  where rowid = ?`;

/**
 * A select, and an update for each job: the transaction has the only write lock, so nobody else can take one between.
 *
 * Tried and measured, in CPU time for a job of 50: 34 µs for the statement of PostgreSQL, whose join looks at each slot for
 * each job; 29 µs for the select and an update of all, which SQLite collects in a table first; 13 µs for these.
 */
async function claimOnSqlite(tx: Db, { lane, slots, nowMs, leaseUntilMs }: Claim): Promise<Claimed[]> {
  const first = CompiledQuery.raw(FIRST, [lane, slots.length]);
  const { rows } = await tx.executeQuery<Claimed & { place: number }>(first);
  const changes: unknown[][] = [];
  for (const [index, { workerId, keyId, priceNano, gpus, model, token }] of slots.entries()) {
    const job = rows[index];
    if (job === undefined) break;
    changes.push([workerId, keyId, priceNano, gpus, model, token, leaseUntilMs, nowMs, nowMs, job.place]);
    job.worker_id = workerId;
    job.model = model;
    job.lease_token = token;
    job.lease_until = leaseUntilMs;
    job.started_at = nowMs;
    job.attempt++;
  }
  await runEach(tx, START, changes);
  return rows;
}
