import { sql } from 'kysely';
import { StartupError } from '../base/errors.ts';
import { dialectOf } from './dialect.ts';
import type { Db, Storage } from './storage.ts';
import { orderTextByCodePoint, withPlainText } from './text.ts';

/** Column types that the dialects spell differently. */
export interface ColumnTypes {
  bytes: 'blob' | 'bytea';
}

/** One step of the schema. Never changed once released; a correction is a new step. */
export interface Migration {
  /** Unique and lasting, such as `keys-1`. */
  id: string;
  /** For both dialects. */
  statements(types: ColumnTypes): string[];
  /** After them, for values that SQL cannot compute. */
  run?(tx: Db): Promise<void>;
}

/** The steps that have run. */
export const MIGRATIONS_TABLE = 'schema_migrations';

const LOCK = 5390_0001;

/**
 * One transaction.
 * @returns the ids of the steps that ran.
 * @throws StartupError when the database was made by a newer Keyward: an older program must not write into it.
 */
export async function migrate(storage: Storage, known: Migration[], nowMs: number): Promise<string[]> {
  return storage.transaction((tx) => migrateWithin(tx, { known, nowMs }));
}

/** `migrate` in a transaction of the caller. */
export async function migrateWithin(
  tx: Db,
  { known, nowMs }: { known: readonly Migration[]; nowMs: number },
): Promise<string[]> {
  const isPostgres = dialectOf(tx) === 'postgres';
  if (isPostgres) await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);
  await sql`create table if not exists schema_migrations (id text primary key, applied_at bigint not null)`.execute(
    tx,
  );
  const applied = await appliedIds(tx);
  refuseNewer(applied, known);
  const pending = known.filter((step) => !applied.has(step.id));
  for (const step of pending) {
    for (const statement of step.statements({ bytes: isPostgres ? 'bytea' : 'blob' }))
      await sql.raw(isPostgres ? withPlainText(statement) : statement).execute(tx);
    await step.run?.(tx);
    await sql`insert into schema_migrations (id, applied_at) values (${step.id}, ${nowMs})`.execute(tx);
  }
  if (isPostgres) await orderTextByCodePoint(tx);
  return pending.map((step) => step.id);
}

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
