import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
import { endLease, holdLease } from './lease-store.ts';
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

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when nothing is left, or another process does it. Never rejects. */
  look(): Promise<void> {
    const { clock, logger } = this.#options;
    if (this.#isStopped || (this.#round === undefined && clock.monotonicMs() < this.#notBeforeMs))
      return Promise.resolve();
    this.#round ??= this.#work()
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
    for (const dimensions of await knownLengths(storage.db)) {
      await prepare(dimensions);
      filled += await this.#fillAll(dimensions);
    }
    if (filled === 0) return;
    logger.info({ documents: filled }, 'vectors were given to PostgreSQL');
    await storage.transaction((tx) => endLease(tx, LEASE, this.#holder), AT_EASE);
  }

  async #fillAll(dimensions: number): Promise<number> {
    const { storage } = this.#options;
    let filled = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const passes = await unfilledPasses(storage.db, { dimensions, after, limit: BATCH });
      for (const embeddingId of passes) {
        if (!(await this.#fill({ embeddingId, dimensions }).catch(unlessGone))) return filled;
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
        if (!(await holdLease(tx, LEASE, lease))) return 'another';
        const rest = await fillPiece(tx, piece);
        if (rest === undefined) await markFilled(tx, pass);
        return rest;
      }, AT_EASE);
      if (next === 'another') return false;
      from = next;
    }
    return true;
  }
}

/** 23503: a chunk that was to be pointed at. Its document was removed or embedded anew meanwhile. */
function unlessGone(error: unknown): true {
  if ((error as { code?: string }).code === '23503') return true;
  throw error;
}
