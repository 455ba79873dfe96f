import { randomUUID } from 'node:crypto';
import { Every } from '../../base/every.ts';
import { KeywardError } from '../../base/errors.ts';
import { fencedBy, LeaseLostError, renewLease, underPermit, withoutPermit } from '../../storage/index.ts';
import { attachOne } from '../attach-one.ts';
import type { Payer, RetrievalContext } from '../context.ts';
import { currentRecipe } from '../embedding/recipe.ts';
import { enterAsker } from './asker.ts';
import { obstacleOf, type Obstacle } from './obstacle.ts';
import { claimNext, forgetPending, isAnyDue, putOff, putOffKey, type Claimed } from './pending-store.ts';

const LOOK_MS = 2_000;
const SAID_EACH = 25;
/** A process that is silent for so long loses its document to another one. */
const LEASE_MS = 20_000;
const FAILURES_MAX = 5;
/** After a first failure, doubled with each further one. */
const RETRY_FIRST_MS = 2_000;
/** While no model embeds. */
const MODEL_RETRY_MAX_MS = 60_000;
const RETRY_MAX_MS = 5 * 60_000;

/** How a try ended. `wait`: others would fare no better now. */
type Tried = 'done' | 'wait';

/** Embeds documents that could not be embedded at first, as soon as they can be: each in one process at a time. */
export class PendingWorker {
  readonly #options: RetrievalContext;
  readonly #holder = randomUUID();
  readonly #stopping = new AbortController();
  readonly #looks: Every;
  #done = 0;

  constructor(options: RetrievalContext) {
    this.#options = options;
    this.#looks = new Every(LOOK_MS, () =>
      withoutPermit(() => this.#work()).catch((error: unknown) => {
        if (!this.#stopping.signal.aborted)
          options.logger.warn({ err: error }, 'pending documents were not embedded');
      }),
    );
  }

  start(): void {
    this.#looks.start();
    void this.look();
  }

  /** Resolves when nothing more can be embedded now, or another process does it. Never rejects. */
  look(): Promise<void> {
    return this.#stopping.signal.aborted ? Promise.resolve() : this.#looks.run();
  }

  /** The document in work is due again at once. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looks.stop();
  }

  async #work(): Promise<void> {
    const { storage, clock, models, settings } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const nowMs = clock.nowMs();
      // These checks cost no write.
      if (!(await isAnyDue(storage.db, nowMs))) return;
      const { model } = await currentRecipe(settings);
      if ((await models.coming(model)) !== undefined) return;
      const claim = { holder: this.#holder, nowMs, untilMs: nowMs + LEASE_MS };
      const claimed = await storage.transaction((tx) => claimNext(tx, claim), { durable: false });
      if (claimed === undefined || (await this.#embed(claimed, model)) === 'wait') return;
    }
  }

  async #embed(claimed: Claimed, model: string): Promise<Tried> {
    const renewing = setInterval(() => void this.#renew(claimed), LEASE_MS / 4).unref();
    try {
      return await this.#tried(claimed, model);
    } catch (error) {
      // Taken by another process, removed, or taken out of its workspace.
      if (error instanceof LeaseLostError) return 'done';
      throw error;
    } finally {
      clearInterval(renewing);
    }
  }

  async #tried(claimed: Claimed, model: string): Promise<Tried> {
    const { askers } = this.#options;
    if (claimed.asker === undefined) return this.#attach(claimed, { model });
    const entered =
      askers === undefined
        ? 'No key can be looked up here.'
        : await enterAsker(askers, claimed.asker, claimed.collectionId);
    if (typeof entered === 'string') return this.#fail(claimed, entered);
    const { work, payer } = entered;
    try {
      const isEnded = (): boolean => work.endedBy !== undefined;
      return await underPermit(work.run, () => this.#attach(claimed, { model, payer, isEnded }));
    } catch (error) {
      if (work.endedBy === undefined) throw error;
      if (work.endedBy === 'request_stopped')
        return await this.#fail(claimed, 'An administrator or the holder of the key stopped it.');
      // The next look decides whether the key may still do it.
      await this.#putOff(claimed, { reason: null, forMs: 0 });
      return 'done';
    } finally {
      work.leave();
    }
  }

  async #attach(
    claimed: Claimed,
    { model, payer, isEnded }: { model: string; payer?: Payer; isEnded?: () => boolean },
  ): Promise<Tried> {
    const { storage, documents, logger } = this.#options;
    const context = { ...this.#options, storage: fencedBy(storage, claimed.held) };
    try {
      const [document] = await documents.byIds(storage.db, [claimed.documentId]);
      const members = await documents.memberships(storage.db, [claimed.documentId]);
      // Rows of older versions stayed when their document left the collection.
      const isWanted = members.some(({ collectionId }) => collectionId === claimed.collectionId);
      if (document === undefined || !isWanted) {
        await context.storage.transaction((tx) => forgetPending(tx, claimed));
        return 'done';
      }
      await attachOne(context, { collectionId: claimed.collectionId, document, payer });
      if (++this.#done % SAID_EACH === 0)
        logger.info({ embedded: this.#done }, 'pending documents are embedded');
      return 'done';
    } catch (error) {
      if (error instanceof LeaseLostError || isEnded?.() === true) throw error;
      if (this.#stopping.signal.aborted) {
        await this.#putOff(claimed, { reason: null, forMs: 0 });
        return 'wait';
      }
      const obstacle = obstacleOf(error, model) ?? faultOf(error);
      if (obstacle === undefined) throw error;
      logger.warn({ err: error, document: claimed.documentId }, 'a pending document was not embedded');
      return this.#note(claimed, obstacle);
    }
  }

  async #note(claimed: Claimed, { kind, reason, retryAfterMs = RETRY_MAX_MS }: Obstacle): Promise<Tried> {
    const { asker, failures, tries } = claimed;
    if (kind === 'power' || (kind === 'document' && failures + 1 >= FAILURES_MAX)) {
      await this.#fail(claimed, reason);
      return 'done';
    }
    const laterMs = RETRY_FIRST_MS * 2 ** Math.min(tries, 20);
    if (kind === 'document') {
      await this.#putOff(claimed, { reason, forMs: Math.min(laterMs, RETRY_MAX_MS), isItsOwn: true });
      return 'done';
    }
    if (kind !== 'budget') {
      await this.#putOff(claimed, { reason, forMs: Math.min(laterMs, MODEL_RETRY_MAX_MS) });
      return 'wait';
    }
    const forMs = Math.min(retryAfterMs, RETRY_MAX_MS);
    await this.#putOff(claimed, { reason, forMs });
    if (asker !== undefined) await this.#putOffKey(asker.keyId, { reason, forMs });
    return 'done';
  }

  async #fail(claimed: Claimed, reason: string): Promise<Tried> {
    this.#options.logger.warn({ document: claimed.documentId, reason }, 'a pending document has failed');
    await this.#putOff(claimed, { reason, forMs: 0, isFailed: true });
    return 'done';
  }

  /** Also where its key has ended: under no permit. */
  async #putOff(
    claimed: Claimed,
    { forMs, ...change }: { forMs: number; reason: string | null; isFailed?: boolean; isItsOwn?: boolean },
  ): Promise<void> {
    const { storage, clock } = this.#options;
    const nextAt = clock.nowMs() + forMs;
    await withoutPermit(() => storage.transaction((tx) => putOff(tx, claimed, { ...change, nextAt })));
  }

  async #putOffKey(keyId: string, { forMs, reason }: { forMs: number; reason: string }): Promise<void> {
    const { storage, clock } = this.#options;
    const nextAt = clock.nowMs() + forMs;
    await withoutPermit(() => storage.transaction((tx) => putOffKey(tx, keyId, { nextAt, reason })));
  }

  async #renew({ held }: Claimed): Promise<void> {
    const { storage, clock, logger } = this.#options;
    await withoutPermit(() =>
      storage.transaction((tx) => renewLease(tx, held, clock.nowMs() + LEASE_MS), { durable: false }),
    ).catch((error: unknown) => logger.warn({ err: error }, 'the lease on a document was not renewed'));
  }
}

/** A fault of this server counts against the document; a database that is away does not. */
function faultOf(error: unknown): Obstacle | undefined {
  if (error instanceof KeywardError && error.code !== 'internal' && error.code !== 'not_found')
    return undefined;
  return { kind: 'document', reason: 'The document could not be embedded: the log of the server says why.' };
}
