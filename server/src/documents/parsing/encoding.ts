import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';

/** Read from a file to tell whether it is text. */
export const PROBED_BYTES = 8 * 1024;

/**
 * Few control characters at its start and no NUL, or a byte order mark that explains them.
 * @param charset with a declared or a detected one, any number of bytes beyond ASCII is accepted.
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
  if (isUtf8(cutToCharacter(probe)) || oddShare(probe) < 0.3) return true;
  return (decoderFor(charset) ?? detectedEncoding(probe)) !== undefined;
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

/** By the labels of TextDecoder. Texts in Latin letters are too alike: they are read as Windows-1252. */
const DETECTED = new Set(
  (
    'gb18030 big5 shift_jis euc-jp euc-kr iso-2022-jp windows-1251 koi8-r iso-8859-5 windows-1253 iso-8859-7 ' +
    'windows-1255 iso-8859-8 windows-1256 iso-8859-6'
  ).split(' '),
);
/** Of 100. A few characters that could be of any language have 10. */
const CONFIDENCE_MIN = 30;
const SAMPLE_BYTES = 64 * 1024;

/** @returns undefined where the encoding is not plain, or is that of Latin letters. */
function detectedEncoding(bytes: Buffer): string | undefined {
  const start = Math.max(
    bytes.findIndex((byte) => byte >= 0x80 || byte === ESCAPE),
    0,
  );
  const [best] = analyse(bytes.subarray(start, start + SAMPLE_BYTES));
  const name = best?.name.toLowerCase() ?? '';
  return best !== undefined && best.confidence >= CONFIDENCE_MIN && DETECTED.has(name) ? name : undefined;
}

/**
 * By its byte order mark; else by a declared charset; else as UTF-8 where it is valid; else by its characters; else as
 * Windows-1252, in which every byte is valid.
 * @param said declared charsets, the most trusted first.
 */
export function decodeText(bytes: Buffer, ...said: readonly (string | undefined)[]): string {
  if (hasUtf16Mark(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  // Many pages declare another charset for UTF-8. ISO-2022-JP, which has escapes, is valid UTF-8 too.
  const isPlain = hasUtf8Mark(bytes) || (isUtf8(bytes) && !bytes.includes(ESCAPE));
  const decoder = isPlain ? undefined : said.map(decoderFor).find((found) => found !== undefined);
  const detected = isPlain || decoder !== undefined ? undefined : detectedEncoding(bytes);
  const assumed = detected ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252');
  return (decoder ?? new TextDecoder(assumed)).decode(bytes);
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
