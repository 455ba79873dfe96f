import type { Actor, Bounds, Caller, Holder } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { KeysContext } from '../context.ts';
import { callerOf, ownerHolder } from '../key.ts';
import { findKey, findPlainKey } from '../store/key-store.ts';
import { findBySecret } from '../store/line-store.ts';
import { ADMIN_NAME, type Owner } from '../owner.ts';
import { findOwner, findOwnerByName } from '../store/owner-store.ts';
import { judge, whyEnded } from '../verify/verifier.ts';

/** Who a secret belongs to, by its id, if it is good at this moment; for what was begun with it and goes on. */
export async function callerOfSecret(
  { storage, clock }: KeysContext,
  secretId: string,
): Promise<Caller | undefined> {
  const found = await findBySecret(storage.db, secretId);
  if (found === undefined || !judge(found, clock.nowMs()).valid) return undefined;
  return callerOf(found.key);
}

/**
 * The actor as it stands in this transaction, for what began long before: meanwhile its key may have been narrowed or
 * given a budget. Guarded by children.test.ts.
 * @throws KeywardError `invalid_key` where the key has ended
 */
export async function currentActor(tx: Db, { clock }: KeysContext, actor: Actor): Promise<Actor> {
  if (actor.kind !== 'key') return actor;
  const key = await findKey(tx, actor.caller.keyId);
  if (key === undefined || whyEnded(key, clock.nowMs()) !== undefined)
    throw new KeywardError('invalid_key', 'The key has ended since the request began.');
  return { kind: 'key', caller: callerOf(key) };
}

/** A key that goes on without a secret, such as the payer of a widget; undefined where it has ended. */
export async function callerOfKey(
  { storage, clock }: Pick<KeysContext, 'storage' | 'clock'>,
  id: string,
  db: Db = storage.db,
): Promise<Caller | undefined> {
  const key = await findPlainKey(db, id);
  return key === undefined || whyEnded(key, clock.nowMs()) !== undefined ? undefined : callerOf(key);
}

export async function isOwnerActive(
  { storage }: KeysContext,
  ownerId: string,
  db: Db = storage.db,
): Promise<boolean> {
  return (await findOwner(db, ownerId))?.state === 'active';
}

/** Whatever of these is taken away ends what runs with the key: it ends with each of its ancestors, and their owners. */
export const subjectsOf = ({ keyId, ownerId, ancestors }: Caller): string[] => [
  keyId,
  ownerId,
  ...ancestors.flatMap((ancestor) => [ancestor.keyId, ancestor.ownerId]),
];

/** What somebody with this owner counts against; undefined where the owner is suspended or gone. */
export async function boundsOfOwner(
  { storage }: KeysContext,
  ownerId: string,
  db: Db = storage.db,
): Promise<Bounds | undefined> {
  const owner = await findOwner(db, ownerId);
  return owner?.state === 'active' ? boundsOf(owner) : undefined;
}

/** Whoever is logged in where there are no users. */
export const findAdminOwner = (db: Db): Promise<Owner | undefined> => findOwnerByName(db, ADMIN_NAME);

export async function boundsOfAdmin({ storage }: KeysContext): Promise<Bounds> {
  const owner = await findAdminOwner(storage.db);
  return owner === undefined ? { limits: [], budgets: [] } : boundsOf(owner);
}

const boundsOf = ({ limits, budgets }: Owner): Bounds => ({ limits, budgets });

/** Whose limits and budgets the sessions of somebody with this owner count against: the owner's, if it has any. */
export const holdersOfOwner = async ({ storage }: KeysContext, ownerId: string): Promise<Holder[]> =>
  asHolders(await findOwner(storage.db, ownerId));

/** The same of whoever is logged in where there are no users. */
export const holdersOfAdmin = async ({ storage }: KeysContext): Promise<Holder[]> =>
  asHolders(await findAdminOwner(storage.db));

const asHolders = (owner: Owner | undefined): Holder[] =>
  owner === undefined || owner.limits.length + owner.budgets.length === 0 ? [] : [ownerHolder(owner)];
