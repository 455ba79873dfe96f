import { Condition } from './condition.ts';

const CHANGES_KEPT = 10_000;

/**
 * How many requests each node has ended for each change. Counted before anybody asks: another node may confirm a change
 * before this one knows that it is committed.
 */
export class EndedTally {
  /** By the number of the change, then by node. */
  readonly #ended = new Map<number, Map<string, number>>();
  readonly #heard = new Condition();

  heard(nodeId: string, seq: number, ended: number): void {
    const byNode = this.#ended.get(seq) ?? new Map<string, number>();
    this.#ended.set(seq, byNode.set(nodeId, ended));
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > CHANGES_KEPT && oldest !== undefined) this.#ended.delete(oldest);
    this.#heard.signal();
  }

  /** After a restore of the database the numbers come again. */
  clear(): void {
    this.#ended.clear();
  }

  of(nodeId: string, seq: number): number {
    return this.#ended.get(seq)?.get(nodeId) ?? 0;
  }

  /** On all nodes, for the changes from `first` to `last`. */
  total(first: number, last: number): number {
    let total = 0;
    for (let seq = first; seq <= last; seq++)
      for (const ended of this.#ended.get(seq)?.values() ?? []) total += ended;
    return total;
  }

  /** Resolves when all these nodes have told their number for `seq`, or after `timeoutMs`. */
  async untilHeard(nodeIds: readonly string[], seq: number, timeoutMs: number): Promise<void> {
    await this.#heard.until(() => nodeIds.every((id) => this.#ended.get(seq)?.has(id)), timeoutMs);
  }
}
