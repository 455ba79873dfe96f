import type { Caller } from '../access/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { DEFAULT_FOLDER, type Document } from './document.ts';
import * as store from './document-store.ts';
import { batches } from './document-store.ts';
import { fileItem, type FileItem, type FolderItem, type Standing } from './document-views.ts';
import * as folders from './folder-store.ts';
import { membershipsOf, type Member } from './members-store.ts';
import type { Viewer } from './visibility.ts';

export interface Listing {
  documents: FileItem[];
  totalCount: number;
  hasMore: boolean;
}

export interface ListingPage {
  folder: string;
  offset: number;
  /** Undefined: all. */
  limit: number | undefined;
}

interface Options {
  storage: Storage;
  /** With whose eyes a caller sees documents. */
  viewer: (caller: Caller, db: Db) => Promise<Viewer>;
  /** Which of some documents have vectors. */
  cached: (db: Db, ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** What a caller sees of the documents. */
export class Listings {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Every folder with what is in it, the default folder first. */
  async tree(caller: Caller): Promise<FolderItem[]> {
    return this.#options.storage.snapshot(async (tx) => {
      const viewer = await this.#options.viewer(caller, tx);
      const names =
        viewer === 'all' ? await folders.listFolders(tx) : await folders.foldersMadeBy(tx, viewer.keyId);
      const found = new Map<string, FolderItem>(
        names.map((name) => [name, { name, type: 'folder', items: [] }]),
      );
      for await (const ids of store.visibleIds(tx, viewer)) {
        for await (const { folder, item } of this.#items(tx, viewer, ids)) {
          const there = found.get(folder) ?? { name: folder, type: 'folder', items: [] };
          there.items.push(item);
          found.set(folder, there);
        }
      }
      const rank = ({ name }: FolderItem): number => Number(name !== DEFAULT_FOLDER);
      return [...found.values()].sort((a, b) => rank(a) - rank(b) || byText(a.name, b.name));
    });
  }

  /** @param limit undefined: all. @returns undefined where the caller sees no such folder. */
  async list(caller: Caller, page: ListingPage): Promise<Listing | undefined> {
    // No name holds it, and no database takes the question.
    if (page.folder.includes('\0')) return undefined;
    return this.#options.storage.snapshot(async (tx) => {
      const viewer = await this.#options.viewer(caller, tx);
      const { folder, offset, limit = Number.MAX_SAFE_INTEGER } = page;
      if (!(await folders.hasFolder(tx, viewer, folder))) return undefined;
      const wanted: string[] = [];
      let totalCount = 0;
      for await (const ids of store.visibleIds(tx, viewer, folder)) {
        const start = Math.max(0, offset - totalCount);
        wanted.push(...ids.slice(start, start + limit - wanted.length));
        totalCount += ids.length;
      }
      const documents: FileItem[] = [];
      for await (const { item } of this.#items(tx, viewer, wanted)) documents.push(item);
      return { documents, totalCount, hasMore: offset + documents.length < totalCount };
    });
  }

  /** In whatever folder it lies. */
  async findByName(caller: Caller, name: string): Promise<(Document & Standing) | undefined> {
    if (name.includes('\0')) return undefined;
    const { db } = this.#options.storage;
    const viewer = await this.#options.viewer(caller, db);
    const document = await store.findByName(db, name, viewer);
    if (document === undefined) return undefined;
    const standing = await this.#standing(db, viewer, [document]);
    return { ...document, ...standing(document) };
  }

  /** Documents as a list shows them, in the order of their ids given: batch by batch, as there may be very many. */
  async *#items(
    db: Db,
    viewer: Viewer,
    ids: readonly string[],
  ): AsyncGenerator<{ folder: string; item: FileItem }> {
    for (const batch of batches(ids)) {
      const documents = await store.findByIds(db, batch);
      const byId = new Map(documents.map((document) => [document.id, document]));
      const standing = await this.#standing(db, viewer, documents);
      for (const id of batch) {
        const document = byId.get(id);
        if (document !== undefined)
          yield { folder: document.folder, item: fileItem(document, standing(document)) };
      }
    }
  }

  async #standing(
    db: Db,
    viewer: Viewer,
    documents: readonly Document[],
  ): Promise<(document: Document) => Standing> {
    const ids = documents.map(({ id }) => id);
    const cached = await this.#options.cached(db, ids);
    const pins = new Map<string, number[]>();
    for (const { documentId, collectionId, pinned } of await memberships(db, ids)) {
      if (!pinned || (viewer !== 'all' && !viewer.collections.includes(collectionId))) continue;
      pins.set(documentId, [...(pins.get(documentId) ?? []), collectionId]);
    }
    return ({ id }) => ({ isCached: cached.has(id), pinnedIn: pins.get(id) ?? [] });
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** In which collections documents are. */
export async function memberships(db: Db, ids: readonly string[]): Promise<Member[]> {
  const found: Member[] = [];
  for (const batch of batches(ids)) found.push(...(await membershipsOf(db, batch)));
  return found;
}
