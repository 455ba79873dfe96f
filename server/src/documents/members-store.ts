import { batches } from '../base/batches.ts';
import { mapInTurns } from '../base/slices.ts';
import { allRows, nextId, type Db } from '../storage/index.ts';
import { tables, type MemberRow } from './rows.ts';

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

const fromRow = (row: MemberRow): Member => ({
  id: row.id,
  collectionId: row.collection_id,
  documentId: row.document_id,
  pinned: row.pinned === 1,
  watched: row.watched === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const membersOf = (db: Db, collectionId: number) =>
  tables(db).selectFrom('collection_documents').selectAll().where('collection_id', '=', collectionId);

/** Members of a collection, in the order they were added. */
export async function listMembers(db: Db, collectionId: number): Promise<Member[]> {
  const rows = await allRows((after: MemberRow | undefined, limit) =>
    membersOf(db, collectionId)
      .where('document_id', '>', after?.document_id ?? '')
      .orderBy('document_id')
      .limit(limit)
      .execute(),
  );
  return mapInTurns(
    rows.sort((a, b) => a.id - b.id),
    fromRow,
  );
}

/** The pinned ones, in the order they were added: each chat asks, and there are few. */
export async function listPinned(db: Db, collectionId: number): Promise<Member[]> {
  const rows = await membersOf(db, collectionId).where('pinned', '=', 1).orderBy('id').execute();
  return rows.map(fromRow);
}

/** The collections of some documents, batch by batch in the order they were added there. */
export async function membershipsOf(db: Db, documentIds: readonly string[]): Promise<Member[]> {
  const found: Member[] = [];
  for (const batch of batches(documentIds)) {
    const all = tables(db).selectFrom('collection_documents').selectAll();
    const rows = await all.where('document_id', 'in', batch).orderBy('id').execute();
    found.push(...rows.map(fromRow));
  }
  return found;
}

/** @returns false where it was a member already. */
export async function addMember(
  tx: Db,
  { collectionId, documentId, nowMs }: { collectionId: number; documentId: string; nowMs: number },
): Promise<boolean> {
  const present = membersOf(tx, collectionId).where('document_id', '=', documentId);
  if ((await present.executeTakeFirst()) !== undefined) return false;
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
    const members = tables(tx).deleteFrom('collection_documents').where('document_id', 'in', batch);
    const result = await members.where('collection_id', '=', collectionId).executeTakeFirst();
    removed += Number(result.numDeletedRows);
  }
  return removed;
}

/** Empties a collection. */
export async function removeCollection(tx: Db, collectionId: number): Promise<void> {
  await tables(tx).deleteFrom('collection_documents').where('collection_id', '=', collectionId).execute();
}

interface Pin {
  collectionId: number;
  documentId: string;
  pinned: boolean;
  nowMs: number;
}

/** @returns false where the document is not a member. */
export async function setPinned(tx: Db, { collectionId, documentId, pinned, nowMs }: Pin): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('collection_documents')
    .set({ pinned: pinned ? 1 : 0, updated_at: nowMs })
    .where('collection_id', '=', collectionId)
    .where('document_id', '=', documentId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** All memberships, as a query for others to join: which documents have vectors in a collection? */
export const membershipRows = (db: Db) =>
  tables(db).selectFrom('collection_documents').select(['collection_id', 'document_id']);
