import { addMember, setPinned } from '../../documents/index.ts';
import { askForEmbedding } from '../embedding-store.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Step } from '../step.ts';

interface Placement {
  collectionId: number;
  documentId: string;
  pinned: boolean;
}

const placeOf = (row: SourceRow): string => `${row.id('workspaceId') ?? '?'}/${row.text('docpath') ?? ''}`;

/** Which documents are in which workspace. Vectors are made anew, by the server (embeddings.ts). */
export const placements: Step<SourceRow, Placement> = {
  kind: 'placement',
  count: (source) => source.count('workspace_documents'),
  // By place, not by row: where a workspace holds a document twice, a repeat must not take the twin that was left out.
  things: function* (source) {
    for (const thing of rowsOf(source, 'workspace_documents', 'docpath'))
      yield { ...thing, sourceId: placeOf(thing.row) };
  },
  prepare: (_db, { row }, { targets, claimed }) => {
    const collectionId = targets.number('workspace', row.id('workspaceId'));
    const documentId = targets.text('document', row.text('docpath'));
    if (collectionId === undefined) return { left: 'its workspace is gone or was left out' };
    if (documentId === undefined) return { left: 'its document is missing or was left out' };
    const claim = `placement ${placeOf(row)}`;
    if (claimed.has(claim)) return { left: 'the workspace holds the document twice: once is enough' };
    claimed.add(claim);
    return { ready: { collectionId, documentId, pinned: row.flag('pinned') ?? false } };
  },
  write: async (tx, { collectionId, documentId, pinned }, { clock }) => {
    const nowMs = clock.nowMs();
    await addMember(tx, { collectionId, documentId, nowMs });
    if (pinned) await setPinned(tx, { collectionId, documentId, pinned, nowMs });
    await askForEmbedding(tx, { collectionId, documentId, nowMs });
    return `${collectionId}/${documentId}`;
  },
};
