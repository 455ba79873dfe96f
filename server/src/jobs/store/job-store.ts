import { sql } from 'kysely';
import { anyOf, dialectOf, insertRows, type Db } from '../../storage/index.ts';
import type { AttemptRow, JobRow, JobState } from '../job.ts';
import { tables } from './tables.ts';

/** Those that a new job has a value for, without its id. */
const REST = [
  'owner_id',
  'key_id',
  'type',
  'state',
  'lane',
  'priority',
  'requested_at',
  'queued_at',
  'held_until',
  'expires_at',
  'run_timeout_ms',
  'attempt',
  'spent',
  'max_attempts',
  'recovery',
  'output_seq',
  'output_bytes',
  'metadata',
  'idempotency_key',
  'request_hash',
  'webhook_url',
  'reader_until',
] as const satisfies (keyof JobRow)[];

export interface NewJob {
  row: JobRow;
  payload: string;
}

const NEW_JOB = `jobs (id, ${REST.join(', ')})`;

/** @returns the ids that were stored: not those whose owner has sent the idempotency key before, also at the same moment. */
export async function insertJobs(tx: Db, jobs: readonly NewJob[]): Promise<ReadonlySet<string>> {
  const values = jobs.map(({ row }): [string, ...unknown[]] => [
    row.id,
    ...REST.map((column) => row[column]),
  ]);
  const stored = await insertRows(tx, NEW_JOB, values);
  const payloads = jobs.filter(({ row }) => stored.has(row.id));
  await insertRows(
    tx,
    'job_payloads (job_id, payload)',
    payloads.map(({ row, payload }) => [row.id, payload]),
  );
  return stored;
}

export const findJob = (db: Db, id: string): Promise<JobRow | undefined> =>
  tables(db).selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();

/** Until the transaction ends nobody else changes it. */
export const lockJob = async (tx: Db, id: string): Promise<JobRow | undefined> => {
  const query = tables(tx).selectFrom('jobs').selectAll().where('id', '=', id);
  return (dialectOf(tx) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
};

export const findByIdempotencyKey = (db: Db, ownerId: string, key: string): Promise<JobRow | undefined> =>
  tables(db)
    .selectFrom('jobs')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();

/** Along the lanes of the owner; counts no further than `max`. */
export async function countQueued(db: Db, ownerId: string, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from job_lanes join jobs on jobs.lane = job_lanes.id and jobs.state = 'QUEUED'
      where job_lanes.owner_id = ${ownerId} limit ${max}
    ) as queued`.execute(db);
  return rows[0]?.count ?? 0;
}

/** The jobs before it in its lane; counts no further than `max`. */
export async function countBefore(db: Db, { lane, queued_at, id }: JobRow, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from jobs where lane = ${lane} and state = 'QUEUED' and held_until = 0
        and (queued_at, id) < (${queued_at}, ${id}) limit ${max}
    ) as before`.execute(db);
  return rows[0]?.count ?? 0;
}

export const findResult = async (db: Db, id: string): Promise<string | undefined> =>
  (await tables(db).selectFrom('job_results').select('result').where('job_id', '=', id).executeTakeFirst())
    ?.result;

/** Characters of the payloads of these jobs. */
export async function payloadLengths(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ job_id: string; length: number }>`
    select job_id, length(payload) as length from job_payloads where job_id in ${anyOf(db, ids)}`.execute(db);
  return new Map(rows.map(({ job_id: id, length }) => [id, length]));
}

export const attemptsOf = (db: Db, jobId: string): Promise<AttemptRow[]> =>
  tables(db).selectFrom('job_attempts').selectAll().where('job_id', '=', jobId).orderBy('attempt').execute();

const ATTEMPT = [
  'attempt',
  'worker_id',
  'worker_owner_id',
  'started_at',
  'ended_at',
  'outcome',
  'error_code',
  'model',
  'model_digest',
  'tokens_in',
  'tokens_out',
  'gpu_ms_claimed',
  'gpu_ms_measured',
] as const satisfies (keyof AttemptRow)[];
const NEW_ATTEMPT = `job_attempts (job_id, ${ATTEMPT.join(', ')})`;

/** A repeat changes nothing: each lease counts once. */
export async function insertAttempts(tx: Db, rows: readonly AttemptRow[]): Promise<void> {
  await insertRows(
    tx,
    NEW_ATTEMPT,
    rows.map((row) => [row.job_id, ...ATTEMPT.map((column) => row[column])]),
  );
}

export const findJobs = (db: Db, ids: readonly string[]): Promise<JobRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tables(db).selectFrom('jobs').selectAll().where('id', 'in', ids).execute();

export interface JobPage {
  /** Undefined: of all owners. */
  ownerId: string | undefined;
  state: JobState | undefined;
  type: string | undefined;
  fromMs: number | undefined;
  toMs: number | undefined;
  after: { createdAt: number; id: string } | undefined;
  limit: number;
}

const filtered = (db: Db, { ownerId, state, type, fromMs, toMs }: Omit<JobPage, 'after' | 'limit'>) => {
  let query = tables(db).selectFrom('jobs').where('deleted_at', 'is', null);
  if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (type !== undefined) query = query.where('type', '=', type);
  if (fromMs !== undefined) query = query.where('requested_at', '>=', fromMs);
  if (toMs !== undefined) query = query.where('requested_at', '<', toMs);
  return query;
};

/** Newest first. */
export function pageOfJobs(db: Db, page: JobPage): Promise<JobRow[]> {
  let query = filtered(db, page).selectAll();
  const { after } = page;
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('requested_at', 'id'), '<', eb.tuple(after.createdAt, after.id)),
    );
  return query.orderBy('requested_at', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
}

/** Counts no further than `max`. */
export async function countJobs(
  db: Db,
  page: Omit<JobPage, 'after' | 'limit'>,
  max: number,
): Promise<number> {
  const some = filtered(db, page).select('id').limit(max).as('some');
  const { count } = await db
    .withTables<{ some: { id: string } }>()
    .selectFrom(some)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** The request that waited for it has ended: nobody comes for its texts. */
export async function closeReader(tx: Db, id: string): Promise<void> {
  await deleteTexts(tx, [id]);
  await tables(tx).updateTable('jobs').set({ reader_until: 0 }).where('id', '=', id).execute();
}

export const keepReader = async (tx: Db, id: string, untilMs: number): Promise<void> => {
  const open = tables(tx).updateTable('jobs').set({ reader_until: untilMs }).where('id', '=', id);
  await open.where('reader_until', '>', 0).execute();
};

async function deleteTexts(tx: Db, ids: readonly string[]): Promise<void> {
  await tables(tx).deleteFrom('job_payloads').where('job_id', 'in', ids).execute();
  await tables(tx).deleteFrom('job_results').where('job_id', 'in', ids).execute();
  await tables(tx).deleteFrom('job_output').where('job_id', 'in', ids).execute();
}

/** Its texts. The receipt stays. */
export async function forget(tx: Db, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length === 0) return;
  await deleteTexts(tx, ids);
  await tables(tx)
    .updateTable('jobs')
    .set({ deleted_at: nowMs, metadata: '{}', progress: null, error_message: null, webhook_url: null })
    .where('id', 'in', ids)
    .execute();
}
