import type { Clock } from '../../base/clock.ts';

const FAILURES_TO_OPEN = 5;
/** Different callers, for failures that a request may have caused. */
const CALLERS_TO_OPEN = 3;
const OPEN_MIN_MS = 10_000;
const OPEN_MAX_MS = 120_000;
/** How long a request that probes an open line blocks other probes. */
const PROBE_MAX_MS = 5_000;
const BUSY_MAX_MS = 30_000;
const BUSY_DEFAULT_MS = 1_000;
const LINES_MAX = 10_000;

/** One model at one upstream. */
interface Line {
  /** In a row. */
  failures: number;
  /** Failures in a row that the request may have caused, and their callers. */
  doubts: number;
  doubters: Set<string>;
  /** Healthy answers. */
  answers: number;
  openUntilMs: number;
  /** 0: closed. */
  openForMs: number;
  probe: Trial | undefined;
  /** The caller that opened or probed it last, and until when waiting callers go before it. */
  last: string | undefined;
  lastWaitsUntilMs: number;
  othersWait: boolean;
  busyUntilMs: number;
}

/**
 * Circuit breakers, one for each model of each upstream. Five failures in a row open one for 10 s; then one request at a time probes
 * it, and each failed probe doubles the time, up to 2 minutes. No caller can open one for others by its own requests
 * (breaker.test.ts): a failure that a request may have caused counts if three callers had one and none was answered meanwhile, and
 * waiting callers probe before the one that failed last. If the upstream is the more likely cause, the breaker opens for this caller
 * only. 429 is not a failure: the model moves to the end of the order for as long as it asks, up to 30 s.
 */
export class Breakers {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();
  /** The lines of single callers; undefined in those. */
  readonly #own: Breakers | undefined;

  constructor(clock: Clock, { isOwn = false }: { isOwn?: boolean } = {}) {
    this.#clock = clock;
    this.#own = isOwn ? undefined : new Breakers(clock, { isOwn: true });
  }

  isBusy(key: string): boolean {
    const line = this.#lines.get(key);
    return line !== undefined && this.#clock.monotonicMs() < line.busyUntilMs;
  }

  /** Whether this caller's request must not be sent there now. */
  isOpen(key: string, caller: string): boolean {
    return this.#isShut(key, caller, ownLine(key, caller));
  }

  #isShut(key: string, caller: string, own: string): boolean {
    const callers = this.#own;
    if (callers !== undefined && callers.#isShut(own, caller, own)) return true;
    const line = this.#lines.get(key);
    if (line === undefined || line.openForMs === 0) return false;
    const nowMs = this.#clock.monotonicMs();
    const isTried = line.probe !== undefined && nowMs - line.probe.beganMs < PROBE_MAX_MS;
    const letsOthers = line.othersWait && caller === line.last && nowMs < line.lastWaitsUntilMs;
    const isOpen = nowMs < line.openUntilMs || isTried || letsOthers;
    if (isOpen && caller !== line.last) line.othersWait = true;
    return isOpen;
  }

  /** Milliseconds until an open line is probed; 0 or less: it is not open. */
  retryInMs(key: string, caller: string): number {
    const openUntilMs = this.#lines.get(key)?.openUntilMs ?? 0;
    const ownMs = this.#own?.retryInMs(ownLine(key, caller), caller) ?? 0;
    return Math.max(ownMs, openUntilMs - this.#clock.monotonicMs());
  }

  /** Before a request. @returns undefined if it must not be sent: the line is open. Otherwise one outcome of the trial must follow. */
  enter(key: string, caller: string): Trial | undefined {
    const own = ownLine(key, caller);
    if (this.#isShut(key, caller, own)) return undefined;
    const callers = this.#own;
    return this.#begin(key, caller, callers === undefined ? undefined : callers.#begin(own, caller));
  }

  #begin(key: string, caller: string, own?: Trial): Trial {
    const line = this.#line(key);
    const trial = new Trial(line, caller, { clock: this.#clock, own });
    if (line.openForMs > 0) line.probe = trial;
    return trial;
  }

  /** The lines of an upstream that requests have used. */
  linesOf(upstreamId: string): { model: string; isOpen: boolean; failures: number; retryInMs: number }[] {
    const start = `${upstreamId} `;
    const nowMs = this.#clock.monotonicMs();
    return [...this.#lines]
      .filter(([key]) => key.startsWith(start))
      .map(([key, { openForMs, openUntilMs, failures, doubts }]) => ({
        model: key.slice(start.length),
        isOpen: openForMs > 0,
        failures: failures + doubts,
        retryInMs: openUntilMs - nowMs,
      }));
  }

  /** Closes all lines of an upstream. */
  recovered(upstreamId: string): void {
    this.#own?.recovered(upstreamId);
    for (const key of this.#lines.keys()) if (key.startsWith(`${upstreamId} `)) this.#lines.delete(key);
  }

  #line(key: string): Line {
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    // A line that is not in the map counts as healthy.
    if (this.#lines.size >= LINES_MAX) this.#lines.clear();
    const line = { ...closed(), answers: 0, busyUntilMs: 0 };
    this.#lines.set(key, line);
    return line;
  }
}

const ownLine = (key: string, caller: string): string => `${key} ${caller}`;

/** One request to one model at one upstream. Its outcome changes the line. */
export class Trial {
  readonly beganMs: number;
  readonly #line: Line;
  readonly #caller: string;
  readonly #clock: Clock;
  readonly #answersBefore: number;
  /** The same request on the caller's own line. */
  readonly #own: Trial | undefined;

  constructor(line: Line, caller: string, { clock, own }: { clock: Clock; own: Trial | undefined }) {
    this.#line = line;
    this.#caller = caller;
    this.#clock = clock;
    this.#own = own;
    this.beganMs = clock.monotonicMs();
    this.#answersBefore = line.answers;
  }

  succeeded(): void {
    this.#own?.succeeded();
    const line = this.#line;
    line.answers++;
    if (line.failures + line.doubts > 0 || line.openForMs > 0) Object.assign(line, closed());
  }

  busy(retryAfterMs: number | undefined): void {
    // It answers, so it is healthy.
    this.succeeded();
    const forMs = Math.min(retryAfterMs ?? BUSY_DEFAULT_MS, BUSY_MAX_MS);
    this.#line.busyUntilMs = Math.max(this.#line.busyUntilMs, this.#clock.monotonicMs() + forMs);
  }

  /** The upstream failed before it received the request. */
  failed(): void {
    this.#own?.unknown();
    if (this.#saysNothing()) return this.#passed();
    if (++this.#line.failures >= FAILURES_TO_OPEN) this.#open();
    else this.#passed();
  }

  /** It failed in a way that a request seldom causes: opens the caller's own line. */
  suspected(): void {
    this.#own?.failed();
    this.#doubt();
  }

  /** It failed in a way that the request may have caused. */
  doubted(): void {
    this.#own?.unknown();
    this.#doubt();
  }

  #doubt(): void {
    if (this.#saysNothing()) return this.#passed();
    const line = this.#line;
    line.doubts++;
    if (line.doubters.size < CALLERS_TO_OPEN) line.doubters.add(this.#caller);
    const isShared = line.doubters.size >= CALLERS_TO_OPEN;
    if (isShared && line.failures + line.doubts >= FAILURES_TO_OPEN) this.#open();
    else this.#passed();
  }

  /** The request ended for another reason, such as a caller that left. */
  unknown(): void {
    this.#own?.unknown();
    this.#passed();
  }

  #passed(): void {
    const line = this.#line;
    if (line.probe !== this) return;
    line.probe = undefined;
    line.last = this.#caller;
    line.lastWaitsUntilMs = this.#clock.monotonicMs() + PROBE_MAX_MS;
  }

  /** A caller was answered since it began, or it began before the line was opened. */
  #saysNothing(): boolean {
    const { answers, openForMs, probe } = this.#line;
    return answers !== this.#answersBefore || (openForMs > 0 && probe !== this);
  }

  #open(): void {
    const line = this.#line;
    line.openForMs = line.openForMs === 0 ? OPEN_MIN_MS : Math.min(line.openForMs * 2, OPEN_MAX_MS);
    line.openUntilMs = this.#clock.monotonicMs() + line.openForMs;
    line.last = this.#caller;
    line.lastWaitsUntilMs = line.openUntilMs + line.openForMs;
    line.othersWait = false;
    line.probe = undefined;
  }
}

function closed(): Omit<Line, 'answers' | 'busyUntilMs'> {
  return {
    failures: 0,
    doubts: 0,
    doubters: new Set(),
    openUntilMs: 0,
    openForMs: 0,
    probe: undefined,
    last: undefined,
    lastWaitsUntilMs: 0,
    othersWait: false,
  };
}
