import { randomBytes } from 'node:crypto';

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What an id can stand for; the word before the underscore. */
export type IdKind = 'key' | 'sec' | 'own' | 'up' | 'node' | 'ask' | 'req' | 'lease';

/**
 * Uniformly random base62 text.
 * Bytes of 248 and above are thrown away: 256 is no multiple of 62, and a plain remainder would make
 * the first eight characters likelier than the rest.
 */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length + 8)) {
      if (byte < 248 && text.length < length) text += BASE62[byte % 62];
    }
  }
  return text;
}

/** A new id such as `key_4fT9…`: the kind and 12 base62 characters (71 bits). */
export function newId(kind: IdKind): string {
  return `${kind}_${randomBase62(12)}`;
}
