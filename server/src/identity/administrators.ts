import { EVERYTHING } from '../access/index.ts';
import { findAdminOwner, isAnyActive, isFree, type Administrators } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { Memberships } from './identity.ts';
import { callerNow, worthOfUser } from './person.ts';
import { lockMode, readMode } from './store/mode-store.ts';
import { activeAdmins, findByOwner } from './store/user-store.ts';

/** Injected into `keys`: the administrators that log in without a key. */
export const administratorsOf = (memberships: Memberships): Administrators => ({
  lock: lockMode,
  hasOther: async (tx, exceptOwnerId, mustBeFree) => {
    const { multi_user, password_hash } = await readMode(tx);
    if (multi_user !== 0) return hasAdmin(tx, exceptOwnerId, mustBeFree);
    return password_hash !== null && isAdminOther(tx, exceptOwnerId, mustBeFree);
  },
  worthOf: async (tx, ownerId) => {
    const user = await findByOwner(tx, ownerId);
    if (user !== undefined) return worthOfUser(tx, memberships, user);
    const { multi_user, password_hash } = await readMode(tx);
    const isAdmin = multi_user === 0 && password_hash !== null && (await findAdminOwner(tx))?.id === ownerId;
    return isAdmin ? EVERYTHING : undefined;
  },
  callerOf: (db, id) => callerNow(db, memberships, id),
});

/**
 * Whether another user with the role admin can log in. A user with a suspended owner cannot. Guarded by
 * last-way-in.test.ts.
 */
export async function hasAdmin(
  db: Db,
  exceptOwnerId: string | undefined,
  mustBeFree = false,
): Promise<boolean> {
  const owners = (await activeAdmins(db)).filter((ownerId) => ownerId !== exceptOwnerId);
  return isAnyActive(db, owners, { isFree: mustBeFree });
}

/** The administrator without users counts against the owner `admin`. */
async function isAdminOther(
  db: Db,
  exceptOwnerId: string | undefined,
  mustBeFree: boolean,
): Promise<boolean> {
  const owner = await findAdminOwner(db);
  if (owner === undefined) return true;
  return owner.id !== exceptOwnerId && (!mustBeFree || isFree({ owner }));
}
