/**
 * The platform follows the signal of a request by weak references: after a garbage collection it may never hear of an abort.
 * Guarded by transport.test.ts.
 */
export function orAborted<T>(work: Promise<T>, signals: readonly AbortSignal[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = (): void => reject(signals.find(({ aborted }) => aborted)?.reason as Error);
    for (const signal of signals) signal.addEventListener('abort', left, { once: true });
    if (signals.some(({ aborted }) => aborted)) left();
    work.then(resolve, reject).finally(() => {
      for (const signal of signals) signal.removeEventListener('abort', left);
    });
  });
}
