import { isDeepStrictEqual } from 'node:util';
import { abandonedEmbeddings, deleteEmbeddings } from '../chunk-store.ts';
import { countEmbedded, outdated } from '../embedded-store.ts';
import type { RetrievalContext } from '../context.ts';
import { embedDocument, reportable } from './embed-document.ts';
import { leaseOf, noteOutcome, readReembeddingState } from './lease-store.ts';
import { LeaseLostError, underLease, withoutPermit } from '../../storage/index.ts';
import { currentRecipe, findRecipe, type Recipe } from './recipe.ts';

const LEASE_MS = 30_000;
/** Another process may have changed the settings. */
const LOOK_MS = 5_000;
/** After a round in which something failed. */
const RETRY_MS = 60_000;
const BATCH = 100;
/** Every pass that completes takes less. */
const ABANDONED_MS = 24 * 3_600_000;
const SWEEP_MS = 3_600_000;

export interface Progress {
  /** The embedding model in force. */
  model: string;
  /** Embedded documents in collections. */
  total: number;
  /** Documents that are embedded with the current settings. */
  done: number;
  /** Whether a process works on the others. */
  running: boolean;
  /** Documents that failed in the last round, and the error of the last one. */
  failed: number;
  lastError: string | null;
}

/**
 * Embeds documents again after a change of the embedding model or of the chunks. One process does it for all; finished
 * documents stay finished when it dies. Until then a document is found by its old vectors and the model that made them.
 */
export class Reembedding {
  readonly #context: RetrievalContext;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #notBeforeMs = 0;
  #sweepAtMs = 0;

  constructor(context: RetrievalContext) {
    this.#context = context;
  }

  start(): void {
    if (this.#timer !== undefined || this.#stopping.signal.aborted) return;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
    void this.look();
  }

  /** Resolves when nothing is left to do, or another process does it. Never rejects. */
  look(): Promise<void> {
    if (this.#stopping.signal.aborted || this.#context.clock.monotonicMs() < this.#notBeforeMs)
      return this.#round ?? Promise.resolve();
    // The request that changed the settings does not own this work.
    this.#round ??= withoutPermit(() => this.#work())
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          this.#context.logger.warn({ err: error }, 'documents are not embedded again');
      })
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  async progress(): Promise<Progress> {
    const { storage, settings, clock } = this.#context;
    const recipe = await currentRecipe(settings);
    const { total, current } = await countEmbedded(storage.db, await findRecipe(storage.db, recipe));
    const { untilAt, failed, lastError } = await readReembeddingState(storage.db);
    return {
      model: recipe.model,
      total,
      done: current,
      running: current < total && untilAt > clock.nowMs(),
      failed: current < total ? failed : 0,
      lastError: current < total ? lastError : null,
    };
  }

  /** Stops within a document, which is embedded from its beginning next time. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#round;
  }

  async #work(): Promise<void> {
    const { storage, settings, clock } = this.#context;
    if (clock.monotonicMs() >= this.#sweepAtMs) await this.#sweep();
    const recipe = await currentRecipe(settings);
    const id = await findRecipe(storage.db, recipe);
    // This check costs no write.
    if ((await outdated(storage.db, { recipeId: id, after: 0, limit: 1 })).length === 0) return;
    await underLease({ storage, clock }, leaseOf('reembedding'), LEASE_MS, async (lease) => {
      await this.#embedAll({ ...this.#context, storage: lease.storage }, recipe).catch((error: unknown) => {
        // Another process continues.
        if (!lease.lost.aborted && !(error instanceof LeaseLostError)) throw error;
      });
    });
  }

  /** @param context with the storage of the lease. */
  async #embedAll(context: RetrievalContext, recipe: Recipe): Promise<void> {
    const { storage, documents, logger, clock } = context;
    const outcome = { failed: 0, lastError: null as string | null };
    for (let after = 0; !this.#stopping.signal.aborted;) {
      const recipeId = await findRecipe(storage.db, recipe);
      const wanted = await outdated(storage.db, { recipeId, after, limit: BATCH });
      if (wanted.length === 0) break;
      for (const { embeddingId, documentId } of wanted) {
        // After another change of the settings the next round begins again.
        const isCurrent = isDeepStrictEqual(await currentRecipe(this.#context.settings), recipe);
        if (this.#stopping.signal.aborted || !isCurrent) return;
        after = embeddingId;
        const [document] = await documents.byIds(storage.db, [documentId]);
        if (document === undefined) continue;
        try {
          await embedDocument(context, { document, recipe });
        } catch (error) {
          if (this.#stopping.signal.aborted) return;
          if (error instanceof LeaseLostError) throw error;
          outcome.failed++;
          outcome.lastError = reportable(error);
          logger.warn({ err: error, document: documentId }, 'a document was not embedded again');
        }
        await storage.transaction((tx) => noteOutcome(tx, outcome), { durable: false });
      }
    }
    if (outcome.failed > 0) this.#notBeforeMs = clock.monotonicMs() + RETRY_MS;
  }

  /** Removes the passes of processes that died. */
  async #sweep(): Promise<void> {
    const { storage, clock } = this.#context;
    const left = await abandonedEmbeddings(storage.db, clock.nowMs() - ABANDONED_MS);
    for (const id of left) await storage.transaction((tx) => deleteEmbeddings(tx, [id]));
    this.#sweepAtMs = clock.monotonicMs() + SWEEP_MS;
  }
}
