import { sql } from 'kysely';
import { dialectOf } from './dialect.ts';
import type { Db } from './storage.ts';

/** Prefix of tables that can be rebuilt from others; no part of a backup. */
const DERIVED = 'derived_';

/** In order of their names, without derived tables, views, and shadow and virtual tables of SQLite. */
export async function tableNames(db: Db): Promise<string[]> {
  const query =
    dialectOf(db) === 'sqlite'
      ? sql<{ name: string }>`
          select name from pragma_table_list
          where schema = 'main' and type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`
      : sql<{ name: string }>`
          select table_name as name from information_schema.tables
          where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name collate "C"`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.name).filter((name) => !name.startsWith(DERIVED));
}

export async function columnNames(db: Db, table: string): Promise<string[]> {
  const query =
    dialectOf(db) === 'sqlite'
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
 * Rows may come in any order for the rest of the transaction.
 * @returns restores the constraints, and fails when a row is missing; SQLite checks at the commit.
 */
export async function suspendForeignKeys(tx: Db): Promise<() => Promise<void>> {
  if (dialectOf(tx) === 'sqlite') {
    await sql`pragma defer_foreign_keys = on`.execute(tx);
    return async () => undefined;
  }
  // These constraints are not deferrable, and to disable them takes a superuser.
  const { rows: foreignKeys } = await sql<ForeignKey>`
    select c.conrelid::regclass::text as "table", c.conname as name, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_namespace n on n.oid = c.connamespace
    where c.contype = 'f' and n.nspname = current_schema() order by c.oid`.execute(tx);
  // regclass and pg_get_constraintdef give quoted text.
  for (const { table, name } of foreignKeys)
    await sql`alter table ${sql.raw(table)} drop constraint ${sql.id(name)}`.execute(tx);
  return async () => {
    for (const { table, name, definition } of foreignKeys)
      await sql`alter table ${sql.raw(table)} add constraint ${sql.id(name)} ${sql.raw(definition)}`.execute(
        tx,
      );
  };
}
