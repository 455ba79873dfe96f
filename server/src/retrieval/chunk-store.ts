import { batches } from '../base/batches.ts';
import { randomUUID } from 'node:crypto';
import { KeywardError } from '../base/errors.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { nextId, unchanged, type Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import { bytesOf } from './index/vector-bytes.ts';

/** Begins a pass over one document; searches do not see it before `completeEmbedding`. */
export async function beginEmbedding(
  tx: Db,
  { documentId, recipeId, nowMs }: { documentId: string; recipeId: number; nowMs: number },
): Promise<number> {
  const id = await nextId(tx, 'document_embeddings');
  const pass = { id, document_id: documentId, recipe_id: recipeId, created_at: nowMs };
  const row = { ...pass, chunk_count: 0, complete: 0 };
  await tables(tx).insertInto('document_embeddings').values(row).execute();
  return id;
}

/** Rows in one statement: it blocks the process for some milliseconds. */
const INSERT_BATCH = 50;
const DELETE_BATCH = 500;

export interface NewChunk {
  seq: number;
  text: string;
  vector: Float32Array;
}

/** @returns their public ids, in order. @throws KeywardError `not_found` where the pass was removed. */
export async function addChunks(tx: Db, embeddingId: number, chunks: readonly NewChunk[]): Promise<string[]> {
  if (chunks.length === 0) return [];
  const firstId = await nextId(tx, 'document_chunks', chunks.length);
  // A removal of the pass waits for these chunks, or they wait for it: no chunk is left without its pass.
  const pass = await lockPasses(tx).where('id', '=', embeddingId).executeTakeFirst();
  if (pass === undefined) throw new GoneMeanwhile();
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

/** Locks passes until the transaction ends, and gives their ids. */
const lockPasses = (tx: Db) =>
  tables(tx).updateTable('document_embeddings').set(unchanged('complete')).returning('id');

/** The document was removed or replaced, or another pass over it was faster. */
export class GoneMeanwhile extends KeywardError {
  constructor() {
    super('not_found', 'The document was removed meanwhile.');
  }
}

/** Locks a document's passes until the transaction ends. @returns their ids. */
export async function lockEmbeddings(tx: Db, documentId: string): Promise<number[]> {
  return (await lockPasses(tx).where('document_id', '=', documentId).execute()).map(({ id }) => id);
}

export async function completeEmbedding(tx: Db, id: number, chunkCount: number): Promise<void> {
  const change = { complete: 1, chunk_count: chunkCount };
  await tables(tx).updateTable('document_embeddings').set(change).where('id', '=', id).execute();
}

export async function deleteEmbeddings(tx: Db, ids: readonly number[]): Promise<void> {
  for (const batch of batches(ids)) {
    await lockPasses(tx).where('id', 'in', batch).execute();
    await deleteChunks(tx, batch);
    await tables(tx).deleteFrom('document_embeddings').where('id', 'in', batch).execute();
  }
}

/** In steps: a book has thousands of them. */
async function deleteChunks(tx: Db, embeddingIds: readonly number[]): Promise<void> {
  for (let deleted = DELETE_BATCH; deleted === DELETE_BATCH;) {
    const result = await tables(tx)
      .deleteFrom('document_chunks')
      .where('id', 'in', (eb) => {
        const chunks = eb.selectFrom('document_chunks').select('document_chunks.id');
        return chunks.where('embedding_id', 'in', embeddingIds).limit(DELETE_BATCH);
      })
      .executeTakeFirst();
    deleted = Number(result.numDeletedRows);
    await nextTurn();
  }
}

/** All passes of some documents, complete or not. */
export async function deleteOfDocuments(tx: Db, documentIds: readonly string[]): Promise<void> {
  for (const batch of batches(documentIds)) {
    const passes = tables(tx).selectFrom('document_embeddings').select('id');
    const rows = await passes.where('document_id', 'in', batch).execute();
    await deleteEmbeddings(
      tx,
      rows.map(({ id }) => id),
    );
  }
}

/** Passes that were begun before and never completed: their processes died. */
export async function abandonedEmbeddings(db: Db, beforeMs: number): Promise<number[]> {
  const rows = await tables(db)
    .selectFrom('document_embeddings')
    .select('id')
    .where('complete', '=', 0)
    .where('created_at', '<', beforeMs)
    .execute();
  return rows.map(({ id }) => id);
}

/** A piece of a pass, for the index. */
export interface StoredVectors {
  ids: number[];
  vectors: Uint8Array[];
  /** Only where they were asked for. */
  texts: string[] | undefined;
  isLast: boolean;
}

/** Read in one statement: it blocks the process for a millisecond or two. */
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

interface Chunk {
  id: number;
  publicId: string;
  documentId: string;
  text: string;
}

/** Chunks by their ids, those that are still there. */
export async function chunksByIds(db: Db, ids: readonly number[]): Promise<Map<number, Chunk>> {
  const found = new Map<number, Chunk>();
  for (const batch of batches(ids)) {
    const chunks = await tables(db)
      .selectFrom('document_chunks as c')
      .innerJoin('document_embeddings as e', 'e.id', 'c.embedding_id')
      .select(['c.id', 'c.public_id as publicId', 'c.content as text', 'e.document_id as documentId'])
      .where('c.id', 'in', batch)
      .execute();
    for (const chunk of chunks) found.set(chunk.id, chunk);
  }
  return found;
}
