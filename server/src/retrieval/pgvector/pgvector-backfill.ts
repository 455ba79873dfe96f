import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { LeaseLostError, underLease, withoutPermit, type Storage } from '../../storage/index.ts';
import { leaseOf } from '../embedding/lease-store.ts';
import { isGone } from './pgvector-tables.ts';
import { fillPiece, knownLengths, markFilled, unfilledPasses } from './pgvector-store.ts';

/** Every piece takes less. */
const LEASE_MS = 60_000;
/** Between two rounds; a search that finds vectors missing asks for one. */
const REST_MS = 10_000;
const BATCH = 100;
/** The vectors can be made again. */
const AT_EASE = { durable: false };

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  prepare: (dimensions: number) => Promise<void>;
}

/** Adds the vectors that a process without the extension embedded, piece by piece. One process does it for all. */
export class Backfill {
  readonly #options: Options;
  #round: Promise<void> | undefined;
  #notBeforeMs = 0;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when nothing is left to do, or another process does it. Never rejects. */
  look(): Promise<void> {
    const { clock, logger } = this.#options;
    if (this.#isStopped || (this.#round === undefined && clock.monotonicMs() < this.#notBeforeMs))
      return Promise.resolve();
    // The search that asks for it does not own this work.
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

  /** Stops after the current piece. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#round;
  }

  async #work(): Promise<void> {
    const { storage, prepare } = this.#options;
    for (const dimensions of await knownLengths(storage.db)) {
      await prepare(dimensions);
      // This check costs no write.
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

  /** A pass that was removed meanwhile, or that PostgreSQL refuses, is skipped. */
  #passOver(pass: { embeddingId: number }, error: unknown): void {
    const { code = '' } = error as { code?: string };
    const isOver = error instanceof KeywardError || error instanceof LeaseLostError;
    if (isOver || isGone(code)) throw error;
    this.#options.logger.debug({ err: error, ...pass }, 'vectors of a document were not given to PostgreSQL');
  }
}
