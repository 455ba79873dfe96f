import { GroupCommit } from '../base/group-commit.ts';
import { currentPermit, withoutPermit, type Permit } from './permit.ts';
import type { Db, Storage, TransactionOptions } from './storage.ts';

interface Entry<Item> {
  item: Item;
  permit: Permit | undefined;
  /** On the monotonic clock. */
  addedMs: number;
}

/** The permit of one of several callers was withdrawn: the transaction is run again without what it has added. */
class Withdrawn extends Error {
  readonly permit: Permit;
  readonly why: unknown;
  constructor(permit: Permit, why: unknown) {
    super('withdrawn');
    this.permit = permit;
    this.why = why;
  }
}

/**
 * Writes of many callers in one transaction: what comes in while one runs goes into the next. One commit for all of them,
 * and one statement where `work` can join them. Each item is committed only while the permit of its own caller stands.
 * Guarded by nodes/run.test.ts.
 */
export class Together<Item, Result> {
  readonly #storage: Storage;
  readonly #work: (tx: Db, items: readonly Item[]) => Promise<Result[]>;
  readonly #options: TransactionOptions;
  readonly #commits = new GroupCommit((entries: Entry<Item>[]) => this.#commit(entries));

  /**
   * @param work gives a result for each item, in their order. It may run several times, and a failed statement fails all.
   */
  constructor(
    storage: Storage,
    work: (tx: Db, items: readonly Item[]) => Promise<Result[]>,
    options: TransactionOptions = {},
  ) {
    this.#storage = storage;
    this.#work = work;
    this.#options = options;
  }

  /** @throws KeywardError where the permit of this caller was withdrawn, and as `Storage.transaction`. */
  async add(item: Item): Promise<Result> {
    const result = await this.#commits.add({ item, permit: currentPermit(), addedMs: performance.now() });
    if (result instanceof Withdrawn) throw result.why;
    return result;
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return this.#commits.idle();
  }

  async #commit(entries: readonly Entry<Item>[]): Promise<(Result | Withdrawn)[]> {
    const outcomes: (Result | Withdrawn)[] = Array.from({ length: entries.length });
    let left = entries.map((entry, index) => ({ ...entry, index }));
    while (left.length > 0) {
      const tried = left;
      try {
        const results = await withoutPermit(() => this.#run(tried));
        for (const [place, { index }] of tried.entries()) outcomes[index] = results[place] as Result;
        return outcomes;
      } catch (error) {
        if (!(error instanceof Withdrawn)) throw error;
        left = tried.filter(({ permit, index }) => {
          if (permit === error.permit) outcomes[index] = error;
          return permit !== error.permit;
        });
      }
    }
    return outcomes;
  }

  #run(entries: readonly (Entry<Item> & { index: number })[]): Promise<Result[]> {
    const waitedMs = performance.now() - Math.min(...entries.map(({ addedMs }) => addedMs));
    const work = async (tx: Db): Promise<Result[]> => {
      const results = await this.#work(
        tx,
        entries.map(({ item }) => item),
      );
      for (const permit of new Set(entries.map((entry) => entry.permit)))
        await permit?.check(tx).catch((why: unknown) => {
          throw new Withdrawn(permit, why);
        });
      return results;
    };
    return this.#storage.transaction(work, { ...this.#options, waitedMs });
  }
}
