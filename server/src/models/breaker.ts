import type { Clock } from '../base/clock.ts';

const FAILURES_TO_OPEN = 5;
const OPEN_MIN_MS = 10_000;
const OPEN_MAX_MS = 120_000;
const BUSY_MAX_MS = 30_000;
const BUSY_DEFAULT_MS = 1_000;

interface State {
  /** In a row, without a success between. */
  failures: number;
  openUntilMs: number;
  openForMs: number;
  /** One request is trying whether it is back. */
  probing: boolean;
  busyUntilMs: number;
}

export type Condition = 'ready' | 'busy' | 'open';

/**
 * Which upstreams are worth a try. Five failures in a row keep one from being asked for 10 s, then one request at
 * a time tries it; each one that fails doubles the time, up to 2 minutes. 429 is no failure: it only goes to the end
 * of the line for as long as it asks, up to 30 s.
 */
export class Breakers {
  readonly #clock: Clock;
  readonly #states = new Map<string, State>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  condition(id: string): Condition {
    const state = this.#states.get(id);
    if (state === undefined) return 'ready';
    const nowMs = this.#clock.monotonicMs();
    if (state.openForMs > 0 && (state.probing || nowMs < state.openUntilMs)) return 'open';
    return nowMs < state.busyUntilMs ? 'busy' : 'ready';
  }

  /** Milliseconds until an open one is tried again; 0 when it is not open. */
  retryInMs(id: string): number {
    const state = this.#states.get(id);
    return state === undefined ? 0 : Math.max(0, state.openUntilMs - this.#clock.monotonicMs());
  }

  /**
   * Before a request goes there; an outcome must follow.
   * @returns false where it must not: it is open, or another request is trying it.
   */
  enter(id: string): boolean {
    if (this.condition(id) === 'open') return false;
    const state = this.#states.get(id);
    if (state !== undefined && state.openForMs > 0) state.probing = true;
    return true;
  }

  succeeded(id: string): void {
    const state = this.#states.get(id);
    if (state === undefined) return;
    // A busy time that another request was told stays.
    if (state.busyUntilMs > this.#clock.monotonicMs())
      this.#states.set(id, { ...fresh(), busyUntilMs: state.busyUntilMs });
    else this.#states.delete(id);
  }

  failed(id: string): void {
    const state = this.#state(id);
    state.probing = false;
    state.failures++;
    if (state.failures < FAILURES_TO_OPEN) return;
    const nowMs = this.#clock.monotonicMs();
    // Those that were under way when it opened say nothing new.
    if (nowMs < state.openUntilMs) return;
    state.openForMs = state.openForMs === 0 ? OPEN_MIN_MS : Math.min(state.openForMs * 2, OPEN_MAX_MS);
    state.openUntilMs = nowMs + state.openForMs;
  }

  /** @param retryAfterMs what the upstream asked for, if it did. */
  busy(id: string, retryAfterMs: number | undefined): void {
    const state = this.#state(id);
    // It answers: whatever made it open is over.
    Object.assign(state, { ...fresh(), busyUntilMs: state.busyUntilMs });
    const forMs = Math.min(retryAfterMs ?? BUSY_DEFAULT_MS, BUSY_MAX_MS);
    state.busyUntilMs = Math.max(state.busyUntilMs, this.#clock.monotonicMs() + forMs);
  }

  /** The request ended for a reason that says nothing about the upstream, such as a caller who went away. */
  unknown(id: string): void {
    const state = this.#states.get(id);
    if (state !== undefined) state.probing = false;
  }

  #state(id: string): State {
    const state = this.#states.get(id) ?? fresh();
    this.#states.set(id, state);
    return state;
  }
}

function fresh(): State {
  return { failures: 0, openUntilMs: 0, openForMs: 0, probing: false, busyUntilMs: 0 };
}
