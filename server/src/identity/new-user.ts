import { KeywardError } from '../base/errors.ts';
import { addOwner } from '../keys/index.ts';
import { nextId, type Db } from '../storage/index.ts';
import type { Place } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import { hashPassword } from './login/password.ts';
import type { PasswordKind } from './store/rows.ts';
import { checkPassword, checkUser, checkUsername, type User, type UserInput, type UserRole } from './user.ts';
import { findByUsername, findUser, insertUser } from './store/user-store.ts';

/** A checked user before it is stored. Hashing the password takes long, so it is done before the transaction. */
export interface NewUser {
  username: string;
  hash: string;
  kind: PasswordKind;
  role: UserRole;
  dailyMessageLimit: number | null;
  bio: string;
}

/** Context of the sealed password hash. */
export const passwordContext = (userId: number): string => `user ${userId} password`;

export const nameTaken = (): KeywardError =>
  new KeywardError('invalid_input', 'A user with that username already exists');

/** @param place of the request in the queue for hashing. @throws KeywardError `invalid_input` */
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

export async function addUser(tx: Db, identity: Identity, fresh: NewUser): Promise<User> {
  const { clock } = identity.keys;
  const id = await nextId(tx, 'users');
  return insertNewUser(tx, identity, { ...fresh, id, nowMs: clock.nowMs() });
}

/** Stores a user and its owner. @throws KeywardError `invalid_input` if the name is taken. */
export async function insertNewUser(
  tx: Db,
  { keys }: Identity,
  fresh: NewUser & { id: number; nowMs: number },
): Promise<User> {
  const { id, username, nowMs } = fresh;
  if ((await findByUsername(tx, username)) !== undefined) throw nameTaken();
  // Never the bare name: a user called admin must not get the owner `admin` of the operator.
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

/** Columns of a new password. The next login shows new recovery codes. */
export const passwordColumns = ({ keys }: Identity, id: number, hash: string) => ({
  password_hash: keys.sealing.seal(hash, passwordContext(id)),
  password_kind: 'argon2id' as const,
  seen_recovery_codes: 0,
});
