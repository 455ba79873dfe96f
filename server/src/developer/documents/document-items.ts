import type { Static } from 'typebox';
import { mapInTurns, Turn } from '../../base/slices.ts';
import type { FolderListing, ListedDocument } from '../../documents/index.ts';
import { sourceMembers, type DocumentItem, type DocumentTree } from './document-shapes.ts';
import type { NotEmbeddedIn, NotEmbeddedOf } from './pending-documents.ts';

/** Documents as a list of the Developer API has them. Nothing is fetched again, so nothing can be watched. */
export const documentItems = (
  documents: readonly ListedDocument[],
  notEmbedded: NotEmbeddedOf,
): Promise<Static<typeof DocumentItem>[]> =>
  mapInTurns(documents, ({ id, name, metadata, isCached, pinnedIn, ...document }) => ({
    name,
    type: 'file',
    ...metadata,
    cached: isCached,
    canWatch: false,
    pinnedWorkspaces: pinnedIn,
    watched: false,
    ...sourceMembers(document),
    ...waitingMember(notEmbedded.get(id)),
  }));

/** Without one where its vectors are there, as the recorded server answers. */
export const waitingMember = (notEmbedded: Static<typeof NotEmbeddedIn>[] | undefined) =>
  notEmbedded === undefined ? {} : { notEmbedded };

export async function folderItems(
  folders: readonly FolderListing[],
  notEmbedded: NotEmbeddedOf,
): Promise<Static<typeof DocumentTree>['items']> {
  const items: Static<typeof DocumentTree>['items'] = [];
  const turn = new Turn();
  for (const { name, documents } of folders) {
    items.push({ name, type: 'folder', items: await documentItems(documents, notEmbedded) });
    await turn.giveWay();
  }
  return items;
}
