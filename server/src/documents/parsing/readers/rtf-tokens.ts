/** A piece of an RTF file. `byte`: one of its text, in the code page of its font. */
export type RtfToken =
  | { kind: 'open' }
  | { kind: 'close' }
  | { kind: 'word'; name: string; value: number | undefined }
  | { kind: 'symbol'; name: string }
  | { kind: 'byte'; byte: number };

const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const APOSTROPHE = 0x27;
const SPACE = 0x20;
const MINUS = 0x2d;
const NAME_MAX_CHARACTERS = 32;

const isLetter = (byte = 0): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39;

/** Without the line breaks of the file, which are not text, and without binary data. */
export function* rtfTokens(bytes: Buffer): Generator<RtfToken> {
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at++] ?? 0;
    if (byte === OPEN) yield { kind: 'open' };
    else if (byte === CLOSE) yield { kind: 'close' };
    else if (byte !== BACKSLASH) {
      if (byte !== 0x0a && byte !== 0x0d && byte !== 0) yield { kind: 'byte', byte };
    } else if (bytes[at] === APOSTROPHE) {
      const value = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16);
      at += 3;
      if (!Number.isNaN(value)) yield { kind: 'byte', byte: value };
    } else if (isLetter(bytes[at])) {
      const { name, value, end } = controlWord(bytes, at);
      at = end + (name === 'bin' ? Math.max(value ?? 0, 0) : 0);
      yield { kind: 'word', name, value };
    } else yield { kind: 'symbol', name: String.fromCharCode(bytes[at++] ?? 0) };
  }
}

function controlWord(bytes: Buffer, start: number): { name: string; value: number | undefined; end: number } {
  let end = start;
  while (isLetter(bytes[end]) && end - start < NAME_MAX_CHARACTERS) end++;
  const name = bytes.toString('latin1', start, end);
  const valueStart = end;
  if (bytes[end] === MINUS && isDigit(bytes[end + 1])) end++;
  while (isDigit(bytes[end]) && end - valueStart < NAME_MAX_CHARACTERS) end++;
  const value = end > valueStart ? Number(bytes.toString('latin1', valueStart, end)) : undefined;
  // A space after the word belongs to it.
  if (bytes[end] === SPACE) end++;
  return { name, value, end };
}
