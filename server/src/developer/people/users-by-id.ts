import { isBound, type Caller } from '../../access/index.ts';
import type { Session, User } from '../../identity/index.ts';
import type { Workspace } from '../../workspaces/index.ts';
import type { PeopleServices } from '../services.ts';

/**
 * The user that a request names as its author. For a key that is bound to workspaces only members of this workspace exist:
 * otherwise it could have the names and bios of others put into a prompt. Guarded by workspace-users.test.ts.
 */
export async function namedUser(
  { identity, workspaces }: PeopleServices,
  caller: Caller,
  { workspace, userId }: { workspace: Pick<Workspace, 'id'>; userId: number | undefined },
): Promise<User | undefined> {
  if (userId === undefined || !(await identity.isMultiUser())) return undefined;
  const user = await identity.getUser(userId);
  if (user === undefined || !isBound(caller)) return user;
  const members = await workspaces.members.of(workspace.id);
  return members.some((member) => member.userId === user.id) ? user : undefined;
}

/** By user id, of these users or of all. */
export async function usernames(
  { identity }: PeopleServices,
  ids?: readonly number[],
): Promise<Map<number, string>> {
  const users = ids === undefined ? await identity.listUsers() : (await identity.usersById(ids)).values();
  return new Map([...users].map(({ id, username }) => [id, username]));
}

/** null: the administrator of an instance without users. */
export const userOf = (session: Session): User | null => (session.kind === 'user' ? session.user : null);

/** The user in whose name a request with a session asks; undefined: a key, or the administrator without users, asks. */
export const asker = ({ session }: { session?: Session | undefined }): User | undefined =>
  session?.kind === 'user' ? session.user : undefined;

/** The user who sees its own chats and threads alone; undefined: somebody who sees those of all. */
export function memberOf(call: { session?: Session | undefined }): User | undefined {
  const user = asker(call);
  return user?.role === 'default' ? user : undefined;
}
