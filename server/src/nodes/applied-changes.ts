import { Mutex } from '../base/mutex.ts';
import type { Db } from '../storage/index.ts';
import type { EndedTally } from './ended-tally.ts';
import * as store from './node-store.ts';
import type { Change, MadeChange } from './node-store.ts';
import type { Questions } from './questions.ts';
import type { Runs } from './runs.ts';

const CHANGES_PER_READ = 1_000;

interface Options {
  db: Db;
  nodeId: string;
  runs: Runs;
  tally: EndedTally;
  questions: Questions;
}

/** The changes that this node has applied, in the order of their numbers. */
export class AppliedChanges {
  readonly #options: Options;
  readonly #listeners: ((change: Change | 'everything') => void)[] = [];
  readonly #catchUp = new Mutex();
  /** The number of the last change. */
  seq = 0;
  /** Grows before changes are applied. */
  generation = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  onChange(listener: (change: Change | 'everything') => void): void {
    this.#listeners.push(listener);
  }

  /** Reads and applies new changes. */
  catchUp(): Promise<void> {
    const { db } = this.#options;
    return this.#catchUp.run(async () => {
      for (;;) {
        const { head, changes } = await store.changesAfter(db, this.seq, CHANGES_PER_READ);
        if (head === this.seq) return;
        const last = changes.at(-1)?.seq ?? 0;
        // Some were deleted before this node read them, or the database was restored.
        if (last - this.seq !== changes.length || changes.length === 0) return this.forgetEverything(head);
        // Full reads forget all keys instead of single ones.
        this.#apply(changes, changes.length === CHANGES_PER_READ);
        this.seq = last;
        if (last >= head) return;
      }
    });
  }

  /** For an unknown number of changes: no request that was admitted before may go on. */
  forgetEverything(seq: number): void {
    const { runs, tally } = this.#options;
    this.generation++;
    for (const listener of this.#listeners) listener('everything');
    runs.endAll('key_revoked');
    tally.clear();
    this.seq = seq;
  }

  /** Requests end before the change is confirmed, and before a key is read into memory again. */
  #apply(changes: readonly MadeChange[], isLong: boolean): void {
    const { runs, tally, questions, nodeId } = this.#options;
    this.generation++;
    if (isLong) for (const listener of this.#listeners) listener('everything');
    for (const change of changes) {
      const { kind, subject } = change;
      if (kind === 'question') questions.hear(subject);
      else if (!isLong) for (const listener of this.#listeners) listener({ kind, subject });
      const ended = runs.apply(change);
      if (ended > 0) tally.heard(nodeId, change.seq, ended);
    }
  }
}
