import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, type Io } from '../io.ts';
import { Progress } from '../progress.ts';

/** How long a server that does not answer is asked again: it may be restarting. */
const PATIENCE_MS = 300_000;
const PAUSE_MS = 500;
const PAUSE_MAX_MS = 60_000;

/** Work at the server that goes on whether somebody waits or not. */
interface Subject {
  id: string;
  /** The commands that wait for it again, and that end it; without `keyward`. */
  again: string;
  cancel?: string;
}

/**
 * Waits for work at the server. It survives a restart of the server; a wait that ends before the work, by Ctrl-C or a failure,
 * says how to find the work again.
 */
export class Wait {
  readonly #io: Io;
  readonly #subject: Subject;
  readonly #progress: Progress;
  readonly #onInterrupt = (): void => this.#sayRest();
  #isQuiet = false;

  constructor(io: Io, subject: Subject) {
    this.#io = io;
    this.#subject = subject;
    this.#progress = new Progress(io);
  }

  /** @throws what the work throws, but not that the server is away for less than five minutes */
  async until<T>(work: () => Promise<T>): Promise<T> {
    const { interrupted } = this.#io;
    interrupted.addEventListener('abort', this.#onInterrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      if (!interrupted.aborted && isAway(error)) this.#sayRest();
      throw error;
    } finally {
      interrupted.removeEventListener('abort', this.#onInterrupt);
      this.#progress.end();
    }
  }

  /** Asks the server, again and again while it is away. */
  async ask<T>(request: () => Promise<T>): Promise<T> {
    const { interrupted } = this.#io;
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (interrupted.aborted || !isAway(error) || performance.now() > endMs) throw error;
        this.say('The server does not answer, and is asked again');
        await sleep(pauseMs(error), undefined, { signal: interrupted });
      }
    }
  }

  say(words: string, percent?: number): void {
    if (!this.#isQuiet) this.#progress.say(words, percent);
  }

  /** The result itself is being written: on a terminal, a line of progress would erase a part of it. */
  hush(): void {
    this.#isQuiet = true;
    this.#progress.end();
  }

  #sayRest(): void {
    const { id, again, cancel } = this.#subject;
    this.#progress.end();
    say(this.#io, `${id} goes on.\n  To wait again: keyward ${again}`);
    if (cancel !== undefined) say(this.#io, `  To end it: keyward ${cancel}`);
  }
}

/** The server broke off before the end of the work. */
export class BrokenOff extends Error {}

/** It was not reached, is stopping or starting, or has no room now. */
function isAway(error: unknown): boolean {
  if (error instanceof KeywardConnectionError || error instanceof BrokenOff) return true;
  return error instanceof KeywardApiError && [429, 502, 503, 504].includes(error.status);
}

function pauseMs(error: unknown): number {
  const seconds = error instanceof KeywardApiError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.min(Math.max(PAUSE_MS, seconds * 1000), PAUSE_MAX_MS);
}
