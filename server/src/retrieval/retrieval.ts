import { listMembers, listPinned, membershipsOf, removeCollection, setPinned } from '../documents/index.ts';
import type { Documents, DocumentVectors, Member } from '../documents/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { paid, type Account, type Models } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { attach, detach, type Attached, type AttachOptions } from './attach.ts';
import { countsByCollection, embeddedAmong, hasVectors } from './embedded-store.ts';
import { deleteOfDocuments } from './chunk-store.ts';
import { markRemoved, touchCollections } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { Embedder, EMBEDDINGS_PATH, type Embedded } from './embedding/embedder.ts';
import { HeldCollections } from './index/held-collections.ts';
import type { Hit } from './hit.ts';
import { IndexClient } from './index/index-client.ts';
import type { Replies } from './index/index-messages.ts';
import { PgVectors } from './pgvector/pgvector.ts';
import { currentRecipe, knownDimensions } from './embedding/recipe.ts';
import { Reembedding, type Progress } from './embedding/reembedding.ts';
import { search, searchByVector, type Search, type VectorSearch } from './search.ts';

export interface RetrievalOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  settings: Settings;
  documents: Documents;
  models: Models;
  /** Up to so many vectors a search compares all of them. */
  exactMax?: number;
  /** false: PostgreSQL's extension `vector` is not used. */
  pgvector?: boolean;
  /** What the index process keeps in memory at most. */
  heldBytesMax?: number;
}

const EXACT_MAX = 50_000;
const HELD_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * What is searched: documents cut into chunks, their vectors, and which of them belong together. A collection has the id
 * of its workspace; it comes into being with its first document.
 */
export class Retrieval {
  readonly #context: RetrievalContext;
  readonly #index: IndexClient;
  readonly #reembedding: Reembedding;

  constructor({ models, ...options }: RetrievalOptions) {
    const { logger, storage, exactMax = EXACT_MAX, heldBytesMax = HELD_BYTES_MAX } = options;
    this.#index = new IndexClient({ logger, exactMax, bytesMax: heldBytesMax });
    this.#context = {
      ...options,
      models,
      embedder: new Embedder(models),
      held: new HeldCollections(storage, this.#index),
      pgvector: new PgVectors({ ...options, isOn: options.pgvector ?? true }),
    };
    this.#reembedding = new Reembedding(this.#context);
  }

  /** See `attach`. Locations are `folder/name.json`. */
  attach(collectionId: number, locations: readonly string[], options?: AttachOptions): Promise<Attached> {
    return attach(this.#context, collectionId, locations, options);
  }

  /** See `detach`. */
  detach(
    collectionId: number,
    locations: readonly string[],
    alongside?: (tx: Db, locations: readonly string[]) => Promise<void>,
  ): Promise<number> {
    return detach(this.#context, collectionId, locations, alongside);
  }

  /** The passages nearest to a question, the best first. @throws KeywardError as the embedding model's. */
  search(request: Search): Promise<Hit[]> {
    return search(this.#context, request);
  }

  /** The same for a question that is a vector already. */
  searchByVector(request: VectorSearch): Promise<Hit[]> {
    return searchByVector(this.#context, request);
  }

  /** Of the index process; undefined while there is none. */
  get indexPid(): number | undefined {
    return this.#index.pid;
  }

  /** What the index process holds; starts it where it does not run. */
  indexStatus(): Promise<Replies['status']> {
    return this.#index.ask({ ask: 'status' });
  }

  /** What is in a collection, in the order it was added. */
  members(db: Db, collectionId: number): Promise<Member[]> {
    return listMembers(db, collectionId);
  }

  pinned(db: Db, collectionId: number): Promise<Member[]> {
    return listPinned(db, collectionId);
  }

  /** Whether there is anything to search. */
  hasVectors(collectionId: number): Promise<boolean> {
    return hasVectors(this.#context.storage.db, collectionId);
  }

  /** @returns false where the document is not in the collection. */
  async setPinned(
    tx: Db,
    collectionId: number,
    { location, isPinned }: { location: string; isPinned: boolean },
  ): Promise<boolean> {
    const { documents, clock } = this.#context;
    const document = await documents.find(tx, location);
    if (document === undefined) return false;
    return setPinned(tx, { collectionId, documentId: document.id, pinned: isPinned, nowMs: clock.nowMs() });
  }

  /** How many vectors there are, each counted in every collection that it is in. @param collectionIds all, if left out. */
  async count(collectionIds?: readonly number[]): Promise<number> {
    const counts = await this.counts(collectionIds);
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The same for each collection; those that are empty are left out. */
  counts(collectionIds?: readonly number[]): Promise<Map<number, number>> {
    return countsByCollection(this.#context.storage.db, collectionIds);
  }

  /** Vectors of texts, as the model in force gives them, on this account. @throws KeywardError as `paid` */
  async embed(
    texts: readonly string[],
    { account, signal }: { account: Account; signal?: AbortSignal },
  ): Promise<Embedded & { model: string }> {
    const { models, embedder } = this.#context;
    const model = await this.model();
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const embedded = await paid(models, account, { path: EMBEDDINGS_PATH, model, bytes }, (send) =>
      embedder.embed(texts, { model, send, signal }),
    );
    return { model, ...embedded };
  }

  /** The public name of the embedding model in force. */
  async model(): Promise<string> {
    return (await currentRecipe(this.#context.settings)).model;
  }

  /** The length of that model's vectors; undefined until something was embedded. */
  async dimensions(): Promise<number | undefined> {
    return knownDimensions(this.#context.storage.db, await this.model());
  }

  /** From now on documents are embedded anew when the settings of embedding are changed. Twice is fine. */
  start(): void {
    this.#reembedding.start();
    this.#context.pgvector.start();
  }

  /** The settings of embedding were changed: no need to wait for the next look. Resolves when all is done. */
  reembed(): Promise<void> {
    return this.#reembedding.look();
  }

  /** How far embedding anew is, whichever process does it. */
  progress(): Promise<Progress> {
    return this.#reembedding.progress();
  }

  /** Ends what is under way. Twice is fine. */
  async stop(): Promise<void> {
    this.#context.embedder.stop();
    await this.#reembedding.stop();
    await this.#context.pgvector.stop();
    await this.#index.stop();
  }
}

/** Empties a collection for ever, inside the transaction that removes what it belongs to. */
export async function deleteCollection(tx: Db, collectionId: number): Promise<void> {
  await markRemoved(tx, collectionId);
  await removeCollection(tx, collectionId);
}

/** What the module `documents` needs of this one. */
export const vectors: DocumentVectors = { forget, embeddedAmong };

/** Documents go, and with them what was made of them. */
async function forget(tx: Db, documentIds: readonly string[]): Promise<void> {
  const members = await membershipsOf(tx, documentIds);
  await deleteOfDocuments(tx, documentIds);
  await touchCollections(
    tx,
    members.map(({ collectionId }) => collectionId),
  );
}
