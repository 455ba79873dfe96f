import { endOfText } from '../../base/json-text.ts';

/** Tokens as an upstream counts them; undefined: not given. */
export interface TokenCounts extends Input, Output {
  seconds?: number | undefined;
}

interface Input {
  tokensIn?: number | undefined;
  /** The parts that were read from and written to the upstream's cache. */
  cachedIn?: number | undefined;
  cacheWriteIn?: number | undefined;
}

interface Output {
  tokensOut?: number | undefined;
  /** The part that was reasoning. */
  reasoningOut?: number | undefined;
}

const NEEDLE = '"usage"';
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** A usage object has some hundred bytes; a longer object is ignored. */
const OBJECT_MAX_BYTES = 16 * 1024;

/**
 * The place of a usage object, or -1. `"usage": null`, which is in every chunk of some streams, does not count.
 * @param text bytes as Latin-1, one character each: a text is searched several times as fast as a Buffer.
 */
export function findUsageObject(text: string, from = 0): number {
  for (let at = text.indexOf(NEEDLE, from); at !== -1; at = text.indexOf(NEEDLE, at + 1)) {
    const brace = objectAfterKey(text, at + NEEDLE.length);
    if (brace >= 0) return brace;
  }
  return -1;
}

/** @returns the place of `{`; -1: something else follows; -2: the text ends before that is known. */
function objectAfterKey(text: string, from: number): number {
  let colonSeen = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON && !colonSeen) colonSeen = true;
    else if (code === OPEN && colonSeen) return at;
    else if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return -1;
  }
  return -2;
}

/** The places of the key and the brace of a usage object that has begun, and its depth. */
interface Begun {
  key: number;
  brace: number;
  depth: number;
}

/**
 * Reads usage from an answer, JSON or events in pieces of any length, without keeping it: only a possible beginning of a usage object
 * waits for the next piece. `"usage"` with both quotes is always a key, since the quotes would be escaped in a text. The Messages
 * API gives the input first and the output last.
 */
export class UsageScanner {
  #waiting = '';
  counts: TokenCounts | undefined;

  /** @returns whether a usage object, or a possible beginning of one, is in these bytes. */
  scan(chunk: Buffer): boolean {
    const piece = chunk.toString('latin1');
    const text = this.#waiting === '' ? piece : this.#waiting + piece;
    this.#waiting = '';
    let seen = false;
    for (let at = text.indexOf(NEEDLE); at !== -1; at = text.indexOf(NEEDLE, at)) {
      const brace = objectAfterKey(text, at + NEEDLE.length);
      if (brace === -1) {
        at += NEEDLE.length;
        continue;
      }
      seen = true;
      if (brace === -2) {
        if (text.length - at <= OBJECT_MAX_BYTES) this.#waiting = text.slice(at);
        return true;
      }
      at = this.#read(text, { key: at, brace, depth: 0 });
    }
    if (this.#waiting === '') this.#waiting = begunNeedle(text);
    return seen;
  }

  /**
   * Reads a usage object and those in it in one pass: an answer of a thousand `"usage":{` would otherwise be read a thousand times.
   * Guarded by http/reading-times.test.ts.
   * @returns the place after it.
   */
  #read(text: string, first: Begun): number {
    const begun = [first];
    let depth = 1;
    for (let at = first.brace + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === OPEN) depth++;
      else if (code === QUOTE) {
        const brace = text.startsWith(NEEDLE, at) ? objectAfterKey(text, at + NEEDLE.length) : -1;
        if (brace < 0) at = endOfText(text, at + 1);
        else {
          begun.push({ key: at, brace, depth: depth++ });
          at = brace;
        }
      } else if (code === CLOSE && --depth === begun.at(-1)?.depth) {
        this.#take(text.slice(begun.pop()?.brace, at + 1));
        if (begun.length === 0) return at + 1;
      }
    }
    const fitting = begun.find(({ key }) => text.length - key <= OBJECT_MAX_BYTES);
    if (fitting !== undefined) this.#waiting = text.slice(fitting.key);
    return text.length;
  }

  #take(object: string): void {
    if (object.length > OBJECT_MAX_BYTES) return;
    try {
      this.#add(readCounts(JSON.parse(object) as Fields));
    } catch {
      // Not JSON: not a usage object.
    }
  }

  /**
   * The larger count of each side wins: the Responses API repeats the caller's tools in its answer, and a schema in them may have a
   * member `usage` with any counts.
   */
  #add({ input, output, seconds }: ReturnType<typeof readCounts>): void {
    if ((input ?? output ?? seconds) === undefined) return;
    const { tokensOut = 0, seconds: secondsBefore = 0 } = this.counts ?? {};
    this.counts = {
      ...this.counts,
      ...(input === undefined ? undefined : mergedInput(this.counts ?? {}, input)),
      ...((output?.tokensOut ?? -1) >= tokensOut ? output : undefined),
      ...(seconds === undefined ? {} : { seconds: Math.max(seconds, secondsBefore) }),
    };
  }
}

/** The smaller cached count wins: a caller's schema could say that all was cached. Guarded by settlement.test.ts. */
function mergedInput(before: Input, input: Input): Input {
  const known = before.tokensIn ?? 0;
  const said = input.tokensIn ?? 0;
  // The Messages API may give 0 at first.
  if (known === 0) return input;
  if (said === 0) return before;
  return {
    tokensIn: Math.max(known, said),
    cachedIn: Math.min(before.cachedIn ?? 0, input.cachedIn ?? 0),
    cacheWriteIn: Math.max(before.cacheWriteIn ?? 0, input.cacheWriteIn ?? 0),
  };
}

/** The last characters, if they could be the beginning of `"usage"`. */
function begunNeedle(text: string): string {
  // Most pieces of a stream end with an event, and so with a line.
  if (text.endsWith('\n')) return '';
  const at = text.indexOf('"', Math.max(0, text.length - NEEDLE.length + 1));
  for (let from = at; from !== -1; from = text.indexOf('"', from + 1)) {
    if (NEEDLE.startsWith(text.slice(from))) return text.slice(from);
  }
  return '';
}

type Fields = Record<string, unknown>;

/**
 * OpenAI counts cached tokens within the input and reasoning within the output. The Messages API counts its cache beside
 * `input_tokens`; some servers count reasoning beside the output, as their total shows.
 */
function readCounts(usage: Fields): {
  input: Input | undefined;
  output: Output | undefined;
  seconds: number | undefined;
} {
  const input = readInput(usage);
  const output = readOutput(usage, input?.tokensIn ?? 0);
  const total = count(usage, 'total_tokens');
  const { seconds } = usage;
  const isTime = typeof seconds === 'number' && seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER;
  return {
    input: input ?? (output === undefined && total !== undefined ? { tokensIn: total } : undefined),
    output,
    seconds: isTime ? seconds : undefined,
  };
}

function readInput(usage: Fields): Input | undefined {
  const details = inner(usage, 'prompt_tokens_details', 'input_tokens_details');
  const read = count(usage, 'cache_read_input_tokens');
  const cacheWriteIn = count(usage, 'cache_creation_input_tokens');
  const cachedIn = read ?? count(details, 'cached_tokens') ?? count(usage, 'prompt_cache_hit_tokens');
  const cache = (cachedIn ?? 0) + (cacheWriteIn ?? 0);
  const prompt = count(usage, 'prompt_tokens');
  const input = count(usage, 'input_tokens');
  const tokens = prompt ?? input;
  if (tokens === undefined) return undefined;
  const isBeside = prompt === undefined && (read ?? cacheWriteIn) !== undefined;
  const tokensIn = isBeside ? tokens + cache : tokens;
  // More cached tokens than input: implausible, so all is charged as other input.
  return cache <= tokensIn
    ? { tokensIn, cachedIn, cacheWriteIn }
    : { tokensIn, cachedIn: undefined, cacheWriteIn: undefined };
}

function readOutput(usage: Fields, tokensIn: number): Output | undefined {
  const tokens = count(usage, 'completion_tokens') ?? count(usage, 'output_tokens');
  if (tokens === undefined) return undefined;
  const details = inner(usage, 'completion_tokens_details', 'output_tokens_details');
  const reasoningOut = count(details, 'reasoning_tokens');
  if (reasoningOut === undefined) return { tokensOut: tokens, reasoningOut };
  const isBeside = reasoningOut > 0 && count(usage, 'total_tokens') === tokensIn + tokens + reasoningOut;
  const tokensOut = isBeside ? tokens + reasoningOut : tokens;
  return { tokensOut, reasoningOut: Math.min(reasoningOut, tokensOut) };
}

function count(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function inner(fields: Fields, ...names: string[]): Fields {
  const value = names
    .map((name) => fields[name])
    .find((found) => typeof found === 'object' && found !== null);
  return (value ?? {}) as Fields;
}
