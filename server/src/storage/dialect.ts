import { PostgresAdapter, sql, type RawBuilder } from 'kysely';
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
