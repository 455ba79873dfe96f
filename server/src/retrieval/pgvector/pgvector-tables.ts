import { sql } from 'kysely';
import type { Db, Storage } from '../../storage/index.ts';

/** The limit of graphs of pgvector. */
export const DIMENSIONS_MAX = 4_000;

/**
 * For vectors of one length: the vectors, and the passes whose vectors are complete. They can be made again from
 * `document_chunks`; a backup leaves tables of such names out.
 */
export const tablesOf = (dimensions: number) => ({
  vectors: sql.table(`derived_vectors_${dimensions}`),
  passes: sql.table(`derived_passes_${dimensions}`),
});

/** Codes of a PostgreSQL without the extension. 42: something is missing or not allowed; 58P01: a file is missing. */
export const isGone = (code: string): boolean => /^(42|58P01)/.test(code);

/** One process makes tables at a time. */
const LOCK = 5390_0002;

/** The first with `hnsw.iterative_scan`: searches that continue until they have enough. */
const VERSION_MIN = '0.8';

/** Creates the extension where the role may. @returns why it cannot be used, or its version. */
export async function openExtension(storage: Storage): Promise<{ version: string } | { why: string }> {
  const { offered, installed } = await lookFor(storage.db);
  if (offered === null && installed === null)
    return { why: 'this PostgreSQL does not have the extension vector' };
  const refusal = installed === null ? await createExtension(storage) : undefined;
  const { installed: version, isVisible } = await lookFor(storage.db);
  if (version === null) {
    const hint = 'a superuser can, with "create extension vector"';
    return { why: `the extension vector cannot be created (${refusal}): ${hint}` };
  }
  if (!isVisible)
    return { why: `the extension vector is not in the search path, or older than ${VERSION_MIN}` };
  if (version.localeCompare(VERSION_MIN, 'en', { numeric: true }) < 0)
    return { why: `the extension vector is older than ${VERSION_MIN} (${version})` };
  return { version };
}

interface Looked {
  offered: string | null;
  installed: string | null;
  isVisible: boolean;
}

async function lookFor(db: Db): Promise<Looked> {
  const { rows } = await sql<Looked>`
    select (select default_version from pg_available_extensions where name = 'vector') as offered,
      (select extversion from pg_extension where extname = 'vector') as installed,
      to_regtype('halfvec') is not null as "isVisible"`.execute(db);
  return rows[0] ?? { offered: null, installed: null, isVisible: false };
}

/** @returns the error, if any. */
async function createExtension(storage: Storage): Promise<string | undefined> {
  try {
    await storage.transaction(async (tx) => {
      await alone(tx);
      await sql`create extension if not exists vector`.execute(tx);
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const alone = (tx: Db): Promise<unknown> => sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);

/** Makes the tables with their graph at once: a graph over vectors that are there already would take minutes. */
export async function ensureTables(storage: Storage, dimensions: number): Promise<void> {
  if (await areThere(storage.db, dimensions)) return;
  await storage.transaction(async (tx) => {
    await alone(tx);
    if (await areThere(tx, dimensions)) return;
    for (const statement of statementsFor(dimensions)) await sql.raw(statement).execute(tx);
  });
}

/** When the extension is dropped, the graph is dropped with it, the tables are not. */
async function areThere(db: Db, dimensions: number): Promise<boolean> {
  const { rows } = await sql<{ areThere: boolean }>`
    select to_regclass(${`derived_vectors_${dimensions}_graph`}) is not null
      and to_regclass(${`derived_passes_${dimensions}`}) is not null as "areThere"`.execute(db);
  return rows[0]?.areThere ?? false;
}

function statementsFor(dimensions: number): string[] {
  const vectors = `derived_vectors_${dimensions}`;
  const passes = `derived_passes_${dimensions}`;
  return [
    // The new tables refer to this one, which writers lock: locking it first prevents a deadlock with them.
    'lock table document_chunks in share row exclusive mode',
    `drop table if exists ${passes}`,
    `drop table if exists ${vectors}`,
    `create table ${vectors} (
      chunk_id bigint primary key references document_chunks (id) on delete cascade,
      embedding_id bigint not null,
      vector halfvec(${dimensions}) not null
    )`,
    // In the row itself: fetching a vector from elsewhere takes ten times as long as comparing it.
    `alter table ${vectors} alter column vector set storage plain`,
    `create index ${vectors}_pass on ${vectors} (embedding_id)`,
    `create index ${vectors}_graph on ${vectors} using hnsw (vector halfvec_ip_ops) with (m = 16, ef_construction = 64)`,
    // chunk_id: one of the pass, so that the row is removed with the pass.
    `create table ${passes} (
      embedding_id bigint primary key,
      chunk_id bigint not null unique references document_chunks (id) on delete cascade
    )`,
  ];
}
