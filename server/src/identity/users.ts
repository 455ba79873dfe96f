import { ROLE_POWERS, type Actor } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { revokeBeyond, setOwnerState } from '../keys/index.ts';
import type { Change } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';
import { hasAdmin } from './administrators.ts';
import { INSIDE } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import { lockMode } from './store/mode-store.ts';
import { addUser, nameTaken, newUser, passwordColumns } from './new-user.ts';
import { hashPassword } from './login/password.ts';
import { isDemotion, refuseChange, refuseEnding, refuseNewUser } from './power.ts';
import type { UserRow } from './store/rows.ts';
import { endSessionsOf, subjectOfUser } from './login/session-ends.ts';
import type { FreshSession } from './login/sessions.ts';
import { dropCodes } from './store/token-store.ts';
import { checkUser, type User, type UserFields, type UserInput, type UserRole } from './user.ts';
import * as store from './store/user-store.ts';

/** @throws KeywardError `invalid_input`, `scope_escalation` */
export async function createUser(identity: Identity, actor: Actor, input: UserInput): Promise<User> {
  const fresh = await newUser(input, INSIDE);
  refuseNewUser(actor, fresh);
  return identity.keys.audit.change(actor, async (tx) => {
    const user = await addUser(tx, identity, fresh);
    const { username, role } = user;
    const details = { username, role, owner: user.ownerId };
    return { result: user, entry: { action: 'users.create', target: `user:${user.id}`, details } };
  });
}

const noSuchUser = (): KeywardError => new KeywardError('not_found', 'User not found');

const lastAdmin = (): KeywardError =>
  new KeywardError('conflict', 'No system admins will remain if you do this. Update failed.');

async function existing(tx: Db, id: number): Promise<User> {
  const user = await store.findUser(tx, id);
  if (user === undefined) throw noSuchUser();
  return user;
}

/** Runs under `lockMode`: two administrators who demote each other wait for each other there. */
async function refuseLastAdmin(tx: Db, user: User): Promise<void> {
  if (user.role !== 'admin' || user.suspended) return;
  if (!(await hasAdmin(tx, user.ownerId))) throw lastAdmin();
}

/**
 * A suspension ends sessions and keys; a lower role ends the keys with more power. Both resolve when no node admits
 * them any more. A new password ends the sessions.
 * @param fresh a session that begins behind the end of the others.
 * @throws KeywardError `not_found`, `invalid_input`, `conflict` for the last administrator, `scope_escalation`.
 */
export async function updateUser(
  identity: Identity,
  actor: Actor,
  { id, input, fresh }: { id: number; input: UserInput; fresh?: FreshSession | undefined },
): Promise<User> {
  const { keys } = identity;
  await existing(keys.storage.db, id);
  const fields = checkUser(input);
  if (Object.keys(fields).length === 0) throw new KeywardError('invalid_input', 'No valid updates applied.');
  const hash = fields.password === undefined ? undefined : await hashPassword(fields.password, INSIDE);
  const { role } = fields;
  const { user, before } = await keys.audit.change(actor, async (tx) => {
    await lockMode(tx);
    const before = await existing(tx, id);
    await refuseChange(tx, identity, { actor, user: before, fields });
    if (fields.suspended === true || (fields.role ?? 'admin') !== 'admin') await refuseLastAdmin(tx, before);
    const ended = await change(tx, identity, { before, fields, hash });
    const { suspended } = fields;
    const keys_revoked = await endExcessKeys(tx, identity, { before, role });
    const details = { changed: Object.keys(fields), role, suspended, keys_revoked };
    const target = `user:${id}`;
    const user = await existing(tx, id);
    await fresh?.begin(tx, user);
    return {
      result: { user, before },
      entry: { action: 'users.update', target, details: defined(details) },
      change: [...changesOf(before, fields), ...ended],
    };
  });
  await endLateKeys(identity, actor, { before, role });
  return user;
}

/**
 * A request of a session may have given the user a key in the moment of the demotion, such as by an import or by enabling
 * one. All its requests have ended now. Guarded by session-ends.test.ts.
 */
async function endLateKeys(
  identity: Identity,
  actor: Actor,
  demoted: { before: User; role: UserRole | undefined },
): Promise<void> {
  const { role, before } = demoted;
  if (role === undefined || !isDemotion(before.role, role)) return;
  await identity.keys.audit.change(actor, async (tx) => {
    const keys_revoked = await endExcessKeys(tx, identity, demoted);
    if (keys_revoked === undefined) return { result: undefined };
    const entry = { action: 'users.update', target: `user:${before.id}`, details: { role, keys_revoked } };
    return { result: undefined, entry, change: { kind: 'owner', subject: before.ownerId, ends: true } };
  });
}

/** A suspension or a lower role ends the running requests of the user. */
export function changesOf(
  { id, ownerId, role: before }: User,
  { suspended, role, password }: UserFields,
): readonly Change[] {
  if (suspended === undefined && role === undefined && password === undefined) return [];
  const isLower = role !== undefined && isDemotion(before, role);
  const owner = { kind: 'owner', subject: ownerId, ends: suspended === true || isLower } as const;
  // First, so that the answer says that the session goes on.
  const access = { kind: 'access', subject: subjectOfUser(id), ends: true } as const;
  const areSessionsOver = suspended === true || password !== undefined;
  return [...(isLower && !areSessionsOver ? [access] : []), owner];
}

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

/** Users of the role default have no keys. */
const keptBy = (role: UserRole): readonly string[] => (role === 'default' ? [] : ROLE_POWERS[role]);

/** Bounds the audit record; each key has the reason. */
const NAMED_MAX = 100;

/** After a demotion no key keeps more power than the user; an administrator can restore some. */
export async function endExcessKeys(
  tx: Db,
  { keys }: Identity,
  { before, role }: { before: User; role: UserRole | undefined },
): Promise<string[] | undefined> {
  if (role === undefined || !isDemotion(before.role, role)) return undefined;
  const reason = `The role of its owner became ${role}.`;
  const ended = await revokeBeyond(tx, keys, { ownerId: before.ownerId, grants: keptBy(role), reason });
  return ended.length === 0 ? undefined : ended.slice(0, NAMED_MAX);
}

/** @returns the end of the sessions, for a suspension and a new password. */
async function change(
  tx: Db,
  identity: Identity,
  { before, fields, hash }: { before: User; fields: UserFields; hash: string | undefined },
): Promise<Change[]> {
  const { id, ownerId } = before;
  const nowMs = identity.keys.clock.nowMs();
  const { username } = fields;
  const isRenamed = username !== undefined && username !== before.username;
  if (isRenamed && (await store.findByUsername(tx, username)) !== undefined) throw nameTaken();
  // Before the sessions end: a login at the same time waits here, and finds the new password (login.ts).
  await store
    .updateUser(tx, id, {
      ...columns(fields),
      ...(hash === undefined ? {} : passwordColumns(identity, id, hash)),
      updated_at: nowMs,
    })
    .catch((error: unknown) => {
      throw isNameTaken(error) ? nameTaken() : error;
    });
  // A thief of the former password may have seen the codes.
  if (hash !== undefined) await dropCodes(tx, id);
  if (fields.suspended !== undefined)
    await setOwnerState(tx, ownerId, fields.suspended ? 'suspended' : 'active');
  return hash !== undefined || fields.suspended === true ? [await endSessionsOf(tx, id, nowMs)] : [];
}

function columns(fields: UserFields): Partial<UserRow> {
  const { username, role, suspended, dailyMessageLimit, bio, pfpFilename } = fields;
  return defined({
    username,
    role,
    suspended: suspended === undefined ? undefined : Number(suspended),
    daily_message_limit: dailyMessageLimit,
    bio,
    pfp_filename: pfpFilename,
  });
}

/** Two changes at the same time meet only in the unique index. */
function isNameTaken(error: unknown): boolean {
  return error instanceof Error && /unique/i.test(error.message) && /users[._]username/.test(error.message);
}

/** Ends sessions and keys of the user permanently. @throws KeywardError as `updateUser`. */
export async function deleteUser(identity: Identity, actor: Actor, id: number): Promise<void> {
  const { keys, memberships } = identity;
  await keys.audit.changeEverywhere(actor, async (tx) => {
    await lockMode(tx);
    const user = await existing(tx, id);
    await refuseEnding(tx, identity, { actor, user });
    await refuseLastAdmin(tx, user);
    await memberships.forget(tx, id);
    await store.deleteUser(tx, id);
    const ended = await endSessionsOf(tx, id, keys.clock.nowMs());
    await setOwnerState(tx, user.ownerId, 'deleted');
    const details = { username: user.username, role: user.role };
    return {
      result: undefined,
      entry: { action: 'users.delete', target: `user:${id}`, details },
      change: [{ kind: 'owner', subject: user.ownerId, ends: true }, ended],
    };
  });
}
