import { setTimeout as sleep } from 'node:timers/promises';
import { Mutex } from '../base/mutex.ts';

/** How long a transaction waits for the lock of another process. */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 3;

/** A transaction in the queue. */
export interface Place {
  /** `WriteQueue.#lockedMs` when it came. */
  readonly sinceMs: number;
  /** It is refused when `#lockedMs` has grown to this. */
  readonly untilMs: number;
}

interface Waiting extends Place {
  refuse(error: unknown): void;
}

/**
 * Runs the transactions of this process one after the other. Each waits for the locks of other processes for 5 s in all,
 * counted from when it came: also those that still stand in the queue are refused then. Waiting for transactions of this process
 * has no limit, as these get on. Guarded by slow-writer.test.ts.
 */
export class WriteQueue {
  readonly #turns = new Mutex();
  readonly #waiting = new Set<Waiting>();
  /** How long this process has waited for others, in all. */
  #lockedMs = 0;

  /** @param waitedMs that its request has waited before. */
  async run<T>(waitedMs: number, work: (place: Place) => Promise<T>): Promise<T> {
    const refused = Promise.withResolvers<never>();
    const sinceMs = this.#lockedMs;
    const place: Waiting = {
      sinceMs,
      untilMs: sinceMs + LOCK_WAIT_MS - waitedMs,
      refuse: refused.reject,
    };
    this.#waiting.add(place);
    const turn = this.#turns.run(async () => {
      if (this.#waiting.delete(place)) return work(place);
      return refused.promise;
    });
    return Promise.race([turn, refused.promise]);
  }

  /** Attempts it until the lock of another process is free. @throws its error where that takes too long. */
  async whileLocked<T>({ untilMs }: Place, attempt: () => T): Promise<T> {
    for (let lastMs = performance.now(); ;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        const nowMs = performance.now();
        this.#lockedMs += nowMs - lastMs;
        lastMs = nowMs;
        this.#refuseLate(error);
        if (this.#lockedMs >= untilMs) throw error;
      }
      await sleep(LOCK_RETRY_MS);
    }
  }

  waitedBy({ sinceMs }: Place): number {
    return this.#lockedMs - sinceMs;
  }

  #refuseLate(error: unknown): void {
    for (const place of this.#waiting) {
      if (this.#lockedMs < place.untilMs) continue;
      this.#waiting.delete(place);
      place.refuse(error);
    }
  }
}

/** For what waits beside the queue. */
export async function whileBusy<T>(attempt: () => T): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() - startedMs > LOCK_WAIT_MS) throw error;
      await sleep(LOCK_RETRY_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  // 5 SQLITE_BUSY, with extended codes in the higher bytes.
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
}
