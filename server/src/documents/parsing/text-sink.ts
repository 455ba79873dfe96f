import { shownBytes, Unreadable } from './limits.ts';

/** Takes the text of a file piece by piece and stops where there is too much of it. */
export class TextSink {
  readonly #maxBytes: number;
  readonly #pieces: string[] = [];
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

  /** What no database takes is left out, and lines end in one way. */
  toString(): string {
    return this.#pieces.join('').toWellFormed().replaceAll('\0', '').replaceAll('\r\n', '\n');
  }
}
