import { fstatSync, readSync } from 'node:fs';
import { shownBytes, Unreadable, type ParseLimits } from './limits.ts';

/** Found in a file beside its text. */
export interface Properties {
  title?: string;
  author?: string;
  /** The title of a part of the file, such as a message of a mailbox. */
  part?: string;
}

const WARNINGS_MAX = 20;
const WARNING_MAX_CHARACTERS = 300;

/** A file for the readers, the text that they have read from it, and what of it they have not read. */
export class Source {
  /** A file that is open, or the bytes of a file within another. */
  readonly content: number | Buffer;
  readonly size: number;
  readonly limits: ParseLimits;
  /** As the sender of the file declares it; the file itself may declare another. */
  readonly charset: string | undefined;
  /** 0; 1 for a file within a file, and so on. */
  readonly level: number;
  /** Most files are one part. */
  readonly parts: { text: string; properties: Properties }[] = [];
  readonly #warnings = new Set<string>();
  #unnamedWarnings = 0;
  #pieces: string[] = [];
  #bytes = 0;

  constructor(
    content: number | Buffer,
    { limits, charset, level = 0 }: { limits: ParseLimits; charset?: string | undefined; level?: number },
  ) {
    this.content = content;
    this.size = typeof content === 'number' ? fstatSync(content).size : content.length;
    this.limits = limits;
    this.charset = charset;
    this.level = level;
  }

  /** A file within this one. */
  inner(bytes: Buffer): Source {
    return new Source(bytes, { limits: this.limits, level: this.level + 1 });
  }

  /** Sentences about text that may be in the file and is not in its parts. */
  get warnings(): string[] {
    const more = this.#unnamedWarnings;
    return [...this.#warnings, ...(more === 0 ? [] : [`${more} more parts were not read.`])];
  }

  warn(sentence: string): void {
    const warning = clean(sentence.slice(0, WARNING_MAX_CHARACTERS)).replace(/\s+/g, ' ');
    if (this.#warnings.has(warning)) return;
    if (this.#warnings.size < WARNINGS_MAX) this.#warnings.add(warning);
    else this.#unnamedWarnings++;
  }

  /** @param noun such as `image`. */
  warnOf(count: number, noun: string): void {
    if (count > 0) this.warn(count === 1 ? `1 ${noun} was not read.` : `${count} ${noun}s were not read.`);
  }

  /** @throws Unreadable where the file has too much text. */
  add(text: string): void {
    const { textBytes } = this.limits;
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > textBytes)
      throw new Unreadable(`holds more than ${shownBytes(textBytes)} of text, the most that is kept.`);
    this.#pieces.push(text);
  }

  /** The text that was added since the last call becomes a part, unless it is empty. */
  end(properties: Properties): void {
    const text = clean(this.#pieces.join(''));
    this.#pieces = [];
    const shortened = Object.entries(properties).map(([name, value]) => [
      name,
      clean(String(value).slice(0, PROPERTY_MAX_CHARACTERS)),
    ]);
    if (text !== '') this.parts.push({ text, properties: Object.fromEntries(shortened) as Properties });
  }

  start(bytes: number): Buffer {
    return this.#bytesTo(Math.min(bytes, this.size));
  }

  /** @throws Unreadable where the file is larger. */
  whole(maxBytes: number = this.limits.wholeBytes): Buffer {
    if (this.size > maxBytes)
      throw new Unreadable(`is larger than ${shownBytes(maxBytes)}, the limit for files of its kind.`);
    return this.#bytesTo(this.size);
  }

  #bytesTo(end: number): Buffer {
    return typeof this.content === 'number' ? readAt(this.content, 0, end) : this.content.subarray(0, end);
  }
}

const PROPERTY_MAX_CHARACTERS = 300;

/** Without characters that a database refuses. */
const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '').replaceAll('\r\n', '\n');

function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, bytes, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
