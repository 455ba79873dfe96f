import { AsyncLocalStorage } from 'node:async_hooks';

interface Scope {
  storage: object;
  open: boolean;
}

const current = new AsyncLocalStorage<Scope>();

/**
 * A transaction begun inside another one of the same database would wait for itself for ever on SQLite, and
 * commit apart from it on PostgreSQL. Call this where one is asked for, `runInside` where it runs.
 */
export function refuseNested(storage: object): void {
  const scope = current.getStore();
  if (scope?.open === true && scope.storage === storage)
    throw new Error('A transaction was begun inside a transaction: pass the outer one to what you call.');
}

export async function runInside<T>(storage: object, work: () => Promise<T>): Promise<T> {
  const scope = { storage, open: true };
  try {
    return await current.run(scope, work);
  } finally {
    // What was started inside and lives longer may begin transactions of its own.
    scope.open = false;
  }
}
