import { isObject } from '../../base/is-object.ts';
import type { FoundKey } from './minter.ts';

/* What a manifest says of requests and answers: `{name}` in what is sent, JSON pointers into what comes back. */

export type Values = Record<string, string>;

/** Makes the error for an answer in which something is missing. */
export type Lacks = (what: string) => Error;

/** `{name}` in every text of a value. */
export function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, values)]));
}

/** The keys in an answer to `find` whose label begins so. */
export function foundKeys(
  body: unknown,
  find: { items?: string; id: string; label: string; key?: string },
  { prefix, lacks }: { prefix: string; lacks: Lacks },
): FoundKey[] {
  const items = at(body, find.items ?? '');
  if (!Array.isArray(items)) throw lacks(`a list at ${find.items ?? 'its root'}`);
  return items.flatMap((item: unknown) => {
    const [label, id, key] = [
      textAt(item, find.label),
      textAt(item, find.id),
      find.key === undefined ? '' : textAt(item, find.key),
    ];
    if (!label.startsWith(prefix)) return [];
    if (id === '') throw lacks(`an id at ${find.id}`);
    return [{ label, id, ...(key === '' ? {} : { key }) }];
  });
}

/** The new key in an answer to `mint`. */
export function mintedKey(
  body: unknown,
  mint: { id: string; key: string; format?: string },
  lacks: Lacks,
): { id: string; key: string } {
  const [id, key] = [textAt(body, mint.id), textAt(body, mint.key)];
  if (key === '') throw lacks(`a key at ${mint.key}`);
  if (mint.format !== undefined && !new RegExp(mint.format, 'u').test(key))
    throw lacks(`a key of the declared format at ${mint.key}`);
  return { id, key };
}

/** The part of a JSON value that a pointer names (RFC 6901). */
function at(value: unknown, pointer: string): unknown {
  let part = value;
  for (const name of pointer.split('/').slice(1)) {
    const member = name.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, member)) return undefined;
    part = (part as Record<string, unknown>)[member];
  }
  return part;
}

export function textAt(value: unknown, pointer: string): string {
  const found = at(value, pointer);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}
