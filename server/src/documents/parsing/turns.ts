/** Lets a few in at once and the others wait, not too many of them. */
export class Turns {
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }) {
    this.#free = atOnce;
    this.#waitingMax = waitingMax;
  }

  /** @returns what ends the turn; undefined where too many wait, or whoever waited has gone. */
  async take(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#free > 0) {
      this.#free--;
      return () => this.#pass();
    }
    if (this.#waiting.length >= this.#waitingMax) return undefined;
    return new Promise((resolve) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve(() => this.#pass());
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        resolve(undefined);
      };
      this.#waiting.push(begin);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
