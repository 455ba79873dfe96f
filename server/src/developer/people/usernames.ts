import type { Services } from '../../http/index.ts';

/** By user id, of these users or of all; empty where there are no users. */
export async function usernames(
  { identity }: Services,
  ids?: readonly number[],
): Promise<Map<number, string>> {
  const users = ids === undefined ? await identity.listUsers() : (await identity.usersById(ids)).values();
  return new Map([...users].map(({ id, username }) => [id, username]));
}
