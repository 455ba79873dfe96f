import { hash, randomBytes } from 'node:crypto';
import type { Sealing } from '../../sealing/index.ts';

/** The alphabet of Crockford: no letter looks like a digit or another letter. */
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP_LENGTH = 7;

/** A code that people can read aloud: four groups of seven characters, 140 random bits. */
export function newCode(): string {
  const characters = [...randomBytes(GROUPS * GROUP_LENGTH)].map((byte) => BASE32.charAt(byte % 32)).join('');
  return Array.from({ length: GROUPS }, (_, i) =>
    characters.slice(i * GROUP_LENGTH, (i + 1) * GROUP_LENGTH),
  ).join('-');
}

/** The digests of a code or token under all peppers. */
export const digestsOf = (sealing: Sealing, text: string): Uint8Array[] =>
  sealing.digestsOfSha256(hash('sha256', text, 'buffer')).map(({ digest }) => digest);
