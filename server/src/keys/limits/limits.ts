import type { Holder, Limit } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import { HolderMeters, type LimitView, type Running } from './meters.ts';

export type { LimitView } from './meters.ts';

export type LimitHolder = Pick<Holder, 'kind' | 'id' | 'limits'>;

export interface Full {
  admitted: false;
  limit: Limit;
  holder: LimitHolder;
  retryAfterSeconds: number;
}

export type Admission = { admitted: true; release: () => void } | Full;

const NOTHING = (): void => undefined;
const ADMITTED: Admission = { admitted: true, release: NOTHING };
/** How often the meters of idle holders are removed. */
const SWEEP_MS = 60_000;

/**
 * Request limits of this process, in memory. Exact: within any `window_seconds`, not only aligned ones, at most `requests`
 * are admitted, and a caller below that is never refused. Each process counts for itself: n processes admit up to n times
 * as many.
 */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #holders = new Map<string, HolderMeters>();
  #sweptMs = 0;
  #last: { id: string; meters: HolderMeters } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes `cost` from each limit of each holder, or from none. `release` ends the request; it is idempotent.
   * @param hold false for a question about a key: concurrency is checked and not taken.
   */
  admit(holders: readonly LimitHolder[], { cost = 1, hold = true } = {}): Admission {
    const nowMs = this.#clock.monotonicMs();
    const full = this.#full(holders, cost, nowMs);
    if (full !== undefined) return full;
    let held: Running[] | undefined;
    for (const { id, limits } of holders) {
      if (limits.length === 0) continue;
      const meters = this.#metersOf(id, limits, nowMs);
      for (const meter of meters.all) meter.take(cost, nowMs);
      if (!hold || !meters.holds) continue;
      meters.running.count++;
      (held ??= []).push(meters.running);
    }
    return held === undefined ? ADMITTED : { admitted: true, release: releaser(held) };
  }

  /** The limit that would refuse `cost` now; takes nothing. */
  fullLimit(holders: readonly LimitHolder[], cost = 1): Limit | undefined {
    return this.#full(holders, cost, this.#clock.monotonicMs())?.limit;
  }

  #full(holders: readonly LimitHolder[], cost: number, nowMs: number): Full | undefined {
    for (const holder of holders) {
      if (holder.limits.length === 0) continue;
      for (const meter of this.#metersOf(holder.id, holder.limits, nowMs).all) {
        const waitMs = meter.waitMs(cost, nowMs);
        if (waitMs === 0) continue;
        return { admitted: false, limit: meter.limit, holder, retryAfterSeconds: Math.ceil(waitMs / 1000) };
      }
    }
    return undefined;
  }

  /** What is left of each limit. */
  view(holderId: string, limits: readonly Limit[]): LimitView[] {
    if (limits.length === 0) return [];
    const nowMs = this.#clock.monotonicMs();
    return this.#metersOf(holderId, limits, nowMs).all.map((meter) => meter.view(nowMs));
  }

  #metersOf(holderId: string, limits: readonly Limit[], nowMs: number): HolderMeters {
    // A request asks several times, and so does the next one of a busy key.
    if (this.#last?.id === holderId && this.#last.meters.isFor(limits)) return this.#last.meters;
    const meters = this.#lookUp(holderId, limits, nowMs);
    this.#last = { id: holderId, meters };
    return meters;
  }

  #lookUp(holderId: string, limits: readonly Limit[], nowMs: number): HolderMeters {
    if (nowMs - this.#sweptMs > SWEEP_MS) this.#sweep(nowMs);
    const known = this.#holders.get(holderId);
    if (known?.isFor(limits) === true) return known;
    const meters = new HolderMeters(limits, known, nowMs);
    this.#holders.set(holderId, meters);
    return meters;
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    this.#last = undefined;
    for (const [holderId, meters] of this.#holders) {
      if (meters.idle(nowMs)) this.#holders.delete(holderId);
    }
  }

  /** Holders that have meters. */
  get size(): number {
    return this.#holders.size;
  }
}

function releaser(held: readonly Running[]): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    for (const running of held) running.count--;
  };
}
