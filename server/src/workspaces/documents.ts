import { isoTime } from '../base/clock.ts';
import { listMembers, type Documents } from '../documents/index.ts';
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

const PART_ROWS = 500;

/** What is embedded in a workspace, and how many tokens of it every chat is shown in full. */
export async function embeddedDocuments(
  db: Db,
  library: Documents,
  workspaceId: number,
): Promise<{ documents: EmbeddedDocument[]; pinnedTokens: number }> {
  const members = await listMembers(db, workspaceId);
  let pinnedTokens = 0;
  const documents: EmbeddedDocument[] = [];
  // In parts: each is read and made ready in some milliseconds.
  for (let start = 0; start < members.length; start += PART_ROWS) {
    const part = members.slice(start, start + PART_ROWS);
    const found = await library.byIds(
      db,
      part.map(({ documentId }) => documentId),
    );
    const byId = new Map(found.map((document) => [document.id, document]));
    for (const member of part) {
      const document = byId.get(member.documentId);
      // Removed between the two reads.
      if (document === undefined) continue;
      if (member.pinned) pinnedTokens += document.tokenCount;
      documents.push({
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
      });
    }
  }
  return { documents, pinnedTokens };
}
