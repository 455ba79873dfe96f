import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long one slice of long work may hold the process up. Others wait for at most a few of them. */
const SLICE_MS = 10;
const ROWS_FIRST = 1_000;
/** A machine that is busy with other things makes every slice look long. */
const ROWS_MIN = 500;
const ROWS_MAX = 16_000;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one slice of work that would take long as a whole. SQLite answers within this process, and nothing else goes on meanwhile:
 * whatever the number of callers, one slice runs in each turn of the event loop, and everybody else is served between.
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

/** How many rows one slice looks at: as many as take about 10 ms here and now. */
export class SliceRows {
  #rows = ROWS_FIRST;

  /** Runs `work` on so many rows as a slice, and learns from the time that it took. */
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

/** For long loops that ask no database. */
export class Turn {
  #startedMs = performance.now();

  /** Lets others have their turns, where this one has taken its time. */
  async giveWay(): Promise<void> {
    if (performance.now() - this.#startedMs < SLICE_MS) return;
    await nextTurn();
    this.#startedMs = performance.now();
  }
}

/** `map` for lists of thousands: others have their turns meanwhile. */
export async function mapInTurns<T, R>(items: readonly T[], make: (item: T) => R): Promise<R[]> {
  const made: R[] = [];
  const turn = new Turn();
  for (const item of items) {
    made.push(make(item));
    if (made.length % 100 === 0) await turn.giveWay();
  }
  return made;
}
