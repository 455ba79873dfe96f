import { isoTime } from '../base/clock.ts';
import { listMembers } from '../documents/index.ts';
import type { Documents } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';

/** A document in a workspace as clients of the Developer API are shown it, member by member in their order. */
export interface EmbeddedDocument {
  id: number;
  docId: string;
  filename: string;
  docpath: string;
  workspaceId: number;
  /** JSON. */
  metadata: string;
  pinned: boolean;
  watched: boolean;
  createdAt: string;
  lastUpdatedAt: string;
}

/** What is embedded in a workspace, and how many tokens of it every chat is shown in full. */
export async function embeddedDocuments(
  db: Db,
  library: Documents,
  workspaceId: number,
): Promise<{ documents: EmbeddedDocument[]; pinnedTokens: number }> {
  const members = await listMembers(db, [workspaceId]);
  const found = await library.byIds(
    db,
    members.map(({ documentId }) => documentId),
  );
  const byId = new Map(found.map((document) => [document.id, document]));
  let pinnedTokens = 0;
  const documents = members.flatMap((member): EmbeddedDocument[] => {
    const document = byId.get(member.documentId);
    // Removed between the two reads.
    if (document === undefined) return [];
    if (member.pinned) pinnedTokens += document.tokenCount;
    return [
      {
        id: member.id,
        docId: document.id,
        filename: document.name,
        docpath: document.location,
        workspaceId,
        metadata: JSON.stringify(document.metadata),
        pinned: member.pinned,
        watched: member.watched,
        createdAt: isoTime(member.createdAt),
        lastUpdatedAt: isoTime(member.updatedAt),
      },
    ];
  });
  return { documents, pinnedTokens };
}
