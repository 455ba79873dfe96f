import type { MadeChange } from './node-store.ts';
import { endedBy, Run, type EndedBy, type RunsOptions, type Runner } from './run.ts';

/**
 * The requests in flight on this node, as a linked list. To enter and to leave costs two references; a change that ends
 * something is rare and looks through all. Not a Set: tables that it has outgrown kept requests alive until the next full
 * garbage collection, and small collections took 50 ms (bench/gateway.ts).
 */
export class Runs {
  readonly #options: RunsOptions;
  #newest: Run | undefined;
  #entered = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  enter(runner: Runner): Run {
    const run = new Run(this.#options, ++this.#entered, runner);
    run.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = run;
    this.#newest = run;
    return run;
  }

  leave(run: Run): void {
    this.#remove(run);
    run.close();
  }

  /** @returns how many requests the change has ended. */
  apply(change: MadeChange): number {
    if (!change.ends) return 0;
    return this.#end(endedBy(change), (run) => run.isEndedBy(change));
  }

  endAll(by: EndedBy): void {
    this.#end(by, () => true);
  }

  /** For keys that have expired, which no change announces. Called at each renewal. */
  endExpired(): void {
    this.#end('key_revoked', (run) => run.hasExpired);
  }

  /** The newest first. */
  newest(): Run[] {
    const runs: Run[] = [];
    for (let run = this.#newest; run !== undefined; run = run.older) runs.push(run);
    return runs;
  }

  #end(by: EndedBy, isMeant: (run: Run) => boolean): number {
    let ended = 0;
    for (const run of this.newest()) {
      if (!isMeant(run)) continue;
      this.#remove(run);
      run.end(by);
      ended++;
    }
    return ended;
  }

  /** Idempotent. */
  #remove(run: Run): void {
    const { older, newer } = run;
    if (this.#newest === run) this.#newest = older;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    run.older = undefined;
    run.newer = undefined;
  }
}
