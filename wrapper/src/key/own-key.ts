import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@keyward/server/logger';
import type { KeyPlace } from './key-place.ts';

export interface OwnKeyOptions {
  logger: Logger;
  /** How often the place is looked at, ms. */
  pollMs?: number;
  /** How long a request waits for a newer key, ms. */
  renewalMaxMs?: number;
}

const POLL_MS = 2_000;
const RENEWAL_MAX_MS = 5_000;
/** Between two reads that refused requests ask for. */
const PAUSE_MS = 100;

/** This server's own key, which follows its place. When the place is away, the last key stays. */
export class OwnKey {
  readonly #place: KeyPlace;
  readonly #logger: Logger;
  readonly #pollMs: number;
  readonly #renewalMaxMs: number;
  readonly #stopped = new AbortController();
  #key: string | undefined;
  #version: number | undefined;
  #revision: string | undefined;
  #problem: string | undefined = 'was not read yet';
  /** The read that was begun last, and the one that follows it, for requests that were refused meanwhile. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #polling: Promise<void> | undefined;

  constructor(place: KeyPlace, { logger, pollMs = POLL_MS, renewalMaxMs = RENEWAL_MAX_MS }: OwnKeyOptions) {
    this.#place = place;
    this.#logger = logger;
    this.#pollMs = pollMs;
    this.#renewalMaxMs = renewalMaxMs;
  }

  /** Reads it once and follows it from then on. A place that is away does not end the server: it may come. */
  async start(): Promise<void> {
    await this.#look();
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#polling;
    await this.#place.stop();
  }

  readonly isOwn = true;

  current(): string | undefined {
    return this.#key;
  }

  /** Of the secret from which the key was read. */
  get version(): number | undefined {
    return this.#version;
  }

  /** Why the place could not be read the last time; undefined: it could. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Requests that are refused at the same time share one read, which begins after the refusal. */
  async renewed(refused: string): Promise<string | undefined> {
    if (this.#key === refused) {
      const tooLate = new AbortController();
      const late = sleep(this.#renewalMaxMs, undefined, { signal: tooLate.signal, ref: false }).catch(
        () => undefined,
      );
      await Promise.race([this.#readAfterThis(), late]);
      tooLate.abort();
    }
    return this.#key === refused ? undefined : this.#key;
  }

  #readAfterThis(): Promise<void> {
    return this.#reading === undefined ? this.#readNow() : (this.#next ??= this.#readLater());
  }

  /** A read that begins when no other runs: all that wait for it came before. */
  async #readLater(): Promise<void> {
    do {
      await this.#reading;
      await sleep(PAUSE_MS, undefined, { ref: false });
    } while (this.#reading !== undefined);
    this.#next = undefined;
    await this.#readNow();
  }

  #readNow(): Promise<void> {
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(this.#pollMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#look();
    }
  }

  /** Reads the key only where its revision says that it may have changed. */
  async #look(): Promise<void> {
    try {
      const revision = await this.#place.revision();
      const isKnown = revision !== undefined && revision === this.#revision && this.#problem === undefined;
      if (isKnown) return;
      // Not a read that began before: it may have seen the value of the revision before.
      await this.#readAfterThis();
      if (this.#problem === undefined) this.#revision = revision;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      const { key, version } = await this.#place.read();
      const isNew = key !== this.#key;
      if (isNew || this.#problem !== undefined)
        this.#logger.info({ place: this.#place.shown, version, is_new: isNew }, 'the own key was read');
      this.#key = key;
      this.#version = version;
      this.#problem = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const problem = error instanceof Error ? error.message : 'unknown';
    if (problem !== this.#problem)
      this.#logger.warn(
        { place: this.#place.shown, problem, keeps_last: this.#key !== undefined },
        'the own key cannot be read',
      );
    this.#problem = problem;
  }
}
