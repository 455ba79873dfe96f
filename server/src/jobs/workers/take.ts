import type { Caller } from '../../access/index.ts';
import { hasBudgets, type Charges } from '../charges.ts';
import type { JobsContext } from '../context.ts';
import { endJob, loseAttempt } from '../ending.ts';
import { ended } from '../jobs.ts';
import type { ClaimedJob } from '../queue/claims.ts';
import type { Got } from '../queue/queue.ts';
import { lockJob } from '../store/job-store.ts';
import { limitLease, unclaim } from '../store/lease-store.ts';
import type { WorkerRow } from '../store/tables.ts';
import { findOwnWorker, workerNotFound } from './register.ts';

/**
 * Jobs for a worker that asks. A job that this worker is too dear for waits for another one; one whose budget is spent ends; and
 * one whose worker has left meanwhile waits again.
 * @param worker with the key that it asks with
 */
export async function takeJobs(
  context: JobsContext & { charges: Charges },
  worker: Pick<WorkerRow, 'id' | 'key_id'>,
  { max, waitMs, signal }: Wait,
): Promise<Got> {
  const endsMs = context.clock.monotonicMs() + waitMs;
  for (;;) {
    const leftMs = Math.max(0, endsMs - context.clock.monotonicMs());
    const ask = { workerId: worker.id, keyId: worker.key_id, max };
    const got = await context.queue.poll(ask, { waitMs: leftMs, signal });
    if (got.jobs.length === 0 || got.row === undefined) return got;
    const jobs: ClaimedJob[] = [];
    for (const job of got.jobs) {
      if (signal.aborted) await giveBack(context, job);
      // The request that it is for pays.
      else if (job.reader_until !== null || !hasBudgets(job.caller)) jobs.push(job);
      else jobs.push(...(await begin(context, job, got.row)));
    }
    for (const { id } of jobs) context.news.changedHere(id);
    if (jobs.length > 0 || signal.aborted) return { ...got, jobs };
  }
}

/** Names of workers in memory; more are forgotten. */
const WORKER_IDS_MAX = 10_000;

interface Wait {
  max: number;
  waitMs: number;
  signal: AbortSignal;
}

/**
 * The same for the worker with this name or id. Its claim reads the worker: this looks its id up once.
 * @throws KeywardError `worker_not_found`, also where it is deleted meanwhile
 */
export async function takeOwnJobs(
  context: JobsContext & { charges: Charges },
  caller: Pick<Caller, 'ownerId' | 'keyId'>,
  { named, ...wait }: Wait & { named: string },
): Promise<Got> {
  const { workerIds, clock } = context;
  const endsMs = clock.monotonicMs() + wait.waitMs;
  const place = `${caller.ownerId} ${named}`;
  for (;;) {
    const known = workerIds.get(place);
    const id = known ?? (await findOwnWorker(context, caller, named)).id;
    if (known === undefined && workerIds.size >= WORKER_IDS_MAX) workerIds.clear();
    workerIds.set(place, id);
    const waitMs = Math.max(0, endsMs - clock.monotonicMs());
    const got = await takeJobs(context, { id, key_id: caller.keyId }, { ...wait, waitMs });
    if (got.row !== undefined) return got;
    // Another worker may have this name now.
    workerIds.delete(place);
    if (known === undefined) throw workerNotFound();
  }
}

async function begin(
  context: JobsContext & { charges: Charges },
  job: ClaimedJob,
  worker: WorkerRow,
): Promise<ClaimedJob[]> {
  const { charges, storage } = context;
  const { id: jobId, attempt, caller, run_timeout_ms: runTimeoutMs, lease_token: token } = job;
  const payloadBytes = job.payload.length;
  const begun = await charges.begin({ jobId, attempt, caller, worker, payloadBytes, runTimeoutMs });
  if ('allowedMs' in begun) {
    const { allowedMs } = begun;
    if (allowedMs === runTimeoutMs) return [job];
    const untilMs = job.started_at + allowedMs;
    await storage.transaction((tx) => limitLease(tx, { id: jobId, token, untilMs }), { durable: false });
    return [{ ...job, run_timeout_ms: allowedMs }];
  }
  const { error, isTooDear } = begun;
  if (isTooDear) await leaveToOthers(context, job, worker);
  else
    await change(context, job, (tx, row) =>
      endJob(tx, context, row, {
        state: 'FAILED',
        code: error.code,
        message: error.message,
        outcome: 'canceled',
      }),
    );
  return [];
}

/** Its budget has changed since the claim looked: it waits as before. */
async function leaveToOthers(context: JobsContext, job: ClaimedJob, worker: WorkerRow): Promise<void> {
  const lease = { id: job.id, token: job.lease_token };
  const isBack = await context.storage.transaction((tx) => unclaim(tx, lease), { durable: false });
  if (!isBack) return;
  await context.queue.tooDear(job, worker);
  context.queue.freed(job.lane);
  context.news.changedHere(job.id);
}

/** Its worker has left before it had the job: that costs nothing. */
async function giveBack(context: JobsContext, job: ClaimedJob): Promise<void> {
  await change(context, job, (tx, row) => loseAttempt(tx, context, row, NOT_DELIVERED));
  await context.queue.arrived([job.lane], job.queued_at);
}

async function change(
  context: JobsContext,
  { id, lease_token: token }: ClaimedJob,
  work: (
    tx: Parameters<typeof lockJob>[0],
    row: NonNullable<Awaited<ReturnType<typeof lockJob>>>,
  ) => Promise<unknown>,
): Promise<void> {
  const row = await context.storage.transaction(async (tx) => {
    const locked = await lockJob(tx, id);
    if (locked?.state !== 'RUNNING' || locked.lease_token !== token) return undefined;
    await work(tx, locked);
    return locked;
  });
  if (row !== undefined) ended(context, row);
}

const NOT_DELIVERED = {
  outcome: 'lease_lost',
  code: 'interrupted',
  message: 'The worker left before it had the job.',
  costs: false,
} as const;
