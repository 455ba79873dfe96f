import { randomBytes } from 'node:crypto';

/** Crockford's: without letters that are taken for digits or each other. */
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP_LENGTH = 7;

/** A code that people can read out: four groups of seven, 140 random bits. */
export function newCode(): string {
  const characters = [...randomBytes(GROUPS * GROUP_LENGTH)].map((byte) => BASE32.charAt(byte % 32)).join('');
  return Array.from({ length: GROUPS }, (_, i) =>
    characters.slice(i * GROUP_LENGTH, (i + 1) * GROUP_LENGTH),
  ).join('-');
}
