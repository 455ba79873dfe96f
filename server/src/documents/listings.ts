import { batches } from '../base/batches.ts';
import type { Caller } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { DEFAULT_FOLDER, type Document } from './document.ts';
import * as store from './document-store.ts';
import type { DocumentsOptions } from './documents.ts';
import * as folders from './folder-store.ts';
import { membershipsOf } from './members-store.ts';
import { viewerOf, type Viewer } from './visibility.ts';

/** A document, and what other modules know of it. */
export interface ListedDocument extends Document {
  /** Its vectors are there: to embed it once more costs nothing. */
  isCached: boolean;
  /** The collections in which it is pinned, as far as the viewer sees them. */
  pinnedIn: number[];
  /** The number of collections that hold it, as far as the viewer sees them. */
  heldBy: number;
}

export interface FolderListing {
  name: string;
  documents: ListedDocument[];
}

export interface Listing {
  documents: ListedDocument[];
  totalCount: number;
  hasMore: boolean;
}

export interface ListingPage {
  folder: string;
  offset: number;
  /** Undefined: all. */
  limit: number | undefined;
}

export function tree(options: DocumentsOptions, caller: Caller): Promise<FolderListing[]> {
  return options.storage.snapshot(async (tx) => {
    const viewer = await viewerOf(options, caller, tx);
    const names = await foldersOf(tx, viewer);
    const found = new Map(names.map((name): [string, ListedDocument[]] => [name, []]));
    for await (const ids of store.visibleIds(tx, viewer)) {
      for await (const document of listed(options, tx, viewer, ids)) {
        const there = found.get(document.folder);
        if (there === undefined) found.set(document.folder, [document]);
        else there.push(document);
      }
    }
    return [...found].map(([name, documents]) => ({ name, documents })).sort(inOrder);
  });
}

export interface FolderSize {
  name: string;
  count: number;
}

export function folderSizes(options: DocumentsOptions, caller: Caller): Promise<FolderSize[]> {
  return options.storage.snapshot(async (tx) => {
    const viewer = await viewerOf(options, caller, tx);
    const sizes = new Map((await foldersOf(tx, viewer)).map((name) => [name, 0]));
    for (const { folder, count } of await store.countByFolder(tx, viewer)) sizes.set(folder, count);
    return [...sizes].map(([name, count]) => ({ name, count })).sort(inOrder);
  });
}

/** Those that may be empty: a bound viewer sees the ones that it made. */
const foldersOf = (tx: Db, viewer: Viewer): Promise<string[]> =>
  viewer === 'all' ? folders.listFolders(tx) : folders.foldersMadeBy(tx, viewer.keyId);

/** The default folder first. */
function inOrder(a: { name: string }, b: { name: string }): number {
  const rank = ({ name }: { name: string }): number => Number(name !== DEFAULT_FOLDER);
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

export async function list(
  options: DocumentsOptions,
  caller: Caller,
  { folder, offset, limit = Number.MAX_SAFE_INTEGER }: ListingPage,
): Promise<Listing | undefined> {
  // No name holds it, and no database accepts it in a query.
  if (folder.includes('\0')) return undefined;
  return options.storage.snapshot(async (tx) => {
    const viewer = await viewerOf(options, caller, tx);
    if (!(await folders.hasFolder(tx, viewer, folder))) return undefined;
    const wanted: string[] = [];
    let totalCount = 0;
    for await (const ids of store.visibleIds(tx, viewer, folder)) {
      const start = Math.max(0, offset - totalCount);
      wanted.push(...ids.slice(start, start + limit - wanted.length));
      totalCount += ids.length;
    }
    const documents: ListedDocument[] = [];
    for await (const document of listed(options, tx, viewer, wanted)) documents.push(document);
    return { documents, totalCount, hasMore: offset + documents.length < totalCount };
  });
}

export async function findByName(
  options: DocumentsOptions,
  caller: Caller,
  name: string,
): Promise<ListedDocument | undefined> {
  if (name.includes('\0')) return undefined;
  const { db } = options.storage;
  const viewer = await viewerOf(options, caller, db);
  const document = await store.findDocument(db, { name }, viewer);
  if (document === undefined) return undefined;
  for await (const found of listed(options, db, viewer, [document.id])) return found;
  return undefined;
}

/** In the order of the ids, batch by batch: there may be very many. */
async function* listed(
  { vectors }: DocumentsOptions,
  db: Db,
  viewer: Viewer,
  ids: readonly string[],
): AsyncGenerator<ListedDocument> {
  for (const batch of batches(ids)) {
    const byId = new Map((await store.findByIds(db, batch)).map((document) => [document.id, document]));
    const cached = await vectors.embeddedAmong(db, batch);
    const members = (await membershipsOf(db, batch)).filter(
      ({ collectionId }) => viewer === 'all' || viewer.collections.includes(collectionId),
    );
    const membersOf = Map.groupBy(members, ({ documentId }) => documentId);
    for (const id of batch) {
      const document = byId.get(id);
      if (document === undefined) continue;
      const held = membersOf.get(id) ?? [];
      const pinnedIn = held.filter(({ pinned }) => pinned).map(({ collectionId }) => collectionId);
      yield { ...document, isCached: cached.has(id), pinnedIn, heldBy: held.length };
    }
  }
}
