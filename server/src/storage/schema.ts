import { sql } from 'kysely';
import type { Db, DialectName } from './storage.ts';

/** Tables whose rows can all be made again from those of others, in a form that only one dialect has. */
const DERIVED = 'derived_';

/**
 * The tables of the database itself, in order of their names; no views, no SQLite shadow or virtual tables, and none
 * whose name says that it is derived: a backup has no use for it.
 */
export async function tableNames(db: Db, dialect: DialectName): Promise<string[]> {
  const query =
    dialect === 'sqlite'
      ? sql<{ name: string }>`
          select name from pragma_table_list
          where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`
      : sql<{ name: string }>`
          select table_name as name from information_schema.tables
          where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name collate "C"`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.name).filter((name) => !name.startsWith(DERIVED));
}

/** The names of a table's columns, in order. */
export async function columnNames(db: Db, dialect: DialectName, table: string): Promise<string[]> {
  const query =
    dialect === 'sqlite'
      ? sql<{ name: string }>`select name from pragma_table_info(${table}) order by cid`
      : sql<{ name: string }>`
          select column_name as name from information_schema.columns
          where table_schema = current_schema() and table_name = ${table} order by ordinal_position`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.name);
}

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

/**
 * Lets rows come in any order for the rest of the transaction. What is returned ends that, and fails when a
 * row points at one that is not there; SQLite looks when the transaction is committed.
 */
export async function suspendForeignKeys(tx: Db, dialect: DialectName): Promise<() => Promise<void>> {
  if (dialect === 'sqlite') {
    await sql`pragma defer_foreign_keys = on`.execute(tx);
    return async () => undefined;
  }
  // Constraints that were not made deferrable cannot be deferred, and switching them off takes a superuser.
  const { rows: foreignKeys } = await sql<ForeignKey>`
    select c.conrelid::regclass::text as "table", c.conname as name, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_namespace n on n.oid = c.connamespace
    where c.contype = 'f' and n.nspname = current_schema() order by c.oid`.execute(tx);
  // regclass and pg_get_constraintdef give text that is quoted already.
  for (const { table, name } of foreignKeys)
    await sql`alter table ${sql.raw(table)} drop constraint ${sql.id(name)}`.execute(tx);
  return async () => {
    for (const { table, name, definition } of foreignKeys)
      await sql`alter table ${sql.raw(table)} add constraint ${sql.id(name)} ${sql.raw(definition)}`.execute(
        tx,
      );
  };
}
