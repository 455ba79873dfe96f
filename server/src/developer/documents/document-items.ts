import type { Static } from 'typebox';
import { mapInTurns, Turn } from '../../base/slices.ts';
import type { FolderListing, ListedDocument } from '../../documents/index.ts';
import { sourceMembers, type DocumentItem, type DocumentTree } from './document-shapes.ts';

/** Documents as a list of the Developer API has them. Nothing is fetched again, so nothing can be watched. */
export const documentItems = (documents: readonly ListedDocument[]): Promise<Static<typeof DocumentItem>[]> =>
  mapInTurns(documents, ({ name, metadata, isCached, pinnedIn, ...document }) => ({
    name,
    type: 'file',
    ...metadata,
    cached: isCached,
    canWatch: false,
    pinnedWorkspaces: pinnedIn,
    watched: false,
    ...sourceMembers(document),
  }));

export async function folderItems(
  folders: readonly FolderListing[],
): Promise<Static<typeof DocumentTree>['items']> {
  const items: Static<typeof DocumentTree>['items'] = [];
  const turn = new Turn();
  for (const { name, documents } of folders) {
    items.push({ name, type: 'folder', items: await documentItems(documents) });
    await turn.giveWay();
  }
  return items;
}
