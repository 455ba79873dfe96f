import { expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, firstSession } from './identity.fixture.ts';
import { forSessions, nameOf, pathOf } from '../sweep.fixture.ts';

const NO_TOKEN = '{"error":"No auth token found."}';

interface Users {
  admin: string;
  sessions: Record<'manager' | 'default', string>;
  ids: Record<string, number>;
}

/** Multi-user mode with one of each role. */
async function users(server: TestServer): Promise<Users> {
  const admin = await enableUsers(server);
  const sessions = { manager: await enterAs(server, 'manager'), default: await enterAs(server, 'default') };
  const { body } = await server.request<{ users: { id: number; username: string }[] }>(
    'GET',
    '/v1/admin/users',
  );
  return { admin, sessions, ids: Object.fromEntries(body.users.map(({ id, username }) => [username, id])) };
}

describeOnBothServers('refused sessions', (start) => {
  test('without users: neither a key nor a bad token opens a route, nor what is for users', async () => {
    const server = await start();
    const first = await firstSession(server);
    for (const route of forSessions) {
      const ask = (key: string | null) => server.request(route.method, pathOf(route), { key });
      const none = await ask(null);
      expect([nameOf(route), none.status, none.text]).toEqual([nameOf(route), 401, NO_TOKEN]);
      for (const key of [server.adminKey, 'not.a.token', `${first}x`, first.slice(0, -1)]) {
        const { status, text } = await ask(key);
        expect([nameOf(route), status, text]).toEqual([
          nameOf(route),
          401,
          '{"error":"Token expired or failed validation."}',
        ]);
      }
      if (route.mode !== 'multi') continue;
      const { status, text } = await ask(first);
      expect([nameOf(route), status, text]).toEqual([nameOf(route), 401, 'Unauthorized']);
    }
  });

  test('with users: each role opens its routes and no other', async () => {
    const server = await start();
    const { admin, sessions } = await users(server);
    for (const route of forSessions.filter(({ id }) => id !== 'sessions.logout')) {
      for (const role of ['admin', 'manager', 'default'] as const) {
        const key = role === 'admin' ? admin : sessions[role];
        const answer = await server.request(route.method, pathOf(route), { key });
        const isOpen = route.mode !== 'single' && (route.roles?.includes(role) ?? true);
        const isRefused = answer.status === 401;
        expect([nameOf(route), role, isRefused]).toEqual([nameOf(route), role, !isOpen]);
        expect([nameOf(route), isRefused ? answer.text : 'Unauthorized']).toEqual([
          nameOf(route),
          'Unauthorized',
        ]);
      }
    }
  });

  test('every route says that a user is suspended, and the former session is over for good', async () => {
    const server = await start();
    const { sessions, ids } = await users(server);
    await server.request('POST', `/v1/admin/users/${ids.manager}`, { body: { suspended: 1 } });
    for (const route of forSessions) {
      const { status, text } = await server.request(route.method, pathOf(route), { key: sessions.manager });
      expect([nameOf(route), status, text]).toEqual([
        nameOf(route),
        401,
        '{"error":"User is suspended from system"}',
      ]);
    }
    await server.request('POST', `/v1/admin/users/${ids.manager}`, { body: { suspended: 0 } });
    const again = await server.request('GET', '/api/system/check-token', { key: sessions.manager });
    expect([again.status, again.text]).toEqual([401, '{"error":"Invalid auth token."}']);
  });

  test('a session opens no route that is for keys', async () => {
    const server = await start();
    const { admin } = await users(server);
    for (const path of ['/api/v1/auth', '/api/v1/workspaces', '/api/v1/admin/users'])
      expect((await server.request('GET', path, { key: admin })).status).toBe(403);
    expect((await server.request('GET', '/v1/keys', { key: admin })).status).toBe(401);
  });
});
