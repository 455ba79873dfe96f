import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { passesIn } from '../embedded-store.ts';
import { halfVector } from './half-vector.ts';
import { DIMENSIONS_MAX, tablesOf } from './pgvector-tables.ts';
import { tables } from '../rows.ts';
import { flatten } from '../index/vector-bytes.ts';

/** Rows in one statement. */
const PIECE = 256;

export interface Piece {
  embeddingId: number;
  dimensions: number;
  /** Place of its first chunk in the pass. */
  from: number;
}

/** Adds some chunks of a pass. @returns the next place; undefined after the last one. */
export async function fillPiece(
  tx: Db,
  { embeddingId, dimensions, from }: Piece,
): Promise<number | undefined> {
  const chunks = await tables(tx)
    .selectFrom('document_chunks')
    .select(['id', 'seq', 'vector'])
    .where('embedding_id', '=', embeddingId)
    .where('seq', '>=', from)
    .orderBy('seq')
    .limit(PIECE)
    .execute();
  if (chunks.length > 0) {
    const rows = chunks.map(
      ({ id, vector }) => sql`(${id}, ${embeddingId}, ${halfVector(flatten([vector], dimensions))}::halfvec)`,
    );
    await sql`
      insert into ${tablesOf(dimensions).vectors} (chunk_id, embedding_id, vector)
      values ${sql.join(rows)} on conflict (chunk_id) do nothing`.execute(tx);
  }
  const last = chunks.at(-1)?.seq ?? from;
  return chunks.length < PIECE ? undefined : last + 1;
}

/** Lets searches use a pass, if it is complete and all of its vectors are in. */
export async function markFilled(
  tx: Db,
  { embeddingId, dimensions }: Pick<Piece, 'embeddingId' | 'dimensions'>,
): Promise<void> {
  const { vectors, passes } = tablesOf(dimensions);
  await sql`
    insert into ${passes} (embedding_id, chunk_id)
    select embedding_id, max(chunk_id) from ${vectors} where embedding_id = ${embeddingId} group by embedding_id
    having count(*) = (select chunk_count from document_embeddings where id = ${embeddingId} and complete = 1)
    on conflict do nothing`.execute(tx);
}

/** Complete passes that are not marked as filled, in the order in which they were made. */
export async function unfilledPasses(
  db: Db,
  { dimensions, after, limit }: { dimensions: number; after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select e.id from document_embeddings as e inner join embedding_recipes as r on r.id = e.recipe_id
    where e.complete = 1 and e.chunk_count > 0 and r.dimensions = ${dimensions} and e.id > ${after}
      and not exists (select from ${tablesOf(dimensions).passes} as f where f.embedding_id = e.id)
    order by e.id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** The lengths of known vectors that a graph can have. */
export async function knownLengths(db: Db): Promise<number[]> {
  const rows = await tables(db)
    .selectFrom('embedding_recipes')
    .select('dimensions')
    .distinct()
    .where('dimensions', 'is not', null)
    .where('dimensions', '<=', DIMENSIONS_MAX)
    .execute();
  return rows.flatMap(({ dimensions }) => dimensions ?? []);
}

/** The vectors that a search looks through. */
export interface Searched {
  collectionId: number;
  model: string;
  dimensions: number;
}

/** The number of chunks of a collection, and of its passes that are not filled. */
export async function survey(
  db: Db,
  { collectionId, model, dimensions }: Searched,
): Promise<{ chunks: number; unfilled: number }> {
  const passes = passesIn(db, collectionId, model).select(['e.id', 'e.chunk_count']);
  const { rows } = await sql<{ chunks: number; unfilled: number }>`
    select coalesce(sum(p.chunk_count), 0) as chunks,
      count(*) filter (where p.chunk_count > 0 and f.embedding_id is null) as unfilled
    from ${passes} as p left join ${tablesOf(dimensions).passes} as f on f.embedding_id = p.id`.execute(db);
  return rows[0] ?? { chunks: 0, unfilled: 0 };
}

export interface CollectionState {
  /** Changes with the collection, and when the table is made again. */
  revision: string;
  /** Vectors of this length in all collections, estimated. */
  total: number;
}

/** @returns undefined where there is no table for vectors of this length. */
export async function collectionState(
  db: Db,
  { collectionId, dimensions }: Searched,
): Promise<CollectionState | undefined> {
  const { rows } = await sql<CollectionState>`
    select oid || ' ' || coalesce((select revision from retrieval_collections where id = ${collectionId}), 0) as revision,
      reltuples as total
    from pg_class where oid = to_regclass(${`derived_vectors_${dimensions}`})`.execute(db);
  return rows[0];
}
