import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import { withoutPermit } from '../storage/index.ts';
import type { Change } from './node-store.ts';

/** Changes of these take power away from somebody. */
const KINDS: ReadonlySet<Change['kind']> = new Set(['key', 'owner', 'user', 'access']);

/** Work for what was taken away, such as to cancel the jobs of a key: once for all changes so far. */
export class TakenAwayWork {
  readonly #work: () => Promise<void>;
  readonly #logger: Logger;
  readonly #turns = new Mutex();
  /** Changes of the time before this process are looked at too. */
  #isDue = true;

  /** @param work without the permit of the request that made the change. Idempotent */
  constructor(work: () => Promise<void>, logger: Logger) {
    this.#work = work;
    this.#logger = logger;
  }

  /** Synchronous; the work begins by itself. */
  hear(change: Change | 'everything'): void {
    if (change !== 'everything' && !KINDS.has(change.kind)) return;
    this.#isDue = true;
    setImmediate(() => void this.done());
  }

  /** Resolves when all changes that were heard of are worked off. Never rejects: after a failure the work is due again. */
  done(): Promise<void> {
    return this.#turns.run(async () => {
      if (!this.#isDue) return;
      // Before the work: a change during it is looked at too.
      this.#isDue = false;
      try {
        await withoutPermit(this.#work);
      } catch (error) {
        this.#isDue = true;
        this.#logger.warn({ err: error }, 'what keys may not have any more was not ended; it is tried again');
      }
    });
  }
}
