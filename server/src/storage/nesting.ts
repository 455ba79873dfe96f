import { AsyncLocalStorage } from 'node:async_hooks';

interface Scope {
  storage: object;
  open: boolean;
}

const current = new AsyncLocalStorage<Scope>();

/** A nested transaction would deadlock on SQLite, and commit separately on PostgreSQL. */
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
    // Work that was started inside and lives longer may begin transactions.
    scope.open = false;
  }
}
