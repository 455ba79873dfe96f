import { fstatSync, readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { shownBytes, Unreadable, type ParseLimits } from './limits.ts';
import { TextSink } from './text-sink.ts';

/** What a reader finds in a file beside its text. */
export interface Properties {
  title?: string;
  author?: string;
  /** What a part of the file is called, such as a message of a mailbox. */
  part?: string;
}

/** A file to be read, as the readers get it. */
export class Source {
  readonly fd: number;
  readonly size: number;
  readonly limits: ParseLimits;
  readonly text: TextSink;
  /** As whoever gave the file says; the file may know better. */
  readonly charset: string | undefined;

  constructor(fd: number, { limits, charset }: { limits: ParseLimits; charset?: string | undefined }) {
    this.fd = fd;
    this.size = fstatSync(fd).size;
    this.limits = limits;
    this.charset = charset;
    this.text = new TextSink(limits.textBytes);
  }

  start(bytes: number): Buffer {
    return readAt(this.fd, 0, Math.min(bytes, this.size));
  }

  /** @throws Unreadable where it is larger than a file may be that is read as a whole. */
  whole(maxBytes: number = this.limits.wholeBytes): Buffer {
    if (this.size > maxBytes)
      throw new Unreadable(`is larger than ${shownBytes(maxBytes)}, the most of this kind that is read.`);
    return readAt(this.fd, 0, this.size);
  }
}

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

/** How much of a file is looked at to tell whether it is text. */
export const PROBED_BYTES = 8 * 1024;

/**
 * No NUL and hardly a control character at its start, or a byte order mark that explains them.
 * @param charset as it is said to be: many bytes beyond ASCII are no wonder then.
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

/** Without the beginning of a character whose rest lies beyond the end. */
function cutToCharacter(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return end > 0 && (bytes[end - 1] ?? 0) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}

const hasUtf16Mark = (bytes: Buffer): boolean =>
  bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));

const hasUtf8Mark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * By its mark; else as it is said to be; else UTF-8 where it is that, and otherwise Windows-1252, which takes every byte.
 * @param said one after the other, the best known first.
 */
export function decodeText(bytes: Buffer, ...said: readonly (string | undefined)[]): string {
  if (hasUtf16Mark(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  // Much of the web calls UTF-8 something else; but what switches its alphabet by escapes (ISO-2022-JP) looks like it.
  const isPlain = hasUtf8Mark(bytes) || (isUtf8(bytes) && !bytes.includes(ESCAPE));
  const decoder = isPlain ? undefined : said.map(decoderFor).find((found) => found !== undefined);
  return (decoder ?? new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252')).decode(bytes);
}

const ESCAPE = 0x1b;

/** @returns undefined for a name that says nothing here: UTF-16 would have its mark. */
function decoderFor(name: string | undefined): InstanceType<typeof TextDecoder> | undefined {
  if (name === undefined || /^utf-?(8|16)/i.test(name)) return undefined;
  try {
    return new TextDecoder(name);
  } catch {
    return undefined;
  }
}
