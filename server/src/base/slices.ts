import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time of one slice of long work, in which the process serves nobody else. */
const SLICE_MS = 10;
const ROWS_FIRST = 1_000;
/** On a busy machine each slice takes long. */
const ROWS_MIN = 500;
const ROWS_MAX = 16_000;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one slice of long work. SQLite blocks this process: one slice of all callers runs in each turn of the event loop.
 * Guarded by long-work.slow.test.ts.
 */
export function slice<T>(work: () => Promise<T>): Promise<T> {
  const running = last.then(work);
  last = running.then(
    () => nextTurn(),
    () => nextTurn(),
  );
  return running;
}

/** Adapts the rows of a slice to SLICE_MS. */
export class SliceRows {
  #rows = ROWS_FIRST;

  /** Runs `work` as a slice, and measures it. */
  take<T>(work: (rows: number) => Promise<T>): Promise<T> {
    return slice(async () => {
      const startedMs = performance.now();
      const rows = this.#rows;
      const result = await work(rows);
      const wantedRows = (rows * SLICE_MS) / Math.max(performance.now() - startedMs, 0.1);
      this.#rows = Math.round(Math.min(Math.max(wantedRows, ROWS_MIN), rows * 4, ROWS_MAX));
      return result;
    });
  }
}

/** For long loops without a database. */
export class Turn {
  #startedMs = performance.now();

  /** Waits for the next turn of the event loop, after SLICE_MS. */
  async giveWay(): Promise<void> {
    if (performance.now() - this.#startedMs < SLICE_MS) return;
    await nextTurn();
    this.#startedMs = performance.now();
  }
}

/** `map` for long lists, in several turns of the event loop. */
export async function mapInTurns<T, R>(items: readonly T[], make: (item: T) => R): Promise<R[]> {
  const made: R[] = [];
  const turn = new Turn();
  for (const item of items) {
    made.push(make(item));
    if (made.length % 100 === 0) await turn.giveWay();
  }
  return made;
}
