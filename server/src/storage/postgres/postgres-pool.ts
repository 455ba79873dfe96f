import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { conflictFailure, refuseNulCharacters, storageFailure } from '../failure.ts';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** For a server that has stopped answering; longer than its own limit, which gives the better error. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

const { INT8, NUMERIC, BYTEA } = pg.types.builtins;
const types = new pg.TypeOverrides();
// int8 comes as text by default; every integer here is below 2^53 (times, counters, nano-dollars).
types.setTypeParser(INT8, safeInteger);
// Of sum and avg of integers.
types.setTypeParser(NUMERIC, Number);
const parseBytes: (text: string) => Buffer = pg.types.getTypeParser(BYTEA);
types.setTypeParser(BYTEA, (text) => {
  // A Uint8Array as from SQLite: slice, toString and toJSON of a Buffer differ.
  const buffer = parseBytes(text);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
});

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('An integer of the database is beyond 2^53.');
  return value;
}

export function newPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'keyward',
    types,
  });
  // A connection that the server closes must not end the process: the next statement on it fails, the next query opens
  // another.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Gives our errors: `storage_unavailable` where the database is at fault. */
export function guardedPool(pool: pg.Pool): PostgresPool {
  // One guard for each client: Kysely tells connections apart by this object.
  const guards = new WeakMap<pg.PoolClient, GuardedClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        const client = await pool.connect();
        const guard = guards.get(client) ?? new GuardedClient(client);
        guards.set(client, guard);
        return guard;
      } catch (error) {
        throw storageFailure(error) ?? error;
      }
    },
  };
}

class GuardedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  #failure: Error | undefined;
  /** Each statement until the rollback fails with it, also the commit: work that caught the error is retried too. */
  #conflict: Error | undefined;
  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql !== 'string') throw new Error('Cursors of pg-cursor are not used here.');
    return this.#query(sql, parameters);
  }

  async #query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // A server that does not answer would let even ROLLBACK wait for its timeout.
    if (this.#failure !== undefined) throw this.#failure;
    if (sql === 'rollback') this.#conflict = undefined;
    if (this.#conflict !== undefined) throw this.#conflict;
    refuseNulCharacters(parameters);
    try {
      return (await this.#client.query(sql, [...parameters])) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      this.#failure = storageFailure(error);
      this.#conflict = conflictFailure(error);
      throw this.#failure ?? this.#conflict ?? error;
    }
  }

  release(destroy = false): void {
    this.#conflict = undefined;
    this.#client.release(destroy || this.#failure !== undefined);
  }
}
