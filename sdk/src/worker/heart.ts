import { pause } from '../transport.ts';
import type { WorkerEvent } from './worker-types.ts';

/** Between two heartbeats that only tell progress. */
const SOON_MS = 1_000;

/** After failures with these codes the server takes the model from the worker, until it registers again. */
const TAKES_MODEL: ReadonlySet<string> = new Set(['oom', 'model_missing']);
/** Heartbeats before it registers again; twice as many each time, until a job succeeds. */
const REGAIN_BEATS = 6;
const REGAIN_MAX_MS = 3_600_000;

/** When the next heartbeat is due, and what is due with it. */
export class Heart {
  intervalMs = 10_000;
  #lastMs = -Infinity;
  #dueMs = 0;
  #wake: () => void = () => undefined;
  #hasTwin = false;
  #regainMs = Infinity;
  #lostModels = 0;

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

  note(event: WorkerEvent): void {
    if (event.type === 'job_completed') this.#lostModels = 0;
    if (event.type !== 'job_failed' || !TAKES_MODEL.has(event.code) || this.#regainMs !== Infinity) return;
    const waitMs = Math.min(this.intervalMs * REGAIN_BEATS * 2 ** this.#lostModels++, REGAIN_MAX_MS);
    this.#regainMs = performance.now() + waitMs;
  }

  /** Whether the worker should register again now, to get back a model that one request may have cost it. */
  regainsModels(): boolean {
    if (performance.now() < this.#regainMs) return false;
    this.#regainMs = Infinity;
    return true;
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
