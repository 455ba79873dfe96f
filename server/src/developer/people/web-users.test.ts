import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, firstSession, login, PASSWORD } from './identity.fixture.ts';

const ROUTES = [
  ['GET', '/api/admin/users'],
  ['POST', '/api/admin/users/new'],
  ['POST', '/api/admin/user/1'],
  ['DELETE', '/api/admin/user/1'],
  ['GET', '/api/admin/invites'],
  ['POST', '/api/admin/invite/new'],
  ['DELETE', '/api/admin/invite/1'],
] as const;

const NOT_YOURS = '{"success":false,"error":"Cannot perform that action on user."}';

describeOnBothServers('users for who is logged in', (start) => {
  let server: TestServer;
  let admin: string;
  let manager: string;
  const ask = <T = unknown>(key: string | null, method: string, path: string, body?: object) =>
    server.request<T>(method, path, { key, ...(body === undefined ? {} : { body }) });
  const make = async (key: string, username: string, role: string) =>
    ask<{ user: { id: number } | null; error: string | null }>(key, 'POST', '/api/admin/users/new', {
      username,
      password: PASSWORD,
      role,
    });

  beforeAll(async () => {
    server = await start();
    admin = await enableUsers(server);
    manager = await enterAs(server, 'manager');
  });

  test('nobody but admins and managers, and no key', async () => {
    const other = await enterAs(server, 'default');
    for (const [method, path] of ROUTES) {
      const refused = await ask(other, method, path);
      expect([path, refused.status, refused.text]).toEqual([path, 401, 'Unauthorized']);
      for (const key of [null, server.adminKey]) expect((await ask(key, method, path)).status).toBe(401);
    }
  });

  test('where there are no users the routes are closed', async () => {
    const single = await start();
    const key = await firstSession(single);
    for (const [method, path] of ROUTES) {
      const refused = await single.request(method, path, { key });
      expect([path, refused.status, refused.text]).toEqual([path, 401, 'Unauthorized']);
    }
  });

  test('an admin makes users of every role; who invited is said', async () => {
    const made = await make(admin, 'second', 'admin');
    const id = made.body.user?.id;
    expect(made.body).toMatchObject({ user: { role: 'admin' }, error: null });
    const list = await ask<{ users: object[] }>(admin, 'GET', '/api/admin/users');
    expect(list.body.users).toContainEqual(made.body.user);
    const change = { role: 'manager', suspended: 1 };
    expect((await ask(admin, 'POST', `/api/admin/user/${id}`, change)).text).toBe(
      '{"success":true,"error":null}',
    );
    expect((await ask(admin, 'DELETE', `/api/admin/user/${id}`)).text).toBe('{"success":true,"error":null}');
    expect((await ask(admin, 'DELETE', '/api/admin/user/1')).status).toBe(400);
    const invite = await ask<{ invite: { id: number } }>(admin, 'POST', '/api/admin/invite/new');
    const { invites } = (await ask<{ invites: object[] }>(manager, 'GET', '/api/admin/invites')).body;
    expect(invites).toContainEqual(
      expect.objectContaining({ id: invite.body.invite.id, createdBy: { id: 1, username: 'admin' } }),
    );
    const disable = `/api/admin/invite/${invite.body.invite.id}`;
    expect((await ask(manager, 'DELETE', disable)).text).toBe('{"success":true,"error":null}');
    expect((await ask(manager, 'DELETE', disable)).status).toBe(404);
  });

  test('a manager manages users up to managers, and neither makes nor touches an admin', async () => {
    for (const role of ['default', 'manager']) {
      const { user } = (await make(manager, `new-${role}`, role)).body;
      const update = await ask(manager, 'POST', `/api/admin/user/${user?.id}`, {
        bio: 'b',
        password: PASSWORD,
      });
      expect(update.body).toEqual({ success: true, error: null });
      const promoted = await ask(manager, 'POST', `/api/admin/user/${user?.id}`, { role: 'admin' });
      expect(promoted.text).toBe(NOT_YOURS);
      expect((await ask(manager, 'DELETE', `/api/admin/user/${user?.id}`)).status).toBe(200);
    }
    const made = await make(manager, 'third', 'admin');
    expect([made.status, made.body.user]).toEqual([400, null]);
    for (const body of [{ password: 'another horse' }, { role: 'default' }, { suspended: 1 }, { bio: 'x' }])
      expect((await ask(manager, 'POST', '/api/admin/user/1', body)).text).toBe(NOT_YOURS);
    const removed = await ask(manager, 'DELETE', '/api/admin/user/1');
    expect([removed.status, removed.text]).toEqual([400, NOT_YOURS]);
    expect((await login(server, { username: 'admin', password: PASSWORD })).body.valid).toBe(true);
  });
});
