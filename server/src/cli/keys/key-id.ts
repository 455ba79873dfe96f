import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import type { NamedThing } from '../things/same-name.ts';
import { idOf, type Kind } from '../things/thing-id.ts';

/** Of a name: a secret of another program may be given in its place, and must not come into a URL. */
export const SEARCHED_CHARACTERS = 8;

const KEY: Kind<components['schemas']['Key']> = {
  noun: 'key',
  prefix: 'key',
  pages: (client, named) => (query) => {
    const q = named.slice(0, SEARCHED_CHARACTERS);
    return unwrap(client.GET('/v1/keys', { params: { query: { ...query, q, limit: 200 } } }));
  },
};

/** The newest keys whose names begin alike and that are not revoked. */
export async function keysNamedLike(client: KeywardClient, name: string): Promise<NamedThing[]> {
  const { items } = await KEY.pages(client, name)({});
  return items.filter(({ state }) => state !== 'revoked');
}

/** The name of the key that the command line uses. */
export const SELF = 'self';

/**
 * The id of a key that was named by its id or its name, or of the key in use (`self`). A revoked key may have had the name
 * before.
 * @param isRevoked the command is about revoked keys. @throws CliError
 */
export async function keyId(client: KeywardClient, named: string, isRevoked = false): Promise<string> {
  if (named === SELF) return (await unwrap(client.GET('/v1/keys/self'))).key.id;
  return idOf(client, named, KEY, ({ state }) => (state === 'revoked') === isRevoked);
}

/** For a flag that names a key. */
export const keyIdIn = async (
  client: KeywardClient,
  named: string | undefined,
): Promise<string | undefined> => (named === undefined ? undefined : keyId(client, named));
