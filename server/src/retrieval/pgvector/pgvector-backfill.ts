import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { withoutPermit } from '../../storage/index.ts';
import type { Storage } from '../../storage/index.ts';
import { endLease, holdLease } from '../embedding/lease-store.ts';
import { isGone } from './pgvector-tables.ts';
import { fillPiece, knownLengths, markFilled, unfilledPasses } from './pgvector-store.ts';

const LEASE = 'pgvector';
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
  readonly #holder = randomUUID();
  #round: Promise<void> | undefined;
  #notBeforeMs = 0;
  #isStopped = false;
  #isHolding = false;

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
    const { storage, logger, prepare } = this.#options;
    let filled = 0;
    try {
      for (const dimensions of await knownLengths(storage.db)) {
        await prepare(dimensions);
        filled += await this.#fillAll(dimensions);
      }
    } finally {
      if (filled > 0) logger.info({ documents: filled }, 'vectors were given to PostgreSQL');
      if (this.#isHolding) await storage.transaction((tx) => endLease(tx, LEASE, this.#holder), AT_EASE);
      this.#isHolding = false;
    }
  }

  async #fillAll(dimensions: number): Promise<number> {
    const { storage } = this.#options;
    let filled = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const passes = await unfilledPasses(storage.db, { dimensions, after, limit: BATCH });
      for (const embeddingId of passes) {
        const pass = { embeddingId, dimensions };
        if (!(await this.#fill(pass).catch((error: unknown) => this.#passOver(pass, error)))) return filled;
        filled++;
      }
      after = passes.at(-1);
    }
    return filled;
  }

  /** @returns false where another process does it, or this one is stopping. */
  async #fill(pass: { embeddingId: number; dimensions: number }): Promise<boolean> {
    const { storage, clock } = this.#options;
    for (let from: number | undefined = 0; from !== undefined;) {
      if (this.#isStopped) return false;
      const piece = { ...pass, from };
      const next = await storage.transaction(async (tx) => {
        const nowMs = clock.nowMs();
        const lease = { holder: this.#holder, nowMs, untilAt: nowMs + LEASE_MS };
        this.#isHolding = await holdLease(tx, LEASE, lease);
        if (!this.#isHolding) return 'another';
        const rest = await fillPiece(tx, piece);
        if (rest === undefined) await markFilled(tx, pass);
        return rest;
      }, AT_EASE);
      if (next === 'another') return false;
      from = next;
    }
    return true;
  }

  /** One that was removed or embedded anew meanwhile, or that PostgreSQL does not take, keeps none of the others out. */
  #passOver(pass: { embeddingId: number }, error: unknown): true {
    const { code = '' } = error as { code?: string };
    if (error instanceof KeywardError || isGone(code)) throw error;
    this.#options.logger.debug({ err: error, ...pass }, 'vectors of a document were not given to PostgreSQL');
    return true;
  }
}
