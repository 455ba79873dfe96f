import type { Caller } from '../access/index.ts';
import type { KeysContext } from './context.ts';
import { callerOf, keyState } from './key.ts';
import { findBySecret, findPlainKey } from './key-store.ts';
import { findOwner } from './owner-store.ts';
import { judge } from './verifier.ts';

/** Who a secret belongs to, by its id, if it is good at this moment; for what was begun with it and goes on. */
export async function callerOfSecret(
  { storage, clock }: KeysContext,
  secretId: string,
): Promise<Caller | undefined> {
  const found = await findBySecret(storage.db, secretId);
  if (found === undefined || !judge(found, clock.nowMs()).valid) return undefined;
  return callerOf(found.key);
}

/** A key that goes on without a secret, such as the payer of a widget; undefined where it has ended. */
export async function callerOfKey(
  { storage, clock }: Pick<KeysContext, 'storage' | 'clock'>,
  id: string,
): Promise<Caller | undefined> {
  const key = await findPlainKey(storage.db, id);
  if (key?.owner.state !== 'active') return undefined;
  const state = keyState(key, clock.nowMs());
  return state === 'active' || state === 'quarantined' ? callerOf(key) : undefined;
}

export async function isOwnerActive({ storage }: KeysContext, ownerId: string): Promise<boolean> {
  return (await findOwner(storage.db, ownerId))?.state === 'active';
}
