import { sql } from 'kysely';
import { StartupError } from '../base/errors.ts';
import type { Db } from './storage.ts';

/**
 * PostgreSQL orders and lower-cases text by the locale of its database, SQLite by code points and a to z alone. Each text
 * column has the collation `C`: lists have one order on both, and on any server, and `lower` changes a to z alone.
 * Asked for after each run of migrations, so that no new column can be without it. Guarded by text.test.ts.
 */
export async function orderTextByCodePoint(tx: Db): Promise<void> {
  const { rows } = await sql<{ table: string; change: string }>`
    select c.oid::regclass::text as "table",
      string_agg(format('alter column %I type text collate "C"', a.attname), ', ') as change
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and pg_has_role(c.relowner, 'usage') and not a.attisdropped
      and a.atttypid = 'text'::regtype and a.attcollation <> '"C"'::regcollation
    group by c.oid order by c.oid`.execute(tx);
  for (const { table, change } of rows)
    await sql`alter table ${sql.raw(table)} ${sql.raw(change)}`
      .execute(tx)
      .catch((error: unknown) => refuseView(table, error));
}

/** A step's statement with its text columns as they are to be: to change them afterwards takes as long as to make them. */
export const withPlainText = (statement: string): string =>
  /^(create|alter) table /.test(statement)
    ? statement.replaceAll(/(?<=\w )text(?=[\s,)]|$)/g, 'text collate "C"')
    : statement;

/** 0A000: a view of somebody else's reads the column. */
function refuseView(table: string, error: unknown): never {
  if ((error as { code?: string }).code !== '0A000') throw error;
  throw new StartupError(
    `The order of text in the table ${table} cannot be set (${(error as Error).message}): drop views that read this table, start Keyward, and make them again.`,
    { cause: error },
  );
}

/**
 * The form in which two texts that differ in case alone are the same, in all alphabets, on both databases. What is searched
 * whatever its case is stored in this form beside its own.
 */
export const foldCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
