import { isObject } from '../base/is-object.ts';
import { VaultClient, type VaultClientOptions } from './client.ts';
import { VaultError } from './vault-error.ts';

/** Where values are wrapped that are given to Vault for it. */
export const WRAP_PATH = 'sys/wrapping/wrap';

export interface Wrapping {
  /** A bearer secret: who has it has the value, once. */
  token: string;
  ttlSeconds: number;
  /** Where it was made. A receiver compares it. */
  creationPath: string;
}

interface Given {
  token: string;
  creationPath: string;
}

/** For a receiver without a login. @throws VaultError */
export async function unwrapOnce(
  options: VaultClientOptions,
  given: Given,
): Promise<Record<string, unknown>> {
  const client = new VaultClient(options);
  try {
    return await unwrap(client, given);
  } finally {
    await client.stop();
  }
}

/**
 * The value behind a wrapping token. It can be had once: a second time means that somebody else had it.
 * @param creationPath where it must have been wrapped, such as `sys/wrapping/wrap`: another path is a forgery.
 * @throws VaultError `wrapping_lost` where it cannot be had any more or was made elsewhere
 */
export async function unwrap(
  client: VaultClient,
  { token, creationPath }: Given,
): Promise<Record<string, unknown>> {
  const looked = await client
    .request({
      method: 'POST',
      path: 'sys/wrapping/lookup',
      what: 'look at a wrapping token',
      body: { token },
    })
    .catch(asLost);
  const data = isObject(looked.body['data']) ? looked.body['data'] : {};
  if (data['creation_path'] !== creationPath)
    throw new VaultError(
      'wrapping_lost',
      `The wrapping token was not made by ${creationPath}. Treat its value as compromised.`,
    );
  const { body } = await client
    .request({ method: 'POST', path: 'sys/wrapping/unwrap', what: 'unwrap a value', token })
    .catch(asLost);
  return body;
}

/** Vault answers 400 to a token that is not valid any more, and 403 to one that has never been. */
function asLost(error: unknown): never {
  const isLost = error instanceof VaultError && (error.fault === 'refused' || error.fault === 'denied');
  if (!isLost) throw error;
  throw new VaultError(
    'wrapping_lost',
    'The wrapping token was used already, or has expired. If you did not use it, somebody else may have the value: treat it as compromised.',
    { cause: error },
  );
}
