import { endOfText } from '../../base/json-text.ts';

/** Tokens as an upstream counts them; undefined where it says nothing. */
export interface TokenCounts extends Input, Output {
  /** Of sound, where an upstream counts that. */
  seconds?: number | undefined;
}

interface Input {
  tokensIn?: number | undefined;
  /** The parts of it that were read from and written to the upstream's cache. */
  cachedIn?: number | undefined;
  cacheWriteIn?: number | undefined;
}

interface Output {
  tokensOut?: number | undefined;
  /** The part of it that was reasoning. */
  reasoningOut?: number | undefined;
}

const NEEDLE = '"usage"';
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** A usage object is some hundred bytes; one that is longer is not one. */
const OBJECT_MAX_BYTES = 16 * 1024;

/**
 * Where a usage object begins, or -1. `"usage": null`, which comes in every chunk of some streams, is none.
 * @param text bytes as Latin-1, one character each: a text is searched several times as fast as a Buffer.
 */
export function findUsageObject(text: string, from = 0): number {
  for (let at = text.indexOf(NEEDLE, from); at !== -1; at = text.indexOf(NEEDLE, at + 1)) {
    const brace = objectAfterKey(text, at + NEEDLE.length);
    if (brace >= 0) return brace;
  }
  return -1;
}

/** @returns the place of `{`; -1 where something else follows; -2 where the text ends before that is known. */
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

/** A usage object that has begun: where its key and its brace stand, and how deep. */
interface Begun {
  key: number;
  brace: number;
  depth: number;
}

/**
 * Reads usage from an answer that passes by, JSON or events, cut anywhere, without keeping it: only what may be
 * the beginning of a usage object waits for the next piece. `"usage"` with both quotes is always a key, since
 * inside a text the quotes would be escaped. Each side stands for itself: the Messages API tells the input first and the
 * output last.
 */
export class UsageScanner {
  #waiting = '';
  #counts: TokenCounts | undefined;

  get counts(): TokenCounts | undefined {
    return this.#counts;
  }

  /** @returns whether a usage object, or what may become one, is in these bytes. */
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
        this.#wait(text, at);
        return true;
      }
      at = this.#read(text, { key: at, brace, depth: 0 });
    }
    if (this.#waiting === '') this.#waiting = begunNeedle(text);
    return seen;
  }

  /**
   * Reads a usage object and those in it in one pass, however many of them have no end: an answer of `"usage":{` a thousand times
   * over would otherwise be read a thousand times. Guarded by http/reading-times.test.ts.
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

  #wait(text: string, from: number): void {
    if (text.length - from <= OBJECT_MAX_BYTES) this.#waiting = text.slice(from);
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
   * The larger count of each side is the one that holds: the Responses API repeats the caller's tools in its answer, and a
   * schema may have a member `usage` with whatever counts its author likes.
   */
  #add({ input, output, seconds }: ReturnType<typeof readCounts>): void {
    if ((input ?? output ?? seconds) === undefined) return;
    const { tokensOut = 0, seconds: secondsBefore = 0 } = this.#counts ?? {};
    this.#counts = {
      ...this.#counts,
      ...(input === undefined ? undefined : mergedInput(this.#counts ?? {}, input)),
      ...((output?.tokensOut ?? -1) >= tokensOut ? output : undefined),
      ...(seconds === undefined ? {} : { seconds: Math.max(seconds, secondsBefore) }),
    };
  }
}

/** Cached is what all say is: a caller's schema could say that all of it was. Guarded by settlement.test.ts. */
function mergedInput(before: Input, input: Input): Input {
  const known = before.tokensIn ?? 0;
  const said = input.tokensIn ?? 0;
  // The Messages API may say 0 at first.
  if (known === 0) return input;
  if (said === 0) return before;
  return {
    tokensIn: Math.max(known, said),
    cachedIn: Math.min(before.cachedIn ?? 0, input.cachedIn ?? 0),
    cacheWriteIn: Math.max(before.cacheWriteIn ?? 0, input.cacheWriteIn ?? 0),
  };
}

/** The last characters, where they could be the beginning of `"usage"`. */
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
 * `input_tokens`; some servers count reasoning beside the output, which their total tells. A number that is negative, a
 * fraction, too large to be exact or a text is no count.
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
  // More cached than there is: nothing is known of the cache, and all is charged as other input.
  return cache <= tokensIn ? { tokensIn, cachedIn, cacheWriteIn } : { tokensIn, ...NO_CACHE };
}

const NO_CACHE = { cachedIn: undefined, cacheWriteIn: undefined };

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
