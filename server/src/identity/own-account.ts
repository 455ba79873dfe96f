import type { Identity, Session } from './identity.ts';
import { knowsPassword, throttled, type LoginRefusal } from './login/login.ts';
import type { FreshSession } from './login/sessions.ts';
import type { UserInput } from './user.ts';
import { updateUser } from './users.ts';

/** The fields that users change themselves; not the role, the limit or the suspension. */
type OwnInput = Pick<UserInput, 'username' | 'password' | 'bio'>;

interface OwnChange {
  input: OwnInput;
  currentPassword: string;
  ip: string;
  /** A session that begins behind the end of the others. */
  fresh?: FreshSession;
}

/**
 * Changes the account of a session. A new password needs the present one, throttled like a login: the thief of a
 * session must not get the account. It ends all sessions.
 * @returns a refusal if the present password is wrong or was tried too often. @throws KeywardError as `updateUser`.
 */
export async function changeOwnAccount(
  identity: Identity,
  { user, actor }: Extract<Session, { kind: 'user' }>,
  { input, currentPassword, ip, fresh }: OwnChange,
): Promise<{ ok: true } | LoginRefusal> {
  const { id, username } = user;
  const { username: name, password, bio } = input;
  const change = async () => {
    await updateUser(identity, actor, { id, input: { username: name, password, bio }, fresh });
    return { ok: true as const };
  };
  if (password === undefined) return change();
  return throttled(identity, { username, ip }, async (place) =>
    (await knowsPassword(identity, { username, password: currentPassword, place }))
      ? change()
      : { ok: false as const, why: 'credentials' as const, userId: id },
  );
}
