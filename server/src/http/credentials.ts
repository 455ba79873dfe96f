import type { IncomingHttpHeaders } from 'node:http';
import { KeywardError } from '../base/errors.ts';

const missing = (): KeywardError =>
  new KeywardError('missing_key', 'This endpoint needs a key.', {
    hint: 'Send "Authorization: Bearer <key>" or "X-Api-Key: <key>".',
  });

/** Equal to the byte for every bad key: a caller does not learn why it is bad. */
export const invalidKey = (): KeywardError =>
  new KeywardError('invalid_key', 'The key is not valid.', {
    hint: 'Check that it is complete and active. Its owner can look it up with "keyward keys list".',
  });

/**
 * The key of a request.
 * @throws KeywardError `missing_key`, `conflicting_credentials`
 */
export function readCredential(headers: IncomingHttpHeaders): string {
  const { authorization } = headers;
  const header = headers['x-api-key'];
  const apiKey = typeof header === 'string' && header !== '' ? header.trim() : undefined;
  const bearer = authorization === undefined ? undefined : readBearer(authorization);
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    throw new KeywardError('conflicting_credentials', 'Authorization and X-Api-Key hold different keys.', {
      hint: 'Send only one of them.',
    });
  }
  const key = bearer ?? apiKey;
  if (key === undefined) throw missing();
  return key;
}

function readBearer(authorization: string): string | undefined {
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = authorization.slice(7).trim();
  return token === '' ? undefined : token;
}
