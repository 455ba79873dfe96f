import { setImmediate as nextTurn } from 'node:timers/promises';

/** Statements of one turn of the event loop, and what is done between them, take about so long together. */
const TURN_MS = 10;

let startedMs: number | undefined;
let next: Promise<void> | undefined;

/**
 * SQLite answers within this process, and an answer is there at once: a loop of a thousand statements, with whatever is made
 * of their rows, would be one turn of the event loop, in which nobody else is served. Each statement asks here first, and
 * again when it has waited: many may have. Guarded by turns.test.ts.
 * @returns what it waits for; undefined: it goes ahead.
 */
export function turnOf(): Promise<void> | undefined {
  if (startedMs === undefined) {
    startedMs = performance.now();
    setImmediate(() => (startedMs = undefined));
    return undefined;
  }
  if (performance.now() - startedMs < TURN_MS) return undefined;
  next ??= nextTurn().then(() => (next = undefined));
  return next;
}
