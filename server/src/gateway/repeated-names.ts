import { invalidField } from '../base/errors.ts';
import { endOfText } from './body.ts';

const [QUOTE = 0, COLON, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = Buffer.from('":,[]{}');

/**
 * Refuses JSON in which an object has a member twice: this server takes the last one, and an upstream may take the first.
 * Guarded by request-members.test.ts.
 * @param value what `bytes` were parsed into.
 * @throws KeywardError `invalid_input` naming the member.
 */
export function refuseRepeatedNames(bytes: Buffer, value: unknown): void {
  if (membersSaid(bytes) === membersKept(value)) return;
  const name = repeatedName(bytes);
  throw invalidField(name.slice(0, SHOWN_CHARACTERS), 'stands twice in one object', 'Send each member once.');
}

const SHOWN_CHARACTERS = 40;

/** Each member has one colon outside of texts. */
function membersSaid(bytes: Buffer): number {
  let members = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at + 1);
    else if (byte === COLON) members++;
  }
  return members;
}

function membersKept(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + membersKept(item), 0);
  let members = 0;
  for (const name in value) members += 1 + membersKept((value as Record<string, unknown>)[name]);
  return members;
}

/** The first name that an object has a second time; '' if there is none. */
function repeatedName(bytes: Buffer): string {
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = endOfText(bytes, at + 1);
      const names = open.at(-1);
      if (isName && names !== undefined) {
        const name = JSON.parse(bytes.toString('utf8', at, end + 1)) as string;
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
    } else if (byte === OPEN) open.push(new Set());
    else if (byte === OPEN_LIST) open.push(undefined);
    else if (byte === CLOSE || byte === CLOSE_LIST) open.pop();
    if (byte === OPEN || byte === COMMA) isName = true;
    else if (byte === COLON) isName = false;
  }
  return '';
}
