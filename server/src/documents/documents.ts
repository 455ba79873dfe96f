import { batches } from '../base/batches.ts';
import { KeywardError } from '../base/errors.ts';
import type { Caller } from '../access/index.ts';
import type { Audit, Entry } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Db, Storage } from '../storage/index.ts';
import { DEFAULT_FOLDER, locationOf, placeOf } from './document.ts';
import type { Document, NewDocument, Place } from './document.ts';
import * as store from './document-store.ts';
import { findByName, folderSizes, list, tree } from './listings.ts';
import type { FolderSize, FolderListing, ListedDocument, Listing, ListingPage } from './listings.ts';
import * as folders from './folder-store.ts';
import { membershipsOf, type Member } from './members-store.ts';
import { named } from './names.ts';
import type { Replacement } from './add-result.ts';
import { findOfSource, replaceText, type Sourced } from './source-store.ts';
import { refuseReplacement } from './keep-source.ts';
import { readContent, type Content } from './text-store.ts';
import { viewerOf, type Viewer } from './visibility.ts';

/** The vectors of documents, kept by the module `retrieval`, to the right of this one. */
export interface DocumentVectors {
  /** Inside the transaction that removes documents, before they are removed. */
  forget(tx: Db, ids: readonly string[]): Promise<void>;
  /** Which of some documents have vectors. */
  embeddedAmong(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface DocumentsOptions {
  storage: Storage;
  clock: Clock;
  audit: Audit;
  /** The collections that a key bound to workspaces covers; the module `workspaces`, to the right, knows. */
  coverage: (db: Db, caller: Caller) => Promise<number[]>;
  vectors: DocumentVectors;
}

/** Documents, and the folders that they are in. */
export class Documents {
  readonly #options: DocumentsOptions;

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  /** What a caller sees of the documents. */
  viewer(caller: Caller, db: Db = this.#options.storage.db): Promise<Viewer> {
    return viewerOf(this.#options, caller, db);
  }

  /** By location: `folder/name`. */
  async find(db: Db, location: string, viewer: Viewer = 'all'): Promise<Document | undefined> {
    const place = placeOf(location);
    return place === undefined ? undefined : store.findDocument(db, place, viewer);
  }

  byIds(db: Db, ids: readonly string[]): Promise<Document[]> {
    return store.findByIds(db, ids);
  }

  async text(db: Db, id: string): Promise<string | undefined> {
    return (await readContent(db, id))?.text;
  }

  /** Its text, with the revision that it is of. */
  content(db: Db, id: string): Promise<Content | undefined> {
    return readContent(db, id);
  }

  /** The collections that documents are in. */
  memberships(db: Db, ids: readonly string[]): Promise<Member[]> {
    return membershipsOf(db, ids);
  }

  /** Makes the folder unless it is there. Others that add to it wait until the transaction ends. */
  keepFolder(tx: Db, name: string, createdBy: string): Promise<void> {
    return folders.keepFolder(tx, { name, createdBy, nowMs: this.#options.clock.nowMs() });
  }

  /** The documents of a source that the viewer sees. */
  ofSource(db: Db, source: string, viewer: Viewer): Promise<Sourced[]> {
    return findOfSource(db, source, viewer);
  }

  /**
   * Replaces the text of a document, in every workspace that holds it; last in the transaction that replaces its vectors.
   * @throws KeywardError where the caller may not change it; `not_found` where it is gone
   */
  async replace(tx: Db, caller: Caller, { document, next }: Replacement): Promise<Document> {
    if ((await this.lock(tx, document.id)) === undefined)
      throw new KeywardError('not_found', 'The document was removed meanwhile.');
    const viewer = await this.viewer(caller, tx);
    await refuseReplacement(tx, { caller, viewer, document });
    await replaceText(tx, document, { ...next, nowMs: this.#options.clock.nowMs() });
    const [replaced = document] = await store.findByIds(tx, [document.id]);
    const details = { bytes: Buffer.byteLength(next.text) };
    await this.record(tx, caller, { action: 'documents.replace', target: replaced.location, details });
    return replaced;
  }

  /** Makes its folder too, unless it is there. @returns undefined where the place is taken. */
  async add(tx: Db, document: NewDocument): Promise<Document | undefined> {
    const { folder, createdBy } = document;
    const nowMs = this.#options.clock.nowMs();
    await folders.keepFolder(tx, { name: folder, createdBy, nowMs });
    await folders.noteMaker(tx, folder, createdBy);
    return store.insertDocument(tx, document, nowMs);
  }

  /**
   * Unless the folder has one from the same bytes that the viewer sees. Its folder is locked first, so that two at once
   * do not both add it.
   */
  async addOnce(
    tx: Db,
    viewer: Viewer,
    document: NewDocument,
  ): Promise<{ document: Document; isNew: boolean } | undefined> {
    const { folder, createdBy, sourceDigest } = document;
    if (sourceDigest !== undefined) {
      await folders.keepFolder(tx, { name: folder, createdBy, nowMs: this.#options.clock.nowMs() });
      const known = await store.findByDigest(tx, { folder, sourceDigest }, viewer);
      if (known !== undefined) return { document: known, isNew: false };
    }
    const added = await this.add(tx, document);
    return added && { document: added, isNew: true };
  }

  /** Keeps it from being removed or replaced until the transaction ends. @returns its revision; undefined: it is gone. */
  lock(tx: Db, id: string): Promise<number | undefined> {
    return store.lockDocument(tx, id);
  }

  /** Also from the collections that they are in. */
  async remove(tx: Db, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#options.vectors.forget(tx, ids);
    await store.deleteDocuments(tx, ids);
  }

  /** Writes into the audit record; last in a transaction. */
  record(tx: Db, caller: Caller, change: Entry): Promise<void> {
    return this.#options.audit.record(tx, { kind: 'key', caller }, change);
  }

  /**
   * Skips what the caller does not see, and what is in workspaces that it does not cover.
   * @param unusedOnly skips what is in any workspace too. @returns the locations of those that the caller sees and that stay
   */
  async removeByLocation(
    caller: Caller,
    locations: readonly string[],
    { unusedOnly = false }: { unusedOnly?: boolean } = {},
  ): Promise<string[]> {
    const places = locations.map(placeOf).filter((place) => place !== undefined);
    const kept: string[] = [];
    for (const batch of batches(places)) {
      const left = await this.#options.storage.transaction(async (tx) => {
        const viewer = await this.viewer(caller, tx);
        const removable = await store.lockRemovable(tx, viewer, { places: batch });
        const used = new Set(
          unusedOnly ? (await membershipsOf(tx, removable)).map(({ documentId }) => documentId) : [],
        );
        const ids = removable.filter((id) => !used.has(id));
        await this.#removeFound(tx, caller, {
          ids,
          change: { action: 'documents.remove', target: 'documents' },
        });
        return store.locationsAt(tx, batch, viewer);
      });
      kept.push(...left);
    }
    return kept;
  }

  /** @param and removes more with them, and says whether it did. */
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

  /** A folder that the caller does not see yet becomes visible to it, and empty. @returns false where it saw the folder. */
  async createFolder(caller: Caller, name: string): Promise<boolean> {
    return this.#options.storage.transaction(async (tx) => {
      const folder = { name, createdBy: caller.keyId, nowMs: this.#options.clock.nowMs() };
      const isNew = await folders.insertFolder(tx, folder);
      if (!isNew && (await folders.hasFolder(tx, await this.viewer(caller, tx), name))) return false;
      // It must not be removed before its new maker is noted.
      if (!isNew) await folders.keepFolder(tx, folder);
      await folders.noteMaker(tx, name, caller.keyId);
      if (isNew) await this.record(tx, caller, { action: 'documents.create_folder', target: name });
      return true;
    });
  }

  /**
   * Removes everything in it that the caller may remove, and the folder when nothing is left and no other key made it. The
   * default folder stays.
   */
  async removeFolder(caller: Caller, name: string): Promise<void> {
    if (name === DEFAULT_FOLDER) return;
    const { db } = this.#options.storage;
    const change = { action: 'documents.remove_folder', target: name };
    const ids = await allOf(store.visibleIds(db, await this.viewer(caller), name));
    // All but the last batch are removed, and recorded, ahead: one transaction for all would block other writers too long.
    for (const batch of [...batches(ids)].slice(0, -1))
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
        const isThere =
          (await folders.lockFolder(tx, to.folder)) && (await folders.hasFolder(tx, viewer, to.folder));
        const place = { from, to, viewer, nowMs: this.#options.clock.nowMs() };
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
  tree(caller: Caller): Promise<FolderListing[]> {
    return tree(this.#options, caller);
  }

  /** The folders of `tree`, without their documents. */
  folderSizes(caller: Caller): Promise<FolderSize[]> {
    return folderSizes(this.#options, caller);
  }

  /** @returns undefined where the caller sees no such folder. */
  list(caller: Caller, page: ListingPage): Promise<Listing | undefined> {
    return list(this.#options, caller, page);
  }

  /** In any folder. */
  findByName(caller: Caller, name: string): Promise<ListedDocument | undefined> {
    return findByName(this.#options, caller, name);
  }
}

async function allOf(parts: AsyncIterable<readonly string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const part of parts) all.push(...part);
  return all;
}

class NotMoved extends Error {}
