import { sql } from 'kysely';
import type { Db, Storage } from '../../storage/index.ts';

/** With more numbers a vector has no place in a graph of pgvector. */
export const DIMENSIONS_MAX = 4_000;

/**
 * Of vectors of one length: the vectors by which chunks are found, and the passes that are whole in there. What is in them
 * can be made again from `document_chunks`; by their name they are no part of a backup.
 */
export const tablesOf = (dimensions: number) => ({
  vectors: sql.table(`derived_vectors_${dimensions}`),
  passes: sql.table(`derived_passes_${dimensions}`),
});

/** What a PostgreSQL says that has lost the extension. 42: something is not there, or not allowed; 58P01: its file. */
export const isGone = (code: string): boolean => /^(42|58P01)/.test(code);

/** Processes make tables one after the other. */
const LOCK = 5390_0002;

/** Searches that go on until they have enough (`hnsw.iterative_scan`) came with it. */
const VERSION_MIN = '0.8';

export type Extension = { isUsable: true; version: string } | { isUsable: false; why: string };

/** Looks for the extension, and makes it where the role may. */
export async function openExtension(storage: Storage): Promise<Extension> {
  if (storage.dialect !== 'postgres') return { isUsable: false, why: 'the database is not PostgreSQL' };
  const { offered, installed } = await lookFor(storage.db);
  if (offered === null && installed === null)
    return { isUsable: false, why: 'this PostgreSQL does not have the extension vector' };
  const refusal = installed === null ? await createExtension(storage) : undefined;
  const { installed: version, isVisible } = await lookFor(storage.db);
  if (version === null)
    return {
      isUsable: false,
      why: `the extension vector cannot be created (${refusal}): a superuser can, with "create extension vector"`,
    };
  if (!isVisible)
    return {
      isUsable: false,
      why: `the extension vector is not in the search path, or older than ${VERSION_MIN}`,
    };
  if (isOlder(version))
    return { isUsable: false, why: `the extension vector is older than ${VERSION_MIN} (${version})` };
  return { isUsable: true, version };
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

/** @returns why not. */
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

function isOlder(version: string): boolean {
  return version.localeCompare(VERSION_MIN, 'en', { numeric: true }) < 0;
}

const alone = (tx: Db): Promise<unknown> => sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);

/**
 * Makes what vectors of a length need, unless it is there. With no vector in it yet a graph is made at once and holds up
 * nobody; made over vectors that are there it would take minutes.
 */
export async function ensureTables(storage: Storage, dimensions: number): Promise<void> {
  if (await areThere(storage.db, dimensions)) return;
  await storage.transaction(async (tx) => {
    await alone(tx);
    if (await areThere(tx, dimensions)) return;
    for (const statement of statementsFor(dimensions)) await sql.raw(statement).execute(tx);
  });
}

/** The graph goes when the extension goes, the tables do not. */
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
    // The tables point at this one, which writers hold: whoever takes it first waits for nobody who waits for them.
    'lock table document_chunks in share row exclusive mode',
    `drop table if exists ${passes}`,
    `drop table if exists ${vectors}`,
    `create table ${vectors} (
      chunk_id bigint primary key references document_chunks (id) on delete cascade,
      embedding_id bigint not null,
      vector halfvec(${dimensions}) not null
    )`,
    // Beside the rest of its row, however long: to fetch each from elsewhere takes ten times as long as to compare it.
    `alter table ${vectors} alter column vector set storage plain`,
    `create index ${vectors}_pass on ${vectors} (embedding_id)`,
    `create index ${vectors}_graph on ${vectors} using hnsw (vector halfvec_ip_ops) with (m = 16, ef_construction = 64)`,
    // chunk_id: one of the pass, so that the row goes when the pass goes.
    `create table ${passes} (
      embedding_id bigint primary key,
      chunk_id bigint not null unique references document_chunks (id) on delete cascade
    )`,
  ];
}
