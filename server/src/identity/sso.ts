import { hash } from 'node:crypto';
import { changeAndRecord, isOwnerActive, record } from '../keys/index.ts';
import type { Actor } from '../keys/index.ts';
import { newCode } from './codes.ts';
import type { Identity } from './identity.ts';
import type { UserLogin } from './login.ts';
import { refuseSeizing } from './power.ts';
import { beginSession } from './sessions.ts';
import { hasToken, putToken, takeToken } from './token-store.ts';
import { findUser, lockUser } from './user-store.ts';

const TOKEN_MS = 6 * 60_000;
const PREFIX = 'allm-tat-';

/**
 * A token with which somebody who was let in elsewhere logs in here as this user: once, within six minutes. A new one
 * ends the one before.
 * @returns undefined where there is no such user. @throws KeywardError `scope_escalation`
 */
export function issueLoginToken(
  identity: Identity,
  actor: Actor,
  userId: number,
): Promise<string | undefined> {
  const { keys } = identity;
  return keys.storage.transaction(async (tx) => {
    await lockUser(tx, userId);
    const user = await findUser(tx, userId);
    if (user === undefined) return undefined;
    await refuseSeizing(tx, identity, { actor, user });
    const token = `${PREFIX}${newCode()}`;
    const { digest } = keys.sealing.digest(token);
    await putToken(tx, { kind: 'sso', user_id: userId, digest, expires_at: keys.clock.nowMs() + TOKEN_MS });
    const entry = { action: 'users.issue_login_token', target: `user:${userId}`, outcome: 'ok' as const };
    await record(tx, keys, { actor, entry });
    return token;
  });
}

/** Logs in with such a token. It is used up also where the user may not log in. */
export async function loginWithToken(
  identity: Identity,
  { token, ip }: { token: string; ip: string },
): Promise<UserLogin> {
  const { keys } = identity;
  const digests = keys.sealing.digestsOfSha256(hash('sha256', token, 'buffer')).map(({ digest }) => digest);
  const wanted = { digests, nowMs: keys.clock.nowMs() };
  // Looked for first: no stranger without one makes this server write.
  const isThere = await hasToken(keys.storage.db, 'sso', wanted);
  const userId = isThere ? await keys.storage.transaction((tx) => takeToken(tx, 'sso', wanted)) : undefined;
  const user = userId === undefined ? undefined : await findUser(keys.storage.db, userId);
  if (user === undefined) return { ok: false, why: 'credentials' };
  if (user.suspended || !(await isOwnerActive(keys, user.ownerId)))
    return { ok: false, why: 'suspended', userId: user.id };
  return changeAndRecord(keys, { kind: 'user', id: user.id, name: user.username }, async (tx) => {
    const session = await beginSession(tx, identity, { user });
    const details = { ip, by: 'token' };
    const entry = { action: 'sessions.login', target: `user:${user.id}`, outcome: 'ok' as const, details };
    return { result: { ok: true as const, token: session, user }, entry };
  });
}
