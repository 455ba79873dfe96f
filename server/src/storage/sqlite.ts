import { closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { KeywardError, StartupError } from '../base/errors.ts';
import { closedFailure, openingAdvice, storageFailure } from './failure.ts';
import { refuseNested, runInside } from './nesting.ts';
import { Patience } from './patience.ts';
import { SqliteConnection, SqliteTransaction, nodeSqliteDialect } from './sqlite-dialect.ts';
import { currentPermit, type Permit } from './permit.ts';
import type { Db, Storage, TransactionOptions } from './storage.ts';
import { whileBusy, WriteQueue, type Place } from './write-queue.ts';

/** Reads find a lock only during the recovery after a crash. */
const READ_LOCK_WAIT_MS = 100;
/** The write-ahead log, which a backup or a restore lets grow, is cut back to this. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;

/**
 * One SQLite file in WAL mode. Several processes may open it. Two connections: reads never wait for a write.
 * `synchronous=FULL`: a commit is on the disk before it is acknowledged.
 */
export async function openSqlite(file: string): Promise<Storage> {
  const opened: DatabaseSync[] = [];
  try {
    // SQLite would make a file that others can open.
    closeSync(openSync(file, 'a', 0o600));
    for (let i = 0; i < 2; i++) opened.push(await connect(file));
    const [writer, reader] = opened as [DatabaseSync, DatabaseSync];
    reader.exec(`PRAGMA query_only = 1; PRAGMA busy_timeout = ${READ_LOCK_WAIT_MS}`);
    return new SqliteStorage(file, writer, reader);
  } catch (cause) {
    for (const database of opened) database.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartupError(`The database file ${file} cannot be opened (${why}). ${openingAdvice(cause)}`, {
      cause,
    });
  }
}

async function connect(file: string): Promise<DatabaseSync> {
  // No busy timeout, which would block the event loop: `whileBusy` waits for locks.
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    await whileBusy(() => database.exec('PRAGMA journal_mode = WAL'));
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteStorage implements Storage {
  readonly dialect = 'sqlite';
  readonly db: Db;
  readonly #file: string;
  readonly #inode: number;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #connection: SqliteConnection;
  readonly #reading: SqliteConnection;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #queue = new WriteQueue();
  readonly #patience = new Patience();
  /** Whether its commits wait for the disk. */
  #isFull = true;
  #closed = false;

  constructor(file: string, writer: DatabaseSync, reader: DatabaseSync) {
    this.#file = file;
    this.#inode = statSync(file).ino;
    this.#writer = writer;
    this.#reader = reader;
    // IMMEDIATE takes the write lock now: no later statement can find it taken.
    this.#begin = writer.prepare('BEGIN IMMEDIATE');
    this.#commit = writer.prepare('COMMIT');
    this.#connection = new SqliteConnection(writer);
    this.#reading = new SqliteConnection(reader);
    this.db = new Kysely({ dialect: nodeSqliteDialect(this.#reading) });
  }

  async transaction<T>(work: (tx: Db) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    refuseNested(this);
    const permit = currentPermit();
    const { durable = true, waitedMs = 0 } = options;
    const before = Math.max(waitedMs, this.#patience.waitedMs(permit));
    try {
      return await this.#queue.run(before, async (place) => {
        if (this.#closed) throw closedFailure();
        permit?.refuseEnded();
        this.#synchronize(durable);
        return this.#run(work, permit, place);
      });
    } catch (error) {
      throw storageFailure(error) ?? error;
    }
  }

  #synchronize(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#writer.exec(`PRAGMA synchronous = ${isFull ? 'FULL' : 'NORMAL'}`);
    this.#isFull = isFull;
  }

  async #run<T>(work: (tx: Db) => Promise<T>, permit: Permit | undefined, place: Place): Promise<T> {
    await this.#queue.whileLocked(place, () => this.#begin.run());
    this.#patience.waited(permit, this.#queue.waitedBy(place));
    const transaction = new SqliteTransaction(this.#connection);
    try {
      const tx: Db = new Kysely({ dialect: nodeSqliteDialect(transaction) });
      const result = await runInside(this, () => work(tx));
      // The file is locked: the permit cannot be withdrawn before the commit.
      if (permit !== undefined) await permit.check(tx);
      transaction.end();
      this.#commit.run();
      return result;
    } catch (error) {
      transaction.abandon();
      if (this.#writer.isTransaction) this.#writer.exec('ROLLBACK');
      throw error;
    }
  }

  async snapshot<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedFailure();
    let connection: DatabaseSync | undefined;
    try {
      // Read-only: a missing file is not created.
      const opened = new DatabaseSync(this.#file, { readOnly: true, timeout: 0 });
      connection = opened;
      // BEGIN alone would take the snapshot at the first read.
      await whileBusy(() => opened.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1'));
      return await work(new Kysely({ dialect: nodeSqliteDialect(new SqliteConnection(opened)) }));
    } catch (error) {
      throw storageFailure(error) ?? error;
    } finally {
      connection?.close();
    }
  }

  async checkWritable(): Promise<void> {
    const damage = this.#connection.damage ?? this.#reading.damage;
    if (damage !== undefined) throw damage;
    await this.transaction(
      async (tx) => {
        this.#checkFile();
        // Writes a page with the same number: a full disk shows only then.
        const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(tx);
        await sql.raw(`pragma user_version = ${rows[0]?.user_version ?? 0}`).execute(tx);
      },
      { durable: false },
    );
  }

  /** Writes to a removed file succeed and are lost. */
  #checkFile(): void {
    const present = statSync(this.#file, { throwIfNoEntry: false });
    if (present?.ino !== this.#inode)
      throw new KeywardError('storage_unavailable', 'The database file was removed or replaced.', {
        hint: 'Put it back, or restart Keyward.',
      });
  }

  async close(): Promise<void> {
    // However long another process writes.
    await this.#queue.run(-Infinity, async () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#reader.close();
      this.#writer.close();
    });
  }
}
