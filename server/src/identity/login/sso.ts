import { hash } from 'node:crypto';
import { actorId, isOwnerActive } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import { newCode } from './codes.ts';
import type { Identity } from '../identity.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { UserLogin } from './login.ts';
import { makerNow } from '../makers.ts';
import { refuseSeizing } from '../power.ts';
import { beginSession, subjectOfUser } from './sessions.ts';
import { findToken, putToken, takeToken } from '../store/token-store.ts';
import type { User } from '../user.ts';
import { findUser, lockUser } from '../store/user-store.ts';

const TOKEN_MS = 6 * 60_000;

/**
 * A token with which somebody who was let in elsewhere logs in here as this user: once, within six minutes. A new one
 * ends the one before.
 * @param prefix what the token begins with, where clients know such tokens by it.
 * @returns undefined where there is no such user. @throws KeywardError `scope_escalation`
 */
export function issueLoginToken(
  identity: Identity,
  actor: Actor,
  userId: number,
  prefix = '',
): Promise<string | undefined> {
  const { keys } = identity;
  return keys.audit.change<string | undefined>(actor, async (tx) => {
    await lockUser(tx, userId);
    const user = await findUser(tx, userId);
    if (user === undefined) return { result: undefined };
    await refuseSeizing(tx, identity, { actor, user });
    const token = `${prefix}${newCode()}`;
    const { digest } = keys.sealing.digest(token);
    const expires_at = keys.clock.nowMs() + TOKEN_MS;
    await putToken(tx, { kind: 'sso', user_id: userId, digest, expires_at, made_by: actorId(actor) });
    const entry = { action: 'users.issue_login_token', target: `user:${userId}` };
    return { result: token, entry };
  });
}

interface Redeeming {
  token: string;
  ip: string;
  /** Told for whom the token is good: what takes them away meanwhile ends the request. */
  runsFor?: (subjects: readonly string[]) => void;
}

/** Logs in with such a token. It is used up also where the user may not log in, or whoever issued it has ended. */
export async function loginWithToken(
  identity: Identity,
  { token, ip, runsFor = () => undefined }: Redeeming,
): Promise<UserLogin> {
  const { keys } = identity;
  const { db } = keys.storage;
  const digests = keys.sealing.digestsOfSha256(hash('sha256', token, 'buffer')).map(({ digest }) => digest);
  const wanted = { digests, nowMs: keys.clock.nowMs() };
  // Looked for first: no stranger without one makes this server write.
  const found = await findToken(db, 'sso', wanted);
  const known = found && (await findUser(db, found.user_id));
  if (found === undefined || known === undefined) return WRONG;
  const issuer = await makerNow(db, identity, found.made_by);
  runsFor([...(issuer?.subjects ?? []), subjectOfUser(known.id), known.ownerId]);
  return keys.storage.transaction(async (tx) => {
    const userId = await takeToken(tx, 'sso', wanted);
    // Its row stays as it is until the session is there: a new password or a suspension ends that, or comes first and is seen.
    if (userId !== undefined) await lockUser(tx, userId);
    const user = userId === undefined ? undefined : await findUser(tx, userId);
    if (user === undefined || !(await mayStillIssue(tx, identity, { madeBy: found.made_by, user })))
      return WRONG;
    if (user.suspended || !(await isOwnerActive(keys, user.ownerId, tx)))
      return { ok: false, why: 'suspended', userId: user.id };
    const session = await beginSession(tx, identity, { user });
    const details = { ip, by: 'token' };
    const entry = { action: 'sessions.login', target: `user:${user.id}`, details };
    await keys.audit.record(tx, { kind: 'user', id: user.id, name: user.username }, entry);
    return { ok: true, token: session, user };
  });
}

const WRONG = { ok: false, why: 'credentials' } as const;

/** Whether whoever issued a token could issue it now. */
async function mayStillIssue(
  tx: Db,
  identity: Identity,
  { madeBy, user }: { madeBy: string | null; user: User },
): Promise<boolean> {
  const issuer = await makerNow(tx, identity, madeBy);
  if (issuer === undefined) return false;
  try {
    await refuseSeizing(tx, identity, { actor: issuer.actor, user });
    return true;
  } catch (error) {
    if (error instanceof KeywardError) return false;
    throw error;
  }
}
