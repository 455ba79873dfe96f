import type { Logger } from '../base/logger.ts';
import { isTopic, type Wire } from './wire.ts';

/** More topics are lost. */
const WAITING_MAX = 100;

interface Options {
  logger: Logger;
  /** Undefined while this node has not joined. */
  wire: () => Wire | undefined;
  /** The nodes with a lease at the last look. */
  others: () => readonly { id: string; address: string }[];
}

/**
 * Tells other nodes that there is something to look for, such as a new job. Only speed depends on it: a wake-up may be
 * lost. No revocation waits behind it; a topic that is given several times meanwhile is sent once.
 */
export class WakeUps {
  readonly #options: Options;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #waiting = new Set<string>();
  #isSending = false;

  constructor(options: Options) {
    this.#options = options;
  }

  wake(topic: string): void {
    if (!isTopic(topic)) throw new Error(`A topic has up to 40 of a-z, 0-9, "." and "-": ${topic}`);
    if (this.#waiting.size < WAITING_MAX) this.#waiting.add(topic);
    if (!this.#isSending) void this.#send();
  }

  /** @returns removes the listener. */
  onWake(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** From another node. */
  hear(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener();
      } catch (error) {
        this.#options.logger.warn({ err: error, topic }, 'a wake-up was not followed');
      }
    }
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    for (const topic of this.#waiting) {
      this.#waiting.delete(topic);
      await this.#options
        .wire()
        ?.wake(this.#options.others(), topic)
        .catch((error: unknown) => this.#options.logger.debug({ err: error, topic }, 'a wake-up was lost'));
    }
    this.#isSending = false;
  }
}
