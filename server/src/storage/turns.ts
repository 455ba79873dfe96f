import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time of the statements of one turn of the event loop, about. */
const TURN_MS = 10;

let startedMs: number | undefined;
let next: Promise<void> | undefined;

/**
 * SQLite answers within this process: a loop of a thousand statements would be one turn of the event loop. Each statement
 * asks here first, and again after it has waited. Guarded by turns.test.ts.
 * @returns what to wait for; undefined: go ahead.
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
