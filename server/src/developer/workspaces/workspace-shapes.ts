import { Type, type Static } from 'typebox';
import { listMembers } from '../../documents/index.ts';
import { nullable, Time } from '../../http/index.ts';
import type { Workspace } from '../../workspaces/index.ts';
import { shaped, timesOf, viewWorkspace, workspaceProperties } from '../schemas.ts';
import { NotEmbeddedIn, viewNotEmbedded } from '../documents/pending-documents.ts';
import type { WorkspaceServices } from '../services.ts';

const Text = Type.String();
const Whole = Type.Integer();

export const EmbeddedDocument = Type.Object(
  {
    id: Whole,
    docId: Text,
    filename: Text,
    docpath: Text,
    workspaceId: Whole,
    metadata: Type.String({ description: 'JSON' }),
    pinned: Type.Boolean(),
    watched: Type.Boolean(),
    createdAt: Time,
    lastUpdatedAt: Time,
    notEmbedded: Type.Optional(NotEmbeddedIn),
  },
  { title: 'EmbeddedDocument' },
);

export const WorkspaceInList = Type.Object(
  {
    ...workspaceProperties,
    threads: Type.Array(Type.Object({ user_id: nullable(Whole), slug: Text, name: Text })),
  },
  { title: 'WorkspaceInList' },
);

export const WorkspaceWithDocuments = Type.Object(
  {
    ...workspaceProperties,
    documents: Type.Array(EmbeddedDocument),
    threads: Type.Array(Type.Object({ user_id: nullable(Whole), slug: Text })),
  },
  { title: 'WorkspaceWithDocuments' },
);

export const EmbeddedWorkspace = Type.Object(
  {
    ...workspaceProperties,
    documents: Type.Array(EmbeddedDocument),
    contextWindow: Type.Integer({ description: 'Tokens that the chat model takes' }),
    currentContextTokenCount: Type.Integer({ description: 'Tokens of the pinned documents' }),
  },
  { title: 'EmbeddedWorkspace' },
);

const PART_ROWS = 500;

/** The documents in a workspace, and how many tokens of them each chat is given in full. */
export async function embeddedDocuments(
  {
    storage: { db },
    documents: library,
    retrieval,
  }: Pick<WorkspaceServices, 'storage' | 'documents' | 'retrieval'>,
  workspaceId: number,
): Promise<{ documents: Static<typeof EmbeddedDocument>[]; pinnedTokens: number }> {
  const members = await listMembers(db, workspaceId);
  const waiting = await retrieval.notEmbedded({ collectionId: workspaceId });
  const notEmbedded = new Map(waiting.map((one) => [one.documentId, viewNotEmbedded(one)]));
  let pinnedTokens = 0;
  const documents: Static<typeof EmbeddedDocument>[] = [];
  // In parts, each of which takes some milliseconds to read and convert.
  for (let start = 0; start < members.length; start += PART_ROWS) {
    const part = members.slice(start, start + PART_ROWS);
    const ids = part.map(({ documentId }) => documentId);
    const byId = new Map((await library.byIds(db, ids)).map((document) => [document.id, document]));
    for (const member of part) {
      const document = byId.get(member.documentId);
      // Removed between the two reads.
      if (document === undefined) continue;
      if (member.pinned) pinnedTokens += document.tokenCount;
      const { id: docId, name: filename, location: docpath } = document;
      const metadata = JSON.stringify(document.metadata);
      const place = { docId, filename, docpath, workspaceId, metadata };
      const waits = notEmbedded.get(docId);
      const waiting = waits === undefined ? {} : { notEmbedded: waits };
      documents.push(shaped(EmbeddedDocument, { ...member, ...place, ...timesOf(member), ...waiting }));
    }
  }
  return { documents, pinnedTokens };
}

/** A workspace with its documents, and how much of the model's window the pinned ones take. */
export async function viewEmbedded(
  services: WorkspaceServices,
  workspace: Workspace,
): Promise<Static<typeof EmbeddedWorkspace>> {
  const { documents, pinnedTokens } = await embeddedDocuments(services, workspace.id);
  return {
    ...viewWorkspace(workspace),
    documents,
    contextWindow: await services.chat.windowTokens(workspace),
    currentContextTokenCount: pinnedTokens,
  };
}
