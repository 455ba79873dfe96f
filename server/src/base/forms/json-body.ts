import { isUtf8 } from 'node:buffer';
import { invalidField, KeywardError } from '../errors.ts';
import { fieldPath } from './field-path.ts';
import { endOfText } from '../json-text.ts';

const DEPTH_MAX = 64;

/**
 * @param refuseNul for bodies that are stored: PostgreSQL cannot store U+0000.
 * @throws KeywardError `bad_request`, never quoting the body: it may hold a secret.
 */
export function parseJson(bytes: Buffer, { refuseNul }: { refuseNul: boolean }): unknown {
  return parseText(textOf(bytes), { refuseNul });
}

/** @throws KeywardError `bad_request` */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw unreadable('The body is not UTF-8.');
  return bytes.toString('utf8');
}

/** The same for decoded text; undefined for ''. */
export function parseText(text: string, { refuseNul }: { refuseNul: boolean }): unknown {
  if (text.length === 0) return undefined;
  if (holdsTooMany(text)) throw tooMany(`more than ${VALUES_MAX} values or ${MEMBERS_MAX} members`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(`The body is not JSON${placeOf(error)}.`);
  }
  if (isPlain(text)) return value;
  const odd = oddity(value, { depth: 0, refuseNul: refuseNul && text.includes(String.raw`\u0000`) });
  if (odd === undefined) return value;
  if (odd.message !== NUL) throw unreadable(odd.message);
  throw invalidField(fieldPath(odd.path.reverse()) || 'body', NUL);
}

/** Members and items together: more than any model reads as tokens. */
const VALUES_MAX = 500_000;
/** A member takes ten times the memory of an item. */
const MEMBERS_MAX = 100_000;

/**
 * Empty objects take twenty times their text in memory: a body within its size limit could exhaust this process. Counted
 * before parsing; the content of texts does not count. Guarded by surface.test.ts.
 */
function holdsTooMany(text: string): boolean {
  // Each takes four characters at least.
  if (text.length < MEMBERS_MAX * 4) return false;
  let values = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at + 1);
    else if (code === COLON) members++;
    else if (code === COMMA || code === BRACKET || code === BRACE) values++;
    if (values > VALUES_MAX || members > MEMBERS_MAX) return true;
  }
  return false;
}

const [QUOTE = 0, COLON, COMMA, BRACKET, BRACE] = Buffer.from('":,[{');

export const tooMany = (what: string): KeywardError =>
  new KeywardError('too_large', `The body contains ${what}.`, { hint: 'Send it in several requests.' });

const SMALL_LENGTH = 1024;

/** Small and flat, without an escape: most bodies are, and skip the walk below. */
const isPlain = (text: string): boolean =>
  text.length <= SMALL_LENGTH &&
  !text.includes('\\') &&
  !text.includes('__proto__') &&
  text.split(/[[{]/, DEPTH_MAX).length < DEPTH_MAX;

const NUL = 'must not contain the character U+0000';

const unreadable = (message: string): KeywardError =>
  new KeywardError('bad_request', message, {
    errors: [{ field: 'body', message }],
    hint: 'Send one JSON value in UTF-8.',
  });

function placeOf(error: unknown): string {
  const { message } = error as Error;
  const place = /at position (\d+)/.exec(message)?.[1];
  if (place !== undefined) return `: the error is at character ${place}`;
  return /end of JSON/i.test(message) ? ': it ends too early' : '';
}

interface Oddity {
  message: string;
  /** From the inside out. */
  path: string[];
}

/**
 * Deep nesting exhausts the stack of recursive code, and a member `__proto__` changes objects that it is copied into
 * (prototype pollution). Guarded by http/bad-requests.test.ts.
 */
function oddity(value: unknown, look: { depth: number; refuseNul: boolean }): Oddity | undefined {
  const { depth, refuseNul } = look;
  if (typeof value === 'string')
    return refuseNul && value.includes('\0') ? { message: NUL, path: [] } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= DEPTH_MAX)
    return { message: `The body must have at most ${DEPTH_MAX} levels of nesting.`, path: [] };
  const inner = { depth: depth + 1, refuseNul };
  if (Array.isArray(value)) return oddItem(value, inner);
  for (const name in value) {
    if (name === '__proto__')
      return { message: 'The body must not have a member named __proto__.', path: [] };
    if (refuseNul && name.includes('\0')) return { message: NUL, path: [] };
    const found = oddity((value as Record<string, unknown>)[name], inner);
    if (found === undefined) continue;
    found.path.push(name);
    return found;
  }
  return undefined;
}

/** By index: the names of a million items would be a million texts. */
function oddItem(items: readonly unknown[], look: { depth: number; refuseNul: boolean }): Oddity | undefined {
  for (let at = 0; at < items.length; at++) {
    const found = oddity(items[at], look);
    if (found === undefined) continue;
    found.path.push(String(at));
    return found;
  }
  return undefined;
}
