import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { LeaseLostError, underLease, withoutPermit, type Storage } from '../../storage/index.ts';
import { leaseOf } from '../embedding/lease-store.ts';
import { isGone } from './pgvector-tables.ts';
import { fillPiece, knownLengths, markFilled, unfilledPasses } from './pgvector-store.ts';

/** Longer than any piece takes. */
const LEASE_MS = 60_000;
/** After a round; searches that meet what is missing ask for another. */
const REST_MS = 10_000;
const BATCH = 100;
/** It can be made again. */
const AT_EASE = { durable: false };

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  prepare: (dimensions: number) => Promise<void>;
}

/** Puts in what was embedded by a process that did not use the extension, piece by piece. One process does it for all. */
export class Backfill {
  readonly #options: Options;
  #round: Promise<void> | undefined;
  #notBeforeMs = 0;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when nothing is left, or another process does it. Never rejects. */
  look(): Promise<void> {
    const { clock, logger } = this.#options;
    if (this.#isStopped || (this.#round === undefined && clock.monotonicMs() < this.#notBeforeMs))
      return Promise.resolve();
    // Whoever searched only set it going.
    this.#round ??= withoutPermit(() => this.#work())
      .catch((error: unknown) => {
        if (!this.#isStopped) logger.warn({ err: error }, 'vectors were not given to PostgreSQL');
      })
      .finally(() => {
        this.#round = undefined;
        this.#notBeforeMs = clock.monotonicMs() + REST_MS;
      });
    return this.#round;
  }

  /** Ends with the piece that is being written. Twice is fine. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#round;
  }

  async #work(): Promise<void> {
    const { storage, prepare } = this.#options;
    for (const dimensions of await knownLengths(storage.db)) {
      await prepare(dimensions);
      // Looking costs no write.
      if ((await unfilledPasses(storage.db, { dimensions, after: 0, limit: 1 })).length === 0) continue;
      await underLease(this.#options, leaseOf('pgvector'), LEASE_MS, (lease) =>
        this.#fillAll(lease.storage, dimensions),
      );
    }
  }

  async #fillAll(storage: Storage, dimensions: number): Promise<void> {
    let filled = 0;
    for (let after: number | undefined = 0; after !== undefined && !this.#isStopped;) {
      const passes = await unfilledPasses(storage.db, { dimensions, after, limit: BATCH });
      for (const embeddingId of passes) {
        const pass = { embeddingId, dimensions };
        await this.#fill(storage, pass).catch((error: unknown) => this.#passOver(pass, error));
        filled++;
      }
      after = passes.at(-1);
    }
    if (filled > 0) this.#options.logger.info({ documents: filled }, 'vectors were given to PostgreSQL');
  }

  async #fill(storage: Storage, pass: { embeddingId: number; dimensions: number }): Promise<void> {
    for (let from: number | undefined = 0; from !== undefined && !this.#isStopped;) {
      const piece = { ...pass, from };
      from = await storage.transaction(async (tx) => {
        const rest = await fillPiece(tx, piece);
        if (rest === undefined) await markFilled(tx, pass);
        return rest;
      }, AT_EASE);
    }
  }

  /** One that was removed or embedded anew meanwhile, or that PostgreSQL does not take, keeps none of the others out. */
  #passOver(pass: { embeddingId: number }, error: unknown): void {
    const { code = '' } = error as { code?: string };
    const isOver = error instanceof KeywardError || error instanceof LeaseLostError;
    if (isOver || isGone(code)) throw error;
    this.#options.logger.debug({ err: error, ...pass }, 'vectors of a document were not given to PostgreSQL');
  }
}
