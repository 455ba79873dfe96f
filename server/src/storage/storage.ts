import type { Kysely } from 'kysely';

/** A database or a transaction. Each domain declares its tables with `withTables`. */
// eslint-disable-next-line typescript/no-empty-object-type
export type Db = Kysely<{}>;

export type DialectName = 'sqlite' | 'postgres';

export interface TransactionOptions {
  /**
   * Whether the change survives a power cut; false: only the death of this process, for leases, counters and last-used
   * times. @default true
   */
  durable?: boolean;
  /**
   * For `work` that changes memory or reads a stream: without the up to four retries after a deadlock of PostgreSQL.
   * @default false
   */
  runsOnce?: boolean;
  /** How long it has waited elsewhere, such as in a queue of its own: its time to wait for a lock of SQLite is shorter. @default 0 */
  waitedMs?: number;
}

/**
 * SQLite or PostgreSQL. Both have the same values: text without U+0000, numbers (integers up to 2^53 - 1, times in ms since
 * 1970), Uint8Array, null.
 */
export interface Storage {
  readonly dialect: DialectName;
  /** For reads of committed rows. @throws KeywardError `storage_unavailable`, like all members. */
  readonly db: Db;
  /**
   * On SQLite one transaction writes at a time, by a queue in this process and the lock of the file between processes. A
   * failed statement fails the whole, even if `work` catches its error: use `on conflict` for rows that may exist. A
   * nested transaction is refused. Under a permit (permit.ts) it is committed only while the permit stands.
   * `work` may run several times (`runsOnce`). Guarded by deadlock.test.ts.
   * @throws KeywardError `storage_unavailable` when the database cannot be reached, aborts each run for another transaction,
   * or other processes have held its lock for 5 s since the request came: the waits of its transactions add up.
   */
  transaction<T>(work: (tx: Db) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs `work` on a read-only snapshot of the database. */
  snapshot<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Writes to the database. @throws KeywardError `storage_unavailable` */
  checkWritable(): Promise<void>;
  /** Waits for running transactions; later ones are refused. Idempotent. */
  close(): Promise<void>;
}
