import { randomUUID } from 'node:crypto';
import { KeywardError } from '../base/errors.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { nextId, type Db } from '../storage/index.ts';
import { batches, tables } from './rows.ts';
import { bytesOf } from './index/vector-bytes.ts';

export interface Chunk {
  id: number;
  publicId: string;
  documentId: string;
  text: string;
}

/** A complete pass over one document. */
export interface Embedding {
  id: number;
  documentId: string;
  recipeId: number;
  chunkCount: number;
}

/** A pass that searches do not see until `complete`. */
export async function beginEmbedding(
  tx: Db,
  { documentId, recipeId, nowMs }: { documentId: string; recipeId: number; nowMs: number },
): Promise<number> {
  const id = await nextId(tx, 'document_embeddings');
  await tables(tx)
    .insertInto('document_embeddings')
    .values({
      id,
      document_id: documentId,
      recipe_id: recipeId,
      chunk_count: 0,
      complete: 0,
      created_at: nowMs,
    })
    .execute();
  return id;
}

/** Rows in one statement: it holds up the process for some milliseconds. */
const INSERT_BATCH = 50;
const DELETE_BATCH = 500;

/** @returns their public ids, in order. @throws KeywardError `not_found` where the pass was taken away. */
export async function addChunks(
  tx: Db,
  embeddingId: number,
  chunks: readonly { seq: number; text: string; vector: Float32Array }[],
): Promise<string[]> {
  if (chunks.length === 0) return [];
  const firstId = await nextId(tx, 'document_chunks', chunks.length);
  // Whoever takes the pass away waits for these chunks, or they for that: none is left without its pass.
  if ((await lockPasses(tx, [embeddingId])) === 0) throw goneMeanwhile();
  const rows = chunks.map(({ seq, text, vector }, at) => ({
    id: firstId + at,
    embedding_id: embeddingId,
    seq,
    public_id: randomUUID(),
    content: text,
    vector: bytesOf(vector),
  }));
  for (const batch of batches(rows, INSERT_BATCH)) {
    await tables(tx).insertInto('document_chunks').values(batch).execute();
    await nextTurn();
  }
  return rows.map(({ public_id }) => public_id);
}

/** Until the transaction ends. @returns how many of them are there. */
async function lockPasses(tx: Db, ids: readonly number[]): Promise<number> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('document_embeddings')
    .set((eb) => ({ complete: eb.ref('complete') }))
    .where('id', 'in', ids)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

export const goneMeanwhile = (): KeywardError =>
  new KeywardError('not_found', 'The document was removed meanwhile.');

/** Locks a document's passes until the transaction ends, and tells those that are there. */
export async function lockEmbeddings(
  tx: Db,
  documentId: string,
): Promise<(Embedding & { complete: boolean })[]> {
  const rows = await tables(tx)
    .updateTable('document_embeddings')
    .set((eb) => ({ complete: eb.ref('complete') }))
    .where('document_id', '=', documentId)
    .returningAll()
    .execute();
  return rows.map((row) => ({ ...embeddingFromRow(row), complete: row.complete === 1 }));
}

export async function completeEmbedding(tx: Db, id: number, chunkCount: number): Promise<void> {
  await tables(tx)
    .updateTable('document_embeddings')
    .set({ complete: 1, chunk_count: chunkCount })
    .where('id', '=', id)
    .execute();
}

export async function deleteEmbeddings(tx: Db, ids: readonly number[]): Promise<void> {
  for (const batch of batches(ids)) {
    await lockPasses(tx, batch);
    await deleteChunks(tx, batch);
    await tables(tx).deleteFrom('document_embeddings').where('id', 'in', batch).execute();
  }
}

/** In steps: a book has thousands of them. */
async function deleteChunks(tx: Db, embeddingIds: readonly number[]): Promise<void> {
  for (let deleted = DELETE_BATCH; deleted === DELETE_BATCH;) {
    const result = await tables(tx)
      .deleteFrom('document_chunks')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('document_chunks')
          .select('document_chunks.id')
          .where('embedding_id', 'in', embeddingIds)
          .limit(DELETE_BATCH),
      )
      .executeTakeFirst();
    deleted = Number(result.numDeletedRows);
    await nextTurn();
  }
}

/** Everything of some documents, complete or not. */
export async function deleteOfDocuments(tx: Db, documentIds: readonly string[]): Promise<void> {
  for (const batch of batches(documentIds)) {
    const rows = await tables(tx)
      .selectFrom('document_embeddings')
      .select('id')
      .where('document_id', 'in', batch)
      .execute();
    await deleteEmbeddings(
      tx,
      rows.map(({ id }) => id),
    );
  }
}

/** Passes that were begun before and never ended: of processes that died. */
export async function abandonedEmbeddings(db: Db, beforeMs: number): Promise<number[]> {
  const rows = await tables(db)
    .selectFrom('document_embeddings')
    .select('id')
    .where('complete', '=', 0)
    .where('created_at', '<', beforeMs)
    .execute();
  return rows.map(({ id }) => id);
}

/** A piece of what the index is fed with. */
export interface StoredVectors {
  ids: number[];
  vectors: Uint8Array[];
  /** Where they were asked for. */
  texts: string[] | undefined;
  isLast: boolean;
}

/** How much is read in one statement: it holds up the process for a millisecond or two. */
const READ_CHUNKS = 256;

/** The chunks of one pass, piece by piece; at least one piece. */
export async function* readVectors(
  db: Db,
  embeddingId: number,
  withTexts: boolean,
): AsyncGenerator<StoredVectors> {
  for (let after: number | undefined = -1; after !== undefined;) {
    const rows: { id: number; seq: number; vector: Uint8Array; content?: string }[] = await tables(db)
      .selectFrom('document_chunks')
      .select(['id', 'seq', 'vector'])
      .$if(withTexts, (query) => query.select('content'))
      .where('embedding_id', '=', embeddingId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(READ_CHUNKS)
      .execute();
    after = rows.length < READ_CHUNKS ? undefined : rows.at(-1)?.seq;
    yield {
      ids: rows.map(({ id }) => id),
      vectors: rows.map(({ vector }) => vector),
      texts: withTexts ? rows.map(({ content = '' }) => content) : undefined,
      isLast: after === undefined,
    };
  }
}

/** Chunks by their ids, those that are still there. */
export async function chunksByIds(db: Db, ids: readonly number[]): Promise<Map<number, Chunk>> {
  const found = new Map<number, Chunk>();
  for (const batch of batches(ids)) {
    const rows = await tables(db)
      .selectFrom('document_chunks as c')
      .innerJoin('document_embeddings as e', 'e.id', 'c.embedding_id')
      .select(['c.id', 'c.public_id', 'c.content', 'e.document_id'])
      .where('c.id', 'in', batch)
      .execute();
    for (const { id, public_id, content, document_id } of rows)
      found.set(id, { id, publicId: public_id, documentId: document_id, text: content });
  }
  return found;
}

export const embeddingFromRow = (row: {
  id: number;
  document_id: string;
  recipe_id: number;
  chunk_count: number;
}): Embedding => ({
  id: row.id,
  documentId: row.document_id,
  recipeId: row.recipe_id,
  chunkCount: row.chunk_count,
});
