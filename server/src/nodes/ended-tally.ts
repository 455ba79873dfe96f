/** Changes of which it is known how many requests they have ended. */
const CHANGES_KEPT = 10_000;

/**
 * How many requests each node has ended for each change. Kept from before anybody asks: another node can confirm a change
 * before this one, which made it, knows that it is committed.
 */
export class EndedTally {
  /** By the number of the change, then by node: a node that says it twice counts once. */
  readonly #ended = new Map<number, Map<string, number>>();
  readonly #waiting = new Set<() => void>();

  heard(nodeId: string, seq: number, ended: number): void {
    const byNode = this.#ended.get(seq) ?? new Map<string, number>();
    this.#ended.set(seq, byNode.set(nodeId, ended));
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > CHANGES_KEPT && oldest !== undefined) this.#ended.delete(oldest);
    for (const wake of this.#waiting) wake();
  }

  /** The numbers may come again, for other changes. */
  clear(): void {
    this.#ended.clear();
  }

  of(nodeId: string, seq: number): number {
    return this.#ended.get(seq)?.get(nodeId) ?? 0;
  }

  /** On all nodes that said so, for the changes from `first` to `last`. */
  total(first: number, last: number): number {
    let total = 0;
    for (let seq = first; seq <= last; seq++)
      for (const ended of this.#ended.get(seq)?.values() ?? []) total += ended;
    return total;
  }

  /** Resolves when all of these nodes have said how many for `seq`, or after `timeoutMs`: the count is then of those that did. */
  async untilHeard(nodeIds: readonly string[], seq: number, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const wake = (): void => {
        if (nodeIds.every((id) => this.#ended.get(seq)?.has(id))) settle();
      };
      const timer = setTimeout(settle, timeoutMs);
      this.#waiting.add(wake);
      wake();
    });
  }
}
