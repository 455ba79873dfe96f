import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { jsonIn } from '../base/json-text.ts';
import { pageOf, readPlace } from '../base/page.ts';
import type { Charges } from './charges.ts';
import type { JobsContext } from './context.ts';
import { isFinal, type JobRow, type JobState } from './job.ts';
import { viewsOfJobs, type JobView } from './job-view.ts';
import { receiptOf, type Receipt } from './receipt.ts';
import type { Db, Storage } from '../storage/index.ts';
import * as store from './store/job-store.ts';
import { endWaiting, type WaitingEnd } from './store/lease-store.ts';
import { endJob } from './ending.ts';

/** Counts of a list go no further. */
const TOTAL_MAX = 10_000;

/** @throws KeywardError `job_not_found`, also for the job of another owner */
export async function findOwn(
  context: JobsContext,
  caller: Pick<Caller, 'ownerId'>,
  id: string,
): Promise<JobRow> {
  const row = await store.findJob(context.storage.db, id);
  if (row === undefined || row.deleted_at !== null || !isOwn(caller, row)) throw jobNotFound();
  return row;
}

const isOwn = (caller: Pick<Caller, 'ownerId'>, { owner_id: ownerId }: JobRow): boolean =>
  ownerId === caller.ownerId;

export const jobNotFound = (): KeywardError =>
  new KeywardError('job_not_found', 'There is no such job.', { hint: 'GET /v1/jobs lists your jobs.' });

/** Waits for a final state. @returns the job as it is then, or after the wait. */
export async function waitFor(
  context: JobsContext,
  caller: Caller,
  { id, waitMs, signal }: { id: string; waitMs: number; signal: AbortSignal },
): Promise<JobRow> {
  const endsMs = context.clock.monotonicMs() + waitMs;
  for (;;) {
    // Before the read: a change after it must not be missed.
    const leftMs = endsMs - context.clock.monotonicMs();
    const changed = leftMs > 0 ? context.news.next(id, signal, leftMs) : undefined;
    const row = await findOwn(context, caller, id);
    if (isFinal(row.state) || changed === undefined || signal.aborted) return row;
    await changed;
  }
}

interface ListInput {
  state?: JobState | undefined;
  type?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

export interface JobList {
  items: JobView[];
  /** Null: more than 10,000. */
  total: number | null;
  next_cursor: string | null;
}

/** Newest first. @param everywhere of all owners; the caller has the right to */
export async function listJobs(
  context: JobsContext,
  caller: Caller,
  { state, type, fromMs, toMs, limit = 50, cursor }: ListInput,
  { everywhere = false }: { everywhere?: boolean } = {},
): Promise<JobList> {
  const { db } = context.storage;
  const filter = { ownerId: everywhere ? undefined : caller.ownerId, state, type, fromMs, toMs };
  const rows = await store.pageOfJobs(db, { ...filter, after: readPlace(cursor), limit: limit + 1 });
  const total = await store.countJobs(db, filter, TOTAL_MAX + 1);
  const { items, next_cursor } = pageOf(rows, limit, (last) => [last.requested_at, last.id]);
  return { items: await viewsOfJobs(context, items), total: total > TOTAL_MAX ? null : total, next_cursor };
}

export interface JobResult {
  job_id: string;
  state: JobState;
  result: unknown;
  error: JobView['error'];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  receipt: Receipt | null;
}

/** @throws KeywardError `result_not_ready` before a final state */
export async function resultOf(context: JobsContext, row: JobRow): Promise<JobResult> {
  if (!isFinal(row.state))
    throw new KeywardError('result_not_ready', `The job is ${row.state}: there is no result yet.`, {
      hint: 'Wait for it: GET /v1/jobs/{id}/result?wait=30.',
      headers: { 'retry-after': '1' },
    });
  const text = await store.findResult(context.storage.db, row.id);
  const receipt = await receiptOf(context, row);
  const { error_code: code, error_message: message } = row;
  return {
    job_id: row.id,
    state: row.state,
    result: text === undefined ? null : jsonIn(text),
    error: code === null ? null : { code, message: message ?? code },
    usage: receipt === null ? null : usageOf(receipt),
    receipt,
  };
}

const usageOf = ({ prompt_tokens, completion_tokens }: Receipt) => ({
  prompt_tokens,
  completion_tokens,
  total_tokens: prompt_tokens + completion_tokens,
});

/** @throws KeywardError `job_not_found`, `job_not_cancelable` in a final state */
export async function cancelJob(
  context: JobsContext & { charges: Charges },
  caller: Caller,
  id: string,
): Promise<JobRow> {
  const { row, noted, payer } = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const job = await store.lockJob(tx, id);
    if (job === undefined || job.deleted_at !== null || !isOwn(caller, job)) throw jobNotFound();
    if (isFinal(job.state))
      throw new KeywardError('job_not_cancelable', `The job is ${job.state} already.`, {
        hint: 'GET /v1/jobs/{id}/result has its result.',
      });
    const took = await endJob(tx, context, job, {
      state: 'CANCELED',
      code: 'canceled',
      message: 'The job was canceled.',
      outcome: 'canceled',
    });
    // The key that submitted it: another one of the owner may cancel it.
    const payers = await context.submitters.callers(tx, [job.key_id]);
    const result = { row: job, noted: took, payer: payers.get(job.key_id) };
    return { result, entry: { action: 'jobs.cancel', target: id } };
  });
  ended(context, row);
  if (noted !== undefined) await context.charges.settle(row, noted, payer);
  return findOwn(context, caller, id);
}

/** The texts of a job that is over; its receipt stays. @throws KeywardError `job_not_found`, `conflict` before a final state */
export async function deleteJob(context: JobsContext, caller: Caller, id: string): Promise<void> {
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const job = await store.lockJob(tx, id);
    if (job === undefined || job.deleted_at !== null || !isOwn(caller, job)) throw jobNotFound();
    if (!isFinal(job.state))
      throw new KeywardError('conflict', `The job is ${job.state}: only a job that is over can be deleted.`, {
        hint: 'Cancel it first: POST /v1/jobs/{id}/cancel.',
      });
    await store.forget(tx, [id], context.clock.nowMs());
    return { result: undefined, entry: { action: 'jobs.delete', target: id } };
  });
}

/** After the commit that ended a job. @param row completed, or as it was before */
export function ended(
  { news, queue }: JobsContext,
  { id, state, worker_id: workerId, lane }: Pick<JobRow, 'id' | 'state' | 'worker_id' | 'lane'>,
): void {
  news.changed(id);
  if (workerId === null) return;
  queue.freed(lane);
  // A worker that has completed a job need not hear of it.
  if (state !== 'COMPLETED') news.changed(workerId);
  queue.placeFreed(workerId);
}

/** @throws KeywardError `job_not_found`, `result_not_ready` before a final state. Also of a deleted job. */
export async function receiptOfJob(context: JobsContext, caller: Caller, id: string): Promise<Receipt> {
  const row = await store.findJob(context.storage.db, id);
  if (row === undefined || !isOwn(caller, row)) throw jobNotFound();
  const receipt = await receiptOf(context, row);
  if (receipt !== null) return receipt;
  if (isFinal(row.state))
    throw new KeywardError('job_not_found', 'No worker has had this job: there is no receipt.');
  throw new KeywardError('result_not_ready', `The job is ${row.state}: there is no receipt yet.`, {
    headers: { 'retry-after': '1' },
  });
}

interface Changing {
  /** Ids of at most `slice` jobs. */
  find: (db: Db) => Promise<string[]>;
  /** Gives false where the job needed nothing. */
  change: (tx: Db, job: JobRow) => Promise<boolean>;
  slice: number;
}

/** Changes jobs, a slice in a transaction, until none is found. */
export async function changeAllJobs(
  context: JobsContext,
  storage: Storage,
  { find, change, slice }: Changing,
): Promise<void> {
  for (;;) {
    const ids = await find(storage.db);
    // A process that is suspended in a transaction holds up all others on SQLite: an idle one opens none.
    if (ids.length === 0) return;
    const changed = await storage.transaction(async (tx) => {
      const jobs: JobRow[] = [];
      for (const id of ids) {
        const job = await store.lockJob(tx, id);
        if (job !== undefined && (await change(tx, job))) jobs.push(job);
      }
      return jobs;
    });
    for (const job of changed) ended(context, job);
    const lanes = [...new Set(changed.map(({ lane }) => lane))];
    if (lanes.length > 0) await context.queue.returned(lanes);
    if (ids.length < slice || changed.length === 0) return;
    await sleep(1);
  }
}

/** Jobs in one transaction: some milliseconds on SQLite, and other writes go between. */
const WAITING_SLICE = 1_000;

/**
 * Ends jobs that wait, until none is found. The last commit makes those before it durable too.
 * @param find ids of at most `limit` of them
 */
export async function endAllWaiting(
  { news }: JobsContext,
  storage: Storage,
  find: (db: Db, limit: number) => Promise<string[]>,
  end: WaitingEnd,
): Promise<void> {
  for (;;) {
    const found = await find(storage.db, WAITING_SLICE + 1);
    if (found.length === 0) return;
    const ids = found.slice(0, WAITING_SLICE);
    const durable = ids.length === found.length;
    news.changedAll(await storage.transaction((tx) => endWaiting(tx, ids, end), { durable }));
    if (durable) return;
    await sleep(1);
  }
}
