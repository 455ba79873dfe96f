import { hash } from 'node:crypto';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';

/**
 * Whether an ID token was given together with this access token, where it says so (OpenID Connect Core, 3.1.3.8). Otherwise
 * the claims of another person could come from the userinfo endpoint.
 * @param atHash the claim `at_hash`. @param idToken whose signature was checked.
 */
export function fitsAccessToken(atHash: unknown, idToken: string, accessToken: string): boolean {
  if (atHash === undefined) return true;
  const header = jsonIn(Buffer.from(idToken.split('.', 1)[0] ?? '', 'base64url').toString());
  const algorithm = isObject(header) ? hashOf(header['alg']) : undefined;
  if (algorithm === undefined) return false;
  const digest = hash(algorithm, accessToken, 'buffer');
  return atHash === digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The hash function in the name of a signature algorithm such as RS256. Ed25519 has SHA-512. */
function hashOf(alg: unknown): string | undefined {
  if (alg === 'EdDSA' || alg === 'Ed25519') return 'sha512';
  const bits = typeof alg === 'string' ? /^[A-Z]{2}(256|384|512)$/.exec(alg)?.[1] : undefined;
  return bits && `sha${bits}`;
}
