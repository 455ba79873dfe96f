import { randomUUID } from 'node:crypto';
import { batches } from '../../base/batches.ts';
import { KeywardError } from '../../base/errors.ts';
import { removeMembers, type Document } from '../../documents/index.ts';
import { booksOf, type Db } from '../../storage/index.ts';
import { addTo, type Joining } from '../attach-one.ts';
import { touchCollection } from '../collection-store.ts';
import type { Payer, RetrievalContext } from '../context.ts';
import { currentRecipe } from '../embedding/recipe.ts';
import { keepPending, letGo, renewHeld, type Asker, type Place } from './pending-store.ts';

/** A process that is silent for so long loses its documents to another one. */
const LEASE_MS = 20_000;

/** A document that a request asks to be put into a collection. */
interface Asked extends Pick<Joining, 'collectionId' | 'document' | 'alongside'> {
  /** With the key that pays; left out: the server itself. */
  asker?: Asker | undefined;
  /** Runs last in the transaction that takes it out again. */
  undo?: ((tx: Db, document: Document) => Promise<void>) | undefined;
}

export interface AskedTogether extends Omit<Asked, 'document'> {
  documents: readonly Document[];
}

/**
 * The documents that a request is putting into collections. Each is pending from the start, under a lease, so that a process that dies
 * leaves none that nobody embeds. At its end the request takes back what it has neither embedded nor kept.
 * Guarded by crash.test.ts.
 */
export class RequestHold {
  readonly #context: RetrievalContext;
  readonly #holder = randomUUID();
  readonly #mayEmbed: boolean;
  readonly #asked = new Map<string, Asked>();
  readonly #renewing: NodeJS.Timeout;

  private constructor(context: RetrievalContext, mayEmbed: boolean) {
    this.#context = context;
    this.#mayEmbed = mayEmbed;
    this.#renewing = setInterval(() => void this.#renew(), LEASE_MS / 4).unref();
  }

  /** `end` must follow. A key that does not cover the model embeds nothing: it holds nothing. */
  static async of(context: RetrievalContext, payer: Payer | undefined): Promise<RequestHold> {
    const selector = payer?.account().selector;
    if (selector === undefined) return new RequestHold(context, true);
    const { model } = await currentRecipe(context.settings);
    const mayEmbed = await context.models.resolve(model, selector).then(
      () => true,
      (error: unknown) => !(error instanceof KeywardError && error.code === 'forbidden_resource'),
    );
    return new RequestHold(context, mayEmbed);
  }

  /** Adds documents that have no vectors; nothing where a collection has them already. @throws `not_found` */
  async take(tx: Db, all: readonly AskedTogether[]): Promise<void> {
    if (!this.#mayEmbed) return;
    const taken: Asked[] = [];
    // Locks in one order, the audit record last: so two transactions cannot deadlock.
    const ids = all.flatMap(({ documents }) => documents.map(({ id }) => id));
    const present = await this.#lock(tx, [...new Set(ids)].toSorted());
    for (const { documents, ...asked } of all.toSorted((a, b) => a.collectionId - b.collectionId))
      for (const document of documents.filter(({ id }) => present.has(id)))
        if (await this.#takeOne(tx, { ...asked, document })) taken.push({ ...asked, document });
    for (const { alongside, document } of taken) await alongside?.(tx, document);
  }

  async #lock(tx: Db, ids: readonly string[]): Promise<Set<string>> {
    const present = new Set<string>();
    for (const id of ids) if ((await this.#context.documents.lock(tx, id)) !== undefined) present.add(id);
    return present;
  }

  async #takeOne(tx: Db, asked: Asked): Promise<boolean> {
    const { collectionId, document, asker } = asked;
    if (!(await addTo(this.#context, tx, { collectionId, document }))) return false;
    const place = { documentId: document.id, collectionId };
    const nowMs = this.#context.clock.nowMs();
    const held = { holder: this.#holder, untilMs: nowMs + LEASE_MS };
    await keepPending(tx, { ...place, asker, reason: null, nextAt: nowMs, held });
    this.#asked.set(nameOf(place), asked);
    return true;
  }

  /** It is about to be kept for later. */
  async release(tx: Db, place: Place): Promise<void> {
    await letGo(tx, place, this.#holder);
  }

  /** It is embedded, or kept for later. */
  settle(place: Place): void {
    this.#asked.delete(nameOf(place));
  }

  /** Also where the request was ended: under no permit. Idempotent. */
  async end(): Promise<void> {
    clearInterval(this.#renewing);
    for (const [name, asked] of this.#asked) {
      this.#asked.delete(name);
      await this.#takeBack(asked).catch((error: unknown) =>
        this.#context.logger.warn({ err: error }, 'a document was left in a workspace, and will be embedded'),
      );
    }
  }

  async #takeBack({ collectionId, document, undo }: Asked): Promise<void> {
    await booksOf(this.#context.storage).transaction(async (tx) => {
      const place = { documentId: document.id, collectionId };
      if (!(await letGo(tx, place, this.#holder))) return;
      await touchCollection(tx, collectionId);
      await removeMembers(tx, collectionId, [document.id]);
      await undo?.(tx, document);
    });
  }

  async #renew(): Promise<void> {
    const { storage, clock, logger } = this.#context;
    const untilMs = clock.nowMs() + LEASE_MS;
    const ids = [...this.#asked.values()].map(({ document }) => document.id);
    for (const batch of batches(ids))
      await booksOf(storage)
        .transaction((tx) => renewHeld(tx, batch, { holder: this.#holder, untilMs }), { durable: false })
        .catch((error: unknown) => logger.warn({ err: error }, 'the lease on documents was not renewed'));
  }
}

const nameOf = ({ documentId, collectionId }: Place): string => `${collectionId} ${documentId}`;
