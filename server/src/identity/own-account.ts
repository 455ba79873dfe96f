import type { Identity, Session } from './identity.ts';
import { knowsPassword, throttled, type LoginRefusal } from './login/login.ts';
import type { UserInput } from './user.ts';
import { updateUser } from './users.ts';

/** What people change about themselves; role, limit and suspension are for others to say. */
type OwnInput = Pick<UserInput, 'username' | 'password' | 'bio'>;

/**
 * Changes the account of whoever is logged in. A new password takes the present one, asked for like a login: a session that
 * somebody got hold of must not become the account. All sessions end with it.
 * @returns why not, where the present password is wrong or was tried too often. @throws KeywardError as `updateUser`.
 */
export async function changeOwnAccount(
  identity: Identity,
  { user, actor }: Extract<Session, { kind: 'user' }>,
  { input, currentPassword, ip }: { input: OwnInput; currentPassword: string; ip: string },
): Promise<{ ok: true } | LoginRefusal> {
  const { id, username } = user;
  const { username: name, password, bio } = input;
  const change = async () => {
    await updateUser(identity, actor, { id, input: { username: name, password, bio } });
    return { ok: true as const };
  };
  if (password === undefined) return change();
  return throttled(identity, { username, ip }, async (place) =>
    (await knowsPassword(identity, { username, password: currentPassword, place }))
      ? change()
      : { ok: false as const, why: 'credentials' as const, userId: id },
  );
}
