import type { IncomingHttpHeaders } from 'node:http';
import { KeywardError } from '../base/errors.ts';

/**
 * The key of a request to the Developer API: the second word of `Authorization`, whatever the first one is. Its clients
 * send `Bearer`, `bearer`, `Token`; a bare key or `X-Api-Key` opens nothing there.
 * @throws KeywardError `missing_key`
 */
export function readDeveloperCredential({ authorization }: IncomingHttpHeaders): string {
  const key = authorization?.split(' ')[1];
  if (key !== undefined && key !== '') return key;
  throw new KeywardError('missing_key', 'This endpoint needs a key.', {
    hint: 'Send "Authorization: Bearer <key>".',
  });
}
