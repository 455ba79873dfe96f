import { EventSourceParserStream } from 'eventsource-parser/stream';
import { expect, onTestFinished } from 'vitest';

export type Row = Record<string, unknown>;

interface Page {
  items: (Row | number)[];
  next_cursor?: string | null;
}

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

  /** @throws Error with the status of a refusal */
  static async open(url: string, headers: Record<string, string>): Promise<LiveReader> {
    const reader = new LiveReader();
    const response = await fetch(url, { headers, signal: reader.#leaving.signal });
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status} ${await response.text()}`);
    onTestFinished(() => reader.leave());
    void reader.#read(response.body);
    await expect.poll(() => reader.seen.length, { timeout: 10_000 }).toBeGreaterThan(0);
    return reader;
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** Waits for the list to be so. @param shape of a row, to compare */
  async shows(rows: readonly unknown[], shape: (row: Row) => unknown): Promise<void> {
    await expect.poll(() => this.items.map(shape), { timeout: 10_000, interval: 20 }).toEqual(rows);
  }

  async ends(): Promise<void> {
    await expect.poll(() => this.isOver, { timeout: 10_000, interval: 20 }).toBe(true);
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
  }

  #apply(event: string, data: Page): void {
    this.seen.push({ event, data });
    const before = this.items;
    this.items = data.items.map((item) => (typeof item === 'number' ? (before[item] as Row) : item));
  }
}
