import { isoTime, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import type { Storage } from '../storage/index.ts';
import type { Audit } from './audit.ts';
import type { AuditEntry } from './record.ts';
import { RefusalTallies, type Overflow, type Refusal, type Tally } from './refusal-tallies.ts';

export interface RefusalRecorderOptions {
  storage: Storage;
  audit: Audit;
  clock: Clock;
  logger: Logger;
  /** How long equal refusals are collected into one record. @default 1000 */
  flushMs?: number;
  /** Records of one flush, and tallies in memory, at most. @default 1000 */
  distinctMax?: number;
  /** Records a second at most under a lasting flood, after a burst of `distinctMax`. @default 5 */
  sustainedPerSecond?: number;
}

/**
 * A flood of refusals must neither cost a commit each nor fill the disk: equal ones of a second become one record with a
 * count, and those beyond the limits one record for all. A crash loses the last second of them.
 */
export class RefusalRecorder {
  readonly #options: Required<RefusalRecorderOptions>;
  readonly #queue = new Mutex();
  #tallies: RefusalTallies;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #hasFailed = false;
  /** How many records may be written, as of `#allowanceAtMs`. */
  #allowance: number;
  #allowanceAtMs: number;

  constructor(options: RefusalRecorderOptions) {
    this.#options = { flushMs: 1_000, distinctMax: 1_000, sustainedPerSecond: 5, ...options };
    this.#tallies = new RefusalTallies(this.#options.distinctMax);
    this.#allowance = this.#options.distinctMax;
    this.#allowanceAtMs = options.clock.monotonicMs();
  }

  /** Does nothing after `stop`. */
  note(refusal: Refusal): void {
    if (this.#isStopped) return;
    this.#tallies.note(refusal, this.#options.clock.nowMs());
    if (this.#timer === undefined) this.#arm();
  }

  /** Never rejects: a failure is logged, and the next flush tries again. */
  flush(): Promise<void> {
    return this.#queue.run(() => this.#write());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.flush();
    if (this.#tallies.isEmpty) return;
    this.#options.logger.error({ refusals: this.#tallies.count }, 'refusals are missing in the audit log');
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#options.flushMs);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    if (this.#tallies.isEmpty) return;
    const tallies = this.#tallies;
    this.#tallies = new RefusalTallies(this.#options.distinctMax);
    try {
      this.#refillAllowance();
      const taken = tallies.take(Math.floor(this.#allowance));
      const entries = taken.map(toEntry);
      if (tallies.overflow !== undefined) entries.push(overflowEntry(tallies.overflow));
      await this.#options.storage.transaction((tx) => this.#options.audit.append(tx, entries), {
        durable: false,
      });
      this.#allowance -= taken.length;
      if (this.#hasFailed) this.#options.logger.info('refusals are recorded again');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        this.#options.logger.error({ err: error }, 'refusals cannot be recorded; trying again');
      this.#hasFailed = true;
      // The older ones keep their room.
      tallies.merge(this.#tallies);
      this.#tallies = tallies;
      if (!this.#isStopped && this.#timer === undefined) this.#arm();
    }
  }

  #refillAllowance(): void {
    const { clock, sustainedPerSecond, distinctMax } = this.#options;
    const nowMs = clock.monotonicMs();
    const earned = ((nowMs - this.#allowanceAtMs) / 1_000) * sustainedPerSecond;
    this.#allowance = Math.min(distinctMax, this.#allowance + earned);
    this.#allowanceAtMs = nowMs;
  }
}

function toEntry({ refusal, count, firstMs, lastMs }: Tally): AuditEntry {
  const { actor, action, target, code, ip } = refusal;
  const times = { first_at: isoTime(firstMs), last_at: isoTime(lastMs) };
  return { actor, action, target, outcome: 'refused', details: { code, ip, count, ...times } };
}

function overflowEntry({ count, firstMs, lastMs, byCode }: Overflow): AuditEntry {
  const times = { first_at: isoTime(firstMs), last_at: isoTime(lastMs) };
  return {
    actor: 'system',
    action: 'audit.refusals_overflow',
    target: 'audit',
    outcome: 'refused',
    details: { count, codes: Object.fromEntries(byCode), ...times },
  };
}
