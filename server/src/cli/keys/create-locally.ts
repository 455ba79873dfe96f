import type { components } from '@keyward/sdk';
import { ensureOwner, mint, mintLocally, viewKey, type KeysContext, type Minted } from '../../keys/index.ts';
import type { Context } from '../command.ts';
import { withCore } from '../server/core.ts';
import type { Holdings } from './holdings.ts';
import type { Key } from './show.ts';

type Wanted = Holdings & Pick<components['schemas']['MintRequest'], 'name' | 'owner' | 'parent'>;

/**
 * A key made on the machine of the server, without a key: for everybody who can read the data directory.
 * A running server knows it at once: it looks keys up in the database.
 */
export function createLocally({ config }: Context, wanted: Wanted): Promise<{ key: Key; secret: string }> {
  return withCore(config, async ({ keys, storage }) => {
    const { name, ...rest } = wanted;
    if (Object.keys(rest).length === 0) return shown(keys, await mintLocally(keys, name));
    const owner = { name: 'admin', kind: 'person' } as const;
    await storage.transaction((tx) => ensureOwner(tx, owner, Date.now()));
    return shown(keys, await mint(keys, { kind: 'cli' }, asAdmin(wanted)));
  });
}

async function shown(context: KeysContext, { key, secret }: Minted): Promise<{ key: Key; secret: string }> {
  return { key: (await viewKey(context, key)) as Key, secret };
}

/** Adds the owner and the role of an administrator where the request names none. */
function asAdmin(wanted: Wanted): Wanted {
  const hasRights = wanted.role !== undefined || wanted.scopes !== undefined;
  return { owner: 'admin', ...(hasRights ? {} : { role: 'admin' as const }), ...wanted };
}
