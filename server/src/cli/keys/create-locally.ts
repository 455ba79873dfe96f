import type { components } from '@keyward/sdk';
import { openCore } from '../../app.ts';
import { ensureOwner, mint, mintLocally, viewKey, type KeysContext, type Minted } from '../../keys/index.ts';
import type { Context } from '../command.ts';
import { quietLogger } from '../quiet-logger.ts';
import type { Key } from './show.ts';

type MintRequest = components['schemas']['MintRequest'];

/**
 * A key made on the machine of the server, without a key: for everybody who can read the data directory.
 * A running server knows it at once: it looks keys up in the database.
 */
export async function createLocally(
  context: Context,
  wanted: MintRequest,
): Promise<{ key: Key; secret: string }> {
  const core = await openCore(context.config, await quietLogger());
  try {
    const { name, ...rest } = wanted;
    if (Object.keys(rest).length === 0) return await shown(core.keys, await mintLocally(core.keys, name));
    const owner = { name: 'admin', kind: 'person' } as const;
    await core.storage.transaction((tx) => ensureOwner(tx, owner, Date.now()));
    const minted = await mint(core.keys, { kind: 'cli' }, asAdmin(wanted));
    return await shown(core.keys, minted);
  } finally {
    await core.stop();
  }
}

async function shown(context: KeysContext, { key, secret }: Minted): Promise<{ key: Key; secret: string }> {
  return { key: (await viewKey(context, key)) as Key, secret };
}

/** Adds the owner and the role of an administrator where the request names none. */
function asAdmin(wanted: MintRequest): MintRequest {
  const hasRights = wanted.role !== undefined || wanted.scopes !== undefined;
  return { owner: 'admin', ...(hasRights ? {} : { role: 'admin' as const }), ...wanted };
}
