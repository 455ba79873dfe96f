import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { isBound, type Caller } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import type { DocumentTables } from './rows.ts';

/**
 * The view that a key has of documents. A key without a workspace selector sees all. One that is bound to workspaces sees
 * what is embedded in a workspace that it covers, and what it added itself as long as no other workspace holds it. Not what
 * its owner's other keys add: that may be on its way into other workspaces.
 */
export type Viewer = 'all' | { keyId: string; collections: readonly number[] };

export async function viewerOf(
  { coverage }: { coverage: (db: Db, caller: Caller) => Promise<number[]> },
  caller: Caller,
  db: Db,
): Promise<Viewer> {
  return isBound(caller) ? { keyId: caller.keyId, collections: await coverage(db, caller) } : 'all';
}

type Build = ExpressionBuilder<DocumentTables, 'documents'>;

/** Holds for the documents that the viewer can see. */
export function isVisible(eb: Build, viewer: Viewer): Expression<SqlBool> {
  if (viewer === 'all') return eb.lit(true);
  return eb.or([
    isEmbedded(eb, 'in', viewer.collections),
    eb.and([eb('documents.created_by', '=', viewer.keyId), isFree(eb, viewer)]),
  ]);
}

/** Holds for the documents that are in no workspace beyond the viewer's: only those may be removed or moved. */
export function isFree(eb: Build, viewer: Viewer): Expression<SqlBool> {
  return viewer === 'all' ? eb.lit(true) : eb.not(isEmbedded(eb, 'not in', viewer.collections));
}

/** @param operator of the collections; without them: in any collection. */
export function isEmbedded(
  eb: Build,
  operator: 'in' | 'not in' = 'not in',
  collections: readonly number[] = [],
): Expression<SqlBool> {
  // Neither database accepts an empty list; no collection has the number 0.
  const ids = collections.length === 0 ? [0] : collections;
  return eb.exists(
    eb
      .selectFrom('collection_documents')
      .select('collection_documents.id')
      .whereRef('collection_documents.document_id', '=', 'documents.id')
      .where('collection_documents.collection_id', operator, ids),
  );
}
