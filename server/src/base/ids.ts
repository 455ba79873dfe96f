import { randomBytes } from 'node:crypto';

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The word before the underscore. */
export type IdKind =
  | 'key'
  | 'sec'
  | 'own'
  | 'up'
  | 'node'
  | 'ask'
  | 'req'
  | 'lease'
  | 'job'
  | 'wrk'
  | 'enr'
  | 'wfl'
  | 'exec'
  | 'swt'
  | 'file'
  | 'batch';

/** Uniform: bytes of 248 and above are dropped, as a remainder of 256 would prefer the first eight characters. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length + 8)) {
      if (byte < 248 && text.length < length) text += BASE62[byte % 62];
    }
  }
  return text;
}

/** Such as `key_4fT9…`: the kind and 12 base62 characters (71 bits). */
export function newId(kind: IdKind): string {
  return `${kind}_${randomBase62(12)}`;
}

/**
 * For rows that come in fast: an id that is greater than those of earlier milliseconds, such as `job_0mk3x…`: 9 base36
 * characters of the time before the 12 random ones. Random ids write to a page of each index for each row.
 */
export function newOrderedId(kind: IdKind, nowMs: number): string {
  return `${kind}_${nowMs.toString(36).padStart(9, '0')}${randomBase62(12)}`;
}
