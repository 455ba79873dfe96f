import type { Entry } from '../../audit/index.ts';
import type { OidcSettings } from '../../base/forms/oidc-settings.ts';
import { isOwnerActive } from '../../keys/index.ts';
import type { Change } from '../../nodes/index.ts';
import { nextId, type Db } from '../../storage/index.ts';
import { hasAdmin } from '../administrators.ts';
import type { Identity } from '../identity.ts';
import { endSessionsOf, subjectOfUser } from '../login/session-ends.ts';
import { beginSession, type Device } from '../login/sessions.ts';
import { insertNewUser, passwordContext } from '../new-user.ts';
import { isDemotion } from '../power.ts';
import { lockMode } from '../store/mode-store.ts';
import { findLink, insertLink, isLinked, spendState } from '../store/oidc-store.ts';
import { dropCodes } from '../store/token-store.ts';
import { findByUsername, findUser, updateUser } from '../store/user-store.ts';
import type { User, UserRole } from '../user.ts';
import { changesOf, endExcessKeys } from '../users.ts';
import { newName } from './new-name.ts';
import { roleOf, type Person } from './claims.ts';
import { SignInFailure } from './sign-in-failure.ts';
import type { Transaction } from './transaction.ts';

export type OidcSignIn =
  | { ok: true; token: string; user: User }
  /** `userId` is for the audit record. */
  | { ok: false; why: 'oidc_no_role' | 'oidc_suspended' | 'oidc_single_user'; userId?: number };

interface SigningIn {
  person: Person;
  settings: Pick<OidcSettings, 'roles' | 'linksByEmail'>;
  /** It ends once. */
  transaction: Pick<Transaction, 'state' | 'expiresAt'>;
  device: Device;
  /** Called with the subjects of the user: the request ends if the user is suspended meanwhile. */
  runsFor?: (subjects: readonly string[]) => void;
}

/** What a sign-in does besides the session: records, and changes that the other nodes must know. */
interface Effects {
  entries: Entry[];
  changes: Change[];
}

/**
 * Begins a session for a person whom the provider has identified. The first sign-in makes the user; each one gives the
 * user the role of the person's groups.
 * @throws SignInFailure `oidc_expired` for a transaction that has ended before.
 */
export async function signInWithProvider(identity: Identity, signingIn: SigningIn): Promise<OidcSignIn> {
  const { keys } = identity;
  const { person, device, runsFor = () => undefined } = signingIn;
  const known = await userOf(keys.storage.db, signingIn);
  if (known !== undefined) runsFor([subjectOfUser(known.id), known.ownerId]);
  return keys.audit.change<OidcSignIn>({ kind: 'system' }, async (tx) => {
    const effects: Effects = { entries: [], changes: [] };
    const { entries, changes: change } = effects;
    const result = await signIn(tx, identity, { ...signingIn, effects });
    if (!result.ok) return { result, entry: entries, change };
    const { id, username: name } = result.user;
    const details = { ip: device.ip, by: 'oidc', issuer: person.issuer };
    const entry = [...entries, { action: 'sessions.login', target: `user:${id}`, details }];
    return { result, actor: { kind: 'user', id, name }, entry, change };
  });
}

/** The lock of the mode makes sign-ins wait for each other: two first ones of a person make one user. */
async function signIn(
  tx: Db,
  identity: Identity,
  signingIn: SigningIn & { effects: Effects },
): Promise<OidcSignIn> {
  const { person, settings, effects } = signingIn;
  const { state, expiresAt } = signingIn.transaction;
  const { keys } = identity;
  if ((await lockMode(tx)).multi_user === 0) return { ok: false, why: 'oidc_single_user' };
  const { digest } = keys.sealing.digest(`oidc ${state}`);
  if (!(await spendState(tx, { digest, expiresAt, nowMs: keys.clock.nowMs() })))
    throw new SignInFailure('oidc_expired');
  const before = await userOf(tx, signingIn);
  if (before !== undefined && (before.suspended || !(await isOwnerActive(keys, before.ownerId, tx))))
    return { ok: false, why: 'oidc_suspended', userId: before.id };
  const role = roleOf(person.groups, settings.roles);
  if (role === undefined) return refuseWithoutRole(tx, identity, { before, effects });
  const user = before ?? (await createUser(tx, identity, { person, role, effects }));
  if ((await findLink(tx, person)) === undefined) await link(tx, identity, { person, user, before, effects });
  await changeRole(tx, identity, { user, role, effects });
  const now = (await findUser(tx, user.id)) ?? user;
  const { token, changes } = await beginSession(tx, identity, { user: now, device: signingIn.device });
  effects.changes.push(...changes);
  return { ok: true, token, user: now };
}

/** The user of a person; undefined: the sign-in makes one. */
async function userOf(
  db: Db,
  { person, settings: { linksByEmail } }: Pick<SigningIn, 'person' | 'settings'>,
): Promise<User | undefined> {
  const linked = await findLink(db, person);
  if (linked !== undefined) return findUser(db, linked);
  if (!linksByEmail || person.email === undefined) return undefined;
  const named = await findByUsername(db, person.email);
  // A user of another account at a provider stays that of this account.
  return named === undefined || (await isLinked(db, named.id)) ? undefined : named;
}

/** Without a group, nothing that began with one goes on. */
async function refuseWithoutRole(
  tx: Db,
  identity: Identity,
  { before, effects }: { before: User | undefined; effects: Effects },
): Promise<OidcSignIn> {
  const { keys } = identity;
  // A local user with the address of the person is not theirs yet.
  if (before === undefined || !(await isLinked(tx, before.id))) return { ok: false, why: 'oidc_no_role' };
  effects.changes.push(await endSessionsOf(tx, before.id, keys.clock.nowMs()));
  const revoked = await endKeysWithoutRole(tx, identity, { before, effects });
  const details = { by: 'oidc', why: 'no_role', ...(revoked && { keys_revoked: revoked }) };
  effects.entries.push({ action: 'users.end_sessions', target: `user:${before.id}`, details });
  return { ok: false, why: 'oidc_no_role', userId: before.id };
}

/** Like the keys of a user who got the lowest role. Those of the last administrator stay: nobody else could open Keyward. */
async function endKeysWithoutRole(
  tx: Db,
  identity: Identity,
  { before, effects }: { before: User; effects: Effects },
): Promise<string[] | undefined> {
  if (before.role === 'admin' && !(await hasAdmin(tx, before.ownerId))) return undefined;
  const revoked = await endExcessKeys(tx, identity, { before, role: 'default' });
  if (revoked !== undefined) effects.changes.push({ kind: 'owner', subject: before.ownerId, ends: true });
  return revoked;
}

async function createUser(
  tx: Db,
  identity: Identity,
  { person, role, effects }: { person: Person; role: UserRole; effects: Effects },
): Promise<User> {
  const user = await insertNewUser(tx, identity, {
    id: await nextId(tx, 'users'),
    username: await newName(tx, person),
    hash: '',
    kind: 'none',
    role,
    dailyMessageLimit: null,
    bio: '',
    nowMs: identity.keys.clock.nowMs(),
  });
  const details = { username: user.username, role, owner: user.ownerId, by: 'oidc' };
  effects.entries.push({ action: 'users.create', target: `user:${user.id}`, details });
  return user;
}

/**
 * An existing user loses its password, codes and sessions: somebody else could have chosen the name of this person, to
 * share the account later. Guarded by link.test.ts.
 */
async function link(
  tx: Db,
  { keys }: Identity,
  {
    person,
    user,
    before,
    effects,
  }: { person: Person; user: User; before: User | undefined; effects: Effects },
): Promise<void> {
  const { issuer, subject } = person;
  const nowMs = keys.clock.nowMs();
  await insertLink(tx, { issuer, subject, user_id: user.id, created_at: nowMs });
  effects.entries.push({ action: 'users.link', target: `user:${user.id}`, details: { issuer, subject } });
  if (before === undefined) return;
  // A login with the password at the same time finds another hash (login.ts).
  const password_hash = keys.sealing.seal('', passwordContext(user.id));
  await updateUser(tx, user.id, { password_hash, password_kind: 'none', updated_at: nowMs });
  await dropCodes(tx, user.id);
  effects.changes.push(await endSessionsOf(tx, user.id, nowMs));
}

/** A lower role ends sessions and the keys that exceed it. The last administrator keeps the role. */
async function changeRole(
  tx: Db,
  identity: Identity,
  { user, role, effects }: { user: User; role: UserRole; effects: Effects },
): Promise<void> {
  const { keys } = identity;
  if (role === user.role) return;
  const target = `user:${user.id}`;
  if (user.role === 'admin' && !(await hasAdmin(tx, user.ownerId))) {
    const details = { role: 'admin', refused_role: role, why: 'last_admin', by: 'oidc' };
    effects.entries.push({ action: 'users.update', target, outcome: 'refused', details });
    keys.logger.warn({ user: user.id, role }, 'the last administrator keeps its role at the sign-in');
    return;
  }
  const nowMs = keys.clock.nowMs();
  await updateUser(tx, user.id, { role, updated_at: nowMs });
  const revoked = await endExcessKeys(tx, identity, { before: user, role });
  const details = { changed: ['role'], role, by: 'oidc', ...(revoked && { keys_revoked: revoked }) };
  effects.entries.push({ action: 'users.update', target, details });
  if (isDemotion(user.role, role)) effects.changes.push(await endSessionsOf(tx, user.id, nowMs));
  effects.changes.push(...changesOf(user, { role }));
}
