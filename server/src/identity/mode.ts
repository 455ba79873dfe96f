import { KeywardError } from '../base/errors.ts';
import { hasUnlimitedKey, lastAdmin } from '../keys/index.ts';
import type { Actor } from '../access/index.ts';
import { INSIDE } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import { lockMode, writeMode } from './store/mode-store.ts';
import { hashPassword } from './login/password.ts';
import { revokeSessionsOf } from './store/session-store.ts';
import { sessionsEnd } from './login/sessions.ts';
import { checkPassword, type User } from './user.ts';
import { addUser, newUser } from './new-user.ts';
import { refuseNewUser } from './power.ts';

/**
 * Who gets in. A fresh instance is in `setup` and not open to anybody: its first session takes the text of an admin key
 * (all scopes, all workspaces and models) in place of a password. That key is printed once, at the first start, and
 * `keyward keys create --local` makes another one on the machine itself. It works in `password` too, as the way back in.
 */
export type Mode = 'setup' | 'password' | 'multi-user';

/** What the sealed hash of the one password is bound to. */
export const PASSWORD_CONTEXT = 'instance password';

const alreadyEnabled = (): KeywardError =>
  new KeywardError('conflict', 'Multi-user mode is already enabled.');

/**
 * Sets the one password, or takes it away: then only an admin key gets in again. All sessions end, the one that asks
 * too.
 * @param isLastMeant whether the password shall be taken away also where no key may do everything.
 * @throws KeywardError `invalid_input`; `conflict` where there are users; `scope_escalation`, `last_admin`.
 */
export async function setPassword(
  identity: Identity,
  actor: Actor,
  { password, isLastMeant = false }: { password: string | null; isLastMeant?: boolean },
): Promise<void> {
  const { keys } = identity;
  // Whoever knows the password is an administrator, for good and from everywhere; who logged in with it gains nothing by another.
  if (actor.kind !== 'admin') refuseNewUser(actor, { role: 'admin' });
  const hash = password === null ? null : await hashPassword(checkPassword(password), INSIDE);
  await keys.audit.changeEverywhere(actor, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) throw alreadyEnabled();
    if (hash === null && !isLastMeant && !(await hasUnlimitedKey(tx, keys))) throw lastAdmin(true);
    const nowMs = keys.clock.nowMs();
    const sealed = hash === null ? null : keys.sealing.seal(hash, PASSWORD_CONTEXT);
    await writeMode(tx, { password_hash: sealed }, nowMs);
    await revokeSessionsOf(tx, null, nowMs);
    const details = { password: hash === null ? 'removed' : 'set' };
    return {
      result: undefined,
      entry: { action: 'identity.password', target: 'instance', details },
      change: sessionsEnd(null),
    };
  });
}

/**
 * Makes the first administrator and lets users in instead of the one password; there is no way back. Sessions of
 * before end.
 * @throws KeywardError `invalid_input`; `conflict` where it was done before; `scope_escalation`.
 */
export async function enableMultiUser(
  identity: Identity,
  actor: Actor,
  input: { username: unknown; password: unknown },
): Promise<User> {
  const { keys } = identity;
  refuseNewUser(actor, { role: 'admin' });
  const fresh = await newUser({ ...input, role: 'admin' }, INSIDE);
  const { result } = await keys.audit.changeEverywhere(actor, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) throw alreadyEnabled();
    const nowMs = keys.clock.nowMs();
    await writeMode(tx, { multi_user: 1, password_hash: null }, nowMs);
    await revokeSessionsOf(tx, null, nowMs);
    const user = await addUser(tx, identity, fresh);
    const details = { user: user.id, username: user.username };
    return {
      result: user,
      entry: { action: 'identity.multi_user', target: 'instance', details },
      change: sessionsEnd(null),
    };
  });
  return result;
}
