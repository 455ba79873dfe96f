import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely';
import type { KeywardError } from '../base/errors.ts';
import { isDamage, refuseNulCharacters, storageFailure } from './failure.ts';
import { turnOf } from './turns.ts';

/** Each compilation begins anew, and none waits within: one does for all. Making one takes longer than most statements. */
const compiler = new SqliteQueryCompiler();

/** Kysely on one synchronous `node:sqlite` connection. Transactions are those of sqlite.ts; Kysely's own are refused. */
export function nodeSqliteDialect(connection: DatabaseConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(connection),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => compiler,
  };
}

class NodeSqliteDriver implements Driver {
  readonly #connection: DatabaseConnection;
  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    throw new Error('use Storage.transaction');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** Prepared statements by their text. */
const STATEMENTS_MAX = 500;

interface Prepared {
  statement: StatementSync;
  /** Names of its columns, kept, as `columns()` takes as long as a look-up by key; none: it gives no rows. */
  columns: string[];
}

export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  #damage: KeywardError | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The first failure that shows a damaged file: others may not touch its bad pages. */
  get damage(): KeywardError | undefined {
    return this.#damage;
  }

  #failed(error: unknown): unknown {
    const failure = storageFailure(error);
    if (isDamage(failure)) this.#damage ??= failure;
    return failure ?? error;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (let turn = turnOf(); turn !== undefined; turn = turnOf()) await turn;
    return this.run(query);
  }

  /** Without a turn. */
  run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    if (isMany(parameters)) return this.#runEach(sql, parameters);
    refuseNulCharacters(parameters);
    try {
      const prepared = this.#prepare(sql);
      const values = parameters as SQLInputValue[];
      if (prepared.columns.length > 0) return { rows: rowsOf<R>(prepared, values) };
      const { changes, lastInsertRowid } = prepared.statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** See `runEach` in dialect.ts. */
  #runEach<R>(sql: string, lists: readonly SQLInputValue[][]): QueryResult<R> {
    try {
      const { statement } = this.#prepare(sql);
      const rows = lists.map((values) => {
        refuseNulCharacters(values);
        return { changes: Number(statement.run(...values).changes) };
      });
      return { rows: rows as R[] };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    try {
      // Not a cached statement, which the next call would reset.
      const statement = this.#database.prepare(sql);
      for (const row of statement.iterate(...(parameters as SQLInputValue[]))) {
        for (let turn = turnOf(); turn !== undefined; turn = turnOf()) await turn;
        yield { rows: [row as R] };
      }
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #prepare(sql: string): Prepared {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    const prepared = { statement, columns: namesOf(statement) };
    if (prepared.columns.length > 0) statement.setReturnArrays(true);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

const namesOf = (statement: StatementSync): string[] => statement.columns().map(({ name }) => name);

/** The objects that node:sqlite makes itself take twice the time, and each use of their members too. */
function rowsOf<R>(prepared: Prepared, values: SQLInputValue[]): R[] {
  const lists = prepared.statement.all(...values) as unknown as SQLOutputValue[][];
  // `select *` after another process has added a column.
  if (lists[0] !== undefined && lists[0].length !== prepared.columns.length)
    prepared.columns = namesOf(prepared.statement);
  const { columns } = prepared;
  return lists.map((list) => {
    const row: Record<string, SQLOutputValue> = {};
    for (let at = 0; at < columns.length; at++) row[columns[at] as string] = list[at] as SQLOutputValue;
    return row as R;
  });
}

/** A statement has values as parameters, which are no lists. */
const isMany = (parameters: readonly unknown[]): parameters is readonly SQLInputValue[][] =>
  Array.isArray(parameters[0]);

/**
 * One transaction on a connection, as strict as PostgreSQL: a failed statement fails the whole, even if its error was
 * caught; and a late statement, such as a branch of a Promise.all after the other has thrown, is refused.
 */
export class SqliteTransaction implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  #ended = false;
  #failure: { error: unknown } | undefined;
  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.#refuseLate();
    for (let turn = turnOf(); turn !== undefined; turn = turnOf()) await turn;
    // The transaction may have ended meanwhile.
    this.#refuseLate();
    try {
      return this.#connection.run<R>(query);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    this.#refuseLate();
    return this.#connection.streamQuery<R>(query);
  }

  /** @throws the error of the first failed statement. */
  end(): void {
    this.#ended = true;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Before a rollback. */
  abandon(): void {
    this.#ended = true;
  }

  #refuseLate(): void {
    if (this.#ended) throw new Error('A statement came after the end of its transaction.');
  }
}
