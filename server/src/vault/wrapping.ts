import { isObject } from '../base/is-object.ts';
import type { VaultClient } from './client.ts';
import { VaultError } from './vault-error.ts';

/**
 * The value behind a wrapping token. It can be had once: a second time means that somebody else had it.
 * @param creationPath where it must have been wrapped, such as `sys/wrapping/wrap`: another path is a forgery.
 * @throws VaultError `refused`
 */
export async function unwrap(
  client: VaultClient,
  { token, creationPath }: { token: string; creationPath: string },
): Promise<Record<string, unknown>> {
  const looked = await client.request({
    method: 'POST',
    path: 'sys/wrapping/lookup',
    what: 'look at a wrapping token',
    body: { token },
  });
  const data = isObject(looked.body['data']) ? looked.body['data'] : {};
  if (data['creation_path'] !== creationPath)
    throw new VaultError(
      'refused',
      `The wrapping token was not made by ${creationPath}. Treat its value as compromised.`,
    );
  const { body } = await client.request({
    method: 'POST',
    path: 'sys/wrapping/unwrap',
    what: 'unwrap a value',
    token,
  });
  return body;
}
