import { KeywardError } from '../base/errors.ts';
import type { Identity, Session } from './identity.ts';
import { isFullAdmin } from './login/authentication.ts';
import { checkAgainst } from './login/password.ts';
import { giveCodes, knowsPassword, throttled, type LoginRefusal } from './login/login.ts';
import type { FreshSession } from './login/sessions.ts';
import { PASSWORD_CONTEXT, setPassword } from './mode.ts';
import { changeOwnAccount } from './own-account.ts';
import { readMode } from './store/mode-store.ts';
import { dropCodes } from './store/token-store.ts';
import { findCredentials, lockUser, markCodesSeen } from './store/user-store.ts';

interface OwnPassword {
  current: string;
  password: string;
  ip: string;
  /** A session that begins behind the end of the others. */
  fresh: FreshSession;
}

type Changed = { ok: true } | LoginRefusal;

const WRONG = { ok: false, why: 'credentials' } as const;

/**
 * Changes the password of the person who is signed in. It takes the present one, throttled like a login: the thief of a
 * session must not get the account. All sessions end.
 * @throws KeywardError `invalid_input`; `conflict` where no password is set
 */
export function changeOwnPassword(
  identity: Identity,
  session: Session,
  { current, password, ip, fresh }: OwnPassword,
): Promise<Changed> {
  if (session.kind === 'user')
    return changeOwnAccount(identity, session, {
      input: { password },
      currentPassword: current,
      ip,
      fresh,
    });
  return throttled(identity, { username: '', ip }, async (place): Promise<Changed> => {
    const { keys } = identity;
    const { password_hash: sealed } = await readMode(keys.storage.db);
    if (sealed === null)
      throw new KeywardError('conflict', 'No password is set.', {
        hint: 'Set the first one with POST /v1/session/setup.',
      });
    const stored = { hash: keys.sealing.open(sealed, PASSWORD_CONTEXT), kind: 'argon2id' as const };
    const knows = await checkAgainst(current, stored, { withBcrypt: false, place });
    // With an admin key the password can be replaced if it is lost.
    if (!knows && !(await isAdminKey(identity, current, ip))) return WRONG;
    await setPassword(identity, session.actor, { password, fresh });
    return { ok: true };
  });
}

async function isAdminKey({ keys }: Identity, text: string, ip: string): Promise<boolean> {
  const known = await keys.verifier.identify(text);
  return known.valid && isFullAdmin(known.caller, ip);
}

/**
 * New recovery codes for the user who is signed in; the former ones end. They are as good as the password, so it takes
 * that, throttled like a login.
 */
export function renewRecoveryCodes(
  identity: Identity,
  { user, actor }: Extract<Session, { kind: 'user' }>,
  { current, ip }: { current: string; ip: string },
): Promise<{ ok: true; codes: string[] } | LoginRefusal> {
  const { keys } = identity;
  const { id, username } = user;
  const wrong = { ...WRONG, userId: id };
  return throttled(identity, { username, ip }, async (place) => {
    const { db } = keys.storage;
    const before = await findCredentials(db, username);
    if (!(await knowsPassword(identity, { username, password: current, place }))) return wrong;
    return keys.audit.change<{ ok: true; codes: string[] } | LoginRefusal>(actor, async (tx) => {
      await lockUser(tx, id);
      // Set by somebody else at the same time: that person alone gets codes.
      if ((await findCredentials(tx, username))?.sealedHash !== before?.sealedHash) return { result: wrong };
      await dropCodes(tx, id);
      await markCodesSeen(tx, id);
      const codes = await giveCodes(tx, identity, id);
      const entry = { action: 'users.renew_recovery_codes', target: `user:${id}` };
      return { result: { ok: true as const, codes }, entry };
    });
  });
}
