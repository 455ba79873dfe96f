import { expand, isOfKey } from '../../access/index.ts';
import type { Actor, Bounds, Caller, Holder, Wanted } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { KeysContext } from '../context.ts';
import { callerOf, ownerHolder } from '../key.ts';
import { findKey, findPlainKey } from '../store/key-store.ts';
import { findBySecret } from '../store/line-store.ts';
import { ADMIN_NAME, type Owner } from '../owner.ts';
import { findOwner, findOwnerByName } from '../store/owner-store.ts';
import { judge, whyEnded } from '../verify/verifier.ts';

/** The caller of a secret, for work that goes on after its request; undefined where the secret or its key has ended. */
export async function callerOfSecret(
  { storage, clock, lastUsed }: KeysContext,
  secretId: string,
): Promise<Caller | undefined> {
  const found = await findBySecret(storage.db, secretId);
  if (found === undefined || !judge(found, clock.nowMs()).valid) return undefined;
  return callerOf(found.key, lastUsed.scopes.of);
}

/**
 * The actor as it is in this transaction, for a request that takes long: its key may have been narrowed. Guarded by
 * children.test.ts.
 * @throws KeywardError `invalid_key` where the key has ended
 */
export async function currentActor(tx: Db, { clock, lastUsed }: KeysContext, actor: Actor): Promise<Actor> {
  if (actor.kind !== 'key') return actor;
  const key = await findKey(tx, actor.caller.keyId);
  if (key === undefined || whyEnded(key, clock.nowMs()) !== undefined)
    throw new KeywardError('invalid_key', 'The key has ended since the request began.');
  return { kind: 'key', caller: callerOf(key, lastUsed.scopes.of) };
}

/**
 * The caller of a key that is used without its secret, such as the payer of a widget; undefined where the key has ended.
 * @param id also of a person, for what was begun in a session.
 */
export async function callerOfKey(
  {
    storage,
    clock,
    administrators,
    lastUsed,
  }: Pick<KeysContext, 'storage' | 'clock' | 'administrators' | 'lastUsed'>,
  id: string,
  db: Db = storage.db,
): Promise<Caller | undefined> {
  if (!isOfKey({ keyId: id })) return administrators.callerOf(db, id);
  const key = await findPlainKey(db, id);
  return key === undefined || whyEnded(key, clock.nowMs()) !== undefined
    ? undefined
    : callerOf(key, lastUsed.scopes.of);
}

export async function isOwnerActive(
  { storage }: KeysContext,
  ownerId: string,
  db: Db = storage.db,
): Promise<boolean> {
  return (await findOwner(db, ownerId))?.state === 'active';
}

/** @returns those that were deleted, with whom goes what they own */
export async function deletedOwners({ storage }: KeysContext, ids: readonly string[]): Promise<string[]> {
  const deleted: string[] = [];
  for (const id of ids) if ((await findOwner(storage.db, id))?.state === 'deleted') deleted.push(id);
  return deleted;
}

/** A change that takes one of these away ends the requests of the key. */
export const subjectsOf = ({ keyId, ownerId, ancestors }: Caller): string[] => [
  keyId,
  ownerId,
  ...ancestors.flatMap((ancestor) => [ancestor.keyId, ancestor.ownerId]),
];

/** Undefined where the owner is suspended or deleted. */
export async function activeOwner(db: Db, ownerId: string): Promise<Owner | undefined> {
  const owner = await findOwner(db, ownerId);
  return owner?.state === 'active' ? owner : undefined;
}

/** Undefined where the owner is suspended or deleted. */
export async function boundsOfOwner(
  { storage }: KeysContext,
  ownerId: string,
  db: Db = storage.db,
): Promise<Bounds | undefined> {
  const owner = await activeOwner(db, ownerId);
  return owner && { limits: owner.limits, budgets: owner.budgets };
}

/** The owner of sessions while there are no users. */
export const findAdminOwner = (db: Db): Promise<Owner | undefined> => findOwnerByName(db, ADMIN_NAME);

export async function boundsOfAdmin({ storage }: KeysContext): Promise<Bounds> {
  const { limits = [], budgets = [] } = (await findAdminOwner(storage.db)) ?? {};
  return { limits, budgets };
}

/** The holders that the sessions of a user with this owner count against. */
export const holdersOfOwner = async ({ storage }: KeysContext, ownerId: string): Promise<Holder[]> =>
  asHolders(await findOwner(storage.db, ownerId));

export const holdersOfAdmin = async ({ storage }: KeysContext): Promise<Holder[]> =>
  asHolders(await findAdminOwner(storage.db));

/** A person who logs in, as a caller. */
interface Person {
  /** `keyId` of the caller. */
  id: string;
  name: string;
  owner: Owner;
  worth: Wanted;
}

/** The person counts against the limits and budgets of its owner, and has none of its own. */
export function callerOfPerson({ id, name, owner, worth }: Person): Caller {
  const { grants, selectors, expiresAt } = worth;
  return {
    keyId: id,
    keyName: name,
    ownerId: owner.id,
    grants,
    scopes: expand(grants),
    selectors,
    expiresAt,
    limits: [],
    budgets: [],
    holders: asHolders(owner),
    ancestors: [],
  };
}

const asHolders = (owner: Owner | undefined): Holder[] =>
  owner === undefined || owner.limits.length + owner.budgets.length === 0 ? [] : [ownerHolder(owner)];
