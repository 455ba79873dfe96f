/** How many requests the other nodes have ended for changes that are being acknowledged. */
export class EndedTally {
  readonly #first: number;
  readonly #last: number;
  /** By node and number of the change: a node that says it twice counts once. */
  readonly #ended = new Map<string, number>();
  #wake: (() => void) | undefined;

  constructor(first: number, last: number) {
    this.#first = first;
    this.#last = last;
  }

  get total(): number {
    let total = 0;
    for (const ended of this.#ended.values()) total += ended;
    return total;
  }

  heard(nodeId: string, seq: number, ended: number): void {
    if (seq < this.#first || seq > this.#last) return;
    this.#ended.set(`${nodeId} ${seq}`, ended);
    this.#wake?.();
  }

  /** Resolves when all of these nodes have said how many, or after `timeoutMs`: the count is then of those that did. */
  async untilHeard(nodeIds: readonly string[], timeoutMs: number): Promise<void> {
    const isComplete = (): boolean => nodeIds.every((id) => this.#ended.has(`${id} ${this.#last}`));
    if (isComplete()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        if (!isComplete()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
