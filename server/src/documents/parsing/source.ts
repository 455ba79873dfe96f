import { fstatSync, readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { shownBytes, Unreadable, type ParseLimits } from './limits.ts';

/** Found in a file beside its text. */
export interface Properties {
  title?: string;
  author?: string;
  /** The title of a part of the file, such as a message of a mailbox. */
  part?: string;
}

/** A file for the readers, and the text that they have read from it. */
export class Source {
  readonly fd: number;
  readonly size: number;
  readonly limits: ParseLimits;
  /** As the sender of the file declares it; the file itself may declare another. */
  readonly charset: string | undefined;
  /** Most files are one part. */
  readonly parts: { text: string; properties: Properties }[] = [];
  #pieces: string[] = [];
  #bytes = 0;

  constructor(fd: number, { limits, charset }: { limits: ParseLimits; charset?: string | undefined }) {
    this.fd = fd;
    this.size = fstatSync(fd).size;
    this.limits = limits;
    this.charset = charset;
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
    return readAt(this.fd, 0, Math.min(bytes, this.size));
  }

  /** @throws Unreadable where the file is larger. */
  whole(maxBytes: number = this.limits.wholeBytes): Buffer {
    if (this.size > maxBytes)
      throw new Unreadable(`is larger than ${shownBytes(maxBytes)}, the limit for files of its kind.`);
    return readAt(this.fd, 0, this.size);
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

/** Read from a file to tell whether it is text. */
export const PROBED_BYTES = 8 * 1024;

/**
 * Few control characters at its start and no NUL, or a byte order mark that explains them.
 * @param charset with a declared one, any number of bytes beyond ASCII is accepted.
 */
export function looksLikeText(start: Buffer, charset?: string): boolean {
  if (hasUtf16Mark(start)) return true;
  const probe = start.subarray(0, PROBED_BYTES);
  let odd = 0;
  for (const byte of probe) {
    if (byte === 0) return false;
    if (byte < 0x20 && !TEXT_CONTROLS.has(byte)) odd++;
  }
  if (odd * 50 > probe.length) return false;
  return isUtf8(cutToCharacter(probe)) || oddShare(probe) < 0.3 || decoderFor(charset) !== undefined;
}

/** Tab, line feed, vertical tab, form feed, carriage return, escape. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

const oddShare = (bytes: Buffer): number =>
  bytes.length === 0 ? 0 : bytes.filter((byte) => byte >= 0x80).length / bytes.length;

/** Without an incomplete character at the end. */
function cutToCharacter(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return end > 0 && (bytes[end - 1] ?? 0) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}

const hasUtf16Mark = (bytes: Buffer): boolean =>
  bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));

const hasUtf8Mark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * By its byte order mark; else by a declared charset; else as UTF-8 where it is valid, otherwise as Windows-1252, in which
 * every byte is valid.
 * @param said declared charsets, the most trusted first.
 */
export function decodeText(bytes: Buffer, ...said: readonly (string | undefined)[]): string {
  if (hasUtf16Mark(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  // Many pages declare another charset for UTF-8. ISO-2022-JP, which has escapes, is valid UTF-8 too.
  const isPlain = hasUtf8Mark(bytes) || (isUtf8(bytes) && !bytes.includes(ESCAPE));
  const decoder = isPlain ? undefined : said.map(decoderFor).find((found) => found !== undefined);
  return (decoder ?? new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252')).decode(bytes);
}

const ESCAPE = 0x1b;

/** @returns undefined for UTF-8, for UTF-16, which has its mark, and for an unknown name. */
function decoderFor(name: string | undefined): InstanceType<typeof TextDecoder> | undefined {
  if (name === undefined || /^utf-?(8|16)/i.test(name)) return undefined;
  try {
    return new TextDecoder(name);
  } catch {
    return undefined;
  }
}
