import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { Together, type Db } from '../../storage/index.ts';
import type { Charges } from '../charges.ts';
import type { JobsContext } from '../context.ts';
import { loseAttempt } from '../ending.ts';
import { FAIL_CODES, isFinal, type FailCode, type JobRow } from '../job.ts';
import { ended } from '../jobs.ts';
import { findJobs, lockJob } from '../store/job-store.ts';
import { renewLeases } from '../store/lease-store.ts';
import { addOutput, type Added } from '../store/output-store.ts';
import { addMark, beat, findWorkers, updateWorker, type Beat } from '../store/worker-store.ts';
import { jsonIn } from '../../base/json-text.ts';
import { modelFor, type Spec } from '../spec.ts';
import { findLanes } from '../store/lane-store.ts';
import { leaseLost } from './result-errors.ts';
import { candidateOf, hasTwin } from './worker.ts';

/** Different jobs that fail on a worker within ten minutes, without a success between, before it rests. */
const MARKS_MAX = 3;
const MARKS_KEPT_MS = 600_000;
const REST_MS = 60_000;
const REST_MAX_MS = 3_600_000;

export interface FailInput {
  lease_token: string;
  error_code: FailCode;
  error_message?: string | undefined;
}

const ERROR_MESSAGE_MAX = 2_000;

/** A worker gives a job back. @throws KeywardError `lease_lost`, `already_finished` */
export async function failJob(
  context: JobsContext & { charges: Charges },
  { ownerId }: Caller,
  jobId: string,
  { lease_token: token, error_code: code, error_message: message = code }: FailInput,
): Promise<{ state: JobRow['state'] }> {
  const costs = FAIL_CODES[code];
  const { job, again } = await context.storage.transaction(async (tx) => {
    const locked = await lockHeld(tx, { jobId, token, ownerId });
    const isOver = costs.request && locked.reader_until !== null;
    const lost = await loseAttempt(tx, context, isOver ? { ...locked, recovery: 'fail' } : locked, {
      outcome: 'failed',
      code,
      message: message.slice(0, ERROR_MESSAGE_MAX),
      costs: costs.attempt,
    });
    if (costs.model) await takeModel(tx, locked);
    if (costs.mark) await markWorker(tx, context, locked);
    return { job: locked, again: lost };
  });
  // Its model, or its time of rest.
  if (costs.model || costs.mark) context.workers.changed();
  ended(context, job);
  await context.charges.drop(jobId, job.attempt);
  if (again?.heldUntil === 0) await context.queue.arrived([job.lane], job.queued_at);
  return { state: again === undefined ? 'FAILED' : 'QUEUED' };
}

async function lockHeld(
  tx: Db,
  { jobId, token, ownerId }: { jobId: string; token: string; ownerId: string },
): Promise<JobRow> {
  const job = await lockJob(tx, jobId);
  const [worker] = await findWorkers(tx, [job?.worker_id ?? '']);
  if (job?.state === 'RUNNING' && job.lease_token === token && worker?.owner_id === ownerId) return job;
  if (job !== undefined && isFinal(job.state) && worker?.owner_id === ownerId)
    throw new KeywardError('already_finished', 'The job is over: nothing was changed.', {
      hint: 'Drop the work, and ask for another job.',
    });
  throw leaseLost();
}

/** The worker does not get jobs for this model until it registers again. */
async function takeModel(tx: Db, job: JobRow): Promise<void> {
  const [worker] = await findWorkers(tx, [job.worker_id ?? '']);
  const [lane] = await findLanes(tx, [job.lane]);
  if (worker === undefined || lane === undefined) return;
  const model = modelFor(JSON.parse(lane.spec) as Spec, candidateOf(worker));
  if (model === undefined || model === null) return;
  const missing = new Set([...(jsonIn(worker.missing_models) as string[]), model.name]);
  await updateWorker(tx, worker.id, { missing_models: JSON.stringify([...missing]) });
}

/**
 * A worker on which several different jobs failed rests for a minute, then for two, and so on until one succeeds: it comes
 * back by itself. One poison job drains nobody: each job counts once.
 */
export async function markWorker(
  tx: Db,
  { clock, logger }: Pick<JobsContext, 'clock' | 'logger'>,
  { id: jobId, worker_id: workerId }: Pick<JobRow, 'id' | 'worker_id'>,
): Promise<void> {
  const nowMs = clock.nowMs();
  const [worker] = await findWorkers(tx, [workerId ?? '']);
  // It was deleted.
  if (worker === undefined) return;
  const marks = await addMark(tx, worker.id, { jobId, nowMs, sinceMs: nowMs - MARKS_KEPT_MS });
  if (marks < MARKS_MAX || worker.rests_until > nowMs) return;
  const restMs = Math.min(REST_MS * 2 ** worker.rests, REST_MAX_MS);
  await updateWorker(tx, worker.id, { rests_until: nowMs + restMs, rests: worker.rests + 1 });
  logger.warn({ worker: worker.id, seconds: restMs / 1_000 }, 'a worker rests, as jobs failed on it');
}

interface Output {
  jobId: string;
  token: string;
  /** Of the worker. */
  ownerId: string;
  /** How many pieces of this attempt come before these; undefined: all that are stored. */
  from?: number | undefined;
  pieces: readonly string[];
}

/** Takes the output of workers while they work. */
export class Outputs {
  readonly #context: JobsContext;
  readonly #commits: Together<Output, Added>;

  constructor(context: JobsContext) {
    this.#context = context;
    // The result, which is durable, holds the whole output again.
    this.#commits = new Together(context.storage, (tx, items) => this.#addAll(tx, items), {
      durable: false,
    });
  }

  /** @param pieces JSON texts. @throws KeywardError `lease_lost`, `too_large`, `conflict` for a gap */
  async add(output: Output): Promise<void> {
    const { limits, news } = this.#context;
    const outcome = await this.#commits.add(output);
    if (outcome === 'lost') throw leaseLost();
    if (outcome === 'too_large')
      throw new KeywardError('too_large', `The output must have at most ${limits.resultMaxBytes} bytes.`, {
        hint: 'Report the job as failed: POST /v1/workers/{job_id}/fail.',
      });
    if (outcome !== 'added')
      throw new KeywardError(
        'conflict',
        `from: must be at most ${outcome.stored}, the pieces that are stored.`,
        {
          hint: 'Send the pieces from there on.',
          details: { expected: outcome.stored },
        },
      );
    news.changed(output.jobId);
  }

  idle(): Promise<void> {
    return this.#commits.idle();
  }

  async #addAll(tx: Db, items: readonly Output[]): Promise<Added[]> {
    const maxBytes = this.#context.limits.resultMaxBytes;
    const outcomes: Added[] = [];
    for (const { jobId: id, token, ownerId, from, pieces } of items)
      outcomes.push(await addOutput(tx, { id, token, ownerId, maxBytes, from }, pieces));
    return outcomes;
  }
}

export interface LeaseView {
  job_id: string;
  state: 'active' | 'cancel_requested' | 'lost';
  lease_expires_at: number | null;
}

interface Heartbeat extends Pick<Beat, 'isDraining' | 'keyId' | 'process'> {
  leases: readonly { job_id: string; lease_token: string }[];
}

/**
 * Renews leases. @throws KeywardError `lease_lost` where all of them are lost.
 */
export async function heartbeat(
  context: JobsContext,
  workerId: string,
  { leases, ...said }: Heartbeat,
): Promise<{ leases: LeaseView[]; hasTwin: boolean }> {
  const { storage, clock, clocks, queue } = context;
  const nowMs = clock.nowMs();
  const { renewed, row } = await storage.transaction(
    async (tx) => ({
      row: await beat(tx, workerId, { ...said, nowMs }),
      renewed: await renewLeases(
        tx,
        leases.map(({ job_id: id, lease_token: token }) => ({ id, token })),
        { untilMs: nowMs + clocks.leaseMs },
      ),
    }),
    { durable: false },
  );
  if (said.isDraining) queue.workerChanged(workerId);
  const until = new Map(renewed.map(({ id, lease_until: at }) => [id, at]));
  const others = new Map(
    (
      await findJobs(
        storage.db,
        leases.flatMap(({ job_id: id }) => (until.has(id) ? [] : [id])),
      )
    ).map((job) => [job.id, job]),
  );
  const views = leases.map(({ job_id: id }): LeaseView => {
    const at = until.get(id);
    if (at !== undefined) return { job_id: id, state: 'active', lease_expires_at: at };
    const job = others.get(id);
    const isCanceled = job?.worker_id === workerId && (job.state === 'CANCELED' || job.state === 'EXPIRED');
    return { job_id: id, state: isCanceled ? 'cancel_requested' : 'lost', lease_expires_at: null };
  });
  return { leases: views, hasTwin: row !== undefined && hasTwin(row, nowMs) };
}
