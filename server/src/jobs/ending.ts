import type { Db } from '../storage/index.ts';
import type { JobsContext } from './context.ts';
import { backoffMs, hasMore, type AttemptRow, type FinalState, type JobRow } from './job.ts';
import { insertAttempts } from './store/job-store.ts';
import * as leases from './store/lease-store.ts';
import { deleteOutput } from './store/output-store.ts';
import type { WorkerRow } from './store/tables.ts';
import { findWorkers } from './store/worker-store.ts';
import { candidateOf } from './workers/worker.ts';

interface Ending {
  state: FinalState;
  code: string;
  message: string;
  /** Of the lease that it ends, if the job runs. */
  outcome: AttemptRow['outcome'];
}

/** Ends a job whose row the caller has locked: it gets no result any more. @returns what its lease took */
export async function endJob(
  tx: Db,
  { clock }: Pick<JobsContext, 'clock'>,
  job: JobRow,
  { state, code, message, outcome }: Ending,
): Promise<Noted | undefined> {
  const nowMs = clock.nowMs();
  const noted = job.state === 'RUNNING' ? await noteAttempt(tx, job, { outcome, code, nowMs }) : undefined;
  await leases.end(tx, job.id, { state, code, message, nowMs });
  return noted;
}

/**
 * A lease of a running job has ended without a result: the job waits again, or has failed. The caller has locked its row.
 * @returns whether it waits again, and when it may start.
 */
export async function loseAttempt(
  tx: Db,
  { clock }: Pick<JobsContext, 'clock'>,
  job: JobRow,
  {
    outcome,
    code,
    message,
    costs,
  }: { outcome: AttemptRow['outcome']; code: string; message: string; costs: boolean },
): Promise<{ heldUntil: number } | undefined> {
  const nowMs = clock.nowMs();
  const spent = job.spent + (costs ? 1 : 0);
  await noteAttempt(tx, job, { outcome, code, nowMs });
  const isOver = job.recovery === 'fail' || !hasMore({ ...job, spent });
  if (isOver) {
    await leases.end(tx, job.id, { state: 'FAILED', code, message, spent, nowMs });
    return undefined;
  }
  // A lost lease was a wait already: the first attempt after it does not wait for more.
  const waits = outcome === 'lease_lost' ? spent - 1 : spent;
  const waitMs = costs ? backoffMs(waits) : 0;
  const heldUntil = waitMs === 0 ? 0 : nowMs + waitMs;
  await leases.requeue(tx, job, { spent, heldUntil, nowMs });
  if (job.output_seq > 0) await deleteOutput(tx, job.id);
  return { heldUntil };
}

/** A lease that has ended without a result. */
export interface Noted {
  attempt: AttemptRow;
  worker: WorkerRow | undefined;
}

/** What this server knows of a lease that ends, without a word of its worker. */
export function measured(
  job: Pick<JobRow, 'id' | 'attempt' | 'worker_id' | 'started_at' | 'lease_gpus'>,
  worker: WorkerRow | undefined,
  nowMs: number,
): Measured {
  const startedAt = job.started_at ?? nowMs;
  const gpus = job.lease_gpus ?? (worker === undefined ? 0 : candidateOf(worker).capabilities.gpus.length);
  return {
    job_id: job.id,
    attempt: job.attempt,
    worker_id: job.worker_id ?? '',
    worker_owner_id: worker?.owner_id ?? '',
    started_at: startedAt,
    ended_at: nowMs,
    gpu_ms_measured: (nowMs - startedAt) * gpus,
  };
}

type Measured = Pick<
  AttemptRow,
  'job_id' | 'attempt' | 'worker_id' | 'worker_owner_id' | 'started_at' | 'ended_at' | 'gpu_ms_measured'
>;

/** The usage of a lease that ends without a result: what the server measured. */
async function noteAttempt(
  tx: Db,
  job: JobRow,
  { outcome, code, nowMs }: { outcome: AttemptRow['outcome']; code: string; nowMs: number },
): Promise<Noted | undefined> {
  const { worker_id: workerId } = job;
  if (workerId === null) return undefined;
  const [worker] = await findWorkers(tx, [workerId]);
  const attempt: AttemptRow = {
    ...measured(job, worker, nowMs),
    outcome,
    error_code: code,
    model: job.model,
    model_digest: null,
    tokens_in: 0,
    tokens_out: 0,
    gpu_ms_claimed: 0,
  };
  await insertAttempts(tx, [attempt]);
  return { attempt, worker };
}
