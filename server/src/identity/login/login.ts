import { randomUUID } from 'node:crypto';
import { isOwnerActive } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import type { Db } from '../../storage/index.ts';
import { boundsOf, isFullAdmin } from './authentication.ts';
import type { Place } from './hash-queue.ts';
import type { Identity } from '../identity.ts';
import { PASSWORD_CONTEXT } from '../mode.ts';
import { lockMode, readMode } from '../store/mode-store.ts';
import { passwordContext } from '../new-user.ts';
import { checkAgainst, hashPassword } from './password.ts';
import { beginSession, type Device } from './sessions.ts';
import type { Attempt } from './throttle.ts';
import { putRecoveryCodes } from '../store/token-store.ts';
import type { User } from '../user.ts';
import * as store from '../store/user-store.ts';
import type { Credentials } from '../store/user-store.ts';

/** `userId` is for the audit record, never for the caller. */
export type LoginRefusal =
  | { ok: false; why: 'credentials' | 'suspended'; userId?: number }
  /** An admin key with an expiry or limits. */
  | { ok: false; why: 'bounded'; because: string }
  | { ok: false; why: 'throttled'; retryAfterSeconds: number };

export type AdminLogin = { ok: true; token: string } | LoginRefusal;
/** `recoveryCodes`: only at the first login. */
export type UserLogin = { ok: true; token: string; user: User; recoveryCodes?: string[] } | LoginRefusal;

const WRONG = { ok: false, why: 'credentials' } as const;

/** Counts the attempt before the work, and forgives it after a success. */
export async function throttled<T extends { ok: boolean }>(
  { throttle }: Identity,
  attempt: Attempt,
  work: (place: Place) => Promise<T>,
): Promise<T | { ok: false; why: 'throttled'; retryAfterSeconds: number }> {
  const taken = await throttle.take(attempt);
  if ('retryAfterSeconds' in taken) return { ok: false, why: 'throttled', ...taken };
  const outcome = await work(taken);
  if (outcome.ok) await throttle.forgive(attempt);
  return outcome;
}

/** The login without users: with the password, or with the text of an admin key (mode.ts). */
export function loginAdmin(
  identity: Identity,
  { password, ...device }: { password: string } & Device,
): Promise<AdminLogin> {
  return throttled(identity, { username: '', ip: device.ip }, async (place): Promise<AdminLogin> => {
    const { keys } = identity;
    const { password_hash: sealed } = await readMode(keys.storage.db);
    const stored =
      sealed === null
        ? undefined
        : { hash: keys.sealing.open(sealed, PASSWORD_CONTEXT), kind: 'argon2id' as const };
    const isPassword = await checkAgainst(password, stored, { withBcrypt: false, place });
    if (!isPassword) return loginWithKey(identity, { text: password, device });
    return begin(identity, { actor: { kind: 'admin' }, device }, async (tx) => {
      const now = await lockMode(tx);
      return now.multi_user === 0 && now.password_hash === sealed;
    });
  });
}

/** The login without users with the text of an admin key alone. */
export const loginAdminWithKey = (
  identity: Identity,
  { key, ...device }: { key: string } & Device,
): Promise<AdminLogin> =>
  throttled(identity, { username: '', ip: device.ip }, () => loginWithKey(identity, { text: key, device }));

async function loginWithKey(
  identity: Identity,
  { text, device }: { text: string; device: Device },
): Promise<AdminLogin> {
  const { keys } = identity;
  const { ip } = device;
  const known = await keys.verifier.identify(text);
  if (!known.valid || !isFullAdmin(known.caller, ip)) return WRONG;
  const { caller, secretId } = known;
  const because = boundsOf(caller);
  if (because !== undefined) return { ok: false, why: 'bounded', because };
  keys.lastUsed.note(secretId, caller.keyId, ip);
  return begin(identity, { actor: { kind: 'key', caller }, device, secretId }, async (tx) => {
    return (await lockMode(tx)).multi_user === 0;
  });
}

/** @param holds whether the login is still valid, in the transaction that begins the session. */
function begin(
  identity: Identity,
  { actor, device, secretId }: { actor: Actor; device: Device; secretId?: string },
  holds: (tx: Db) => Promise<boolean>,
): Promise<AdminLogin> {
  return identity.keys.audit.change<AdminLogin>(actor, async (tx) => {
    const isGood = await holds(tx);
    const whose = { device, ...(secretId === undefined ? {} : { secretId }) };
    const entry = { action: 'sessions.login', target: 'admin', details: { ip: device.ip } };
    if (!isGood) return { result: WRONG, entry: { ...entry, outcome: 'refused' } };
    const { token, changes: change } = await beginSession(tx, identity, whose);
    return { result: { ok: true, token }, entry, change };
  });
}

interface Credential extends Device {
  username: string;
  password: string;
  /** Whether the first login gives out recovery codes. @default true */
  givesCodes?: boolean;
}

/** An unknown user and a wrong password get the same answer after the same work. */
export function loginUser(identity: Identity, credential: Credential): Promise<UserLogin> {
  const { username, ip } = credential;
  return throttled(identity, { username, ip }, async (place): Promise<UserLogin> => {
    // Repeated once, if the password was changed meanwhile.
    const once = () => attempt(identity, { ...credential, place });
    return (await once()) ?? (await once()) ?? WRONG;
  });
}

/** undefined: the password was changed meanwhile. */
async function attempt(
  identity: Identity,
  { username, password, place, givesCodes = true, ...device }: Credential & { place: Place },
): Promise<UserLogin | undefined> {
  const { keys } = identity;
  const found = await store.findCredentials(keys.storage.db, username);
  const withBcrypt = await store.hasBcrypt(keys.storage.db);
  if (!(await checkAgainst(password, found && opened(identity, found), { withBcrypt, place })))
    return found === undefined ? WRONG : { ...WRONG, userId: found.user.id };
  if (found === undefined) return WRONG;
  const { user } = found;
  // After the password check: otherwise anybody could learn it.
  if (user.suspended || !(await isOwnerActive(keys, user.ownerId)))
    return { ok: false, why: 'suspended', userId: user.id };
  const upgraded = found.kind === 'bcrypt' ? await hashPassword(password, place) : undefined;
  return beginForUser(identity, { found, upgraded, device, givesCodes });
}

export async function knowsPassword(
  identity: Identity,
  { username, password, place }: { username: string; password: string; place: Place },
): Promise<boolean> {
  const found = await store.findCredentials(identity.keys.storage.db, username);
  const withBcrypt = found?.kind === 'bcrypt';
  return checkAgainst(password, found && opened(identity, found), { withBcrypt, place });
}

const opened = ({ keys }: Identity, { user, sealedHash, kind }: Credentials) => ({
  hash: keys.sealing.open(sealedHash, passwordContext(user.id)),
  kind,
});

function beginForUser(
  identity: Identity,
  {
    found,
    upgraded,
    device,
    givesCodes,
  }: { found: Credentials; upgraded: string | undefined; device: Device; givesCodes: boolean },
): Promise<UserLogin | undefined> {
  const { keys } = identity;
  const { user } = found;
  const { id, username } = user;
  const actor: Actor = { kind: 'user', id, name: username };
  return keys.audit.change<UserLogin | undefined>(actor, async (tx) => {
    const entry = { action: 'sessions.login', target: `user:${id}`, details: { ip: device.ip } };
    // Locks the user: a new password at the same time ends this session, or comes first and is seen here.
    await store.lockUser(tx, id);
    const now = await store.findCredentials(tx, username);
    if (now?.sealedHash !== found.sealedHash)
      return { result: undefined, entry: { ...entry, outcome: 'refused' as const } };
    // A session of a suspended user would survive the suspension.
    if (now.user.suspended) {
      const result = { ok: false as const, why: 'suspended' as const, userId: id };
      return { result, entry: { ...entry, outcome: 'refused' as const } };
    }
    if (upgraded !== undefined) {
      const password_hash = keys.sealing.seal(upgraded, passwordContext(id));
      await store.updateUser(tx, id, { password_hash, password_kind: 'argon2id' });
    }
    const { token, changes: change } = await beginSession(tx, identity, { user, device });
    const recoveryCodes = givesCodes ? await firstCodes(tx, identity, id) : undefined;
    const result = { ok: true as const, token, user, ...(recoveryCodes && { recoveryCodes }) };
    return { result, entry, change };
  });
}

const CODES = 4;

/** One of two first logins at the same time gets the codes. */
async function firstCodes(tx: Db, identity: Identity, userId: number): Promise<string[] | undefined> {
  return (await store.markCodesSeen(tx, userId)) ? giveCodes(tx, identity, userId) : undefined;
}

/** The caller has dropped the former ones. */
export async function giveCodes(tx: Db, { keys }: Identity, userId: number): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => randomUUID());
  const digests = codes.map((code) => keys.sealing.digest(code).digest);
  await putRecoveryCodes(tx, userId, digests);
  return codes;
}
