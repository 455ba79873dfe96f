import { invalidField } from '../errors.ts';
import { endOfText, jsonIn } from '../json-text.ts';

const [QUOTE = 0, COLON, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = Buffer.from('":,[]{}');

/**
 * Refuses JSON in which an object has a member twice: this server takes the last one, and an upstream may take the first.
 * Guarded by request-members.test.ts.
 * @param value what `text` was parsed into.
 * @throws KeywardError `invalid_input` naming the member.
 */
export function refuseRepeatedNames(text: string, value: unknown): void {
  if (membersSaid(text) === membersKept(value)) return;
  const name = repeatedName(text);
  throw invalidField(
    name.slice(0, SHOWN_CHARACTERS),
    'must occur only once in an object',
    'Send each member once.',
  );
}

const SHOWN_CHARACTERS = 40;

/**
 * The value of a JSON text that a signature or a hash covers; undefined also where an object has a member twice: it covers one of
 * them, and a reader may take the other. Guarded by receipts.test.ts and verify.test.ts.
 */
export function signedJsonIn(text: string): unknown {
  const value = jsonIn(text);
  return membersSaid(text) === membersKept(value) ? value : undefined;
}

/** Each member has one colon outside of texts. */
function membersSaid(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at + 1);
    else if (code === COLON) members++;
  }
  return members;
}

/** Bodies, records and receipts have less. */
const DEPTH_MAX = 100;

/** @returns NaN, which equals nothing, for a value that is nested too deeply. */
function membersKept(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > DEPTH_MAX) return NaN;
  const isList = Array.isArray(value);
  let members = 0;
  for (const item of isList ? (value as unknown[]) : Object.values(value))
    members += (isList ? 0 : 1) + membersKept(item, depth + 1);
  return members;
}

/** The first name that an object has a second time, or ''. */
function repeatedName(text: string): string {
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at + 1);
      const names = open.at(-1);
      if (isName && names !== undefined) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
    } else if (code === OPEN) open.push(new Set());
    else if (code === OPEN_LIST) open.push(undefined);
    else if (code === CLOSE || code === CLOSE_LIST) open.pop();
    if (code === OPEN || code === COMMA) isName = true;
    else if (code === COLON) isName = false;
  }
  return '';
}
