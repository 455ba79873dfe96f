import { isUtf8 } from 'node:buffer';
import type { ParsedPart } from './parser.ts';
import type { ParseLimits } from './limits.ts';
import { Source } from './source.ts';

/** Checked and decoded in less than a millisecond. */
export const PLAIN_MAX_BYTES = 64 * 1024;

/** Tab, line feed, vertical tab, form feed, carriage return. An escape may be the start of another encoding. */
const CONTROLS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d]);
const isControl = (byte: number): boolean => byte < 0x20 && !CONTROLS.has(byte);
/** Other formats under the name of a text: their readers say so. */
const OTHERS = ['%PDF-', '{\\rtf'];

/**
 * Reads a short text without a process, which takes a tenth of a second of a processor: most files of a folder are short texts.
 * Nothing runs that a file could mislead: UTF-8 is checked and decoded.
 * @returns undefined for each file that is not plain: a process reads it.
 */
export function readPlain(fd: number, limits: ParseLimits): ParsedPart[] | undefined {
  const source = new Source(fd, { limits });
  if (source.size > Math.min(PLAIN_MAX_BYTES, limits.textBytes)) return undefined;
  const bytes = source.whole();
  const begin = bytes.subarray(0, 5).toString('latin1');
  if (!isUtf8(bytes) || bytes.some(isControl) || OTHERS.includes(begin)) return undefined;
  source.add(new TextDecoder().decode(bytes));
  source.end({});
  return source.parts;
}
