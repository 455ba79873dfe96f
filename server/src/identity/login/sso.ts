import { actorId, isOwnerActive } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import { digestsOf, newCode } from './codes.ts';
import type { Identity } from '../identity.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { UserLogin } from './login.ts';
import { makerNow } from '../makers.ts';
import { refuseSeizing } from '../power.ts';
import { subjectOfUser } from './session-ends.ts';
import { beginSession } from './sessions.ts';
import { findToken, putToken, takeToken } from '../store/token-store.ts';
import type { User } from '../user.ts';
import { findUser, lockUser } from '../store/user-store.ts';

const TOKEN_MS = 6 * 60_000;

/**
 * A token that logs in as this user once, within six minutes: for single sign-on. A new one replaces it.
 * @param prefix of the token, as clients expect it.
 * @returns undefined if there is no such user. @throws KeywardError `scope_escalation`
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
  /** Called with the subjects of issuer and user: the request ends if one of them is taken away. */
  runsFor?: (subjects: readonly string[]) => void;
}

/** Uses the token up, also if the user may not log in or its issuer has ended. */
export async function loginWithToken(
  identity: Identity,
  { token, ip, runsFor = () => undefined }: Redeeming,
): Promise<UserLogin> {
  const { keys } = identity;
  const { db } = keys.storage;
  const wanted = { digests: digestsOf(keys.sealing, token), nowMs: keys.clock.nowMs() };
  // Read first: a request without a valid token must not cause a write.
  const found = await findToken(db, 'sso', wanted);
  const known = found && (await findUser(db, found.user_id));
  if (found === undefined || known === undefined) return WRONG;
  const issuer = await makerNow(db, identity, found.made_by);
  runsFor([...(issuer?.subjects ?? []), subjectOfUser(known.id), known.ownerId]);
  return keys.audit.change<UserLogin>({ kind: 'system' }, async (tx) => {
    const userId = await takeToken(tx, 'sso', wanted);
    // Locks the user: a new password or a suspension at the same time ends the session, or is seen here.
    if (userId !== undefined) await lockUser(tx, userId);
    const user = userId === undefined ? undefined : await findUser(tx, userId);
    if (user === undefined || !(await mayStillIssue(tx, identity, { madeBy: found.made_by, user })))
      return { result: WRONG };
    if (user.suspended || !(await isOwnerActive(keys, user.ownerId, tx)))
      return { result: { ok: false, why: 'suspended', userId: user.id } };
    const { token: session, changes: change } = await beginSession(tx, identity, { user, device: { ip } });
    const details = { ip, by: 'token' };
    const entry = { action: 'sessions.login', target: `user:${user.id}`, details };
    const actor = { kind: 'user', id: user.id, name: user.username } as const;
    return { result: { ok: true, token: session, user }, actor, entry, change };
  });
}

const WRONG = { ok: false, why: 'credentials' } as const;

/** Whether the issuer of a token could issue it now. */
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
