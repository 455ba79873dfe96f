import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { DocumentTables } from './rows.ts';

/**
 * Whose eyes documents are seen with. A key without a workspace selector sees all. One that is bound to workspaces sees
 * what is embedded in a workspace that it covers, and what it brought itself as long as no other workspace holds it. Not what
 * its owner's other keys bring: that may be on its way into other workspaces.
 */
export type Viewer = 'all' | { keyId: string; collections: readonly number[] };

type Build = ExpressionBuilder<{ [T in keyof DocumentTables]: DocumentTables[T] }, 'documents'>;

/** Holds for the documents that the viewer can see. */
export function isVisible(eb: Build, viewer: Viewer): Expression<SqlBool> {
  if (viewer === 'all') return eb.lit(true);
  const { keyId } = viewer;
  return eb.or([
    isEmbedded(eb, { within: viewer.collections }),
    eb.and([eb('documents.created_by', '=', keyId), isFree(eb, viewer)]),
  ]);
}

/** Holds for the documents that no workspace beyond the viewer's holds: only those may be taken away or moved. */
export function isFree(eb: Build, viewer: Viewer): Expression<SqlBool> {
  return viewer === 'all' ? eb.lit(true) : eb.not(isEmbedded(eb, { beyond: viewer.collections }));
}

export function isEmbedded(
  eb: Build,
  where: { within?: readonly number[]; beyond?: readonly number[] } = {},
): Expression<SqlBool> {
  let rows = eb
    .selectFrom('collection_documents')
    .select('collection_documents.id')
    .whereRef('collection_documents.document_id', '=', 'documents.id');
  const { within, beyond } = where;
  if (within !== undefined)
    rows = rows.where((inner) => inner('collection_documents.collection_id', 'in', listed(within)));
  if (beyond !== undefined)
    rows = rows.where((inner) => inner('collection_documents.collection_id', 'not in', listed(beyond)));
  return eb.exists(rows);
}

/** Neither dialect takes an empty list; no collection has the number 0. */
const listed = (ids: readonly number[]): readonly number[] => (ids.length === 0 ? [0] : ids);
