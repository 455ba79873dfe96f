import { AsyncLocalStorage } from 'node:async_hooks';
import type { Db, Storage } from './storage.ts';

/** After its withdrawal no transaction of the work under it is committed. `nodes` has the permit of a request. */
export interface Permit {
  /** Before a transaction. @throws KeywardError where it is known to be withdrawn. */
  refuseEnded(): void;
  /**
   * Before work that no rollback undoes, such as a request to another server.
   * @returns undefined where it is known to stand. @throws KeywardError where it was withdrawn.
   */
  stands(): undefined | Promise<void>;
  /** Aborted with the withdrawal, for work that goes on after its caller has gone. */
  readonly signal: AbortSignal;
  /** The last step of a transaction, before its commit. @throws KeywardError where it was withdrawn. */
  check(tx: Db): Promise<void>;
}

const current = new AsyncLocalStorage<Permit | undefined>();

/** Also what `work` begins. */
export const underPermit = <T>(permit: Permit, work: () => T): T => current.run(permit, work);

/** For work that a request only triggers. architecture.test.ts lists the places that may use it. */
export const withoutPermit = <T>(work: () => T): T => current.run(undefined, work);

export const currentPermit = (): Permit | undefined => current.getStore();

/**
 * The database for leases, counters and settlements, which are written also where their request was ended.
 * architecture.test.ts lists the places that may use it.
 */
export const booksOf = (storage: Storage): Storage => ({
  dialect: storage.dialect,
  db: storage.db,
  transaction: (work, options) => withoutPermit(() => storage.transaction(work, options)),
  snapshot: (work) => storage.snapshot(work),
  checkWritable: () => withoutPermit(() => storage.checkWritable()),
  close: () => storage.close(),
});
