/** How many wait for one turn at most; more wait for the next. */
const BATCH_MAX = 200;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Work that is asked for one by one and done together: whatever came while one batch ran makes up the next.
 * One batch at a time, in the order they came.
 */
export class Batches<Item, Result> {
  readonly #work: (items: Item[]) => Promise<Result[]>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  /** @param work gives one result per item, in their order. */
  constructor(work: (items: Item[]) => Promise<Result[]>) {
    this.#work = work;
  }

  /** @throws what `work` threw for the batch that the item was in. */
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
    // Those who ask in the same turn of the event loop go together.
    await Promise.resolve();
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
