import { crc32 } from 'node:zlib';
import { BASE62, randomBase62 } from './ids.ts';

/**
 * The text of a key: a prefix (`sk-`), `kw1`, 12 characters of the key's id, 32 random ones (190 bits) and a CRC-32 in 6,
 * all base62. The checksum finds look-alikes without a server.
 */
export const KEY_MARK = 'kw1';
const ID_LENGTH = 12;
const RANDOM_LENGTH = 32;
const CHECK_LENGTH = 6;

/** Key texts with any prefix; confirm with `readKeyText`. */
export const KEY_TEXT_PATTERN = /[a-z][a-z0-9]{0,11}[-_]kw1[0-9A-Za-z]{50}(?![0-9A-Za-z])/g;

const WHOLE = /^([a-z][a-z0-9]{0,11}[-_])kw1([0-9A-Za-z]{12})[0-9A-Za-z]{32}([0-9A-Za-z]{6})$/;

export function newKeyText(prefix: string, keyId: string): string {
  const id = keyId.slice(keyId.indexOf('_') + 1);
  if (id.length !== ID_LENGTH)
    throw new Error('a key id must have 12 characters after its underscore, such as key_4fT9aBcDeF12');
  const body = `${prefix}${KEY_MARK}${id}${randomBase62(RANDOM_LENGTH)}`;
  return body + checksum(body);
}

/** `damaged`: our form without our checksum (a typing error, a truncated text); `foreign`: another form, such as an imported key. */
export function readKeyText(text: string): { form: 'ours'; keyId: string } | { form: 'damaged' | 'foreign' } {
  const match = WHOLE.exec(text);
  if (match === null) return { form: /^[a-z][a-z0-9]{0,11}[-_]kw1/.test(text) ? 'damaged' : 'foreign' };
  if (checksum(text.slice(0, -CHECK_LENGTH)) !== match[3]) return { form: 'damaged' };
  return { form: 'ours', keyId: `key_${match[2]}` };
}

/** By form and checksum. */
export const looksLikeKey = (text: string): boolean => readKeyText(text).form === 'ours';

export const holdsKey = (text: string): boolean => (text.match(KEY_TEXT_PATTERN) ?? []).some(looksLikeKey);

export const withoutKeys = (text: string): string =>
  text.replaceAll(KEY_TEXT_PATTERN, (found) => (looksLikeKey(found) ? '[secret]' : found));

/** The marked prefix of a secret, if any, and its last four characters. */
export function hintOf(text: string): string {
  const head = /^[a-z][a-z0-9]{0,11}[-_]kw1/.exec(text)?.[0] ?? '';
  // Of a short imported secret four characters would reveal too much.
  const tail = text.length >= 16 ? text.slice(-4) : '';
  return `${head}…${tail}`;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  while (digits.length < CHECK_LENGTH) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
