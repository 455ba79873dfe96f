import { KeywardApiError, KeywardConnectionError } from './errors.ts';
import { pause } from './transport.ts';

const MIN_MS = 100;
const MAX_MS = 5_000;
const RETRY_AFTER_MAX_MS = 60_000;

/** The server was not reached, failed, or has no room now: the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof KeywardConnectionError) return true;
  if (!(error instanceof KeywardApiError)) return false;
  return error.status >= 500 || error.status === 429 || error.status === 408;
}

/** Pauses between tries: twice as long each time, from 0.1 s to the most, and as long as Retry-After says. */
export class Backoff {
  readonly #mostMs: number;
  #nextMs = MIN_MS;

  constructor(mostMs = MAX_MS) {
    this.#mostMs = Math.min(mostMs, MAX_MS);
  }

  /** After a success. */
  reset(): void {
    this.#nextMs = MIN_MS;
  }

  /** @throws the error where it is not transient; the reason of the signal */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    if (!isTransient(error)) throw error;
    const asked = error instanceof KeywardApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    // Many clients of a server that comes back do not come at the same moment.
    const ownMs = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#mostMs);
    await pause(Math.max(ownMs, Math.min(asked, RETRY_AFTER_MAX_MS)), signal);
  }
}

interface Patience {
  signal: AbortSignal;
  /** How long it is tried. */
  forMs: number;
}

/** Tries a request that may be repeated until it succeeds. @throws the last error after the time, or one that is not transient. */
export async function persistently<T>(work: () => Promise<T>, { signal, forMs }: Patience): Promise<T> {
  const endsMs = performance.now() + forMs;
  const backoff = new Backoff();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (performance.now() > endsMs) throw error;
      await backoff.wait(error, signal);
    }
  }
}
