import { isOfKey, type Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { Type } from 'typebox';
import { viewKey, type KeysContext, type KeyWithSecrets } from '../../keys/index.ts';
import * as s from '../schemas.ts';

export const keyParams = s.idParam('key');

export const ChangedKey = Type.Object(
  { key: s.Key, acknowledged: s.Acknowledged },
  { title: 'ChangedKey', description: 'The changed key, and the processes that have confirmed the change.' },
);

/** The ETag of a key: its revision. */
export const keyEtag = (key: KeyWithSecrets): Record<string, string> => ({ etag: `"${key.revision}"` });

/** The answer to a change of a key. */
export async function changed(
  keys: KeysContext,
  change: Promise<{ result: KeyWithSecrets; acknowledged: unknown }>,
): Promise<{ status: number; headers: Record<string, string>; body: unknown }> {
  const { result, acknowledged } = await change;
  return { status: 200, headers: keyEtag(result), body: { key: await viewKey(keys, result), acknowledged } };
}

/** For what is about the key of the request. @throws KeywardError `conflict` for a session. */
export function refuseWithoutKey(caller: Caller): void {
  if (isOfKey(caller)) return;
  throw new KeywardError('conflict', 'This request has a session and no key.', {
    hint: 'GET /v1/session shows the session, DELETE /v1/session ends it.',
  });
}
