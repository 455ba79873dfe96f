import type { Caller } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import { restOf, type Budgets } from '../../usage/index.ts';
import { LEAST_MS } from '../charges.ts';
import type { Ceiling } from '../spec.ts';
import type { WorkerRow } from '../store/tables.ts';
import { candidateOf } from '../workers/worker.ts';

/** How old a reading may be. */
const FRESH_MS = 1_000;
const HOUR_MS = 3_600_000;

type Budgeted = Pick<Caller, 'keyId' | 'holders'>;

interface Known {
  readMs: number;
  ceiling: Ceiling | undefined;
}

/**
 * The workers that the budgets of a key can pay for: its jobs wait for one of them. Ended by the first dear worker that takes
 * them, they would let any worker end the jobs of others by its price, or by the GPUs that it says it has. Keys without
 * budgets in USD and GPU seconds are not looked at. Guarded by dear-workers.test.ts.
 */
export class Ceilings {
  readonly #budgets: Budgets;
  readonly #clock: Clock;
  /** By key, of those whose jobs wait. */
  readonly #known = new Map<string, Known>();
  #lookedMs = -Infinity;

  constructor({ budgets, clock }: { budgets: Budgets; clock: Clock }) {
    this.#budgets = budgets;
    this.#clock = clock;
  }

  /** Whether there are some, and all of them were read long ago. */
  get areStale(): boolean {
    return this.#known.size > 0 && this.#clock.monotonicMs() - this.#lookedMs >= FRESH_MS;
  }

  /** As it was at the last reading. */
  of({ keyId }: Budgeted): Ceiling | undefined {
    return this.#known.get(keyId)?.ceiling;
  }

  /** Reads those of all keys whose jobs wait. @returns a promise where there is something to read */
  readAll(callers: readonly Budgeted[]): undefined | Promise<void> {
    this.#lookedMs = this.#clock.monotonicMs();
    const kept = new Set(callers.map(({ keyId }) => keyId));
    for (const keyId of this.#known.keys()) if (!kept.has(keyId)) this.#known.delete(keyId);
    return this.read(callers);
  }

  /** Reads those that are not fresh. @returns a promise where there are some */
  read(callers: readonly Budgeted[], freshMs = FRESH_MS): undefined | Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const stale = callers.filter(
      (caller) => isBound(caller) && nowMs - (this.#known.get(caller.keyId)?.readMs ?? -Infinity) >= freshMs,
    );
    return stale.length === 0 ? undefined : this.#read(stale, nowMs);
  }

  async #read(stale: readonly Budgeted[], nowMs: number): Promise<void> {
    const views = await this.#budgets.views(stale.flatMap(({ holders }) => holders));
    for (const { keyId, holders } of stale) {
      const ceiling = ceilingOf(holders.flatMap(({ id }) => views.get(id) ?? []));
      this.#known.set(keyId, { readMs: nowMs, ceiling: asBefore(this.#known.get(keyId)?.ceiling, ceiling) });
    }
  }

  /** A reservation found less than the last reading: for a second no worker that is as dear looks at jobs of this key. */
  async refused(caller: Budgeted, worker: WorkerRow): Promise<void> {
    await this.read([caller], 0);
    const { priceNano, gpus } = this.of(caller) ?? UNBOUND;
    const own = candidateOf(worker);
    const price = own.priceNano ?? 0;
    const count = own.capabilities.gpus.length;
    const isRead = price > priceNano || count > gpus;
    if (isRead) return;
    const ceiling = {
      priceNano: price === 0 ? priceNano : Math.min(priceNano, price - 1),
      gpus: count === 0 ? gpus : Math.min(gpus, count - 1),
    };
    this.#known.set(caller.keyId, { readMs: this.#clock.monotonicMs(), ceiling });
  }
}

const UNBOUND: Ceiling = { priceNano: Infinity, gpus: Infinity };

const isBound = ({ holders }: Budgeted): boolean =>
  holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'usd' || unit === 'gpu_seconds'));

/** @returns undefined where a budget is spent: the next worker ends the job, whatever it costs. */
function ceilingOf(views: readonly Parameters<typeof restOf>[0][]): Ceiling | undefined {
  const ceiling = { ...UNBOUND };
  for (const view of views) {
    if (view.unit !== 'usd' && view.unit !== 'gpu_seconds') continue;
    const { left, isSpent } = restOf(view);
    if (isSpent) return undefined;
    if (view.unit === 'usd') ceiling.priceNano = Math.min(ceiling.priceNano, (left * HOUR_MS) / LEAST_MS);
    else ceiling.gpus = Math.min(ceiling.gpus, Math.floor(left / LEAST_MS));
  }
  return ceiling;
}

/** The same object for the same values: lanes compare it. */
const asBefore = (before: Ceiling | undefined, now: Ceiling | undefined): Ceiling | undefined =>
  before?.priceNano === now?.priceNano && before?.gpus === now?.gpus ? before : now;
