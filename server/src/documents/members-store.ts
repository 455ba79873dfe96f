import { mapInTurns } from '../base/slices.ts';
import { allRows, nextId, type Db } from '../storage/index.ts';
import { batches } from './document-store.ts';

/** A document in a collection; a collection is what is searched together, such as the documents of a workspace. */
export interface Member {
  id: number;
  collectionId: number;
  documentId: string;
  pinned: boolean;
  watched: boolean;
  createdAt: number;
  updatedAt: number;
}

type Row = {
  id: number;
  collection_id: number;
  document_id: string;
  pinned: number;
  watched: number;
  created_at: number;
  updated_at: number;
};

const tables = (db: Db) => db.withTables<{ collection_documents: Row }>();

const fromRow = (row: Row): Member => ({
  id: row.id,
  collectionId: row.collection_id,
  documentId: row.document_id,
  pinned: row.pinned === 1,
  watched: row.watched === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Members of some collections, in the order they were added. */
export async function listMembers(db: Db, collectionIds: readonly number[]): Promise<Member[]> {
  const rows: Row[] = [];
  for (const collectionId of collectionIds) {
    const found = await allRows((after: Row | undefined, limit) =>
      tables(db)
        .selectFrom('collection_documents')
        .selectAll()
        .where('collection_id', '=', collectionId)
        .where('document_id', '>', after?.document_id ?? '')
        .orderBy('document_id')
        .limit(limit)
        .execute(),
    );
    rows.push(...found);
  }
  return mapInTurns(
    rows.sort((a, b) => a.id - b.id),
    fromRow,
  );
}

/** Those that are pinned, in the order they were added: a chat asks each time, and there are few. */
export async function listPinned(db: Db, collectionId: number): Promise<Member[]> {
  const rows = await tables(db)
    .selectFrom('collection_documents')
    .selectAll()
    .where('collection_id', '=', collectionId)
    .where('pinned', '=', 1)
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** In which collections some documents are, in the order they were added there. */
export async function membershipsOf(db: Db, documentIds: readonly string[]): Promise<Member[]> {
  if (documentIds.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('collection_documents')
    .selectAll()
    .where('document_id', 'in', documentIds)
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** @returns false where it was a member already. */
export async function addMember(
  tx: Db,
  { collectionId, documentId, nowMs }: { collectionId: number; documentId: string; nowMs: number },
): Promise<boolean> {
  const present = await tables(tx)
    .selectFrom('collection_documents')
    .select('id')
    .where('collection_id', '=', collectionId)
    .where('document_id', '=', documentId)
    .executeTakeFirst();
  if (present !== undefined) return false;
  const result = await tables(tx)
    .insertInto('collection_documents')
    .values({
      id: await nextId(tx, 'collection_documents'),
      collection_id: collectionId,
      document_id: documentId,
      pinned: 0,
      watched: 0,
      created_at: nowMs,
      updated_at: nowMs,
    })
    .onConflict((conflict) => conflict.columns(['collection_id', 'document_id']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** @returns how many were members. */
export async function removeMembers(
  tx: Db,
  collectionId: number,
  documentIds: readonly string[],
): Promise<number> {
  let removed = 0;
  for (const batch of batches(documentIds)) {
    const result = await tables(tx)
      .deleteFrom('collection_documents')
      .where('collection_id', '=', collectionId)
      .where('document_id', 'in', batch)
      .executeTakeFirst();
    removed += Number(result.numDeletedRows);
  }
  return removed;
}

/** Empties a collection. */
export async function removeCollection(tx: Db, collectionId: number): Promise<void> {
  await tables(tx).deleteFrom('collection_documents').where('collection_id', '=', collectionId).execute();
}

/** @returns false where it is no member. */
export async function setPinned(
  tx: Db,
  {
    collectionId,
    documentId,
    pinned,
    nowMs,
  }: { collectionId: number; documentId: string; pinned: boolean; nowMs: number },
): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('collection_documents')
    .set({ pinned: pinned ? 1 : 0, updated_at: nowMs })
    .where('collection_id', '=', collectionId)
    .where('document_id', '=', documentId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Every membership, as a query for another query to join: of which documents are the vectors of a collection? */
export function membershipRows(db: Db) {
  return tables(db).selectFrom('collection_documents').select(['collection_id', 'document_id']);
}
