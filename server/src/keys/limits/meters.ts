import { isRequestLimit, type Limit, type RequestLimit } from '../../access/index.ts';
import { QUARANTINE_LIMIT } from '../key.ts';

/** For an answer or a `RateLimit` header. */
export type LimitView =
  | { name: string; requests: number; window_seconds: number; remaining: number; resets_in_seconds: number }
  | { name: string; concurrent: number; remaining: number };

type WindowLimit = Extract<RequestLimit, { requests: number }>;
type ConcurrencyLimit = Extract<RequestLimit, { concurrent: number }>;

interface Meter {
  readonly limit: RequestLimit;
  /** 0: `cost` fits now. */
  waitMs(cost: number, nowMs: number): number;
  take(cost: number, nowMs: number): void;
  view(nowMs: number): LimitView;
  idle(nowMs: number): boolean;
}

/** The requests of a holder that run now. */
export interface Running {
  count: number;
}

/** Kept meters of limits that a holder had before and that are not idle yet. */
const FORMER_MAX = 20;

/**
 * The meters of one holder. A limit that is new, renamed, changed or restored begins with the count of the others: a
 * change would otherwise allow more than the limit. Guarded by limits.test.ts.
 */
export class HolderMeters {
  readonly all: Meter[];
  readonly holds: boolean;
  readonly running: Running;
  #source: readonly Limit[];
  readonly #former: WindowMeter[];

  constructor(source: readonly Limit[], before: HolderMeters | undefined, nowMs: number) {
    this.#source = source;
    this.running = before?.running ?? { count: 0 };
    const known = before === undefined ? [] : [...before.all.filter(isWindow), ...before.#former];
    const taken = new Set<Meter>();
    this.all = source.filter(isRequestLimit).map((limit) => {
      if ('concurrent' in limit) return new ConcurrencyMeter(limit, this.running);
      const meter = WindowMeter.after(limit, known, nowMs);
      taken.add(meter);
      return meter;
    });
    this.#former = known.filter((meter) => !taken.has(meter) && !meter.idle(nowMs)).slice(0, FORMER_MAX);
    this.holds = source.some((limit) => 'concurrent' in limit);
  }

  /** Each key has its own list of the limits of its ancestors, with equal content. */
  isFor(limits: readonly Limit[]): boolean {
    if (this.#source === limits) return true;
    if (this.#source.length !== limits.length) return false;
    if (!limits.every((limit, index) => isSame(limit, this.#source[index]))) return false;
    this.#source = limits;
    return true;
  }

  idle(nowMs: number): boolean {
    return this.running.count === 0 && [...this.all, ...this.#former].every((meter) => meter.idle(nowMs));
  }
}

const isWindow = (meter: Meter): meter is WindowMeter => meter instanceof WindowMeter;

function isSame(a: Limit, b: Limit | undefined): boolean {
  if (b === undefined || a.name !== b.name) return false;
  if ('concurrent' in a) return 'concurrent' in b && a.concurrent === b.concurrent;
  if ('requests' in a)
    return 'requests' in b && a.requests === b.requests && a.window_seconds === b.window_seconds;
  // Meters count requests only.
  return !isRequestLimit(b);
}

/** The times of the requests admitted within the last window, in a ring that grows: 8 bytes each. */
class WindowMeter implements Meter {
  limit: WindowLimit;
  readonly #windowMs: number;
  #times = new Float64Array(8);
  #first = 0;
  #count = 0;

  constructor(limit: WindowLimit) {
    this.limit = limit;
    this.#windowMs = limit.window_seconds * 1000;
  }

  /** The meter of a limit; begins with the largest count that any known meter has within the window. */
  static after(limit: WindowLimit, known: readonly WindowMeter[], nowMs: number): WindowMeter {
    const isOwn = (one: WindowMeter): boolean =>
      one.limit.name === limit.name && one.limit.window_seconds === limit.window_seconds;
    const own = known.find(isOwn);
    let fullest = own;
    for (const one of known) {
      // The quarantine counts beside the holder's own limits, which it does not replace.
      if (one.limit.name === QUARANTINE_LIMIT.name && limit.name !== QUARANTINE_LIMIT.name) continue;
      const sinceMs = nowMs - limit.window_seconds * 1000;
      if (fullest === undefined || one.#countSince(sinceMs) > fullest.#countSince(sinceMs)) fullest = one;
    }
    const meter = own !== undefined && fullest === own ? own : new WindowMeter(limit);
    if (fullest !== undefined && meter !== fullest) meter.#copy(fullest, nowMs);
    meter.limit = limit;
    return meter;
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

  #countSince(sinceMs: number): number {
    let earlier = 0;
    while (earlier < this.#count && this.#at(earlier) <= sinceMs) earlier++;
    return this.#count - earlier;
  }

  #copy(from: WindowMeter, nowMs: number): void {
    this.#times = from.#times.slice();
    this.#first = from.#first;
    this.#count = from.#count;
    this.#forget(nowMs);
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

class ConcurrencyMeter implements Meter {
  readonly limit: ConcurrencyLimit;
  readonly #running: Running;

  constructor(limit: ConcurrencyLimit, running: Running) {
    this.limit = limit;
    this.#running = running;
  }

  waitMs(): number {
    return this.#running.count < this.limit.concurrent ? 0 : 1000;
  }

  take(): void {}

  view(): LimitView {
    return { ...this.limit, remaining: Math.max(0, this.limit.concurrent - this.#running.count) };
  }

  idle(): boolean {
    return this.#running.count === 0;
  }
}
