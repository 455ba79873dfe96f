import { AsyncLocalStorage } from 'node:async_hooks';
import type { Db, Storage } from './storage.ts';

/**
 * What a piece of work is carried out under: as soon as it is withdrawn, nothing of the work is committed any more,
 * whatever began it and whoever waits for it. `nodes` has the one of a request.
 */
export interface Permit {
  /** Before a transaction begins. @throws KeywardError where it is known to be withdrawn. */
  refuseEnded(): void;
  /**
   * Before something begins that no transaction takes back, such as a request to another server: undefined where it is known
   * to stand, at once. @throws KeywardError where it was withdrawn.
   */
  stands(): undefined | Promise<void>;
  /** Aborted when it is withdrawn: for what goes on also where the caller has gone away. */
  readonly signal: AbortSignal;
  /** As the last thing in a transaction, before its commit. @throws KeywardError where it was withdrawn. */
  check(tx: Db): Promise<void>;
}

const current = new AsyncLocalStorage<Permit | undefined>();

/** Runs `work`, and everything that it begins, under `permit`. */
export const underPermit = <T>(permit: Permit, work: () => T): T => current.run(permit, work);

/**
 * Runs `work` under nobody's permit: what a request only happened to set going, and what would go on without it. Where
 * it may be used: architecture.test.ts.
 */
export const withoutPermit = <T>(work: () => T): T => current.run(undefined, work);

export const currentPermit = (): Permit | undefined => current.getStore();

/**
 * The same database for the server's own books, such as leases, counters and settlements: they are kept also where the
 * request that happens to be carried out was ended. Where it may be used: architecture.test.ts.
 */
export const booksOf = (storage: Storage): Storage => ({
  dialect: storage.dialect,
  db: storage.db,
  transaction: (work, options) => withoutPermit(() => storage.transaction(work, options)),
  snapshot: (work) => storage.snapshot(work),
  checkWritable: () => withoutPermit(() => storage.checkWritable()),
  close: () => storage.close(),
});
