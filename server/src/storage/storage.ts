import type { Kysely } from 'kysely';

/**
 * A database or a transaction. Tables are unknown here: each domain names its own with `withTables`.
 * Passed first to every function that runs SQL.
 */
// eslint-disable-next-line typescript/no-empty-object-type
export type Db = Kysely<{}>;

export type DialectName = 'sqlite' | 'postgres';

export interface TransactionOptions {
  /**
   * true (default): when the promise resolves, the change survives a power cut.
   * false: it survives the death of this process, but a power cut may take back the last moments.
   * For leases, counters and last-used times, never for a key.
   */
  durable?: boolean;
  /**
   * true: `work` changes what is outside of the database, or reads a stream, and is not begun anew where PostgreSQL gives
   * up its transaction for another one (a deadlock). Default: it is, up to four times.
   */
  runsOnce?: boolean;
}

/**
 * SQLite or PostgreSQL, opened. No business words in here.
 * Values are the same on both: text without U+0000, numbers (integers up to 2^53 - 1, times in ms since 1970),
 * Uint8Array, null.
 */
export interface Storage {
  readonly dialect: DialectName;
  /** For reads; sees what is committed. @throws KeywardError `storage_unavailable` as all of it does. */
  readonly db: Db;
  /**
   * Runs `work` in one transaction: all of it or nothing. On SQLite one writes at a time, in this process
   * by a queue and between processes by the file's lock, which is waited for without blocking.
   * A statement that fails fails the whole, even if `work` catches its error: to insert what may be there,
   * say `on conflict`. A transaction of the same Storage begun inside `work` is refused.
   * Under a permit (permit.ts) it is committed only if the permit still stands.
   * `work` may run several times, each in a transaction of its own of which one is kept: see `runsOnce`.
   * Guarded by deadlock.test.ts.
   * @throws KeywardError `storage_unavailable` when the database cannot be reached, stays locked for 5 s, or gives up
   * the transaction for another one each time.
   */
  transaction<T>(work: (tx: Db) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs `work` on one unchanging picture of the database, taken when this is called. Nothing can be written. */
  snapshot<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Resolves when a write is possible right now. @throws KeywardError `storage_unavailable` */
  checkWritable(): Promise<void>;
  /** Waits for the transactions that run; what comes later is refused. May be called twice. */
  close(): Promise<void>;
}
