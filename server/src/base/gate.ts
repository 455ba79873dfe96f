/** A semaphore: at most `limit` pieces of work run at once; the others wait, first come first served. */
export class Gate {
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(limit: number, { waitingMax = Infinity }: { waitingMax?: number } = {}) {
    this.#free = limit;
    this.#waitingMax = waitingMax;
  }

  /** @throws Error where too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.enter();
    if (release === undefined) throw new Error('Too many are waiting.');
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** @returns gives the place to the next; undefined where too many wait, or the signal has aborted. */
  async enter(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#free > 0) {
      this.#free--;
      return () => this.#pass();
    }
    if (this.#waiting.length >= this.#waitingMax) return undefined;
    return new Promise((resolve) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(() => this.#pass());
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        resolve(undefined);
      };
      this.#waiting.push(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Hands the place over: no newcomer can take it before the next in the queue. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
