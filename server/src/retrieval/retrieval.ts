import { listMembers, listPinned, membershipsOf, removeCollection, setPinned } from '../documents/index.ts';
import type { DocumentVectors, Member } from '../documents/index.ts';
import { paid, type Account } from '../models/index.ts';
import type { Db } from '../storage/index.ts';
import { attach, detach, type Attached, type AttachOptions } from './attach.ts';
import { countsByCollection, embeddedAmong, hasVectors } from './embedded-store.ts';
import { deleteOfDocuments } from './chunk-store.ts';
import { markRemoved, touchCollections } from './collection-store.ts';
import type { Payer, RetrievalContext, RetrievalParts } from './context.ts';
import { Embedder, EMBEDDINGS_PATH, type Embedded } from './embedding/embedder.ts';
import { HeldCollections } from './index/held-collections.ts';
import { IndexClient } from './index/index-client.ts';
import type { Replies } from './index/index-messages.ts';
import { PgVectors } from './pgvector/pgvector.ts';
import { currentRecipe } from './embedding/recipe.ts';
import { forgetCollection, forgetDocuments, type Wanted } from './pending/pending-store.ts';
import { RequestHold } from './pending/request-hold.ts';
import { afterWaiting, notEmbedded, WAIT_MAX_MS, type NotEmbedded } from './pending/waiting.ts';
import { PendingWorker } from './pending/worker.ts';
import { Reembedding, type Progress } from './embedding/reembedding.ts';
import { replace, type NewText } from './replace.ts';
import { search, searchByVector, type Hit, type Search, type VectorSearch } from './search.ts';

export interface RetrievalOptions extends RetrievalParts {
  /** With more vectors a search uses a graph instead of comparing all of them. */
  exactMax?: number;
  /** Whether PostgreSQL's extension `vector` is used. @default true */
  pgvector?: boolean;
  /** Of the index process's memory. */
  heldBytesMax?: number;
  /** How long an answer waits for a model that is on its way. @default 30 s */
  waitMaxMs?: number;
}

const EXACT_MAX = 50_000;
const HELD_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * The search: documents cut into chunks, their vectors, and the collections that they are in. A collection has the id of its
 * workspace; the first document makes it.
 */
export class Retrieval {
  readonly #context: RetrievalContext;
  readonly #index: IndexClient;
  readonly #reembedding: Reembedding;
  readonly #pending: PendingWorker;
  readonly #waitMaxMs: number;
  readonly #stopping = new AbortController();

  constructor({ pgvector: isOn = true, ...options }: RetrievalOptions) {
    const { logger, storage, exactMax = EXACT_MAX, heldBytesMax = HELD_BYTES_MAX } = options;
    this.#waitMaxMs = options.waitMaxMs ?? WAIT_MAX_MS;
    this.#index = new IndexClient({ logger, exactMax, bytesMax: heldBytesMax });
    this.#context = {
      ...options,
      embedder: new Embedder(options.models),
      held: new HeldCollections(storage, this.#index),
      pgvector: new PgVectors({ ...options, isOn }),
    };
    this.#reembedding = new Reembedding(this.#context);
    this.#pending = new PendingWorker(this.#context);
  }

  /** See `attach`. Locations are `folder/name.json`. Waits a while for a model that is on its way. */
  async attach(
    collectionId: number,
    locations: readonly string[],
    options?: AttachOptions,
  ): Promise<Attached> {
    const done = await attach(this.#context, collectionId, locations, options);
    if (options?.mayWait === false) return done;
    const waiting = { waitMaxMs: this.#waitMaxMs, stopping: this.#stopping.signal };
    return afterWaiting(this.#context, done, { ...waiting, worker: this.#pending, collectionId });
  }

  /** For a request that stores documents and attaches them: pending from the transaction that stores them. Its `end` must follow. */
  hold(payer?: Payer): Promise<RequestHold> {
    return RequestHold.of(this.#context, payer);
  }

  /** Documents of collections that have no vectors yet. */
  notEmbedded(wanted: Wanted): Promise<NotEmbedded[]> {
    return notEmbedded(this.#context, wanted);
  }

  /** Embeds pending documents that are due, without waiting for the next look. */
  embedPending(): Promise<void> {
    return this.#pending.look();
  }

  /** See `replace`. */
  replace(change: NewText): Promise<void> {
    return replace(this.#context, change);
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

  searchByVector(request: VectorSearch): Promise<Hit[]> {
    return searchByVector(this.#context, request);
  }

  /** Of the index process; undefined while it does not run. */
  get indexPid(): number | undefined {
    return this.#index.pid;
  }

  /** Of the index process; starts it when it does not run. */
  indexStatus(): Promise<Replies['status']> {
    return this.#index.ask({ ask: 'status' });
  }

  /** The documents of a collection, in the order in which they were added. */
  members(db: Db, collectionId: number): Promise<Member[]> {
    return listMembers(db, collectionId);
  }

  pinned(db: Db, collectionId: number): Promise<Member[]> {
    return listPinned(db, collectionId);
  }

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

  /** Counts vectors, each once in every collection that it is in. @param collectionIds all, if left out. */
  async count(collectionIds?: readonly number[]): Promise<number> {
    const counts = await this.counts(collectionIds);
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The count of each collection that is not empty. */
  counts(collectionIds?: readonly number[]): Promise<Map<number, number>> {
    return countsByCollection(this.#context.storage.db, collectionIds);
  }

  /** Vectors of texts by the model in force, on this account. @throws KeywardError as `paid` */
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

  /** Embeds documents again after each change of the settings of embedding. Idempotent. */
  start(): void {
    this.#reembedding.start();
    this.#pending.start();
    void this.#context.pgvector.look();
  }

  /** For a change of the settings of embedding: does not wait for the next look. Resolves when all is done. */
  reembed(): Promise<void> {
    return this.#reembedding.look();
  }

  /** Of embedding again, in any process. */
  progress(): Promise<Progress> {
    return this.#reembedding.progress();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#context.embedder.stop();
    await Promise.all([this.#reembedding.stop(), this.#pending.stop()]);
    await this.#context.pgvector.stop();
    await this.#index.stop();
  }
}

/** Removes a collection for ever, inside the transaction that removes its workspace. */
export async function deleteCollection(tx: Db, collectionId: number): Promise<void> {
  await forgetCollection(tx, collectionId);
  await markRemoved(tx, collectionId);
  await removeCollection(tx, collectionId);
}

/** For the module `documents`. */
export const vectors: DocumentVectors = { forget, embeddedAmong };

async function forget(tx: Db, documentIds: readonly string[]): Promise<void> {
  await forgetDocuments(tx, documentIds);
  const members = await membershipsOf(tx, documentIds);
  await deleteOfDocuments(tx, documentIds);
  await touchCollections(
    tx,
    members.map(({ collectionId }) => collectionId),
  );
}
