import type { Db } from '../storage/index.ts';

type Row = {
  document_id: string;
  collection_id: number;
  attempts: number;
  next_at: number;
  error: string | null;
};
const tables = (db: Db) => db.withTables<{ moved_embeddings: Row }>();

/** A document of a workspace that is to be found there. */
export interface WantedKey {
  documentId: string;
  collectionId: number;
}

export interface Wanted extends WantedKey {
  /** Those that have begun, this one among them. */
  attempts: number;
}

export async function askForEmbedding(
  tx: Db,
  { documentId, collectionId, nowMs }: WantedKey & { nowMs: number },
): Promise<void> {
  await tables(tx)
    .insertInto('moved_embeddings')
    .values({
      document_id: documentId,
      collection_id: collectionId,
      attempts: 0,
      next_at: nowMs,
      error: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Takes the next one that is due; nobody else is given it before `untilMs`. */
export async function claimNext(
  tx: Db,
  { nowMs, untilMs }: { nowMs: number; untilMs: number },
): Promise<Wanted | undefined> {
  const next = await tables(tx)
    .selectFrom('moved_embeddings')
    .select(['document_id', 'collection_id'])
    .where('next_at', '<=', nowMs)
    .orderBy('next_at')
    .orderBy('document_id')
    .orderBy('collection_id')
    .executeTakeFirst();
  if (next === undefined) return undefined;
  const row = await tables(tx)
    .updateTable('moved_embeddings')
    .set((eb) => ({ next_at: untilMs, attempts: eb('attempts', '+', 1) }))
    .where('document_id', '=', next.document_id)
    .where('collection_id', '=', next.collection_id)
    // Another node may have been first.
    .where('next_at', '<=', nowMs)
    .returningAll()
    .executeTakeFirst();
  return row && { documentId: row.document_id, collectionId: row.collection_id, attempts: row.attempts };
}

/** It stays with whoever has it for as long. */
export async function renewClaim(
  tx: Db,
  { documentId, collectionId }: WantedKey,
  untilMs: number,
): Promise<void> {
  await tables(tx)
    .updateTable('moved_embeddings')
    .set({ next_at: untilMs })
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

export async function forgetWanted(tx: Db, { documentId, collectionId }: WantedKey): Promise<void> {
  await tables(tx)
    .deleteFrom('moved_embeddings')
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

export async function putOff(
  tx: Db,
  { documentId, collectionId }: WantedKey,
  { nextAt, error }: { nextAt: number; error: string },
): Promise<void> {
  await tables(tx)
    .updateTable('moved_embeddings')
    .set({ next_at: nextAt, error })
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

/** How many are left, and what was wrong with those that failed. */
export async function countWanted(db: Db): Promise<{ left: number; failing: number; error: string | null }> {
  const row = await tables(db)
    .selectFrom('moved_embeddings')
    .select((eb) => [
      eb.fn.countAll<number>().as('left'),
      eb.fn.count<number>('error').as('failing'),
      eb.fn.max('error').as('error'),
    ])
    .executeTakeFirst();
  return { left: row?.left ?? 0, failing: row?.failing ?? 0, error: row?.error ?? null };
}
