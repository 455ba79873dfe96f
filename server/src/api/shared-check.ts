import { setTimeout as sleep } from 'node:timers/promises';

/** Probes of proxies wait for less than 5 s, many for 1 s to 3 s. */
const ANSWER_MS = 2_000;
/** One check at most in this time, however many ask. */
const FRESH_MS = 1_000;

/**
 * A check for all that ask: they share the one that runs, and its result for a second after its begin.
 * @param check never rejects; it may hang.
 * @param late the answer where the check has run for 2 s. It is not begun again before it ends.
 */
export function sharedCheck<T>(check: () => Promise<T>, late: T): () => Promise<T> {
  let running: { result: Promise<T>; beganMs: number; hasEnded: boolean } | undefined;
  const begun = () => {
    const one = { result: check(), beganMs: performance.now(), hasEnded: false };
    void one.result.finally(() => (one.hasEnded = true));
    return one;
  };
  return async () => {
    if (running === undefined || (running.hasEnded && performance.now() - running.beganMs > FRESH_MS))
      running = begun();
    const { result, beganMs } = running;
    const timer = new AbortController();
    const leftMs = Math.max(0, beganMs + ANSWER_MS - performance.now());
    const over = sleep(leftMs, late, { signal: timer.signal }).catch(() => late);
    try {
      return await Promise.race([result, over]);
    } finally {
      timer.abort();
    }
  };
}
