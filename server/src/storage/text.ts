import { sql } from 'kysely';
import { StartupError } from '../base/errors.ts';
import type { Db } from './storage.ts';

/**
 * Gives each text column the collation `C`, after each run of migrations: PostgreSQL would otherwise order and lower-case
 * text by its locale, and SQLite by code points and a to z. Guarded by text.test.ts.
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

/** Sets the collation in the statement: to change a column afterwards takes as long as to make it. */
export const withPlainText = (statement: string): string =>
  /^(create|alter) table /.test(statement)
    ? statement.replaceAll(/(?<=\w )text(?=[\s,)]|$)/g, 'text collate "C"')
    : statement;

/** 0A000: a view reads the column. */
function refuseView(table: string, error: unknown): never {
  if ((error as { code?: string }).code !== '0A000') throw error;
  throw new StartupError(
    `The order of text in the table ${table} cannot be set (${(error as Error).message}): drop views that read this table, start Keyward, and make them again.`,
    { cause: error },
  );
}

/** For columns that are searched without case, in all alphabets. */
export const foldCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
