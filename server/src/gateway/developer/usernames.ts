import type { Services } from '../services.ts';

/** By user id; empty where there are no users. */
export async function usernames({ identity }: Services): Promise<Map<number, string>> {
  const users = await identity.listUsers();
  return new Map(users.map(({ id, username }) => [id, username]));
}
