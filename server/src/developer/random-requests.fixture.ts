import type { Route } from '../http/route.ts';

/** Random, and the same at every run. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Of one to `sides`, less one. */
  throw(sides: number): number {
    return Math.floor(this.next() * sides);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.throw(values.length)] as T;
  }
}

const TEXTS = [
  '',
  ' ',
  'a',
  'papers',
  'chat',
  'query',
  'default',
  '0',
  '-1',
  '1e9',
  'true',
  'null',
  "'; drop table users; --",
  '../../etc/passwd',
  '..\\..\\x',
  'custom-documents',
  '/',
  '%00',
  '%2e%2e%2f',
  'a,b,,c',
  '{"a":1}',
  '[',
  'https://127.0.0.1:1/x',
  'http://[::1]/',
  'file:///etc/passwd',
  '🌍 Grüße',
  '\u202Eabc',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  'é'.repeat(5_000),
  '\u0000',
  'line\nbreak\r\n',
  '2026-11-21T01:50:12.734Z',
  'data:image/png;base64,AAAA',
];
const NUMBERS = [0, 1, -1, 2, 7, 1.5, -0.25, 1e9, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324];

/** Anything that JSON can say, most of it small. */
export function anything(dice: Dice, depth = 0): unknown {
  const kind = dice.throw(depth < 3 ? 8 : 6);
  if (kind <= 2) return dice.pick(TEXTS);
  if (kind === 3) return dice.pick(NUMBERS);
  if (kind === 4) return dice.pick([true, false]);
  if (kind === 5) return null;
  const count = dice.throw(4);
  if (kind === 6) return Array.from({ length: count }, () => anything(dice, depth + 1));
  return Object.fromEntries(
    Array.from({ length: count }, () => [
      dice.pick(['name', 'id', 'title', 'text', '']),
      anything(dice, depth + 1),
    ]),
  );
}

interface Declared {
  properties?: Record<string, object>;
  items?: Declared;
  anyOf?: Declared[];
  type?: string;
  const?: unknown;
}

/** Of the declared type four times in five. */
function near(schema: Declared, dice: Dice, depth: number): unknown {
  if (dice.throw(5) === 0 || depth > 4) return anything(dice, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.anyOf !== undefined) return near(dice.pick(schema.anyOf), dice, depth);
  if (schema.type === 'string') return dice.pick(TEXTS);
  if (schema.type === 'integer' || schema.type === 'number') return dice.pick(NUMBERS);
  if (schema.type === 'boolean') return dice.pick([true, false]);
  if (schema.type === 'array' && schema.items !== undefined) {
    const { items } = schema;
    return Array.from({ length: dice.throw(4) }, () => near(items, dice, depth + 1));
  }
  return schema.properties === undefined ? anything(dice, depth) : members(schema, dice, depth);
}

function members({ properties = {} }: Declared, dice: Dice, depth: number): Record<string, unknown> {
  const chosen = Object.entries(properties).filter(() => dice.throw(3) > 0);
  const entries = chosen.map(([name, schema]) => [name, near(schema as Declared, dice, depth + 1)] as const);
  if (dice.throw(4) === 0) return { ...Object.fromEntries(entries), unknown: anything(dice) };
  return Object.fromEntries(entries);
}

export interface RandomRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer<ArrayBuffer>;
}

const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/octet-stream',
  '',
];

/** A request to a route that means about what the route declares, or nothing at all. `known` are things that exist. */
export function randomRequest(route: Route, known: Record<string, string[]>, dice: Dice): RandomRequest {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = dice.throw(3) === 0 ? dice.pick(TEXTS) : dice.pick(known[name] ?? ['1', 'papers']);
    // An empty part would make it another path.
    return encodeURIComponent(value === '' ? '-' : value);
  });
  const query = randomQuery(route, dice);
  const request = { method: route.method, path: `${path}${query === '' ? '' : `?${query}`}`, headers: {} };
  return route.method === 'GET' ? request : { ...request, ...randomBody(route, dice) };
}

function randomQuery({ query }: Route, dice: Dice): string {
  if (dice.throw(3) === 0) return '';
  const names = Object.keys((query as Declared | undefined)?.properties ?? {});
  const asked = [...names, 'unknown'].filter(() => dice.throw(2) === 0);
  return new URLSearchParams(Object.fromEntries(asked.map((name) => [name, dice.pick(TEXTS)]))).toString();
}

function randomBody({ body }: Route, dice: Dice): Pick<RandomRequest, 'headers' | 'body'> {
  const type = dice.pick(TYPES);
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
  if (dice.throw(8) === 0) return { headers };
  const value = dice.throw(6) === 0 ? anything(dice) : near(body ?? {}, dice, 0);
  return { headers, body: written(value, type, dice) };
}

function written(value: unknown, type: string, dice: Dice): string | Buffer<ArrayBuffer> {
  const text = JSON.stringify(value);
  if (type.startsWith('multipart')) return parts(text, dice);
  const kind = dice.throw(10);
  if (kind === 0) return text.slice(0, dice.throw(text.length + 1));
  if (kind === 1) return Buffer.from([...Buffer.from(text), 0xff, 0xfe]);
  if (kind === 2) return `name=${encodeURIComponent(text)}&a[b]=1&&=`;
  return text;
}

function parts(text: string, dice: Dice): string {
  const name = dice.pick(['file', 'files', 'metadata', 'addToWorkspaces', '']);
  const file = dice.pick([
    '',
    '; filename="a.txt"',
    '; filename="../../a.json"',
    '; filename=""',
    '; filename="x.pdf"',
  ]);
  const part = `--x\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${text}\r\n--x--\r\n`;
  return dice.throw(4) === 0 ? part.slice(0, dice.throw(part.length)) : part;
}
