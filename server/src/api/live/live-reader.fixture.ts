import { EventSourceParserStream } from 'eventsource-parser/stream';
import { onTestFinished } from 'vitest';

export type Row = Record<string, unknown>;

interface Page {
  items: (Row | number)[];
  next_cursor?: string | null;
}

/** A list has changed within this time, or its stream has ended. */
export const SOON = { timeout: 10_000, interval: 20 };

/** Follows a list as clients do. */
export class LiveReader {
  /** The list as it is after the latest event. */
  items: Row[] = [];
  /** Events so far. */
  readonly seen: { event: string; data: Page }[] = [];
  /** Every text that came. */
  text = '';
  isOver = false;
  readonly #leaving = new AbortController();
  readonly #begun = Promise.withResolvers<void>();

  /** Resolves with the first event. @throws Error with the status of a refusal */
  static async open(url: string, headers: Record<string, string>): Promise<LiveReader> {
    const reader = new LiveReader();
    const response = await fetch(url, { headers, signal: reader.#leaving.signal });
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status} ${await response.text()}`);
    onTestFinished(() => reader.leave());
    void reader.#read(response.body);
    await reader.#begun.promise;
    return reader;
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    try {
      for await (const { event = '', data } of events) {
        this.text += data;
        if (event !== '') this.#apply(event, JSON.parse(data) as Page);
      }
    } catch {
      // The test has left, or the connection was cut.
    }
    this.isOver = true;
    this.#begun.resolve();
  }

  #apply(event: string, data: Page): void {
    this.#begun.resolve();
    this.seen.push({ event, data });
    const before = this.items;
    this.items = data.items.map((item) => (typeof item === 'number' ? (before[item] as Row) : item));
  }
}
