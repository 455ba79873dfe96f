import type { Limit } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';

/** A limit as it stands now, for an answer or a `RateLimit` header. */
export type LimitView =
  | { name: string; requests: number; window_seconds: number; remaining: number; resets_in_seconds: number }
  | { name: string; concurrent: number; remaining: number };

export type Admission =
  { admitted: true; release: () => void } | { admitted: false; limit: Limit; retryAfterSeconds: number };

const NOTHING = (): void => undefined;
const ADMITTED: Admission = { admitted: true, release: NOTHING };
/** Meters of keys that have gone quiet are let go of so often. */
const SWEEP_MS = 60_000;

/**
 * Request limits of this process, in memory. Exact: within any span of `window_seconds`, not only within aligned
 * ones, at most `requests` are admitted, and a caller below that is never refused. Each process counts its own:
 * across n processes at most n times as many get through.
 */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #keys = new Map<string, KeyMeters>();
  #sweptMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes `cost` from every limit of the key, or from none. Call `release` when the request is over;
   * twice is harmless.
   * @param hold false for a question about a key that is not being served here: concurrency is looked at, not taken.
   */
  admit(keyId: string, limits: readonly Limit[], { cost = 1, hold = true } = {}): Admission {
    if (limits.length === 0) return ADMITTED;
    const nowMs = this.#clock.monotonicMs();
    const meters = this.#metersOf(keyId, limits, nowMs);
    const full = meters.full(cost, nowMs);
    if (full !== undefined) return full;
    for (const meter of meters.all) meter.take(cost, nowMs, hold);
    return meters.holds && hold ? { admitted: true, release: releaser(meters) } : ADMITTED;
  }

  /** The limit that would refuse `cost` now; takes nothing. */
  fullLimit(keyId: string, limits: readonly Limit[], cost = 1): Limit | undefined {
    if (limits.length === 0) return undefined;
    const nowMs = this.#clock.monotonicMs();
    return this.#metersOf(keyId, limits, nowMs).full(cost, nowMs)?.limit;
  }

  /** What is left of each limit. */
  view(keyId: string, limits: readonly Limit[]): LimitView[] {
    if (limits.length === 0) return [];
    const nowMs = this.#clock.monotonicMs();
    return this.#metersOf(keyId, limits, nowMs).all.map((meter) => meter.view(nowMs));
  }

  #metersOf(keyId: string, limits: readonly Limit[], nowMs: number): KeyMeters {
    if (nowMs - this.#sweptMs > SWEEP_MS) this.#sweep(nowMs);
    const known = this.#keys.get(keyId);
    if (known?.source === limits) return known;
    const meters = new KeyMeters(limits, known, nowMs);
    this.#keys.set(keyId, meters);
    return meters;
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const [keyId, meters] of this.#keys) {
      if (meters.idle(nowMs)) this.#keys.delete(keyId);
    }
  }

  /** Keys of which something is kept. */
  get size(): number {
    return this.#keys.size;
  }
}

function releaser(meters: KeyMeters): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    for (const meter of meters.all) meter.release();
  };
}

interface Meter {
  readonly limit: Limit;
  /** Goes on as the meter of this limit, with what it has counted; false where that makes no sense. */
  becomes(limit: Limit): boolean;
  /** 0 when `cost` fits now, else how long to wait. */
  waitMs(cost: number, nowMs: number): number;
  take(cost: number, nowMs: number, hold: boolean): void;
  release(): void;
  view(nowMs: number): LimitView;
  idle(nowMs: number): boolean;
}

/** Meters of limits that a key had before and that are not idle yet; more are let go of. */
const FORMER_MAX = 20;

/**
 * The meters of one key. A limit that is changed keeps what it has counted, and so does one that is taken away and
 * comes back (quarantine and its end): else a change would be a way to more than the limit.
 */
class KeyMeters {
  readonly source: readonly Limit[];
  readonly all: Meter[];
  readonly holds: boolean;
  readonly #former: Meter[];

  constructor(source: readonly Limit[], before: KeyMeters | undefined, nowMs: number) {
    this.source = source;
    const left = before === undefined ? [] : [...before.all, ...before.#former];
    this.all = source.map((limit) => {
      const same = left.findIndex((meter) => meter.becomes(limit));
      const [meter] = same < 0 ? [] : left.splice(same, 1);
      return meter ?? ('concurrent' in limit ? new ConcurrencyMeter(limit) : new WindowMeter(limit));
    });
    this.#former = left.filter((meter) => !meter.idle(nowMs)).slice(0, FORMER_MAX);
    this.holds = source.some((limit) => 'concurrent' in limit);
  }

  /** The refusal of the first limit that has no room for `cost`. */
  full(cost: number, nowMs: number): Extract<Admission, { admitted: false }> | undefined {
    for (const meter of this.all) {
      const waitMs = meter.waitMs(cost, nowMs);
      if (waitMs > 0)
        return { admitted: false, limit: meter.limit, retryAfterSeconds: Math.ceil(waitMs / 1000) };
    }
    return undefined;
  }

  idle(nowMs: number): boolean {
    return [...this.all, ...this.#former].every((meter) => meter.idle(nowMs));
  }
}

type WindowLimit = Extract<Limit, { requests: number }>;

/** The times of the requests admitted within the last window, in a ring that grows as needed: 8 bytes each. */
class WindowMeter implements Meter {
  limit: WindowLimit;
  #windowMs: number;
  #times = new Float64Array(8);
  #first = 0;
  #count = 0;

  constructor(limit: WindowLimit) {
    this.limit = limit;
    this.#windowMs = limit.window_seconds * 1000;
  }

  becomes(limit: Limit): boolean {
    if ('concurrent' in limit || limit.name !== this.limit.name) return false;
    this.limit = limit;
    this.#windowMs = limit.window_seconds * 1000;
    return true;
  }

  waitMs(cost: number, nowMs: number): number {
    this.#forget(nowMs);
    const tooMany = this.#count + cost - this.limit.requests;
    if (tooMany <= 0) return 0;
    if (cost > this.limit.requests || tooMany > this.#count) return this.#windowMs;
    return Math.max(1, this.#at(tooMany - 1) + this.#windowMs - nowMs);
  }

  take(cost: number, nowMs: number): void {
    for (let i = 0; i < cost; i++) {
      if (this.#count === this.#times.length) this.#grow();
      this.#times[(this.#first + this.#count) % this.#times.length] = nowMs;
      this.#count++;
    }
  }

  release(): void {}

  view(nowMs: number): LimitView {
    this.#forget(nowMs);
    const resetsMs = this.#count === 0 ? 0 : this.#at(0) + this.#windowMs - nowMs;
    return {
      ...this.limit,
      remaining: Math.max(0, this.limit.requests - this.#count),
      resets_in_seconds: Math.ceil(resetsMs / 1000),
    };
  }

  idle(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#count === 0;
  }

  #at(index: number): number {
    return this.#times[(this.#first + index) % this.#times.length] ?? 0;
  }

  #forget(nowMs: number): void {
    while (this.#count > 0 && this.#at(0) + this.#windowMs <= nowMs) {
      this.#first = (this.#first + 1) % this.#times.length;
      this.#count--;
    }
  }

  #grow(): void {
    const larger = new Float64Array(this.#times.length * 2);
    for (let i = 0; i < this.#count; i++) larger[i] = this.#at(i);
    this.#times = larger;
    this.#first = 0;
  }
}

type ConcurrencyLimit = Extract<Limit, { concurrent: number }>;

class ConcurrencyMeter implements Meter {
  limit: ConcurrencyLimit;
  #running = 0;

  constructor(limit: ConcurrencyLimit) {
    this.limit = limit;
  }

  becomes(limit: Limit): boolean {
    if (!('concurrent' in limit) || limit.name !== this.limit.name) return false;
    this.limit = limit;
    return true;
  }

  waitMs(): number {
    return this.#running < this.limit.concurrent ? 0 : 1000;
  }

  take(_cost: number, _nowMs: number, hold: boolean): void {
    if (hold) this.#running++;
  }

  release(): void {
    this.#running--;
  }

  view(): LimitView {
    return { ...this.limit, remaining: Math.max(0, this.limit.concurrent - this.#running) };
  }

  idle(): boolean {
    return this.#running === 0;
  }
}
