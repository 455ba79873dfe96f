import { isBound, type Caller } from '../access/index.ts';
import type { Audit, Entry } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Db, Storage } from '../storage/index.ts';
import { DEFAULT_FOLDER, locationOf, placeOf } from './document.ts';
import type { Document, DocumentMetadata, Place } from './document.ts';
import * as store from './document-store.ts';
import type { FolderItem, Standing } from './document-views.ts';
import { Listings, memberships, type Listing, type ListingPage } from './listings.ts';
import { batches } from './document-store.ts';
import * as folders from './folder-store.ts';
import type { Member } from './members-store.ts';
import { named } from './names.ts';
import { readText } from './text-store.ts';
import type { Viewer } from './visibility.ts';

export interface NewDocument {
  folder: string;
  name: string;
  metadata: DocumentMetadata;
  text: string;
  /** The id of the key that brought it, or what it moved in from. */
  createdBy: string;
}

/** What is kept of documents to search them; the module `retrieval`, to the right of this one, does. */
export interface DocumentVectors {
  /** Inside the transaction that takes documents away, before they go. */
  forget(tx: Db, ids: readonly string[]): Promise<void>;
  /** Which of some documents have vectors. */
  embeddedAmong(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface DocumentsOptions {
  storage: Storage;
  clock: Clock;
  audit: Audit;
  /** The collections (workspaces) that a key which is bound to some covers; the module `workspaces`, to the right, knows. */
  coverage: (db: Db, caller: Caller) => Promise<number[]>;
  vectors: DocumentVectors;
}

/** The texts that were brought, and the folders they lie in. */
export class Documents {
  readonly #options: DocumentsOptions;

  readonly #lists: Listings;

  constructor(options: DocumentsOptions) {
    this.#options = options;
    const { storage, vectors } = options;
    this.#lists = new Listings({
      storage,
      viewer: (caller, db) => this.viewer(caller, db),
      cached: (db, ids) => vectors.embeddedAmong(db, ids),
    });
  }

  /** With whose eyes a caller sees documents. */
  async viewer(caller: Caller, db: Db = this.#options.storage.db): Promise<Viewer> {
    if (!isBound(caller)) return 'all';
    return { keyId: caller.keyId, collections: await this.#options.coverage(db, caller) };
  }

  /** By location: `folder/name`. */
  async find(db: Db, location: string, viewer: Viewer = 'all'): Promise<Document | undefined> {
    const place = placeOf(location);
    return place === undefined ? undefined : store.findByPlace(db, place, viewer);
  }

  byIds(db: Db, ids: readonly string[]): Promise<Document[]> {
    return store.findByIds(db, ids);
  }

  text(db: Db, id: string): Promise<string | undefined> {
    return readText(db, id);
  }

  /** In which collections documents are. */
  memberships(db: Db, ids: readonly string[]): Promise<Member[]> {
    return memberships(db, ids);
  }

  /** Puts it there with its text; the folder is made where there is none. @returns undefined where the place is taken. */
  async add(tx: Db, { folder, name, metadata, text, createdBy }: NewDocument): Promise<Document | undefined> {
    const nowMs = this.#options.clock.nowMs();
    await folders.keepFolder(tx, { name: folder, createdBy, nowMs });
    await folders.noteMaker(tx, folder, createdBy);
    const document: Document = {
      id: metadata.id,
      folder,
      name,
      location: locationOf({ folder, name }),
      metadata,
      tokenCount: metadata.token_count_estimate,
      createdBy,
      createdAt: nowMs,
      updatedAt: nowMs,
    };
    return (await store.insertDocument(tx, document, text)) ? document : undefined;
  }

  /** Until the transaction ends nobody takes it away. @returns whether it is there. */
  lock(tx: Db, id: string): Promise<boolean> {
    return store.lockDocument(tx, id);
  }

  /** Takes them away everywhere: also from the collections they are in. */
  async remove(tx: Db, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#options.vectors.forget(tx, ids);
    await store.deleteDocuments(tx, ids);
  }

  /** Writes into the audit record; last in a transaction. */
  record(tx: Db, caller: Caller, change: Entry): Promise<void> {
    return this.#options.audit.record(tx, { kind: 'key', caller }, change);
  }

  /** Those of the caller's, by location; what it does not see, or others' workspaces hold, is passed over. */
  async removeByLocation(caller: Caller, locations: readonly string[]): Promise<void> {
    const places = locations.map(placeOf).filter((place) => place !== undefined);
    for (const batch of batches(places)) {
      await this.#options.storage.transaction(async (tx) => {
        const viewer = await this.viewer(caller, tx);
        await this.#removeFound(tx, caller, {
          ids: await store.lockRemovable(tx, viewer, { places: batch }),
          change: { action: 'documents.remove', target: 'documents' },
        });
      });
    }
  }

  /** @param and what else goes with them. */
  async #removeFound(
    tx: Db,
    caller: Caller,
    { ids, change, and }: { ids: string[]; change: Entry; and?: () => Promise<boolean> },
  ): Promise<void> {
    const names = (await store.findByIds(tx, ids)).map(({ location }) => location);
    await this.remove(tx, ids);
    const isMore = (await and?.()) ?? false;
    if (ids.length > 0 || isMore) await this.record(tx, caller, { ...change, details: named(names) });
  }

  /** @returns false where there is one. One that the caller does not see is made for it: it sees an empty one. */
  async createFolder(caller: Caller, name: string): Promise<boolean> {
    return this.#options.storage.transaction(async (tx) => {
      const folder = { name, createdBy: caller.keyId, nowMs: this.#options.clock.nowMs() };
      const isNew = await folders.insertFolder(tx, folder);
      if (!isNew && (await folders.hasFolder(tx, await this.viewer(caller, tx), name))) return false;
      // Nobody takes it away before it is noted whose it is, too.
      if (!isNew) await folders.keepFolder(tx, folder);
      await folders.noteMaker(tx, name, caller.keyId);
      if (isNew) await this.record(tx, caller, { action: 'documents.create_folder', target: name });
      return true;
    });
  }

  /**
   * With all in it that the caller may remove; goes itself when nothing is left and no other key made it. The default folder
   * stays.
   */
  async removeFolder(caller: Caller, name: string): Promise<void> {
    if (name === DEFAULT_FOLDER) return;
    const { db } = this.#options.storage;
    const change = { action: 'documents.remove_folder', target: name };
    // Of very many all but the last batch go ahead, each recorded: in one transaction nobody else could write until it is over.
    const ahead = [...batches(await allOf(store.visibleIds(db, await this.viewer(caller), name)))].slice(
      0,
      -1,
    );
    for (const batch of ahead)
      await this.#options.storage.transaction(async (tx) => {
        const ids = await store.lockRemovable(tx, await this.viewer(caller, tx), { ids: batch });
        await this.#removeFound(tx, caller, { ids, change });
      });
    await this.#options.storage.transaction(async (tx) => {
      if (!(await folders.lockFolder(tx, name))) return;
      const viewer = await this.viewer(caller, tx);
      const seen = await allOf(store.visibleIds(tx, viewer, name));
      const ids = await store.lockRemovable(tx, viewer, { ids: seen });
      const and = () => folders.deleteFolder(tx, name, viewer);
      await this.#removeFound(tx, caller, { ids, change, and });
    });
  }

  /**
   * All of them or, where one cannot go, none. Embedded ones are skipped.
   * @returns how many were skipped; undefined: nothing was moved.
   */
  async move(caller: Caller, moves: readonly { from: Place; to: Place }[]): Promise<number | undefined> {
    const outcome = this.#options.storage.transaction(async (tx) => {
      const viewer = await this.viewer(caller, tx);
      const moved: string[] = [];
      for (const { from, to } of moves) {
        const place = { from, to, viewer, nowMs: this.#options.clock.nowMs() };
        const isThere =
          (await folders.lockFolder(tx, to.folder)) && (await folders.hasFolder(tx, viewer, to.folder));
        const became = isThere ? await store.moveDocument(tx, place) : 'failed';
        if (became === 'failed') throw new NotMoved();
        if (became === 'moved') moved.push(`${locationOf(from)} to ${locationOf(to)}`);
      }
      const change = { action: 'documents.move', target: 'documents', details: named(moved) };
      if (moved.length > 0) await this.record(tx, caller, change);
      return moves.length - moved.length;
    });
    return outcome.catch((error: unknown) => {
      if (error instanceof NotMoved) return undefined;
      throw error;
    });
  }

  /** Every folder with what is in it, the default folder first. */
  tree(caller: Caller): Promise<FolderItem[]> {
    return this.#lists.tree(caller);
  }

  /** @param page without a limit: all. @returns undefined where the caller sees no such folder. */
  list(caller: Caller, page: ListingPage): Promise<Listing | undefined> {
    return this.#lists.list(caller, page);
  }

  /** In whatever folder it lies. */
  findByName(caller: Caller, name: string): Promise<(Document & Standing) | undefined> {
    return this.#lists.findByName(caller, name);
  }
}

async function allOf(parts: AsyncIterable<readonly string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const part of parts) all.push(...part);
  return all;
}

class NotMoved extends Error {}
