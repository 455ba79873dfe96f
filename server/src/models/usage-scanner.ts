/** Tokens as an upstream counts them; a side it says nothing about is undefined. */
export interface TokenCounts {
  tokensIn: number | undefined;
  tokensOut: number | undefined;
}

const NEEDLE = Buffer.from('"usage"');
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BACKSLASH = 0x5c;
/** A usage object is some hundred bytes; one that is longer is not one. */
const OBJECT_MAX_BYTES = 16 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Where a usage object begins, or -1. `"usage": null`, which comes in every chunk of some streams, is none. */
export function findUsageObject(bytes: Buffer, from = 0): number {
  for (let at = bytes.indexOf(NEEDLE, from); at !== -1; at = bytes.indexOf(NEEDLE, at + 1)) {
    const brace = objectAfterKey(bytes, at + NEEDLE.length);
    if (brace >= 0) return brace;
  }
  return -1;
}

/** @returns the place of `{`; -1 where something else follows; -2 where the bytes end before that is known. */
function objectAfterKey(bytes: Buffer, from: number): number {
  let colonSeen = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COLON && !colonSeen) colonSeen = true;
    else if (byte === OPEN && colonSeen) return at;
    else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return -1;
  }
  return -2;
}

/** The place after the brace that closes the object at `from`; -1 where the bytes end before. */
function objectEnd(bytes: Buffer, from: number): number {
  let depth = 0;
  let inText = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

/**
 * Reads usage from an answer that passes by, JSON or events, cut anywhere, without keeping it: only what may be
 * the beginning of a usage object waits for the next piece. `"usage"` with both quotes is always a key, since
 * inside a text the quotes would be escaped. Later counts replace earlier ones, each side for itself: the Messages
 * API tells the input first and the output last.
 */
export class UsageScanner {
  #waiting: Buffer = NOTHING;
  #tokensIn: number | undefined;
  #tokensOut: number | undefined;

  get counts(): TokenCounts | undefined {
    if (this.#tokensIn === undefined && this.#tokensOut === undefined) return undefined;
    return { tokensIn: this.#tokensIn, tokensOut: this.#tokensOut };
  }

  /** @returns whether a usage object, or what may become one, is in these bytes. */
  scan(chunk: Buffer): boolean {
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    this.#waiting = NOTHING;
    let seen = false;
    for (let at = bytes.indexOf(NEEDLE); at !== -1; at = bytes.indexOf(NEEDLE, at + 1)) {
      const brace = objectAfterKey(bytes, at + NEEDLE.length);
      if (brace === -1) continue;
      seen = true;
      const end = brace === -2 ? -1 : objectEnd(bytes, brace);
      if (end === -1) {
        if (bytes.length - at <= OBJECT_MAX_BYTES) this.#waiting = bytes.subarray(at);
        return true;
      }
      this.#take(bytes.subarray(brace, end));
    }
    this.#waiting = bytes.subarray(bytes.length - overlap(bytes));
    return seen;
  }

  #take(object: Buffer): void {
    if (object.length > OBJECT_MAX_BYTES) return;
    try {
      const found = readCounts(JSON.parse(object.toString()) as Record<string, unknown>);
      this.#tokensIn = found.tokensIn ?? this.#tokensIn;
      this.#tokensOut = found.tokensOut ?? this.#tokensOut;
    } catch {
      // Not JSON: not a usage object.
    }
  }
}

/** How many bytes at the end could be the beginning of `"usage"`. */
function overlap(bytes: Buffer): number {
  // Most pieces of a stream end with an event, and so with a line.
  if (bytes[bytes.length - 1] === 0x0a) return 0;
  const from = Math.max(0, bytes.length - NEEDLE.length + 1);
  for (let at = bytes.indexOf(QUOTE, from); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    const length = bytes.length - at;
    if (bytes.compare(NEEDLE, 0, length, at) === 0) return length;
  }
  return 0;
}

function readCounts(usage: Record<string, unknown>): TokenCounts {
  const count = (name: string): number | undefined => {
    const value = usage[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  // The Messages API counts what it took from or wrote to its cache beside `input_tokens`, not in it.
  const cached = (count('cache_creation_input_tokens') ?? 0) + (count('cache_read_input_tokens') ?? 0);
  const input = count('input_tokens');
  const tokensOut = count('completion_tokens') ?? count('output_tokens');
  const tokensIn = count('prompt_tokens') ?? (input === undefined ? undefined : input + cached);
  if (tokensIn !== undefined || tokensOut !== undefined) return { tokensIn, tokensOut };
  return { tokensIn: count('total_tokens'), tokensOut: undefined };
}
