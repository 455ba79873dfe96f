import { KeywardError } from '../base/errors.ts';
import { hasUnlimitedKey, lastAdmin } from '../keys/index.ts';
import type { Actor } from '../access/index.ts';
import { INSIDE } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import { lockMode, writeMode } from './store/mode-store.ts';
import { hashPassword } from './login/password.ts';
import { endSessionsOf } from './login/session-ends.ts';
import type { FreshSession } from './login/sessions.ts';
import { checkPassword, type User } from './user.ts';
import { addUser, newUser } from './new-user.ts';
import { ADMIN_ID } from './person.ts';
import { refuseNewUser } from './power.ts';

/**
 * The way to log in. In `setup`, only the text of an admin key (all scopes, workspaces and models) opens a session. The
 * first start prints such a key; `keyward keys create --local` makes another one. It works in `password` too, if the
 * password is lost. In `multi-user` users log in with their roles, permanently.
 */
export type Mode = 'setup' | 'password' | 'multi-user';

/** Context of the sealed hash of the one password. */
export const PASSWORD_CONTEXT = 'instance password';

/** Ends all that was begun in the sessions, such as a batch. Guarded by lost-rights.test.ts. */
const ADMINISTRATOR_ENDS = { kind: 'key', subject: ADMIN_ID, ends: true } as const;

interface NewPassword {
  password: string | null;
  isLastMeant?: boolean;
  fresh?: FreshSession;
}

const alreadyEnabled = (): KeywardError =>
  new KeywardError('conflict', 'Multi-user mode is already enabled.');

/**
 * Sets the one password, or removes it: then only an admin key opens a session. Ends all sessions, also this one.
 * @param isLastMeant removes the password even if no key can do everything.
 * @param fresh a session that begins behind the end of the others.
 * @throws KeywardError `invalid_input`; `conflict` in multi-user mode; `scope_escalation`, `last_admin`.
 */
export async function setPassword(
  identity: Identity,
  actor: Actor,
  { password, isLastMeant = false, fresh }: NewPassword,
): Promise<void> {
  const { keys } = identity;
  // The password makes an administrator without expiry. An actor who logged in with it gains nothing by a new one.
  if (actor.kind !== 'admin') refuseNewUser(actor, { role: 'admin' });
  const hash = password === null ? null : await hashPassword(checkPassword(password), INSIDE);
  await keys.audit.changeEverywhere(actor, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) throw alreadyEnabled();
    if (hash === null && !isLastMeant && !(await hasUnlimitedKey(tx, keys))) throw lastAdmin(true);
    const sealed = hash === null ? null : keys.sealing.seal(hash, PASSWORD_CONTEXT);
    const nowMs = keys.clock.nowMs();
    await writeMode(tx, { password_hash: sealed }, nowMs);
    const ended = await endSessionsOf(tx, null, nowMs);
    const details = { password: hash === null ? 'removed' : 'set' };
    await fresh?.begin(tx);
    return {
      result: undefined,
      entry: { action: 'identity.password', target: 'instance', details },
      change: hash === null ? [ended, ADMINISTRATOR_ENDS] : ended,
    };
  });
}

/**
 * Makes the first administrator and turns on multi-user mode, permanently. Ends all sessions.
 * @param fresh a session of the administrator, that begins behind the end of the others.
 * @throws KeywardError `invalid_input`; `conflict` if it is on; `scope_escalation`.
 */
export async function enableMultiUser(
  identity: Identity,
  actor: Actor,
  { username, password, fresh }: { username: unknown; password: unknown; fresh?: FreshSession },
): Promise<User> {
  const { keys } = identity;
  refuseNewUser(actor, { role: 'admin' });
  const admin = await newUser({ username, password, role: 'admin' }, INSIDE);
  const { result } = await keys.audit.changeEverywhere(actor, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) throw alreadyEnabled();
    const nowMs = keys.clock.nowMs();
    await writeMode(tx, { multi_user: 1, password_hash: null }, nowMs);
    const ended = await endSessionsOf(tx, null, nowMs);
    const user = await addUser(tx, identity, admin);
    await fresh?.begin(tx, user);
    const details = { user: user.id, username: user.username };
    return {
      result: user,
      entry: { action: 'identity.multi_user', target: 'instance', details },
      change: [ended, ADMINISTRATOR_ENDS],
    };
  });
  return result;
}
