import { KeywardError } from '../base/errors.ts';
import { addOwner, setOwnerState } from '../keys/index.ts';
import { idLike, nextId, type Db } from '../storage/index.ts';
import type { Place } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import { hashPassword, isBcryptHash } from './login/password.ts';
import type { PasswordKind } from './store/rows.ts';
import { checkPassword, checkUser, checkUsername, type User, type UserInput, type UserRole } from './user.ts';
import { findByUsername, findUser, insertUser, updateUser } from './store/user-store.ts';

/** A user before there is one: looked at, and with the password hashed, which takes long. */
export interface NewUser {
  username: string;
  hash: string;
  kind: PasswordKind;
  role: UserRole;
  dailyMessageLimit: number | null;
  bio: string;
}

/** What the sealed hash of a user's password is bound to. */
export const passwordContext = (userId: number): string => `user ${userId} password`;

export const nameTaken = (): KeywardError =>
  new KeywardError('invalid_input', 'A user with that username already exists');

/** @param place of whoever makes the user, in the line for hashing. @throws KeywardError `invalid_input` */
export async function newUser(input: UserInput, place: Place): Promise<NewUser> {
  const username = checkUsername(input.username);
  const password = checkPassword(input.password);
  const { role = 'default', dailyMessageLimit = null, bio = '' } = checkUser(input);
  return {
    username,
    hash: await hashPassword(password, place),
    kind: 'argon2id',
    role,
    dailyMessageLimit,
    bio,
  };
}

/** The rows of a user, and an owner for its keys. @throws KeywardError `invalid_input` where the name is taken. */
export async function addUser(tx: Db, identity: Identity, fresh: NewUser): Promise<User> {
  const { clock } = identity.keys;
  const id = await nextId(tx, 'users');
  return insert(tx, identity, { ...fresh, id, nowMs: clock.nowMs() });
}

async function insert(
  tx: Db,
  { keys }: Identity,
  fresh: NewUser & { id: number; nowMs: number },
): Promise<User> {
  const { id, username, nowMs } = fresh;
  if ((await findByUsername(tx, username)) !== undefined) throw nameTaken();
  // Never the bare name: owners that are no users, such as the operator's `admin`, must not become one.
  const owner = await addOwner(tx, { name: `${username} (user ${id})`, kind: 'person' }, nowMs);
  if (owner === undefined) throw nameTaken();
  const isNew = await insertUser(tx, {
    id,
    owner_id: owner.id,
    username,
    password_hash: keys.sealing.seal(fresh.hash, passwordContext(id)),
    password_kind: fresh.kind,
    role: fresh.role,
    suspended: 0,
    seen_recovery_codes: 0,
    daily_message_limit: fresh.dailyMessageLimit,
    bio: fresh.bio,
    pfp_filename: null,
    created_at: nowMs,
    updated_at: nowMs,
  });
  const user = await findUser(tx, id);
  if (!isNew || user === undefined) throw nameTaken();
  return user;
}

/** A user as another system has it. */
export interface ImportedUser {
  /** Kept where nobody has had it here; otherwise a new one is given. */
  id: number;
  username: string;
  /** As bcrypt made it; the first login makes argon2id of it. */
  bcryptHash: string;
  role: UserRole;
  suspended: boolean;
  dailyMessageLimit: number | null;
  bio: string;
  createdAt: number;
}

const USERNAME_MAX = 64;

/**
 * Takes over a user in a transaction of the caller's, who records it. Names that could not be chosen here are kept.
 * @returns undefined where there is a user of this name.
 * @throws KeywardError `invalid_input` for a hash or a name that cannot be used.
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
  const user = await insert(tx, identity, { ...fresh, id, nowMs });
  if (!imported.suspended) return user;
  await setOwnerState(tx, user.ownerId, 'suspended');
  await updateUser(tx, id, { suspended: 1 });
  return { ...user, suspended: true };
}
