import assert from 'node:assert/strict';
import { startServer } from '../cli.fixture.ts';

export const PASSWORD = 'canary-password-4f9c2a7b18';

/** A server with accounts, and a home whose commands go to it. */
export async function startWithUsers() {
  const server = await startServer();
  const post = async (path: string, body: object, token?: string): Promise<{ token: string }> => {
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(response.status, 200);
    return (await response.json()) as { token: string };
  };
  const { token } = await post('/api/request-token', { password: server.adminKey });
  await post('/api/system/enable-multi-user', { username: 'boss', password: PASSWORD }, token);
  return server;
}
