import type { Caller } from '../access/index.ts';
import type { KeywardError } from '../base/errors.ts';
import {
  reservationRefused,
  restOf,
  type Budgets,
  type Refusal,
  type Reservation,
  type Spend,
  type UsageCounters,
} from '../usage/index.ts';
import type { AttemptRow, JobRow } from './job.ts';
import { gpuMsOf } from './receipt.ts';
import type { WorkerRow } from './store/tables.ts';
import { candidateOf } from './workers/worker.ts';

const HOUR_MS = 3_600_000;
/** The shortest time of a lease that is worth beginning. */
export const LEAST_MS = 1_000;
const BYTES_PER_TOKEN = 4;

const NOTHING: Spend = { requests: 0, tokens: 0, usdNano: 0, gpuMs: 0 };

interface Held {
  attempt: number;
  reservation: Reservation;
}

interface Options {
  budgets: Budgets;
  counters: UsageCounters;
}

/** A lease that begins. */
export interface Beginning {
  jobId: string;
  attempt: number;
  caller: Caller;
  worker: WorkerRow;
  payloadBytes: number;
  runTimeoutMs: number;
}

interface Refused {
  error: KeywardError;
  /** A budget has something left, and a worker that costs less could do the job. */
  isTooDear: boolean;
}

/** Tokens depend on the job alone. */
const isOfWorker = ({ refused }: Refusal): boolean =>
  (refused.unit === 'usd' || refused.unit === 'gpu_seconds') && !restOf(refused).isSpent;

/**
 * The budgets of clients: a lease reserves the time that it may take, and its end settles what it took. Reservations are of
 * this process; where another one takes the result, that one counts it.
 */
export class Charges {
  readonly #options: Options;
  readonly #held = new Map<string, Held>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * For a caller that has budgets.
   * @returns how long the lease may last, in ms: shorter than asked for where the budget has no more; or why it does not begin.
   */
  async begin(beginning: Beginning): Promise<{ allowedMs: number } | Refused> {
    const { jobId, attempt, caller, worker, payloadBytes, runTimeoutMs } = beginning;
    const tokens = Math.ceil(payloadBytes / BYTES_PER_TOKEN);
    const least = { ...spendFor(worker, Math.min(LEAST_MS, runTimeoutMs)), tokens };
    const most = { ...spendFor(worker, runTimeoutMs), tokens };
    const held = await this.#options.budgets.reserve(caller.holders, { least, most, whole: most });
    if ('refused' in held)
      return { error: reservationRefused(held, caller.keyId), isTooDear: isOfWorker(held) };
    this.#held.set(jobId, { attempt, reservation: held });
    if (held.share === 'whole') return { allowedMs: runTimeoutMs };
    return { allowedMs: Math.floor(LEAST_MS + (runTimeoutMs - LEAST_MS) * held.share) };
  }

  /** A result was stored, or its client canceled the job: what it took counts, once. */
  async settle(
    job: Pick<JobRow, 'id' | 'key_id' | 'owner_id' | 'model' | 'reader_until' | 'lease_price_nano'>,
    { attempt, worker }: { attempt: AttemptRow; worker: WorkerRow | undefined },
    caller: Caller | undefined,
  ): Promise<void> {
    // The request that it is for pays.
    if (job.reader_until !== null) return;
    const { id, key_id: keyId, owner_id: ownerId, model: registered } = job;
    const leaseMs = attempt.ended_at - attempt.started_at;
    const isDone = attempt.outcome === 'completed';
    // A client could cancel just before the end, having read the output.
    const gpuMs = isDone ? gpuMsOf(attempt) : attempt.gpu_ms_measured;
    const usdNano = costOf(job.lease_price_nano ?? worker?.price_nano, leaseMs);
    const { tokens_in: tokensIn, tokens_out: tokensOut } = attempt;
    const took = { requests: 0, tokens: tokensIn + tokensOut, usdNano, gpuMs };
    const reservation = this.#take(id, attempt.attempt) ?? (await this.#unreserved(caller));
    if (reservation !== undefined) await this.#options.budgets.settle(reservation, took);
    this.#options.counters.count({
      keyId,
      ownerId,
      // One that the worker has registered: what its answer says may be made up.
      model: registered ?? '',
      worker: attempt.worker_id,
      code: isDone ? 'ok' : (attempt.error_code ?? 'canceled'),
      tokensIn,
      tokensOut,
      usdNano,
      gpuMs,
    });
  }

  /** Leases that ended elsewhere, or without anything to count. @param isOver whether it runs no more */
  async release(isOver: (held: ReadonlyMap<string, number>) => Promise<readonly string[]>): Promise<void> {
    if (this.#held.size === 0) return;
    const attempts = new Map([...this.#held].map(([id, { attempt }]) => [id, attempt]));
    for (const id of await isOver(attempts)) {
      const reservation = this.#take(id, attempts.get(id) ?? 0);
      if (reservation !== undefined) await this.#options.budgets.settle(reservation, NOTHING);
    }
  }

  /** A lease that did not begin. */
  async drop(jobId: string, attempt: number): Promise<void> {
    const reservation = this.#take(jobId, attempt);
    if (reservation !== undefined) await this.#options.budgets.settle(reservation, NOTHING);
  }

  #take(id: string, attempt: number): Reservation | undefined {
    const held = this.#held.get(id);
    if (held?.attempt !== attempt) return undefined;
    this.#held.delete(id);
    return held.reservation;
  }

  /** Another process has reserved it, or one that is gone: nothing is checked, and all of it counts. */
  async #unreserved(caller: Caller | undefined): Promise<Reservation | undefined> {
    if (caller === undefined || !hasBudgets(caller)) return undefined;
    const held = await this.#options.budgets.reserve(caller.holders, NOTHING);
    return 'refused' in held ? undefined : held;
  }
}

/** Whether a lease of theirs reserves anything. */
export const hasBudgets = ({ holders }: Pick<Caller, 'holders'>): boolean =>
  holders.some(({ budgets }) => budgets.length > 0);

const spendFor = (worker: WorkerRow, ms: number): Spend => ({
  ...NOTHING,
  usdNano: costOf(worker.price_nano, ms),
  gpuMs: candidateOf(worker).capabilities.gpus.length * ms,
});

const costOf = (priceNano: number | null | undefined, ms: number): number =>
  Math.ceil(((priceNano ?? 0) * ms) / HOUR_MS);
