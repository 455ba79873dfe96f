import type { MadeChange } from './node-store.ts';
import { endedBy, Run } from './run.ts';
import type { RunsOptions, Runner } from './run.ts';

/**
 * The requests in flight on this node. To enter and to leave costs a place in a set; who is ended is looked for among all
 * of them, as changes that end something are rare and requests are not.
 */
export class Runs {
  readonly #options: RunsOptions;
  readonly #open = new Set<Run>();
  #entered = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  enter(runner: Runner): Run {
    const run = new Run(this.#options, ++this.#entered, runner);
    this.#open.add(run);
    return run;
  }

  leave(run: Run): void {
    this.#open.delete(run);
    run.close();
  }

  /** @returns how many requests the change has ended. */
  apply(change: MadeChange): number {
    if (!change.ends) return 0;
    let ended = 0;
    for (const run of this.#open) {
      if (!run.isEndedBy(change)) continue;
      this.#open.delete(run);
      run.end(endedBy(change));
      ended++;
    }
    return ended;
  }

  /** Nobody can say what was taken away meanwhile. */
  endAll(): void {
    const all = [...this.#open];
    this.#open.clear();
    for (const run of all) run.end('key_revoked');
  }

  /** Those whose key has ended by itself. Nothing tells of that: the node looks whenever it renews its lease. */
  endExpired(): void {
    for (const run of this.#open) {
      if (!run.hasExpired) continue;
      this.#open.delete(run);
      run.end('key_revoked');
    }
  }

  /** The newest first. */
  newest(): Run[] {
    return [...this.#open].reverse();
  }
}
