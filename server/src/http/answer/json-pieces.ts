import { Turn } from '../../base/slices.ts';

/** `JSON.stringify` may write this many at once. */
const VALUES_FEW = 1_000;
/** A string of this length counts as one more value. */
const VALUE_LENGTH = 256;
const PIECE_LENGTH = 64 * 1024;

/** Whether writing it in one turn would block other requests. */
export const isLong = (value: object): boolean => left(value, VALUES_FEW) < 0;

/** `few` less the number of values; counting stops below 0. */
function left(value: unknown, few: number): number {
  if (typeof value === 'string') return few - 1 - Math.floor(value.length / VALUE_LENGTH);
  if (typeof value !== 'object' || value === null) return few - 1;
  let rest = few - 1;
  if (Array.isArray(value))
    for (let at = 0; at < value.length && rest >= 0; at++) rest = left(value[at], rest);
  // Without a list of the members: this runs for every answer.
  else for (const name in value) if ((rest = left((value as Record<string, unknown>)[name], rest)) < 0) break;
  return rest;
}

/** The same bytes as from `JSON.stringify`, turn by turn. Guarded by json-pieces.test.ts. */
export async function jsonBytes(value: object): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  let text = '';
  const turn = new Turn();
  for (const part of partsOf(value)) {
    text += part;
    if (text.length < PIECE_LENGTH) continue;
    pieces.push(Buffer.from(text));
    text = '';
    await turn.giveWay();
  }
  pieces.push(Buffer.from(text));
  return pieces;
}

function* partsOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null || 'toJSON' in value || !isLong(value)) {
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      yield at === 0 ? '[' : ',';
      yield* partsOf(item);
    }
    yield ']';
  } else {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || typeof member === 'function') continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* partsOf(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}
