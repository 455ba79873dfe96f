import { setImmediate as nextTurn } from 'node:timers/promises';

const BATCH_MAX = 200;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Collects items while a batch runs into the next one. One batch at a time, first come first served. */
export class GroupCommit<Item, Result> {
  readonly #work: (items: Item[]) => Promise<Result[]>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  /** @param work gives a result for each item, in their order. */
  constructor(work: (items: Item[]) => Promise<Result[]>) {
    this.#work = work;
  }

  /** Rejects with the error of its batch. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Items of the same turn of the event loop go together: those of all requests that have arrived. A promise would go on
    // before the next request is read, and SQLite has committed the first one by then.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const results = await this.#work(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = undefined;
  }
}
