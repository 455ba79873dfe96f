import type { Answer, TestServer } from '../../../test/server.ts';

export const PASSWORD = 'correct horse';

export interface Login {
  valid: boolean;
  token: string | null;
  message: string | null;
  user?: { id: number; username: string; role: string } | null;
  recoveryCodes?: string[];
}

export const login = (server: TestServer, body: object): Promise<Answer<Login>> =>
  server.request<Login>('POST', '/api/request-token', { key: null, body });

/** A session token; requests take it in place of a key. */
export async function tokenOf(server: TestServer, body: object): Promise<string> {
  const { token, message } = (await login(server, body)).body;
  if (token === null) throw new Error(message ?? 'nobody is logged in');
  return token;
}

/** Of somebody who has just installed this: the first key, and the session that it opens. */
export const firstSession = (server: TestServer): Promise<string> =>
  tokenOf(server, { password: server.adminKey });

/** Multi-user mode, and the session of its first administrator. */
export async function enableUsers(server: TestServer): Promise<string> {
  const key = await firstSession(server);
  const body = { username: 'admin', password: PASSWORD };
  const answer = await server.request('POST', '/api/system/enable-multi-user', { key, body });
  if (answer.text !== '{"success":true,"error":null}') throw new Error(answer.text);
  return tokenOf(server, body);
}

/** A user of this role, and a session of theirs. */
export async function enterAs(server: TestServer, role: string, username = role): Promise<string> {
  const body = { username, password: PASSWORD, role };
  await server.request('POST', '/v1/admin/users/new', { body });
  return tokenOf(server, { username, password: PASSWORD });
}
