import { isObject } from '../../base/is-object.ts';

/** By the names that a template uses, such as `label` for `{label}`. */
export type Values = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(\w+)\}/g;

/** `{name}` in every text of a value. */
export function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return filledText(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, values)]));
}

export const filledText = (text: string, values: Values): string =>
  text.replaceAll(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);

/** A value in a path is one part of it, whatever it holds. */
export const inPath = (path: string, values: Values): string =>
  path.replaceAll(PLACEHOLDER, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(values[name]),
  );

/** The names of all placeholders in a value. */
export function placeholdersIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return parts.flatMap(placeholdersIn);
}

/** The part of a JSON value that a pointer names (RFC 6901). */
export function at(value: unknown, pointer: string): unknown {
  let part = value;
  for (const name of pointer.split('/').slice(1)) {
    const member = name.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, member)) return undefined;
    part = (part as Record<string, unknown>)[member];
  }
  return part;
}

/** '' where there is no text and no number. */
export function textAt(value: unknown, pointer: string): string {
  const found = at(value, pointer);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}
