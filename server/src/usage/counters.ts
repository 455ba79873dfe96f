import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Every } from '../base/every.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import type { Storage } from '../storage/index.ts';
import { countable } from './amounts.ts';
import { addHours, transactionId, wasCommitted } from './counter-store.ts';
import { HOUR_MS } from './periods.ts';
import { Tally, Totals, type Total } from './tally.ts';

const FLUSH_MS = 1_000;
const ROWS_PER_STATEMENT = 200;
/** PostgreSQL needs a moment to notice a broken connection, and does not know the outcome of its commit until then. */
const UNSURE_TRIES = 5;
const UNSURE_WAIT_MS = 200;

/** Amounts are rounded up, 0 or more; NaN counts 0. */
export interface Count {
  /** '' for an unknown key. */
  keyId: string;
  ownerId: string;
  /** An existing model, or '': invented names would make rows without limit. */
  model?: string;
  /** The id of the worker that did it. */
  worker?: string;
  /** 'ok', or the code of the error. */
  code: string;
  /** @default 1 */
  requests?: number;
  tokensIn?: number;
  tokensOut?: number;
  /** Nano-dollars. */
  usdNano?: number;
  /** GPU milliseconds of a worker. */
  gpuMs?: number;
  /** Whether Keyward counted the tokens, and not the upstream. */
  estimated?: boolean;
}

/** A flush whose commit was not answered. */
interface Unsure {
  transactionId: string;
  tally: Tally;
}

export interface UsageCountersOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  /** Between writes; a crash loses the counts of this time. @default 1,000 */
  flushMs?: number;
}

/** Counts requests in memory and writes the sums each second; while the database is away it keeps them. */
export class UsageCounters {
  readonly #options: UsageCountersOptions;
  readonly #totals = new Totals();
  readonly #flushes = new Mutex();
  #tally = new Tally(this.#totals);
  #unsure: Unsure | undefined;
  readonly #ticks: Every;

  constructor(options: UsageCountersOptions) {
    this.#options = options;
    this.#ticks = new Every(options.flushMs ?? FLUSH_MS, () => this.flush());
  }

  /** Idempotent. */
  start(): void {
    this.#ticks.start();
  }

  /** Writes the counts. Idempotent. */
  async stop(): Promise<void> {
    await this.#ticks.stop();
    await this.flush();
    for (let tries = 1; this.#unsure !== undefined && tries < UNSURE_TRIES; tries++) {
      await sleep(UNSURE_WAIT_MS);
      await this.flush();
    }
    const lost = this.#tally.size + (this.#unsure?.tally.size ?? 0);
    if (lost > 0) this.#options.logger.error({ rows: lost }, 'usage counts could not be written');
  }

  /** On the path of each request: never waits, never throws. */
  count(count: Count): void {
    const { requests = 1, tokensIn = 0, tokensOut = 0, usdNano = 0, gpuMs = 0 } = count;
    const { keyId, ownerId, model = '', worker = '', code } = count;
    const nowMs = this.#options.clock.nowMs();
    const hour = nowMs - (nowMs % HOUR_MS);
    const entry = this.#tally.entryFor({ hour, key_id: keyId, owner_id: ownerId, model, worker, code });
    const whole = countable(requests);
    entry.requests += whole;
    entry.total.requests += whole;
    if (count.estimated === true) entry.estimated_requests += whole;
    if (tokensIn !== 0 || tokensOut !== 0) {
      const [wholeIn, wholeOut] = [countable(tokensIn), countable(tokensOut)];
      entry.tokens_in += wholeIn;
      entry.tokens_out += wholeOut;
      entry.total.tokensIn += wholeIn;
      entry.total.tokensOut += wholeOut;
    }
    if (usdNano !== 0) {
      const whole = countable(usdNano);
      entry.usd_nano += whole;
      entry.total.usdNano += whole;
    }
    if (gpuMs !== 0) entry.gpu_ms += countable(gpuMs);
  }

  /** For Prometheus: counts of this process, by code and model. */
  totals(): Iterable<Readonly<Total>> {
    return this.#totals.all();
  }

  /** Writes the counts; a failure is logged. */
  async flush(): Promise<void> {
    await this.#flushes.run(async () => {
      try {
        await this.#resolveUnsure();
        if (this.#tally.size > 0) await this.#write();
      } catch (error) {
        const rows = this.#tally.size;
        this.#options.logger.warn(
          { err: error, rows },
          'usage counts could not be written; the next write includes them',
        );
      }
    });
  }

  async #write(): Promise<void> {
    const { storage } = this.#options;
    const tally = this.#tally;
    this.#tally = new Tally(this.#totals);
    let commitSent: string | undefined;
    try {
      await storage.transaction(
        async (tx) => {
          const rows = tally.rows();
          for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
            if (i > 0) await nextTurn();
            await addHours(tx, rows.slice(i, i + ROWS_PER_STATEMENT));
          }
          if (storage.dialect === 'postgres') commitSent = await transactionId(tx);
        },
        { durable: false },
      );
    } catch (error) {
      if (commitSent === undefined) this.#tally.merge(tally);
      else this.#unsure = { transactionId: commitSent, tally };
      throw error;
    }
  }

  /** PostgreSQL may have committed although its answer was lost: nothing is counted twice. */
  async #resolveUnsure(): Promise<void> {
    if (this.#unsure === undefined) return;
    const { transactionId, tally } = this.#unsure;
    const committed = await wasCommitted(this.#options.storage.db, transactionId);
    if (committed === undefined) throw new Error('the transaction of the last flush still runs');
    this.#unsure = undefined;
    if (!committed) this.#tally.merge(tally);
  }
}
