import { randomUUID } from 'node:crypto';
import { Every } from '../base/every.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { membershipsOf, type Documents } from '../documents/index.ts';
import type { Attached } from '../retrieval/index.ts';
import { LeaseLostError, renewLease, type Storage } from '../storage/index.ts';
import { claimNext, countWanted, forgetWanted, putOff, type Wanted } from './embedding-store.ts';

/** How often to look for imported documents. */
const LOOK_EVERY_MS = 5_000;
/** A node holds a document for this long, and renews it while it works. */
const CLAIM_MS = 20_000;
const RENEW_EVERY_MS = 5_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 5 * 60_000;
const TELL_EVERY = 25;

export interface EmbeddingsOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  documents: Documents;
  retrieval: { attach(collectionId: number, locations: readonly string[]): Promise<Attached> };
}

/**
 * Makes the vectors of imported documents while the server runs, one document at a time. The list is in the database,
 * so a killed server continues.
 */
export class Embeddings {
  readonly #options: EmbeddingsOptions;
  readonly #holder = randomUUID();
  readonly #runs = new Every(LOOK_EVERY_MS, () =>
    this.#embedAll().catch((error: unknown) =>
      this.#options.logger.warn({ err: error }, 'imported documents were not embedded'),
    ),
  );
  #isStopped = false;
  #done = 0;

  constructor(options: EmbeddingsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#runs.start();
    void this.run();
  }

  /** Ends after the current document. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#runs.stop();
  }

  /** Embeds all documents that are due. One run at a time. */
  run(): Promise<void> {
    return this.#runs.run();
  }

  async #embedAll(): Promise<void> {
    const { storage, clock } = this.#options;
    while (!this.#isStopped) {
      const nowMs = clock.nowMs();
      // A read alone, while there is nothing to do.
      if ((await countWanted(storage.db)).left === 0) return;
      const claim = { holder: this.#holder, nowMs, untilMs: nowMs + CLAIM_MS };
      const wanted = await storage.transaction((tx) => claimNext(tx, claim));
      if (wanted === undefined) return;
      // Without the model all others would fail too.
      if (!(await this.#embed(wanted))) return;
      if (++this.#done % TELL_EVERY === 0) await this.#tell();
    }
  }

  /** @returns whether the document is done. */
  async #embed(wanted: Wanted): Promise<boolean> {
    const { storage } = this.#options;
    const renewing = setInterval(() => void this.#renew(wanted), RENEW_EVERY_MS);
    const error = await this.#attach(wanted).finally(() => clearInterval(renewing));
    const noted =
      error === undefined
        ? storage.transaction((tx) => forgetWanted(tx, wanted))
        : this.#putOff(wanted, error);
    await noted.catch((failure: unknown) => {
      // Another node has taken it, and notes the result.
      if (!(failure instanceof LeaseLostError)) throw failure;
    });
    return error === undefined;
  }

  /** @returns the error, if it failed. */
  async #attach({ documentId, collectionId }: Wanted): Promise<string | undefined> {
    const { storage, documents, retrieval } = this.#options;
    const [document] = await documents.byIds(storage.db, [documentId]);
    const members = await membershipsOf(storage.db, [documentId]);
    // The document was removed since, or taken out of the workspace.
    const isWanted = members.some((member) => member.collectionId === collectionId);
    if (document === undefined || !isWanted) return undefined;
    const { failed } = await retrieval.attach(collectionId, [document.location]);
    return failed[0]?.error;
  }

  async #putOff(wanted: Wanted, error: string): Promise<void> {
    const { storage, clock } = this.#options;
    const laterMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(wanted.attempts, 20), RETRY_MAX_MS);
    // An attempt that the end of this server cut off is due at the next start.
    const nextAt = clock.nowMs() + (this.#isStopped ? 0 : laterMs);
    await storage.transaction((tx) => putOff(tx, wanted, { nextAt, error }));
  }

  async #renew(wanted: Wanted): Promise<void> {
    const { storage, clock, logger } = this.#options;
    await storage
      .transaction((tx) => renewLease(tx, wanted.held, clock.nowMs() + CLAIM_MS), { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'the lease on a document was not renewed'));
  }

  async #tell(): Promise<void> {
    const { left, failing } = await countWanted(this.#options.storage.db);
    this.#options.logger.info({ embedded: this.#done, left, failing }, 'imported documents are embedded');
  }
}
