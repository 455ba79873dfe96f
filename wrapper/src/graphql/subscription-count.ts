import { failure } from './errors.ts';

const ALL_MAX = 200;
const CALLER_MAX = 20;
const RETRY_AFTER_SECONDS = 5;

/** How many subscriptions run: in all, and for each caller. */
export class SubscriptionCount {
  readonly #byCaller = new Map<string | undefined, number>();
  #all = 0;

  /**
   * Runs a subscription while it counts. @param caller undefined: all that came without a key
   * @throws GraphQLError `RATE_LIMITED`
   */
  async counted(caller: string | undefined, subscribe: () => unknown): Promise<unknown> {
    const own = this.#byCaller.get(caller) ?? 0;
    if (this.#all >= ALL_MAX || (caller !== undefined && own >= CALLER_MAX))
      throw failure('RATE_LIMITED', 'Too many subscriptions run at once.', {
        retryAfter: RETRY_AFTER_SECONDS,
      });
    this.#all++;
    this.#byCaller.set(caller, own + 1);
    let isCounted = true;
    const leave = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.#all--;
      const left = (this.#byCaller.get(caller) ?? 1) - 1;
      if (left === 0) this.#byCaller.delete(caller);
      else this.#byCaller.set(caller, left);
    };
    try {
      const results = await subscribe();
      if (isResults(results)) return ending(results, leave);
      leave();
      return results;
    } catch (error) {
      leave();
      throw error;
    }
  }
}

type Results = AsyncIterableIterator<unknown>;

const isResults = (value: unknown): value is Results =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The same results. Not a generator: one that was never begun does not run its `finally`. */
function ending(results: Results, end: () => void): Results {
  const iterator = results[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      try {
        const result = await iterator.next();
        if (result.done === true) end();
        return result;
      } catch (error) {
        end();
        throw error;
      }
    },
    return: async () => {
      end();
      return (await iterator.return?.()) ?? { done: true, value: undefined };
    },
  };
}
