import { setTimeout as sleep } from 'node:timers/promises';

/** One limit over several steps. */
export interface TimeLimit {
  /** Whether it settles before the limit; it may go on afterwards. */
  within(step: Promise<unknown>): Promise<boolean>;
  /** Its timer ends. */
  end(): void;
}

/** @param endMs on the monotonic clock; Infinity: no limit. */
export function timeLimit(endMs: number): TimeLimit {
  const timer = new AbortController();
  const over =
    endMs === Infinity
      ? undefined
      : sleep(Math.max(0, endMs - performance.now()), false, { signal: timer.signal }).catch(() => false);
  return {
    within: async (step) => {
      const done = step.then(
        () => true,
        () => true,
      );
      return over === undefined ? done : Promise.race([done, over]);
    },
    end: () => timer.abort(),
  };
}
