import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { Mutex } from '../../base/mutex.ts';
import type { Storage } from '../../storage/index.ts';
import type { Sealing } from '../../sealing/index.ts';
import { Target } from './target.ts';
import { allRows, fingerprint } from './upstream-store.ts';

/** How old the picture in memory may be when a request is routed. */
const FRESH_MS = 1_000;

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  sealing: Sealing;
}

/** The enabled upstreams in memory, their credentials opened. Other processes' changes show within a second. */
export class UpstreamTable {
  readonly #options: Options;
  readonly #reading = new Mutex();
  #targets: Target[] = [];
  #fingerprint: string | undefined;
  #readAtMs = -Infinity;
  #generation = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  get targets(): readonly Target[] {
    return this.#targets;
  }

  /** Grows whenever `targets` changes. */
  get generation(): number {
    return this.#generation;
  }

  get isFresh(): boolean {
    return this.#options.clock.monotonicMs() - this.#readAtMs < FRESH_MS;
  }

  /**
   * Brings the picture up to date where it is older than a second; many callers share one read.
   * A database that fails later on leaves the picture as it is: what is known can still be served.
   * @throws KeywardError `storage_unavailable` when there is no picture yet.
   */
  async refresh(): Promise<void> {
    await this.#reading.run(async () => {
      if (!this.isFresh) await this.#read();
    });
  }

  /** Reads now; for the process that made a change, after its commit. */
  async reload(): Promise<void> {
    await this.#reading.run(() => this.#read());
  }

  async #read(): Promise<void> {
    const { storage, clock, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const seen = await fingerprint(storage.db);
      if (seen !== this.#fingerprint) {
        this.#targets = (await allRows(storage.db)).flatMap((row) => this.#open(row));
        this.#fingerprint = seen;
        this.#generation++;
      }
    } catch (error) {
      if (this.#fingerprint === undefined) throw error;
      logger.warn({ err: error }, 'the upstreams could not be read again; the last known ones stay in use');
    }
    this.#readAtMs = startedMs;
  }

  #open(row: Awaited<ReturnType<typeof allRows>>[number]): Target[] {
    if (row.enabled !== 1) return [];
    try {
      return [Target.fromRow(row, this.#options.sealing)];
    } catch (error) {
      // One that cannot be opened (another master key) must not take the others down.
      this.#options.logger.error(
        { err: error, upstream: row.id },
        'an upstream cannot be used: set its api_key and headers again',
      );
      return [];
    }
  }
}
