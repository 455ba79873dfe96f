/**
 * The shape of an answer in the files of this folder:
 * - `"string"`, `"integer"`, `"number"`, `"boolean"`, `"any"`; `"uuid"`, `"iso"` (a time), `"date"` (a time as people
 *   of the United States write it);
 * - `"=text"`: this text; `"~text"`: this text, in which `<uuid>`, `<digits>` and `<any>` stand for such;
 * - `null`, `true`, `false`, a number: this value;
 * - an object: these members, in this order, and no other; `[]`: an empty list; `[shape]`: one or more of them;
 * - `{ "$tuple": [...] }`: a list of exactly these; `{ "$set": {...} }`: these members in any order;
 *   `{ "$among": {...} }`: these members in this order, others between them;
 * - `{ "$json": shape }`: a text that holds JSON; `{ "$lines": shape }`: a text of lines that each hold JSON.
 */
export type Shape = null | boolean | number | string | Shape[] | { [member: string]: Shape };

/** The differences of a value from its shape. */
export function mismatches(shape: Shape, value: unknown, place = 'answer'): string[] {
  const is = (good: boolean): string[] =>
    good ? [] : [`${place} is ${JSON.stringify(value)?.slice(0, 200)}, not ${JSON.stringify(shape)}`];
  if (typeof shape === 'string') return is(isText(shape, value));
  if (typeof shape !== 'object' || shape === null) return is(shape === value);
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || (value.length === 0) !== (shape.length === 0)) return is(false);
    return value.flatMap((item, index) => mismatches(shape[0] as Shape, item, `${place}[${index}]`));
  }
  const [kind = '', inner] = Object.entries(shape)[0] ?? [];
  const special = SPECIAL[kind];
  return special === undefined ? members(shape, value, place) : special(inner as never, value, place);
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const TYPES: Record<string, (value: unknown) => boolean> = {
  any: () => true,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  uuid: matching(new RegExp(`^${UUID}$`)),
  iso: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  date: matching(/^\d{1,2}\/\d{1,2}\/\d{4}, \d{1,2}:\d\d:\d\d [AP]M$/),
};

function matching(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value);
}

const PARTS: Record<string, string> = { '<uuid>': UUID, '<digits>': '\\d+', '<any>': '[^]*' };

function isText(shape: string, value: unknown): boolean {
  if (shape.startsWith('=')) return value === shape.slice(1);
  if (!shape.startsWith('~')) return TYPES[shape]?.(value) ?? false;
  const parts = shape.slice(1).split(/(<\w+>)/);
  const source = parts
    .map((part) => PARTS[part] ?? part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('');
  return matching(new RegExp(`^${source}$`))(value);
}

type Objects = Record<string, Shape>;

const SPECIAL: Record<string, (inner: never, value: unknown, place: string) => string[]> = {
  $tuple: (inner: Shape[], value, place) => {
    const count = Array.isArray(value) ? value.length : -1;
    if (count !== inner.length) return [`${place} has ${count} items, not ${inner.length}`];
    return inner.flatMap((shape, index) =>
      mismatches(shape, (value as unknown[])[index], `${place}[${index}]`),
    );
  },
  $set: (inner: Objects, value, place) => members(sorted(inner), sorted(value as Objects), place),
  $among: (inner: Objects, value, place) => {
    const named = Object.entries(value as object).filter(([name]) => name in inner);
    return members(inner, Object.fromEntries(named), place);
  },
  $json: (inner: Shape, value, place) => mismatches(inner, JSON.parse(String(value)), `${place} (JSON)`),
  $lines: (inner: Shape, value, place) =>
    String(value)
      .split('\n')
      .flatMap((line, index) => mismatches(inner, JSON.parse(line), `${place}, line ${index + 1}`)),
};

function members(shape: Objects, value: unknown, place: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${place} is ${JSON.stringify(value)?.slice(0, 200)}, not an object`];
  const [wanted, given] = [Object.keys(shape).join(', '), Object.keys(value).join(', ')];
  if (wanted !== given) return [`${place} has the members ${given}, not ${wanted}`];
  return Object.entries(shape).flatMap(([name, inner]) =>
    mismatches(inner, (value as Record<string, unknown>)[name], `${place}.${name}`),
  );
}

const sorted = <T>(value: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Of a stream of events; `{ "$many": shape }` stands for one or more alike. */
export function eventMismatches(shapes: Shape[], events: unknown[]): string[] {
  let next = 0;
  for (const [index, shape] of shapes.entries()) {
    const place = `event ${index + 1}`;
    const many = (shape as { $many?: Shape } | null)?.$many;
    const wrong = mismatches(many ?? shape, events[next], place);
    if (wrong.length > 0) return wrong;
    next += 1;
    if (many === undefined) continue;
    while (mismatches(many, events[next]).length === 0) next += 1;
  }
  return next === events.length
    ? []
    : [`${events.length - next} events too many: ${JSON.stringify(events[next])}`];
}
