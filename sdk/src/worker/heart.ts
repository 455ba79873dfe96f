import { pause } from '../transport.ts';

/** Between two heartbeats that only tell progress. */
const SOON_MS = 1_000;

/** When the next heartbeat is due. */
export class Heart {
  intervalMs = 10_000;
  #lastMs = -Infinity;
  #dueMs = 0;
  #wake: () => void = () => undefined;
  #hasTwin = false;

  /** It is due at once. */
  now(): void {
    this.#dueMs = 0;
    this.#wake();
  }

  /** It is due a second after the last one: progress is told soon, but not with each call. */
  soon(): void {
    this.#dueMs = Math.min(this.#dueMs, this.#lastMs + SOON_MS);
    this.#wake();
  }

  /** @returns whether it was told for the first time that another program has the name of this one. */
  findsTwin(hasTwin: boolean): boolean {
    const isFound = hasTwin && !this.#hasTwin;
    this.#hasTwin = hasTwin;
    return isFound;
  }

  /** Returns early when the signal aborts. */
  async untilNext(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#dueMs > performance.now()) {
      const waiting = new AbortController();
      this.#wake = () => waiting.abort();
      const either = AbortSignal.any([waiting.signal, signal]);
      await pause(Math.max(0, this.#dueMs - performance.now()), either).catch(() => undefined);
    }
    this.#lastMs = performance.now();
    this.#dueMs = this.#lastMs + this.intervalMs;
  }
}
