import { sql } from 'kysely';
import { dialectOf, rowsOfIds, runEach, type Db } from '../../storage/index.ts';
import type { JobRow } from '../job.ts';
import { tables } from './tables.ts';
import { addWebhooks } from './webhook-store.ts';
import type { WorkerRows, Reporting } from './worker-rows.ts';

export interface Finished {
  id: string;
  token: string;
  /** Of the worker. */
  owner_id: string;
  /** JSON */
  result: string;
  result_hash: string;
}

/** What the end of a completed job needs of it. */
const COLUMNS = [
  'id',
  'owner_id',
  'key_id',
  'attempt',
  'state',
  'lane',
  'worker_id',
  'model',
  'started_at',
  'lease_price_nano',
  'lease_gpus',
  'finished_at',
  'output_bytes',
  'reader_until',
  'webhook_url',
] as const satisfies (keyof JobRow)[];

export type CompletedJob = Pick<JobRow, (typeof COLUMNS)[number]>;

export interface Completed extends Reporting {
  /** The jobs after it; one that is missing is not changed: its lease is lost. */
  jobs: CompletedJob[];
  /** To be called once. What it writes is certain before: the signing of receipts may begin. */
  write: () => Promise<void>;
}

interface Now {
  nowMs: number;
  workerRows: WorkerRows;
}

/** Completes jobs, each if its lease is held by a worker of this owner. */
export async function complete(tx: Db, items: readonly Finished[], now: Now): Promise<Completed> {
  const isPostgres = dialectOf(tx) === 'postgres';
  const completed = await (isPostgres ? completeOnPostgres : completeOnSqlite)(tx, items, now);
  const reported = completed.jobs.filter(({ webhook_url: url }) => url !== null).map(({ id }) => id);
  const write = async (): Promise<void> => {
    await completed.write();
    await addWebhooks(tx, reported, now.nowMs);
  };
  return { ...completed, write };
}

const workersOf = (jobs: readonly CompletedJob[]): string[] =>
  jobs.flatMap(({ worker_id: id }) => (id === null ? [] : [id]));

/** One statement: each takes a turn to the server and back. */
async function completeOnPostgres(
  tx: Db,
  items: readonly Finished[],
  { nowMs, workerRows }: Now,
): Promise<Completed> {
  const values = sql.join(
    items.map(
      ({ id, token, owner_id, result, result_hash }) =>
        sql`(${id}, ${token}, ${owner_id}, ${result}, ${result_hash})`,
    ),
  );
  const { rows } = await sql<CompletedJob>`
    with done (id, token, owner_id, result, result_hash) as (values ${values}),
    completed as (
      update jobs set state = 'COMPLETED', finished_at = ${nowMs}, lease_until = null, deadline_at = null,
        result_hash = done.result_hash, error_code = null, error_message = null
      from done
      where jobs.id = done.id and jobs.lease_token = done.token and jobs.state = 'RUNNING'
        and exists (select 1 from workers where workers.id = jobs.worker_id and workers.owner_id = done.owner_id)
      returning ${sql.join(COLUMNS.map((column) => sql.ref(`jobs.${column}`)))}, done.result
    ),
    stored as (insert into job_results (job_id, result) select id, result from completed)
    select ${sql.raw(COLUMNS.join(', '))} from completed`.execute(tx);
  const read = await workerRows.reporting(tx, workersOf(rows));
  return { jobs: rows, ...read, write: () => Promise.resolve() };
}

const COMPLETE = `update jobs set state = 'COMPLETED', finished_at = ?, lease_until = null, deadline_at = null,
    result_hash = ?, error_code = null, error_message = null
  where rowid = ?`;

type Held = CompletedJob & { place: number; lease_token: string | null };

const HELD = `select ${COLUMNS.join(', ')}, rowid as place, lease_token from jobs where state = 'RUNNING' and id in`;

/**
 * The transaction has the only write lock: what the select finds is so until the commit. In CPU time for a job of 50: 24 µs for
 * the statement of PostgreSQL, 15 µs for updates that check the lease and a select after them, 11 µs for these.
 */
async function completeOnSqlite(
  tx: Db,
  items: readonly Finished[],
  { nowMs, workerRows }: Now,
): Promise<Completed> {
  const ids = items.map(({ id }) => id);
  const rows = await rowsOfIds<Held>(tx, HELD, ids);
  const read = await workerRows.reporting(tx, workersOf(rows));
  const held = new Map(rows.map((row) => [row.id, row]));
  const changes: unknown[][] = [];
  const results: unknown[][] = [];
  const done: CompletedJob[] = [];
  for (const { id, token, owner_id: ownerId, result, result_hash: hash } of items) {
    const row = held.get(id);
    if (row?.lease_token !== token) continue;
    if (read.workers.get(row.worker_id ?? '')?.owner_id !== ownerId) continue;
    changes.push([nowMs, hash, row.place]);
    results.push([id, result]);
    row.state = 'COMPLETED';
    row.finished_at = nowMs;
    done.push(row);
  }
  const write = async (): Promise<void> => {
    await runEach(tx, COMPLETE, changes);
    await runEach(tx, 'insert into job_results (job_id, result) values (?, ?)', results);
  };
  return { jobs: done, ...read, write };
}

export const deleteResult = async (tx: Db, id: string): Promise<void> => {
  await tables(tx).deleteFrom('job_results').where('job_id', '=', id).execute();
};
