import type { Logger } from '../base/logger.ts';
import type { Mutex } from '../base/mutex.ts';
import type { Storage } from '../storage/index.ts';
import { countable } from './amounts.ts';
import * as store from './budget-store.ts';
import { slotId } from './budget.ts';
import type { Slot } from './budget.ts';

const BATCH_MAX = 200;
const WAITING_MAX = 10_000;
const RETRY_MS = 1_000;

/** What one reservation comes to in the end. */
export interface Settlement {
  /** Of the rows of the reservation; none where nothing was reserved. */
  rowIds: readonly string[];
  uses: readonly (readonly [Slot, number])[];
}

interface Waiting extends Settlement {
  /** A try whose commit was sent but not answered: it may have been carried out. */
  perhapsDone: boolean;
  resolve: () => void;
}

interface Options {
  storage: Storage;
  logger: Logger;
  /** Shared with what else locks rows of reservations. */
  turns: Mutex;
}

/**
 * Writes settlements, many in one transaction. While the database is away they are kept, 10,000 at most, and tried
 * again each second; past that the oldest are given up, and the log says so.
 */
export class Settlements {
  readonly #options: Options;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #failing = false;
  #stopping = false;
  #wake: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when it is written, or at once when it is kept for later. Never rejects. */
  add(settlement: Settlement): Promise<void> {
    const later = this.#failing;
    return new Promise((resolve) => {
      this.#waiting.push({ ...settlement, perhapsDone: false, resolve });
      if (later) resolve();
      this.#giveUpOldest();
      this.#running ??= this.#run();
    });
  }

  /** Writes what waits; what the database does not take now is given up. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
    this.#stopping = false;
    const lost = this.#waiting.splice(0).length;
    this.#failing = false;
    if (lost > 0)
      this.#options.logger.error({ lost }, 'budget settlements could not be written and are lost');
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      const failed = await this.#try(batch);
      if (!failed) continue;
      this.#waiting.unshift(...batch);
      this.#giveUpOldest();
      if (this.#stopping) break;
      await this.#pause();
    }
    this.#running = undefined;
  }

  /** @returns whether it failed. */
  async #try(batch: Waiting[]): Promise<boolean> {
    try {
      await this.#options.turns.run(() => this.#write(batch));
      this.#failing = false;
      return false;
    } catch (error) {
      this.#failing = true;
      const waiting = batch.length + this.#waiting.length;
      this.#options.logger.warn({ err: error, waiting }, 'budget settlements are kept and tried again');
      return true;
    } finally {
      for (const { resolve } of [...batch, ...(this.#failing ? this.#waiting : [])]) resolve();
    }
  }

  async #write(batch: Waiting[]): Promise<void> {
    const { storage } = this.#options;
    let commitSent = false;
    try {
      await storage.transaction(
        async (tx) => {
          const ids = batch.flatMap(({ rowIds }) => rowIds);
          const present = await store.deleteReservations(tx, ids);
          await store.addUse(tx, sumUp(batch.filter((item) => counts(item, present))));
          commitSent = true;
        },
        { durable: false },
      );
    } catch (error) {
      // SQLite's commit fails or succeeds; PostgreSQL's may succeed while its answer is lost.
      if (commitSent && storage.dialect === 'postgres') for (const item of batch) item.perhapsDone = true;
      throw error;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, RETRY_MS).unref();
    });
  }

  #giveUpOldest(): void {
    const lost = this.#waiting.splice(0, Math.max(0, this.#waiting.length - WAITING_MAX));
    for (const { resolve } of lost) resolve();
    if (lost.length > 0) {
      this.#options.logger.error(
        { lost: lost.length },
        'too many budget settlements wait; the oldest are lost',
      );
    }
  }
}

/**
 * A reservation that is gone means one of two things: it expired while its process stood still, then the use still
 * counts; or an earlier try was carried out after all, then it must not count twice.
 */
function counts({ rowIds, perhapsDone }: Waiting, present: Set<string>): boolean {
  return !perhapsDone || rowIds.some((id) => present.has(id));
}

function sumUp(batch: readonly Settlement[]): [Slot, number][] {
  const sums = new Map<string, [Slot, number]>();
  for (const [slot, amount] of batch.flatMap(({ uses }) => uses)) {
    const sum = sums.get(slotId(slot));
    if (sum === undefined) sums.set(slotId(slot), [slot, amount]);
    else sum[1] = countable(sum[1] + amount);
  }
  return [...sums.values()].filter(([, amount]) => amount > 0);
}
