import { sql } from 'kysely';
import { StartupError } from '../base/errors.ts';
import type { Db, DialectName, Storage } from './storage.ts';
import { orderTextByCodePoint, withPlainText } from './text.ts';

/** Column types that the dialects spell differently. */
export interface ColumnTypes {
  bytes: 'blob' | 'bytea';
}

/** One step of the schema. Never changed once released; a correction is a new step. */
export interface Migration {
  /** Unique and lasting, such as `keys-1`. */
  id: string;
  /** Statements that run on both dialects, in order. */
  statements(types: ColumnTypes): string[];
  /** After them, for values that SQL cannot make. */
  run?(tx: Db): Promise<void>;
}

/** The one table that belongs to this module: which steps have run. */
export const MIGRATIONS_TABLE = 'schema_migrations';

const LOCK = 5390_0001;

/**
 * Brings the schema up to date, in one transaction.
 * @returns the ids of the steps that ran.
 * @throws StartupError when the database was made by a newer Keyward: an older program must not write into it.
 */
export async function migrate(storage: Storage, known: Migration[], nowMs: number): Promise<string[]> {
  return storage.transaction((tx) => migrateWithin(tx, storage.dialect, { known, nowMs }));
}

/** `migrate` inside a transaction that is there. */
export async function migrateWithin(
  tx: Db,
  dialect: DialectName,
  { known, nowMs }: { known: readonly Migration[]; nowMs: number },
): Promise<string[]> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);
  await sql`create table if not exists schema_migrations (id text primary key, applied_at bigint not null)`.execute(
    tx,
  );
  const applied = await appliedIds(tx);
  refuseNewer(applied, known);
  const pending = known.filter((step) => !applied.has(step.id));
  for (const step of pending) {
    for (const statement of step.statements(columnTypes(dialect)))
      await sql.raw(dialect === 'postgres' ? withPlainText(statement) : statement).execute(tx);
    await step.run?.(tx);
    await sql`insert into schema_migrations (id, applied_at) values (${step.id}, ${nowMs})`.execute(tx);
  }
  if (dialect === 'postgres') await orderTextByCodePoint(tx);
  return pending.map((step) => step.id);
}

function columnTypes(dialect: DialectName): ColumnTypes {
  return { bytes: dialect === 'postgres' ? 'bytea' : 'blob' };
}

/** The steps that have run on a database which has been migrated once. */
export async function appliedIds(db: Db): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select id from schema_migrations`.execute(db);
  return new Set(rows.map((row) => row.id));
}

function refuseNewer(applied: Set<string>, known: readonly Migration[]): void {
  const ids = new Set(known.map((step) => step.id));
  const unknown = [...applied].filter((id) => !ids.has(id));
  if (unknown.length === 0) return;
  throw new StartupError(
    `The database was made by a newer Keyward (it has ${unknown.join(', ')}): start that version, or restore an older backup.`,
  );
}
