import { hash } from 'node:crypto';
import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { Together, type Db } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import { isFinal, type AttemptRow, type JobRow } from '../job.ts';
import { ended } from '../jobs.ts';
import { KEY_ENDED } from '../queue/claims.ts';
import { receiptOf, type Receipt } from '../receipt.ts';
import type { Submitters } from '../submitters.ts';
import { findJobs, insertAttempts } from '../store/job-store.ts';
import * as leases from '../store/lease-store.ts';
import { findWorkers, updateWorker } from '../store/worker-store.ts';
import { candidateOf } from './worker.ts';

export interface ResultInput {
  lease_token: string;
  result: unknown;
  metrics?:
    | {
        gpu_seconds?: number | undefined;
        tokens_per_second?: number | undefined;
        model_digest?: string | undefined;
      }
    | undefined;
}

interface Item {
  finished: leases.Finished;
  usage: Pick<AttemptRow, 'tokens_in' | 'tokens_out' | 'model' | 'model_digest' | 'gpu_ms_claimed'>;
}

type Outcome = { kind: 'completed' | 'repeated' | 'key_ended'; job: JobRow } | { kind: 'lost' | 'finished' };

/** Takes the results of workers. */
export class Completions {
  readonly #context: JobsContext;
  readonly #submitters: Submitters;
  readonly #commits: Together<Item, Outcome>;

  constructor(context: JobsContext, submitters: Submitters) {
    this.#context = context;
    this.#submitters = submitters;
    this.#commits = new Together(context.storage, (tx, items) => this.#commit(tx, items));
  }

  /**
   * Resolves when the result is stored: no crash loses it. A repeat with the same token and result gives the same receipt.
   * @throws KeywardError `lease_lost`, `already_finished`, `too_large`
   */
  async complete(caller: Caller, jobId: string, input: ResultInput): Promise<Receipt> {
    const result = JSON.stringify(input.result ?? null);
    const { resultMaxBytes } = this.#context.limits;
    if (Buffer.byteLength(result) > resultMaxBytes) throw tooLarge(resultMaxBytes);
    const { lease_token: token, metrics = {} } = input;
    const outcome = await this.#commits.add({
      finished: {
        id: jobId,
        token,
        owner_id: caller.ownerId,
        result,
        result_hash: hash('sha256', result, 'hex'),
      },
      usage: usageOf(input.result, metrics),
    });
    if (!('job' in outcome)) throw outcome.kind === 'lost' ? leaseLost() : alreadyFinished();
    const { job, kind } = outcome;
    if (kind !== 'repeated') ended(this.#context, job);
    if (kind === 'key_ended') throw alreadyFinished();
    const receipt = await receiptOf(this.#context, job);
    if (receipt === null) throw new Error('A completed job has no attempt.');
    return receipt;
  }

  idle(): Promise<void> {
    return this.#commits.idle();
  }

  async #commit(tx: Db, items: readonly Item[]): Promise<Outcome[]> {
    const nowMs = this.#context.clock.nowMs();
    const finished = items.map((item) => item.finished);
    const rows = new Map((await leases.complete(tx, finished, nowMs)).map((row) => [row.id, row]));
    const done = [...rows.values()];
    const keyEnded = await this.#cancelOfEndedKeys(tx, done, nowMs);
    const workers = new Map(
      (await findWorkers(tx, [...new Set(done.map(({ worker_id: id }) => id ?? ''))])).map((row) => [
        row.id,
        row,
      ]),
    );
    const attempts = items.flatMap(({ finished: { id }, usage }): AttemptRow[] => {
      const job = rows.get(id);
      const worker = workers.get(job?.worker_id ?? '');
      if (job === undefined || worker === undefined) return [];
      const startedAt = job.started_at ?? nowMs;
      return [
        {
          job_id: id,
          attempt: job.attempt,
          worker_id: worker.id,
          worker_owner_id: worker.owner_id,
          started_at: startedAt,
          ended_at: nowMs,
          outcome: keyEnded.has(id) ? 'canceled' : 'completed',
          error_code: keyEnded.has(id) ? KEY_ENDED.code : null,
          ...usage,
          gpu_ms_measured: (nowMs - startedAt) * candidateOf(worker).capabilities.gpus.length,
        },
      ];
    });
    await insertAttempts(tx, attempts);
    for (const { id, rests } of workers.values()) if (rests > 0) await updateWorker(tx, id, { rests: 0 });
    const others = await findJobs(
      tx,
      finished.flatMap(({ id }) => (rows.has(id) ? [] : [id])),
    );
    const known = new Map(others.map((row) => [row.id, row]));
    const seen = new Set<string>();
    return finished.map((item): Outcome => {
      const job = rows.get(item.id);
      // Two reports of one job in a batch: the second is a repeat.
      if (job !== undefined && !seen.has(item.id)) {
        seen.add(item.id);
        return { kind: keyEnded.has(item.id) ? 'key_ended' : 'completed', job };
      }
      return notCompleted(item, job ?? known.get(item.id));
    });
  }

  /** A key that was ended has no effect: neither has what it asked for. */
  async #cancelOfEndedKeys(tx: Db, rows: readonly JobRow[], nowMs: number): Promise<ReadonlySet<string>> {
    const callers = await this.#submitters.callers(
      tx,
      rows.map(({ key_id: keyId }) => keyId),
    );
    const canceled = new Set<string>();
    for (const { id, key_id: keyId } of rows) {
      if (callers.get(keyId) !== undefined) continue;
      canceled.add(id);
      await leases.end(tx, id, { state: 'CANCELED', ...KEY_ENDED, nowMs });
      await leases.deleteResult(tx, id);
    }
    return canceled;
  }
}

function notCompleted({ token, result_hash: resultHash }: leases.Finished, job: JobRow | undefined): Outcome {
  if (job === undefined) return { kind: 'lost' };
  const isRepeat = job.state === 'COMPLETED' && job.lease_token === token && job.result_hash === resultHash;
  if (isRepeat) return { kind: 'repeated', job };
  return { kind: isFinal(job.state) ? 'finished' : 'lost' };
}

const TOKENS_MAX = 100_000_000;

/** `usage` of `{output, usage}`, or of a whole OpenAI answer. */
function usageOf(
  result: unknown,
  { gpu_seconds: gpuSeconds = 0, model_digest: digest }: NonNullable<ResultInput['metrics']>,
): Item['usage'] {
  const answer = isObject(result) ? result : {};
  const usage = isObject(answer['usage']) ? answer['usage'] : {};
  const tokens = (name: string): number => {
    const value = usage[name];
    return typeof value === 'number' && value > 0 ? Math.min(Math.ceil(value), TOKENS_MAX) : 0;
  };
  return {
    tokens_in: tokens('prompt_tokens'),
    tokens_out: tokens('completion_tokens'),
    model: typeof answer['model'] === 'string' ? answer['model'].slice(0, 300) : null,
    model_digest: digest ?? null,
    gpu_ms_claimed: Math.round(gpuSeconds * 1_000),
  };
}

export const leaseLost = (details?: Record<string, unknown>): KeywardError =>
  new KeywardError('lease_lost', 'This lease is over: the job was given to another worker, or waits again.', {
    hint: 'Drop the work, and ask for another job.',
    ...(details && { details }),
  });

const alreadyFinished = (): KeywardError =>
  new KeywardError('already_finished', 'The job is over: nothing was changed.', {
    hint: 'Drop the work, and ask for another job.',
  });

const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', `The result must have at most ${maxBytes} bytes.`, {
    hint: 'Report the job as failed: POST /v1/workers/{job_id}/fail.',
  });
