import { ApiError } from './api-error.ts';

export interface QueueCounts {
  readonly running: number;
  readonly waiting: number;
  readonly limit: number;
}

/** Runs work one piece at a time, in order; at most `limit` pieces wait, the next one is refused. */
export class WorkQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get counts(): QueueCounts {
    return { running: this.#running, waiting: this.#waiting.length, limit: this.#limit };
  }

  /**
   * Runs `work` when its turn comes. Throws 429 `queue_full` at once when too many wait, the signal's reason when it
   * is aborted while waiting, and what `work` throws.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#running > 0) await this.#turn(signal);
    else this.#running = 1;
    try {
      return await work();
    } finally {
      // The next one gets the place directly: otherwise a new request could take it first.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running = 0;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#limit) {
      const message = `The model is busy and ${this.#limit} requests wait already. Try again in a moment.`;
      throw new ApiError(429, 'queue_full', message, { headers: { 'retry-after': '1' } });
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
