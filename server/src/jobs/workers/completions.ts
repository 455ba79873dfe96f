import { hash } from 'node:crypto';
import type { Caller } from '../../access/index.ts';
import { KeywardError, type ErrorCode } from '../../base/errors.ts';
import { Together, type Db } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import { measured } from '../ending.ts';
import { isFinal, type AttemptRow, type JobRow } from '../job.ts';
import { ended } from '../jobs.ts';
import { receiptOf, signed, type Receipt } from '../receipt.ts';
import { refusalOf, type Refusal } from '../rights.ts';
import type { Charges } from '../charges.ts';
import type { WorkerRow } from '../store/tables.ts';
import type { Submitters } from '../submitters.ts';
import {
  complete,
  deleteResult,
  type Completed,
  type CompletedJob,
  type Finished,
} from '../store/completion-store.ts';
import { findJobs, insertAttempts } from '../store/job-store.ts';
import { end } from '../store/lease-store.ts';
import { clearMarks, findWorkers } from '../store/worker-store.ts';
import { boundedUsage, promptBounds, usageOf, type ClaimedUsage, type Metrics } from './claimed-usage.ts';
import { alreadyFinished, leaseLost, tooLarge } from './result-errors.ts';

export interface ResultInput {
  lease_token: string;
  result: unknown;
  metrics?: Metrics | undefined;
}

interface ReceiptWanted {
  isReceiptWanted: boolean;
}

/** A result of several. */
interface ResultOf extends ResultInput {
  job_id: string;
}

/** What became of one of several results. `receipt`: null where it is not wanted now. */
type ResultOutcome =
  | { job_id: string; receipt: Receipt | null; error: null }
  | { job_id: string; receipt: null; error: KeywardError };

/** Those that say something about one result only. */
const OF_ONE_RESULT: ReadonlySet<string> = new Set<ErrorCode>([
  'lease_lost',
  'already_finished',
  'too_large',
]);

interface Item extends ReceiptWanted {
  finished: Finished;
  usage: ClaimedUsage;
  resultBytes: number;
}

/** What a completion took. */
interface Done {
  job: CompletedJob;
  attempt: AttemptRow;
  worker: WorkerRow | undefined;
  /** Of the client; undefined: its key has ended. */
  caller: Caller | undefined;
  /** Its key has ended, or could not submit it any more. */
  refusal: Refusal | undefined;
}

type Outcome =
  | ({ kind: 'completed' | 'refused'; receipt: (() => Promise<Receipt | null>) | undefined } & Done)
  | { kind: 'repeated'; job: JobRow }
  | { kind: 'lost' | 'finished' };

/** Takes the results of workers. */
export class Completions {
  readonly #context: JobsContext;
  readonly #submitters: Submitters;
  readonly #charges: Charges;
  readonly #commits: Together<Item, Outcome>;

  constructor(context: JobsContext, submitters: Submitters, charges: Charges) {
    this.#context = context;
    this.#submitters = submitters;
    this.#charges = charges;
    this.#commits = new Together(context.storage, (tx, items) => this.#commit(tx, items));
  }

  /**
   * Resolves when the result is stored: no crash loses it. A repeat with the same token and result gives the same receipt.
   * @param isReceiptWanted false: it is signed when somebody reads it, which takes as long as half of all else of a result
   * @returns null where it is not wanted now
   * @throws KeywardError `lease_lost`, `already_finished`, `too_large`
   */
  async complete(
    caller: Caller,
    jobId: string,
    { isReceiptWanted, ...input }: ResultInput & ReceiptWanted,
  ): Promise<Receipt | null> {
    const result = JSON.stringify(input.result ?? null);
    const { resultMaxBytes } = this.#context.limits;
    const resultBytes = Buffer.byteLength(result);
    if (resultBytes > resultMaxBytes) throw tooLarge(resultMaxBytes);
    const { lease_token: token, metrics = {} } = input;
    const outcome = await this.#commits.add({
      finished: {
        id: jobId,
        token,
        owner_id: caller.ownerId,
        result,
        result_hash: hash('sha256', result, 'hex'),
      },
      isReceiptWanted,
      usage: usageOf(input.result, metrics),
      resultBytes,
    });
    if (!('job' in outcome)) throw outcome.kind === 'lost' ? leaseLost() : alreadyFinished();
    const { job, kind } = outcome;
    if (outcome.kind !== 'repeated') {
      this.#context.pace.note(job.model, outcome.attempt.ended_at - outcome.attempt.started_at);
      ended(this.#context, job);
      await this.#charges.settle(job, outcome, outcome.caller);
    }
    if (kind === 'refused') throw alreadyFinished();
    if (!isReceiptWanted) return null;
    const begun = outcome.kind === 'completed' ? outcome.receipt?.() : undefined;
    const receipt = await (begun ?? receiptOf(this.#context, job));
    if (receipt === null) throw new Error('A completed job has no attempt.');
    return receipt;
  }

  /**
   * As `complete` for each: a refused one changes nothing of the others.
   * @returns what became of each, in their order. @throws what is not about single results, such as `key_revoked`; some of
   * them may be stored then, and a repeat gives their receipts
   */
  async completeEach(
    caller: Caller,
    { results, isReceiptWanted }: { results: readonly ResultOf[] } & ReceiptWanted,
  ): Promise<ResultOutcome[]> {
    const settled = await Promise.allSettled(
      results.map(({ job_id: id, ...input }) => this.complete(caller, id, { ...input, isReceiptWanted })),
    );
    return settled.map((one, at): ResultOutcome => {
      const jobId = results[at]?.job_id ?? '';
      if (one.status === 'fulfilled') return { job_id: jobId, receipt: one.value, error: null };
      const error: unknown = one.reason;
      if (!(error instanceof KeywardError) || !OF_ONE_RESULT.has(error.code)) throw error;
      return { job_id: jobId, receipt: null, error };
    });
  }

  idle(): Promise<void> {
    return this.#commits.idle();
  }

  async #commit(tx: Db, items: readonly Item[]): Promise<Outcome[]> {
    const nowMs = this.#context.clock.nowMs();
    // Two reports of one job: the second is looked at as a repeat.
    const first = new Map(items.toReversed().map((item) => [item.finished.id, item]));
    const { workerRows } = this.#context;
    const completed = await complete(
      tx,
      [...first.values()].map(({ finished }) => finished),
      { nowMs, workerRows },
    );
    const done = await this.#doneOf(tx, completed, { first, nowMs });
    const wanted = [...done.values()].filter(({ job }) => first.get(job.id)?.isReceiptWanted);
    const receipts = this.#receiptsOf(wanted);
    await completed.write();
    await insertAttempts(
      tx,
      [...done.values()].map(({ attempt }) => attempt),
    );
    await clearAfter(tx, completed, { done, nowMs });
    const others = await findJobs(
      tx,
      items.flatMap((item) => (doneFor(item, first, done) ? [] : [item.finished.id])),
    );
    const known = new Map(others.map((row) => [row.id, row]));
    const workers = await findWorkers(tx, [...new Set(others.map(({ worker_id: id }) => id ?? ''))]);
    const owners = new Map(workers.map(({ id, owner_id: ownerId }) => [id, ownerId]));
    return items.map((item): Outcome => {
      const took = doneFor(item, first, done);
      if (took === undefined) {
        const job = known.get(item.finished.id);
        // What became of the job of another one's worker is not said (api/foreign-things.test.ts).
        const { owner_id: ownerId, token } = item.finished;
        // A worker that has left meanwhile may still repeat its report.
        const isOwn = owners.get(job?.worker_id ?? '') === ownerId || job?.lease_token === token;
        return notCompleted(item.finished, isOwn ? job : undefined);
      }
      const kind = took.refusal === undefined ? 'completed' : 'refused';
      return { kind, ...took, receipt: receipts.get(item.finished.id) };
    });
  }

  /**
   * Of jobs that took one attempt: all of the receipt is here. Signed on another thread while the transaction writes and
   * commits, given out after that. Those of one commit are ready together: what their workers ask for next goes into one transaction again.
   */
  #receiptsOf(done: readonly Done[]): ReadonlyMap<string, () => Promise<Receipt | null>> {
    const first = done.filter(({ job, refusal }) => job.attempt === 1 && refusal === undefined);
    const attempted = first.map(({ job, attempt }) => ({ job, attempts: [attempt] }));
    const all = signed(attempted, this.#context.signer);
    // The transaction may fail before anybody waits.
    all.catch(() => undefined);
    return new Map(first.map(({ job }, at) => [job.id, async () => (await all)[at] ?? null]));
  }

  async #doneOf(
    tx: Db,
    { jobs, workers }: Completed,
    { first, nowMs }: { first: ReadonlyMap<string, Item>; nowMs: number },
  ): Promise<Map<string, Done>> {
    if (jobs.length === 0) return new Map();
    const callers = await this.#submitters.callers(
      tx,
      jobs.map(({ key_id: keyId }) => keyId),
    );
    const prompts = await promptBounds(
      tx,
      jobs.flatMap(({ id }) => first.get(id) ?? []).map(({ finished: { id }, usage }) => ({ id, usage })),
    );
    const done = new Map<string, Done>();
    for (const job of jobs) {
      const item = first.get(job.id);
      if (item === undefined) continue;
      const caller = callers.get(job.key_id);
      const worker = workers.get(job.worker_id ?? '');
      const refusal = refusalOf(caller, { ...job, models: job.model === null ? [] : [job.model] });
      const bounds = { tokensIn: prompts.get(job.id), outputBytes: job.output_bytes + item.resultBytes };
      const usage = boundedUsage(item.usage, bounds);
      const attempt = attemptOf(usage, { job, worker, refusal, nowMs });
      done.set(job.id, { job, worker, caller, refusal, attempt });
    }
    return done;
  }
}

/** The marks of workers that have succeeded. And what a key may not ask for any more has no effect. */
async function clearAfter(
  tx: Db,
  { jobs, workers, marked }: Completed,
  { done, nowMs }: { done: ReadonlyMap<string, Done>; nowMs: number },
): Promise<void> {
  const successful = new Set(jobs.map(({ worker_id: id }) => id));
  for (const { id, rests } of workers.values())
    if (successful.has(id) && (rests > 0 || marked.has(id))) await clearMarks(tx, id);
  for (const { job, refusal } of done.values()) {
    if (refusal === undefined) continue;
    await end(tx, job.id, { state: 'CANCELED', ...refusal, nowMs });
    await deleteResult(tx, job.id);
  }
}

type ById<T> = ReadonlyMap<string, T>;

const doneFor = (item: Item, first: ById<Item>, done: ById<Done>): Done | undefined =>
  first.get(item.finished.id) === item ? done.get(item.finished.id) : undefined;

function attemptOf(
  usage: ClaimedUsage,
  { job, worker, refusal, nowMs }: Omit<Done, 'attempt' | 'caller'> & { nowMs: number },
): AttemptRow {
  return {
    ...measured(job, worker, nowMs),
    outcome: refusal === undefined ? 'completed' : 'canceled',
    error_code: refusal?.code ?? null,
    ...usage,
    model: usage.model ?? job.model,
  };
}

function notCompleted({ token, result_hash: resultHash }: Finished, job: JobRow | undefined): Outcome {
  if (job === undefined) return { kind: 'lost' };
  const isRepeat = job.state === 'COMPLETED' && job.lease_token === token && job.result_hash === resultHash;
  if (isRepeat) return { kind: 'repeated', job };
  return { kind: isFinal(job.state) ? 'finished' : 'lost' };
}
