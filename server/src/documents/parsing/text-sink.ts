import { shownBytes, Unreadable } from './limits.ts';
import type { Properties } from './source.ts';

/** Takes the text of a file piece by piece and stops where there is too much of it. */
export class TextSink {
  /** What has ended: most files are one part. */
  readonly parts: { text: string; properties: Properties }[] = [];
  readonly #maxBytes: number;
  #pieces: string[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws Unreadable */
  add(text: string): void {
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > this.#maxBytes)
      throw new Unreadable(`holds more than ${shownBytes(this.#maxBytes)} of text, the most that is kept.`);
    this.#pieces.push(text);
  }

  /** What was added since the last end is a part, unless that is nothing. */
  end(properties: Properties): void {
    const text = clean(this.#pieces.join(''));
    this.#pieces = [];
    if (text !== '') this.parts.push({ text, properties: shortened(properties) });
  }
}

/** What no database takes is left out, and lines end in one way. */
const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '').replaceAll('\r\n', '\n');

const PROPERTY_MAX_CHARACTERS = 300;

const shortened = (properties: Properties): Properties =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      clean(String(value).slice(0, PROPERTY_MAX_CHARACTERS)),
    ]),
  );
