import { CompiledQuery, PostgresAdapter, sql, type RawBuilder } from 'kysely';
import type { Db, DialectName } from './storage.ts';

/** Of a database or a transaction. */
export const dialectOf = (db: Db): DialectName =>
  db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';

/**
 * For the `set` of an update that changes nothing, which locks a row on both dialects until the transaction ends. Not a
 * column that other tables refer to: SQLite would look through their rows. Guarded by api/long-work/long-changes.test.ts.
 */
export const unchanged = <Column extends string>(column: Column): Record<Column, RawBuilder<never>> =>
  ({ [column]: sql.ref(column) }) as Record<Column, RawBuilder<never>>;

/** For `where id in ${anyOf(db, ids)}`: one value, and so one prepared statement, however many there are. */
export const anyOf = (db: Db, ids: readonly string[]): RawBuilder<string> =>
  dialectOf(db) === 'postgres'
    ? sql`(select unnest(${ids}::text[]))`
    : sql`(select value from json_each(${JSON.stringify(ids)}))`;

/**
 * For reads that must be fast: without the builder of statements.
 * @param text up to the list, such as `select name from things where id in`
 */
export async function rowsOfIds<Row>(db: Db, text: string, ids: readonly string[]): Promise<Row[]> {
  const query =
    dialectOf(db) === 'postgres'
      ? CompiledQuery.raw(`${text} (select unnest($1::text[]))`, [ids])
      : CompiledQuery.raw(`${text} (select value from json_each(?))`, [JSON.stringify(ids)]);
  return (await db.executeQuery<Row>(query)).rows;
}

/**
 * On SQLite only: one prepared statement for each list of values, in half the time of one for all of them, and without the
 * builder of statements.
 * @returns the numbers of changed rows, in the order of the lists.
 */
export async function runEach(
  tx: Db,
  text: string,
  lists: readonly (readonly unknown[])[],
): Promise<number[]> {
  if (lists.length === 0) return [];
  const { rows } = await tx.executeQuery<{ changes: number }>(CompiledQuery.raw(text, [...lists]));
  return rows.map(({ changes }) => changes);
}

/**
 * For inserts that must be fast. A row that is there already is left as it is.
 * @param into such as `jobs (id, lane)`
 * @returns whether each row was inserted, by the first of its values.
 */
export async function insertRows(
  tx: Db,
  into: string,
  rows: readonly (readonly [string, ...unknown[]])[],
): Promise<ReadonlySet<string>> {
  const [first] = rows;
  if (first === undefined) return new Set();
  if (dialectOf(tx) === 'sqlite') {
    const places = first.map(() => '?').join(', ');
    const text = `insert into ${into} values (${places}) on conflict do nothing`;
    const changed = await runEach(tx, text, rows);
    return new Set(rows.flatMap(([id], index) => (changed[index] === 0 ? [] : [id])));
  }
  let place = 0;
  const values = rows.map((row) => `(${row.map(() => `$${++place}`).join(', ')})`).join(', ');
  const id = /\((\w+)/.exec(into)?.[1] ?? '';
  const text = `insert into ${into} values ${values} on conflict do nothing returning ${id}`;
  const result = await tx.executeQuery<Record<string, string>>(CompiledQuery.raw(text, rows.flat()));
  return new Set(result.rows.map((row) => row[id] ?? ''));
}
