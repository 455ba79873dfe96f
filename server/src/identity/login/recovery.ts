import { randomBytes } from 'node:crypto';
import { isOwnerActive } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import { digestsOf } from './codes.ts';
import { placeOf } from './hash-queue.ts';
import type { Identity } from '../identity.ts';
import { throttled, type LoginRefusal } from './login.ts';
import { passwordColumns } from '../new-user.ts';
import { hashPassword } from './password.ts';
import { endSessionsOf } from './session-ends.ts';
import type { FreshSession } from './sessions.ts';
import { countRecoveryCodes, dropCodes, findToken, putToken, takeToken } from '../store/token-store.ts';
import { checkPassword } from '../user.ts';
import * as store from '../store/user-store.ts';

const RESET_MS = 10 * 60_000;
const CODES_NEEDED = 2;
const CODES_MAX = 4;

export type Recovery = { ok: true; resetToken: string } | LoginRefusal;

/** Exchanges two different recovery codes for a token that sets a new password. */
export function recoverAccount(
  identity: Identity,
  { username, codes, ip }: { username: string; codes: readonly string[]; ip: string },
): Promise<Recovery> {
  return throttled(identity, { username, ip }, async (): Promise<Recovery> => {
    const { keys } = identity;
    const { db } = keys.storage;
    const distinct = [...new Set(codes)].slice(0, CODES_MAX);
    const user = await store.findByUsername(db, username);
    const digests = distinct.flatMap((code) => digestsOf(keys.sealing, code));
    const known = digests.length === 0 ? 0 : await countRecoveryCodes(db, user?.id ?? -1, digests);
    if (user === undefined) return { ok: false, why: 'credentials' };
    const isGood = distinct.length >= CODES_NEEDED && known === distinct.length;
    if (!isGood || user.suspended || !(await isOwnerActive(keys, user.ownerId)))
      return { ok: false, why: 'credentials', userId: user.id };
    const resetToken = randomBytes(24).toString('base64url');
    const { digest } = keys.sealing.digest(resetToken);
    const actor: Actor = { kind: 'user', id: user.id, name: username };
    return keys.audit.change<Recovery>(actor, async (tx) => {
      const details = { ip, codes: distinct.length };
      const entry = { action: 'users.recover', target: `user:${user.id}`, details };
      // A new password at the same time deletes the codes: it comes before this, or deletes the token too.
      await store.lockUser(tx, user.id);
      if ((await countRecoveryCodes(tx, user.id, digests)) !== known) {
        const result = { ok: false as const, why: 'credentials' as const, userId: user.id };
        return { result, entry: { ...entry, outcome: 'refused' as const } };
      }
      const expires_at = keys.clock.nowMs() + RESET_MS;
      await putToken(tx, { kind: 'reset', user_id: user.id, digest, expires_at, made_by: `user:${user.id}` });
      return { result: { ok: true as const, resetToken }, entry };
    });
  });
}

/**
 * Sets a new password with the token. Sessions, recovery codes and other tokens of the user end, and the next login
 * shows new codes.
 * @param fresh a session that begins behind the end of the others.
 * @returns whether the token was valid.
 * @throws KeywardError `invalid_input` for an invalid password; the token stays valid then.
 */
export async function resetPassword(
  identity: Identity,
  { token, password, ip, fresh }: { token: string; password: unknown; ip: string; fresh?: FreshSession },
): Promise<boolean> {
  const { keys } = identity;
  const digests = digestsOf(keys.sealing, token);
  const nowMs = keys.clock.nowMs();
  const chosen = checkPassword(password);
  // Before the hash: a request without a valid token must not cost one.
  if ((await findToken(keys.storage.db, 'reset', { digests, nowMs })) === undefined) return false;
  const hash = await hashPassword(chosen, placeOf(ip));
  return keys.audit.change({ kind: 'system' }, async (tx) => {
    const userId = await takeToken(tx, 'reset', { digests, nowMs });
    const user = userId === undefined ? undefined : await store.findUser(tx, userId);
    if (user === undefined || user.suspended || !(await isOwnerActive(keys, user.ownerId, tx)))
      return { result: false };
    const { id, username } = user;
    await store.updateUser(tx, id, { ...passwordColumns(identity, id, hash), updated_at: nowMs });
    await dropCodes(tx, id);
    const change = await endSessionsOf(tx, id, nowMs);
    await fresh?.begin(tx, user);
    const entry = { action: 'users.reset_password', target: `user:${id}` };
    return { result: true, actor: { kind: 'user', id, name: username }, entry, change };
  });
}
