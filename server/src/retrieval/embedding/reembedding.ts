import { abandonedEmbeddings, deleteEmbeddings } from '../chunk-store.ts';
import { countEmbedded, outdated } from '../embedded-store.ts';
import type { RetrievalContext } from '../context.ts';
import { embedDocument, reportable } from './embed-document.ts';
import { leaseOf, noteOutcome, readStanding } from './lease-store.ts';
import { LeaseLostError, underLease, withoutPermit } from '../../storage/index.ts';
import { currentRecipe, findRecipe, type Recipe } from './recipe.ts';

const LEASE_MS = 30_000;
/** How often the settings are looked at. Another process may have changed them. */
const LOOK_MS = 5_000;
/** After a round in which something failed. */
const RETRY_MS = 60_000;
const BATCH = 100;
/** A pass that ends at all ends sooner. */
const ABANDONED_MS = 24 * 3_600_000;
/** How often those are looked for. */
const SWEEP_MS = 3_600_000;

/** How far embedding anew is. */
export interface Progress {
  /** The embedding model in force. */
  model: string;
  /** Embedded documents in collections. */
  total: number;
  /** Those that are embedded as the settings say now. */
  done: number;
  /** Whether a process works on the others. */
  running: boolean;
  /** Documents that could not be embedded anew in the last round, and why the last of them could not. */
  failed: number;
  lastError: string | null;
}

/**
 * Embeds documents anew when the embedding model or the way of cutting texts was changed. One process does it for all; what
 * is done is done when it dies. Until a document's turn comes its old vectors are found: by the model that made them.
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

  /** Does what there is to do; resolves when nothing is left, or another process does it. Never rejects. */
  look(): Promise<void> {
    if (this.#stopping.signal.aborted || this.#context.clock.monotonicMs() < this.#notBeforeMs)
      return this.#round ?? Promise.resolve();
    // Whoever changed the settings only set it going.
    this.#round ??= withoutPermit(() => this.#work())
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          this.#context.logger.warn({ err: error }, 'documents are not embedded anew');
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
    const { untilAt, failed, lastError } = await readStanding(storage.db);
    return {
      model: recipe.model,
      total,
      done: current,
      running: current < total && untilAt > clock.nowMs(),
      failed: current < total ? failed : 0,
      lastError: current < total ? lastError : null,
    };
  }

  /** Ends within the document that is being embedded, which is begun anew next time. Twice is fine. */
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
    // Looking costs no write.
    if ((await outdated(storage.db, { recipeId: id, after: 0, limit: 1 })).length === 0) return;
    await underLease({ storage, clock }, leaseOf('reembedding'), LEASE_MS, async (lease) => {
      await this.#embedAll({ ...this.#context, storage: lease.storage }, recipe).catch((error: unknown) => {
        // Another process goes on with it.
        if (!lease.lost.aborted && !(error instanceof LeaseLostError)) throw error;
      });
    });
  }

  /** @param context whose storage is the lease's. */
  async #embedAll(context: RetrievalContext, recipe: Recipe): Promise<void> {
    const { storage, documents, logger, clock } = context;
    const outcome = { failed: 0, lastError: null as string | null };
    for (let after = 0; !this.#stopping.signal.aborted;) {
      const recipeId = await findRecipe(storage.db, recipe);
      const wanted = await outdated(storage.db, { recipeId, after, limit: BATCH });
      if (wanted.length === 0) break;
      for (const { embeddingId, documentId } of wanted) {
        if (this.#stopping.signal.aborted || (await this.#isOvertaken(recipe))) return;
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
          logger.warn({ err: error, document: documentId }, 'a document was not embedded anew');
        }
        await storage.transaction((tx) => noteOutcome(tx, outcome), { durable: false });
      }
    }
    if (outcome.failed > 0) this.#notBeforeMs = clock.monotonicMs() + RETRY_MS;
  }

  /** The settings were changed again: the next look begins anew. */
  async #isOvertaken(recipe: Recipe): Promise<boolean> {
    const now = await currentRecipe(this.#context.settings);
    return (
      now.model !== recipe.model ||
      now.chunks.size !== recipe.chunks.size ||
      now.chunks.overlap !== recipe.chunks.overlap
    );
  }

  /** What processes that died have left. */
  async #sweep(): Promise<void> {
    const { storage, clock } = this.#context;
    const left = await abandonedEmbeddings(storage.db, clock.nowMs() - ABANDONED_MS);
    for (const id of left) await storage.transaction((tx) => deleteEmbeddings(tx, [id]));
    this.#sweepAtMs = clock.monotonicMs() + SWEEP_MS;
  }
}
