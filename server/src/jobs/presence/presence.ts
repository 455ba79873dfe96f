import { randomUUID } from 'node:crypto';
import { Every } from '../../base/every.ts';
import { booksOf, type Db, type Storage } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import * as store from './presence-store.ts';

/** In a lease: a server is away before a lease that was renewed at it is over. */
const BEATS_IN_A_LEASE = 6;
/** A server that was silent for so many beats was away. */
const AWAY_BEATS = 3;
const KEPT_MS = 3_600_000;

/** Records that this server is there, so that each server knows later when one of them was away. */
export class Presence {
  readonly #context: JobsContext;
  readonly #storage: Storage;
  readonly #id = randomUUID();
  readonly #beatMs: number;
  readonly #beats: Every;

  constructor(context: JobsContext) {
    this.#context = context;
    this.#storage = booksOf(context.storage);
    this.#beatMs = Math.ceil(context.clocks.leaseMs / BEATS_IN_A_LEASE);
    this.#beats = new Every(this.#beatMs, () => this.#beat());
  }

  async start(): Promise<void> {
    await this.#beats.run();
    this.#beats.start();
  }

  /** The row stays: a server that has stopped is away. */
  stop(): Promise<void> {
    return this.#beats.stop();
  }

  /** Whether a server that was there at the first time was away before the second one. */
  wasAway(db: Db, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<boolean> {
    const silentSinceMs = this.#context.clock.nowMs() - AWAY_BEATS * this.#beatMs;
    // It was there for up to a beat after its last note.
    return store.anyAway(db, { fromMs: fromMs - this.#beatMs, toMs, silentSinceMs });
  }

  async clean(nowMs: number): Promise<void> {
    const { leaseMs } = this.#context.clocks;
    const sinceMs = nowMs - KEPT_MS - 2 * leaseMs;
    await this.#storage.transaction((tx) => store.deleteSilent(tx, sinceMs), { durable: false });
  }

  async #beat(): Promise<void> {
    const { clock, logger } = this.#context;
    const beat = { id: this.#id, nowMs: clock.nowMs(), awayMs: AWAY_BEATS * this.#beatMs };
    await this.#storage
      .transaction((tx) => store.noteSeen(tx, beat), { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'that this server is there could not be noted'));
  }
}
