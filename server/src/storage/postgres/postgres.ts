import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { closedFailure, isConflict } from '../failure.ts';
import { refuseNested, runInside } from '../nesting.ts';
import { guardedPool, newPool } from './postgres-pool.ts';
import { checkPostgresWritable } from './postgres-writable.ts';
import { connectFirst, type Waiting } from './postgres-start.ts';
import { currentPermit } from '../permit.ts';
import type { Db, Storage, TransactionOptions } from '../storage.ts';

/** Runs of work whose transaction PostgreSQL aborts for another one. */
const RUNS_MAX = 5;
/** Before the second run; doubled for each further one, with jitter. */
const PAUSE_MS = 10;

/** PostgreSQL 15 or newer. @throws StartupError without the password of the URL. */
export async function openPostgres(url: string, waiting?: Waiting): Promise<Storage> {
  const pool = newPool(url);
  try {
    await connectFirst(pool, url, waiting);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new PostgresStorage(pool);
}

class PostgresStorage implements Storage {
  readonly dialect = 'postgres';
  readonly db: Db;
  readonly #pool: pg.Pool;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.db = new Kysely({ dialect: new PostgresDialect({ pool: guardedPool(pool) }) });
  }

  async transaction<T>(work: (tx: Db) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    refuseNested(this);
    return this.#track(async () => {
      for (let run = 1; ; run++) {
        try {
          return await this.#run(work, options);
        } catch (error) {
          if (!isConflict(error) || options.runsOnce === true || run === RUNS_MAX) throw error;
          await sleep(PAUSE_MS * 2 ** (run - 1) * (0.5 + Math.random()));
        }
      }
    });
  }

  #run<T>(work: (tx: Db) => Promise<T>, options: TransactionOptions): Promise<T> {
    const permit = currentPermit();
    permit?.refuseEnded();
    return this.db.transaction().execute(async (tx) => {
      if (options.durable === false) await sql`set local synchronous_commit = off`.execute(tx);
      const result = await runInside(this, () => work(tx));
      await permit?.check(tx);
      return result;
    });
  }

  async snapshot<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.#track(() =>
      this.db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (tx) => {
          // The first statement takes the snapshot.
          await sql`select 1`.execute(tx);
          return work(tx);
        }),
    );
  }

  /** `close` waits for it. */
  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedFailure();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async checkWritable(): Promise<void> {
    await checkPostgresWritable(this);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end();
    await this.#closing;
  }

  async #end(): Promise<void> {
    // A pool that has ended never serves those that wait for a connection.
    await Promise.allSettled(this.#running);
    // Ends the pool and not Kysely: later reads fail with our error.
    await this.#pool.end();
  }
}
