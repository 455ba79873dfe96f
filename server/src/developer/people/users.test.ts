import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, login, PASSWORD } from './identity.fixture.ts';

interface UserBody {
  user: { id: number } & Record<string, unknown>;
  error: string | null;
}

const MULTI_USER_ONLY = [
  ['GET', '/v1/admin/users'],
  ['POST', '/v1/admin/users/new'],
  ['POST', '/v1/admin/users/1'],
  ['DELETE', '/v1/admin/users/1'],
  ['GET', '/v1/admin/invites'],
  ['POST', '/v1/admin/invite/new'],
  ['DELETE', '/v1/admin/invite/1'],
] as const;

describeOnBothServers('routes for users where there are none', (start) => {
  test('answer 401 as clients know it', async () => {
    const server = await start();
    expect((await server.request('GET', '/v1/admin/is-multi-user-mode')).text).toBe('{"isMultiUser":false}');
    for (const [method, path] of MULTI_USER_ONLY) {
      const answer = await server.request(method, path);
      expect([path, answer.status, answer.text]).toEqual([path, 401, 'Unauthorized']);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    }
    const names = await server.request('GET', '/v1/users');
    expect([names.status, names.text, names.headers.get('content-type')]).toEqual([
      401,
      'Instance is not in Multi-User mode. Permission denied.',
      'text/html; charset=utf-8',
    ]);
  });
});

describeOnBothServers('routes for users', (start) => {
  let server: TestServer;
  const make = (body: object, key?: string) =>
    server.request<UserBody>('POST', '/v1/admin/users/new', { body, ...(key === undefined ? {} : { key }) });
  const change = (id: number | string, body: object) =>
    server.request<{ success: boolean; error: string | null }>('POST', `/v1/admin/users/${id}`, { body });

  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });

  test('a user is made, listed and changed, with the members of the contract in their order', async () => {
    expect((await server.request('GET', '/v1/admin/is-multi-user-mode')).text).toBe('{"isMultiUser":true}');
    const made = await make({
      username: 'mgr',
      password: PASSWORD,
      role: 'manager',
      dailyMessageLimit: 5,
      bio: 'b',
    });
    const { user } = made.body;
    expect(made.text).toBe(
      JSON.stringify({
        user: {
          id: user.id,
          username: 'mgr',
          pfpFilename: null,
          role: 'manager',
          suspended: 0,
          seen_recovery_codes: false,
          createdAt: user['createdAt'],
          lastUpdatedAt: user['lastUpdatedAt'],
          dailyMessageLimit: 5,
          bio: 'b',
        },
        error: null,
      }),
    );
    const list = await server.request<{ users: UserBody['user'][] }>('GET', '/v1/admin/users');
    expect(list.body.users).toContainEqual(user);
    const names = await server.request<{ users: object[] }>('GET', '/v1/users');
    expect(names.body.users).toContainEqual({ id: user.id, username: 'mgr', role: 'manager' });
    expect((await change(user.id, { suspended: 1 })).text).toBe('{"success":true,"error":null}');
    const after = await server.request<{ users: UserBody['user'][] }>('GET', '/v1/admin/users');
    expect(after.body.users.find(({ id }) => id === user.id)).toMatchObject({ suspended: 1 });
  });

  test('refusals of a new user have status 400 and say why', async () => {
    const fields = { username: 'sam', password: PASSWORD };
    await make(fields);
    const cases: [object, RegExp][] = [
      [{ ...fields, username: 'tim', password: 'x' }, /^password should be at least 8 characters long$/],
      [{ ...fields, username: 'Sam Smith' }, /lowercase/],
      [{ ...fields, username: 'tim', role: 'wizard' }, /role/],
      [fields, /already exists/],
      [{}, /Username/],
    ];
    for (const [body, message] of cases) {
      const answer = await make(body);
      expect([answer.status, Object.keys(answer.body), answer.body.user]).toEqual([
        400,
        ['user', 'error'],
        null,
      ]);
      expect(answer.body.error).toMatch(message);
    }
  });

  test('refusals of a change have status 200 and say why', async () => {
    const cases: [number | string, object, string][] = [
      [99, { suspended: 1 }, 'User not found'],
      ['abc', { suspended: 1 }, 'User not found'],
      ['99999999999999999999', { bio: 'b' }, 'User not found'],
      [1, { bogus: 1 }, 'No valid updates applied.'],
      [1, {}, 'No valid updates applied.'],
      [1, { role: 'default' }, 'No system admins will remain if you do this. Update failed.'],
      [1, { suspended: 1 }, 'No system admins will remain if you do this. Update failed.'],
    ];
    for (const [id, body, error] of cases) {
      const answer = await change(id, body);
      expect([answer.status, answer.text]).toEqual([200, JSON.stringify({ success: false, error })]);
    }
    for (const id of [99, 'abc']) {
      const answer = await change(id, { role: 'default' });
      expect([answer.status, answer.body]).toEqual([400, { success: false, error: 'User not found' }]);
    }
  });

  test('a deletion ends user and keys; the last admin and one who is not there are refused', async () => {
    const { user } = (await make({ username: 'kim', password: PASSWORD })).body;
    const remove = (id: number | string) => server.request('DELETE', `/v1/admin/users/${id}`);
    expect((await remove(user.id)).text).toBe('{"success":true,"error":null}');
    expect((await login(server, { username: 'kim', password: PASSWORD })).body.valid).toBe(false);
    const last = await remove(1);
    expect([last.status, last.body]).toEqual([
      400,
      { success: false, error: 'No system admins will remain if you do this. Update failed.' },
    ]);
    for (const id of [user.id, 'abc', '1e3', '1x']) {
      const answer = await remove(id);
      expect([answer.status, answer.body]).toEqual([400, { success: false, error: 'User not found' }]);
    }
  });

  test('a lower role ends the keys that hold more than it can do, on another process too, before it is answered', async () => {
    const second = await start(server.environment);
    const session = await enterAs(server, 'admin', 'lea');
    const { user } = (await login(server, { username: 'lea', password: PASSWORD })).body;
    const generate = () =>
      server.request<{ apiKey: { secret: string } }>('POST', '/api/admin/generate-api-key', { key: session });
    const { secret } = (await generate()).body.apiKey;
    const owner = `lea (user ${user?.id})`;
    const narrow = await server.mint({ scopes: ['workspaces:chat'], owner });
    const opens = async (key: string) => (await second.request('GET', '/v1/auth', { key })).status;
    expect([await opens(secret), await opens(narrow.secret)]).toEqual([200, 200]);
    await change(user?.id ?? 0, { role: 'manager' });
    expect([await opens(secret), await opens(narrow.secret)]).toEqual([403, 200]);
    expect((await generate()).status).toBe(401);
    await change(user?.id ?? 0, { role: 'admin' });
    expect([await opens(secret), (await generate()).status]).toEqual([403, 200]);
    await change(user?.id ?? 0, { role: 'default' });
    expect(await opens(narrow.secret)).toBe(403);
  });

  test('a key that is bound to workspaces gets into the account of nobody, and ends none', async () => {
    const selectors = { workspaces: { allow: ['docs'] } };
    const { secret: key } = await server.mint({ scopes: ['users:manage'], selectors });
    const { user } = (await make({ username: 'ida', password: PASSWORD })).body;
    const body = { password: 'another horse' };
    const answer = await server.request('POST', `/v1/admin/users/${user.id}`, { key, body });
    expect([answer.status, Object.keys(answer.body as object)]).toEqual([403, ['error']]);
    const suspend = { key, body: { suspended: 1 } };
    expect((await server.request('POST', `/v1/admin/users/${user.id}`, suspend)).status).toBe(403);
    expect((await server.request('DELETE', `/v1/admin/users/${user.id}`, { key })).status).toBe(403);
    expect((await login(server, { username: 'ida', password: PASSWORD })).body.valid).toBe(true);
  });

  test('a key for users alone makes nobody, and one that reads and chats no admin or manager, nor gets at one', async () => {
    const { secret } = await server.mint({ scopes: ['users:manage'] });
    for (const role of ['admin', 'manager', 'default']) {
      const answer = await make({ username: `new-${role}`, password: PASSWORD, role }, secret);
      expect([answer.status, Object.keys(answer.body)]).toEqual([403, ['error']]);
    }
    const seize = await server.request('POST', '/v1/admin/users/1', {
      key: secret,
      body: { password: 'another horse' },
    });
    expect(seize.status).toBe(403);
    const chats = await server.mint({ scopes: ['users:manage', 'workspaces:read', 'workspaces:chat'] });
    for (const role of ['admin', 'manager'])
      expect((await make({ username: 'no', password: PASSWORD, role }, chats.secret)).status).toBe(403);
    expect((await make({ username: 'new', password: PASSWORD }, chats.secret)).status).toBe(200);
    expect((await login(server, { username: 'admin', password: PASSWORD })).body.valid).toBe(true);
  });
});

describeOnBothServers('invites', (start) => {
  let server: TestServer;
  interface InviteBody {
    invite: { id: number; code: string; workspaceIds: string };
    error: null;
  }
  const invite = (body?: object, key?: string) =>
    server.request<InviteBody>('POST', '/v1/admin/invite/new', {
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
    });
  const accept = (code: string, username: string, password = PASSWORD) =>
    server.request('POST', `/api/invite/${code}`, { key: null, body: { username, password } });

  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });

  test('made without a body, shown, accepted once and listed with who accepted', async () => {
    const { body } = await invite();
    expect(Object.keys(body.invite)).toEqual([
      'id',
      'code',
      'status',
      'claimedBy',
      'workspaceIds',
      'createdAt',
      'createdBy',
      'lastUpdatedAt',
    ]);
    expect(body).toMatchObject({
      invite: { status: 'pending', claimedBy: null, workspaceIds: '[]', createdBy: 0 },
      error: null,
    });
    const { id, code } = body.invite;
    const show = async () => (await server.request('GET', `/api/invite/${code}`, { key: null })).text;
    expect(await show()).toBe(JSON.stringify({ invite: { code, status: 'pending' }, error: null }));
    expect((await accept(code, 'admin')).body).toMatchObject({ success: false });
    expect((await accept(code, 'sam')).text).toBe('{"success":true,"error":null}');
    expect((await accept(code, 'max')).text).toBe(
      '{"success":false,"error":"Invite not found or is invalid."}',
    );
    expect(await show()).toBe('{"invite":null,"error":"Invite is no longer valid."}');
    const { user } = (await login(server, { username: 'sam', password: PASSWORD })).body;
    expect(user).toMatchObject({ role: 'default' });
    const list = await server.request<{ invites: { id: number }[] }>('GET', '/v1/admin/invites');
    expect(list.body.invites.find((one) => one.id === id)).toMatchObject({
      status: 'claimed',
      claimedBy: { id: user?.id, username: 'sam' },
      createdBy: 0,
    });
  });

  test('a user who accepts an invite is a member of those of its workspaces that exist', async () => {
    const made = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
      body: { name: 'Docs' },
    });
    const { id } = made.body.workspace;
    const { body } = await invite({ workspaceIds: [id, '7', 'x', 999] });
    expect(body.invite.workspaceIds).toBe(`[${id},7,999]`);
    expect((await accept(body.invite.code, 'tim')).body).toMatchObject({ success: true });
    const members = await server.request<{ users: { username: string }[] }>(
      'GET',
      `/v1/admin/workspaces/${id}/users`,
    );
    expect(members.body.users.map(({ username }) => username)).toEqual(['tim']);
  });

  test('a key bound to workspaces invites to those alone, and learns of no other', async () => {
    const name = { name: 'Secret' };
    const other = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
      body: name,
    });
    const { secret } = await server.mint({
      scopes: ['users:manage', 'workspaces:read', 'workspaces:chat'],
      selectors: { workspaces: { allow: ['docs'] } },
    });
    const { body } = await invite({ workspaceIds: [other.body.workspace.id, 999] }, secret);
    expect(body.invite.workspaceIds).toBe('[]');
    const hidden = (await invite({ workspaceIds: [other.body.workspace.id] })).body.invite;
    const seen = await server.request<{ invites: { id: number }[] }>('GET', '/v1/admin/invites', {
      key: secret,
    });
    expect(seen.body.invites.map(({ id }) => id)).toContain(body.invite.id);
    expect(seen.text).not.toContain(hidden.code);
    const end = (id: number) => server.request('DELETE', `/v1/admin/invite/${id}`, { key: secret });
    expect([(await end(hidden.id)).status, (await end(body.invite.id)).status]).toEqual([404, 200]);
    expect((await server.request('GET', `/api/invite/${hidden.code}`, { key: null })).text).toContain(
      'pending',
    );
  });

  test('a disabled one opens nothing; refusals as clients know them', async () => {
    const { id, code } = (await invite({ workspaceIds: 'all' })).body.invite;
    const disable = (id: number | string) => server.request('DELETE', `/v1/admin/invite/${id}`);
    expect((await disable(id)).text).toBe('{"success":true,"error":null}');
    const again = await disable(id);
    expect([again.status, again.text]).toEqual([
      404,
      '{"success":false,"error":"Invite not found or already disabled"}',
    ]);
    const bad = await disable('abc');
    expect([bad.status, bad.text]).toEqual([400, '{"success":false,"error":"Invalid invite id"}']);
    expect((await accept(code, 'ann')).body).toMatchObject({ success: false });
    expect((await server.request('GET', '/api/invite/nope', { key: null })).text).toBe(
      '{"invite":null,"error":"Invite not found."}',
    );
  });

  test('no code is in the log or the audit record', async () => {
    const { code } = (await invite()).body.invite;
    await accept(code, 'zoe');
    const { text } = await server.request('GET', '/v1/audit?limit=200');
    expect(text).toContain('invites.accept');
    expect(`${text}${server.log.join('')}`).not.toContain(code);
  });
});

describeOnBothServers('login tokens', (start) => {
  const issue = (server: TestServer, id: number | string) =>
    server.request<{ token: string; loginPath: string; error?: string }>(
      'GET',
      `/v1/users/${id}/issue-auth-token`,
    );
  const redeem = (server: TestServer, token: string) =>
    server.request<{ valid: boolean; token: string }>(
      'GET',
      `/api/request-token/sso/simple?token=${encodeURIComponent(token)}`,
      { key: null },
    );

  test('are neither issued nor taken where they are not enabled, or there are no users', async () => {
    const off = await start();
    await enableUsers(off);
    const single = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    for (const [server, words] of [
      [off, 'Simple SSO is not enabled.'],
      [single, 'Multi-User mode is not enabled.'],
    ] as const)
      for (const answer of [await issue(server, 1), await redeem(server, 'x')])
        expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
          403,
          words,
          'text/html; charset=utf-8',
        ]);
  });

  test('log a user in once; where nothing else may, passwords open nothing', async () => {
    const server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    await enableUsers(server);
    const { body } = await issue(server, 1);
    expect(body.token).toMatch(/^allm-tat-([0-9A-Z]{7}-){3}[0-9A-Z]{7}$/);
    expect(body.loginPath).toBe(`/sso/simple?token=${body.token}`);
    const first = await redeem(server, body.token);
    expect(Object.keys(first.body)).toEqual(['valid', 'user', 'token', 'message']);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const me = await server.request('GET', '/api/system/refresh-user', { key: first.body.token });
    expect(me.body).toMatchObject({ user: { username: 'admin' } });
    const second = await redeem(server, body.token);
    expect([second.status, second.text]).toEqual([
      401,
      '{"valid":false,"token":null,"message":"[001] An error occurred while validating the token: Invalid token."}',
    ]);
    for (const id of [99, 'abc']) {
      const unknown = await issue(server, id);
      expect([unknown.status, unknown.text]).toEqual([404, '{"error":"User not found"}']);
    }
    const only = await start({ ...server.environment, KEYWARD_SIMPLE_SSO: 'only' });
    const refused = await login(only, { username: 'admin', password: PASSWORD });
    expect([refused.status, refused.body.message?.slice(0, 5)]).toEqual([403, '[005]']);
    expect((await redeem(only, (await issue(server, 1)).body.token)).body.valid).toBe(true);
    expect(server.log.join('')).not.toContain(body.token);
  });
});
