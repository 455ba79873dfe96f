import { sql, type RawBuilder } from 'kysely';

/**
 * For the `set` of an update that changes nothing: it locks a row on both dialects until the transaction ends. The column is one
 * that no other table refers to: SQLite would look through all rows that refer to it, such as each chat of a workspace.
 * Guarded by api/long-work/long-changes.test.ts.
 */
export const unchanged = <Column extends string>(column: Column): Record<Column, RawBuilder<never>> =>
  ({ [column]: sql.ref(column) }) as Record<Column, RawBuilder<never>>;
