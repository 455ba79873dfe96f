import { fstatSync, readSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { shownBytes, Unreadable } from './limits.ts';
import type { ParseLimits } from './limits.ts';
import { TextSink } from './text-sink.ts';

/** What a reader finds in a file beside its text. */
export interface Properties {
  title?: string;
  author?: string;
}

/** A file to be read, as the readers get it. */
export class Source {
  readonly fd: number;
  readonly size: number;
  readonly limits: ParseLimits;
  readonly text: TextSink;

  constructor(fd: number, limits: ParseLimits) {
    this.fd = fd;
    this.size = fstatSync(fd).size;
    this.limits = limits;
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

const PROBED_BYTES = 8 * 1024;

/** No NUL and hardly a control character at its start, or a byte order mark that explains them. */
export function looksLikeText(start: Buffer): boolean {
  if (hasUtf16Mark(start)) return true;
  const probe = start.subarray(0, PROBED_BYTES);
  let odd = 0;
  for (const byte of probe) {
    if (byte === 0) return false;
    if (byte < 0x20 && !TEXT_CONTROLS.has(byte)) odd++;
  }
  if (odd * 50 > probe.length) return false;
  return isUtf8(cutToCharacter(probe)) || oddShare(probe) < 0.3;
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

/** UTF-16 by its mark, UTF-8 where it is that, otherwise Windows-1252, which takes every byte. */
export function decodeText(bytes: Buffer): string {
  if (hasUtf16Mark(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes);
}
