import { KeywardError } from '../base/errors.ts';
import { setOwnerState } from '../keys/index.ts';
import { idLike, type Db } from '../storage/index.ts';
import { hasAdmin } from './administrators.ts';
import type { Identity } from './identity.ts';
import { insertInvite, type Invite } from './invites.ts';
import { digestsOf } from './login/codes.ts';
import { isBcryptHash } from './login/password.ts';
import { endSessionsOf } from './login/session-ends.ts';
import { insertNewUser } from './new-user.ts';
import * as invites from './store/invite-store.ts';
import { lockMode, readMode, writeMode } from './store/mode-store.ts';
import { findByUsername, updateUser, usersById } from './store/user-store.ts';
import type { User, UserRole } from './user.ts';

export const hasUser = async (db: Db, username: string): Promise<boolean> =>
  (await findByUsername(db, username)) !== undefined;

/** The ids that are still those of users. */
export const presentUsers = async (db: Db, ids: readonly number[]): Promise<Set<number>> =>
  new Set((await usersById(db, ids)).keys());

/** Whether users log in by name, and whether one of them can administer. */
export async function admission(db: Db): Promise<{ isOpen: boolean; hasAdmin: boolean }> {
  const isOpen = (await readMode(db)).multi_user !== 0;
  return { isOpen, hasAdmin: await hasAdmin(db, undefined) };
}

/**
 * Turns on multi-user mode if one of the users can administer. Ends all sessions with their requests, on every node.
 * Guarded by move.test.ts.
 * @returns whether multi-user mode is on.
 */
export async function admitUsers({ keys }: Identity): Promise<boolean> {
  return keys.audit.change({ kind: 'cli' }, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) return { result: true };
    if (!(await hasAdmin(tx, undefined))) return { result: false };
    const nowMs = keys.clock.nowMs();
    await writeMode(tx, { multi_user: 1, password_hash: null }, nowMs);
    const change = await endSessionsOf(tx, null, nowMs);
    const entry = { action: 'identity.multi_user', target: 'instance', details: { by: 'import' } };
    return { result: true, entry, change };
  });
}

export interface ImportedUser {
  /** Kept unless a user here has or had it. */
  id: number;
  username: string;
  /** The first login replaces it with argon2id. */
  bcryptHash: string;
  role: UserRole;
  suspended: boolean;
  dailyMessageLimit: number | null;
  bio: string;
  createdAt: number;
}

const USERNAME_MAX = 64;

/**
 * Keeps the name, even if nobody could choose it here. The caller records the import in the transaction.
 * @returns undefined if a user has this name.
 * @throws KeywardError `invalid_input` for an unusable hash or name.
 */
export async function importUser(
  tx: Db,
  identity: Identity,
  imported: ImportedUser,
): Promise<User | undefined> {
  const { username, bcryptHash } = imported;
  if (username === '' || username.length > USERNAME_MAX || username.includes('\0'))
    throw new KeywardError('invalid_input', 'The name of a user cannot be used.');
  if (!isBcryptHash(bcryptHash))
    throw new KeywardError('invalid_input', 'The password hash of a user is not one of bcrypt.');
  if ((await findByUsername(tx, username)) !== undefined) return undefined;
  const id = await idLike(tx, 'users', imported.id);
  const { role, dailyMessageLimit, bio, createdAt: nowMs } = imported;
  const fresh = { username, hash: bcryptHash, kind: 'bcrypt' as const, role, dailyMessageLimit, bio };
  const user = await insertNewUser(tx, identity, { ...fresh, id, nowMs });
  if (!imported.suspended) return user;
  await setOwnerState(tx, user.ownerId, 'suspended');
  await updateUser(tx, id, { suspended: 1 });
  return { ...user, suspended: true };
}

export type ImportedInvite = Omit<Invite, 'madeBy'>;

/** The code stays valid. @returns undefined if an invite has this code. */
export async function importInvite(
  tx: Db,
  identity: Identity,
  invite: ImportedInvite,
): Promise<number | undefined> {
  const known = await invites.findInvite(tx, digestsOf(identity.keys.sealing, invite.code));
  if (known !== undefined) return undefined;
  const id = await idLike(tx, 'invites', invite.id);
  const madeBy = invite.createdBy > 0 ? `user:${invite.createdBy}` : null;
  await insertInvite(tx, identity, { ...invite, id, madeBy });
  return id;
}
