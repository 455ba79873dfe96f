import { Mutex } from '../../base/mutex.ts';
import type { ModelsOptions } from '../models.ts';
import { Target } from './target.ts';
import { allRows, fingerprint, type UpstreamRow } from './upstream-store.ts';

/** How old the table in memory may be when a request is routed. */
const FRESH_MS = 1_000;

type Options = Pick<ModelsOptions, 'storage' | 'clock' | 'logger' | 'sealing'>;

/** The enabled upstreams in memory, with their credentials. Changes by other processes take effect within a second. */
export class UpstreamTable {
  readonly #options: Options;
  readonly #reading = new Mutex();
  targets: readonly Target[] = [];
  /** Grows with each change of `targets`. */
  generation = 0;
  #fingerprint: string | undefined;
  #readAtMs = -Infinity;

  constructor(options: Options) {
    this.#options = options;
  }

  get isFresh(): boolean {
    return this.#options.clock.monotonicMs() - this.#readAtMs < FRESH_MS;
  }

  /**
   * Reads the table if it is older than a second; concurrent callers share one read. If the database fails later, the last table stays
   * in use.
   * @throws KeywardError `storage_unavailable` if it was never read.
   */
  async refresh(): Promise<void> {
    await this.#reading.run(async () => {
      if (!this.isFresh) await this.#read();
    });
  }

  /** Reads the table after the commit of a change by this process. */
  async reload(): Promise<void> {
    await this.#reading.run(() => this.#read());
  }

  async #read(): Promise<void> {
    const { storage, clock, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const seen = await fingerprint(storage.db);
      if (seen !== this.#fingerprint) {
        this.targets = (await allRows(storage.db)).flatMap((row) => this.#open(row));
        this.#fingerprint = seen;
        this.generation++;
      }
    } catch (error) {
      if (this.#fingerprint === undefined) throw error;
      logger.warn({ err: error }, 'the upstreams could not be read again; the last known ones stay in use');
    }
    this.#readAtMs = startedMs;
  }

  #open(row: UpstreamRow): Target[] {
    if (row.enabled !== 1) return [];
    try {
      return [Target.fromRow(row, this.#options.sealing)];
    } catch (error) {
      // One that cannot be opened (another master key) must not affect the others.
      this.#options.logger.error(
        { err: error, upstream: row.id },
        'an upstream cannot be used: set its api_key and headers again',
      );
      return [];
    }
  }
}
