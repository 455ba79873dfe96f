import { Type, type Static } from 'typebox';
import type { Caller } from '../../access/index.ts';
import type { Kept, NotEmbedded, Wanted } from '../../retrieval/index.ts';
import type { DocumentServices } from '../services.ts';

const status = Type.Enum(['pending', 'failed'], {
  description: 'pending: it is embedded as soon as it can be; failed: add it again for another try',
});
const reason = Type.String({ description: 'Why it is not embedded: sentences' });
const soon = Type.Boolean({
  description: 'Nothing is known to prevent it: the model is starting, or embeds others',
});

/** A document that was accepted and is not searchable yet. */
export const PendingDocument = Type.Object(
  {
    location: Type.String({ description: 'folder/name' }),
    workspace: Type.String({ description: 'Slug' }),
    status,
    reason,
    soon,
  },
  { title: 'PendingDocument' },
);

/** Where a document waits for its vectors; without it, they are there. */
export const NotEmbeddedIn = Type.Object(
  { workspaceId: Type.Integer(), status, reason, soon },
  { title: 'NotEmbeddedDocument' },
);

export const LATER = 'It is embedded as soon as it can be.';
export const AGAIN = 'Add it again for another try.';

/** Sentences after the name of the document. */
export const keptWords = ({ reason, isFailed }: Pick<Kept, 'reason' | 'isFailed'>): string =>
  isFailed ? `It could not be embedded: ${reason} ${AGAIN}` : `It waits to be embedded: ${reason} ${LATER}`;

export const viewPending = (
  { location, reason, isFailed, isSoon }: Kept,
  workspace: string,
): Static<typeof PendingDocument> => ({
  location,
  workspace,
  status: isFailed ? 'failed' : 'pending',
  reason,
  soon: isSoon,
});

export const viewNotEmbedded = ({
  collectionId: workspaceId,
  status,
  reason,
  isSoon: soon,
}: NotEmbedded): Static<typeof NotEmbeddedIn> => ({ workspaceId, status, reason, soon });

export type NotEmbeddedOf = ReadonlyMap<string, Static<typeof NotEmbeddedIn>[]>;

/** By the id of a document: where it waits for its vectors, in workspaces that the caller sees. */
export async function notEmbeddedOf(
  { retrieval, documents }: Pick<DocumentServices, 'retrieval' | 'documents'>,
  caller: Caller,
  wanted: Wanted,
): Promise<NotEmbeddedOf> {
  const found = await retrieval.notEmbedded(wanted);
  if (found.length === 0) return new Map();
  const viewer = await documents.viewer(caller);
  const seen = found.filter(
    ({ collectionId }) => viewer === 'all' || viewer.collections.includes(collectionId),
  );
  const byId = Map.groupBy(seen, ({ documentId }) => documentId);
  return new Map([...byId].map(([id, places]) => [id, places.map(viewNotEmbedded)]));
}
