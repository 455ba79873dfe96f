import type { KeysContext } from './context.ts';
import { mint, type MintInput } from './mint.ts';
import { changeState } from './states.ts';
import { deleteKey } from './store/key-store.ts';

const CLI = { kind: 'cli' } as const;

/** Works with a key that is revoked at the end and is in no list afterwards; the audit record keeps both. */
export async function withPassingKey<T>(
  context: KeysContext,
  input: MintInput,
  work: (secret: string) => Promise<T>,
): Promise<T> {
  const { key, secret } = await mint(context, CLI, input);
  try {
    return await work(secret);
  } finally {
    await changeState(context, CLI, { id: key.id, verb: 'revoke', reason: 'its work is done' });
    await context.storage.transaction((tx) => deleteKey(tx, key.id));
  }
}
