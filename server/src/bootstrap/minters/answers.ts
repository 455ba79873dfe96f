import { at, textAt } from '../calls/templates.ts';
import type { FoundKey } from './minter.ts';

/** It is kept in the metadata of sinks, which is short. */
const ID_MAX = 200;

/* What a manifest says of the answers of a service, as JSON pointers. */

/** Makes the error for an answer in which something is missing. */
type Lacks = (what: string) => Error;

export function idIn(body: unknown, pointer: string, lacks: Lacks): string {
  const id = textAt(body, pointer);
  if (id === '') throw lacks(`an id at ${pointer}`);
  if (id.length > ID_MAX) throw lacks(`an id of at most ${ID_MAX} characters at ${pointer}`);
  return id;
}

export function itemsIn(body: unknown, { items = '' }: { items?: string }, lacks: Lacks): unknown[] {
  const found = at(body, items);
  // Services in Go write an empty list so.
  if (found === null) return [];
  if (!Array.isArray(found)) throw lacks(`a list at ${items || 'its root'}`);
  return found;
}

/** The keys in a list whose label is wanted. */
export function foundKeys(
  items: readonly unknown[],
  find: { id: string; label: string; key?: string },
  { isWanted, lacks }: { isWanted: (label: string) => boolean; lacks: Lacks },
): FoundKey[] {
  return items.flatMap((item) => {
    const label = textAt(item, find.label);
    if (!isWanted(label)) return [];
    const key = find.key === undefined ? '' : textAt(item, find.key);
    return [{ label, id: idIn(item, find.id, lacks), ...(isWhole(key) ? { key } : {}) }];
  });
}

/** A list may shorten its keys, such as `sk-…gaH8`: no header can carry that, and no service could say anything of it. */
const isWhole = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);

/** The new key in an answer to `mint`. */
export function mintedKey(
  body: unknown,
  mint: { id: string; key: string; format?: string },
  lacks: Lacks,
): { id: string; key: string } {
  const key = textAt(body, mint.key);
  if (key === '') throw lacks(`a key at ${mint.key}`);
  const id = idIn(body, mint.id, lacks);
  if (mint.format !== undefined && !new RegExp(mint.format, 'u').test(key))
    throw lacks(`a key of the declared format at ${mint.key}`);
  return { id, key };
}
