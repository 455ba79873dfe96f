import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type Answer, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, PASSWORD, tokenOf } from '../../developer/people/identity.fixture.ts';
import { allRoutes } from '../../app/routes.ts';
import type { Route } from '../../http/route.ts';

/*
 * Holders of power other than keys: users, invites, login tokens, memberships, sessions, widgets. A caller that makes, changes
 * or hands out one must hold what it is worth.
 */

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** Scopes and places from which something that can do something could be made. */
const isSuspect = ({ access, method }: Route): boolean =>
  access === 'users:manage' ||
  access === 'embeds:manage' ||
  ((access === 'owners:manage' || access === 'session' || access === 'public') && method !== 'GET');

/** Requests that give something to a receiver, in a world where each would work for an unlimited admin key. */
const GIVES: Record<string, (world: World) => { path: string; body?: object }[]> = {
  'POST /v1/admin/users/new': () =>
    ['default', 'manager', 'admin'].map((role) => ({
      path: '/v1/admin/users/new',
      body: { username: `made-${role}`, password: PASSWORD, role },
    })),
  'POST /v1/admin/users/:id': ({ user }) =>
    [
      { password: 'another horse' },
      { role: 'manager' },
      { username: 'renamed' },
      { dailyMessageLimit: null },
    ].map((body) => ({ path: `/v1/admin/users/${user}`, body })),
  'POST /v1/admin/invite/new': ({ workspace }) =>
    [{}, { workspaceIds: [workspace] }].map((body) => ({ path: '/v1/admin/invite/new', body })),
  'GET /v1/users/:id/issue-auth-token': ({ user }) => [{ path: `/v1/users/${user}/issue-auth-token` }],
  'POST /v1/admin/workspaces/:workspaceId/update-users': ({ workspace, user }) => [
    { path: `/v1/admin/workspaces/${workspace}/update-users`, body: { userIds: [user] } },
  ],
  'POST /v1/admin/workspaces/:workspaceSlug/manage-users': ({ user }) => [
    { path: '/v1/admin/workspaces/docs/manage-users', body: { userIds: [user] } },
  ],
};

/** Theirs is asked below: a widget is paid for by its maker, and ends with it. */
const WIDGETS = ['POST /v1/embed/new', 'POST /v1/embed/:uuid', 'POST /v1/embed/:uuid/adopt'];

/** Those that need a session: no such key opens one (below), and what people do is asked in people's tests. */
const NEEDS_A_SESSION = (route: Route): boolean => route.access === 'session';

/** They give nobody more than the request brings: a password, a code, a one-time token, a secret of their own. */
const GIVES_NOTHING = [
  'POST /api/request-token',
  'POST /api/invite/:code',
  'POST /api/system/recover-account',
  'POST /api/system/reset-password',
  // A key that a session would exceed opens none (session-power.test.ts).
  'POST /v1/session',
  'POST /v1/session/recover',
  'POST /v1/session/invites/:code',
  'POST /v1/keys/report',
  'POST /v1/workers/join',
  'POST /api/embed/:uuid/stream-chat',
  'DELETE /api/embed/:uuid/:sessionId',
  'POST /v1/owners',
  'PATCH /v1/owners/:id',
  'DELETE /v1/owners/:id',
  'GET /v1/admin/users',
  'DELETE /v1/admin/users/:id',
  'GET /v1/admin/invites',
  'DELETE /v1/admin/invite/:id',
  'GET /v1/admin/workspaces/:workspaceId/users',
  'GET /v1/users',
  'GET /v1/embed',
  'GET /v1/embed/:uuid',
  'GET /v1/embed/:uuid/chats',
  'GET /v1/embed/:uuid/chats/:sessionId',
  'DELETE /v1/embed/:uuid',
];

/** A key with all scopes, bound in one way. */
const BOUNDS: Record<string, object> = {
  budgets: { budgets: [{ name: 'b', unit: 'tokens', amount: '10', period: 'total' }] },
  limits: { limits: [{ name: 'l', requests: 1_000, window_seconds: 60 }] },
  expires_at: { expires_in_seconds: 600 },
  'selectors.ips': { selectors: { ips: ['127.0.0.1'] } },
  'selectors.models.allow': { selectors: { models: { allow: ['cheap'] } } },
};

interface World {
  workspace: number;
  user: number;
  embed: string;
}

test('this file knows every route that could give something', () => {
  const known = new Set([...Object.keys(GIVES), ...WIDGETS, ...GIVES_NOTHING]);
  const open = allRoutes('0.0.0').filter((route) => isSuspect(route) && !NEEDS_A_SESSION(route));
  expect(open.map(nameOf).filter((name) => !known.has(name))).toEqual([]);
  const all = new Set(allRoutes('0.0.0').map(nameOf));
  expect([...known].filter((name) => !all.has(name))).toEqual([]);
});

describeOnBothWhenSlow('a key with all scopes that is bound', (start) => {
  let server: TestServer;
  let world: World;
  beforeAll(async () => {
    server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    const made = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
      body: { name: 'Docs' },
    });
    await enableUsers(server);
    await enterAs(server, 'default', 'dan');
    const { body } = await server.request<{ users: { id: number; username: string }[] }>('GET', '/v1/users');
    const widget = await server.request<{ embed: { uuid: string } }>('POST', '/v1/embed/new', {
      body: { workspace_slug: 'docs' },
    });
    const user = body.users.find(({ username }) => username === 'dan')?.id ?? 0;
    world = { workspace: made.body.workspace.id, user, embed: widget.body.embed.uuid };
  });

  /** Everything that could have been made or changed. */
  const state = async (): Promise<string> => {
    const paths = ['users', 'invites', `workspaces/${world.workspace}/users`].map(
      (path) => `/v1/admin/${path}`,
    );
    const texts = await Promise.all([...paths, '/v1/embed'].map((path) => server.request('GET', path)));
    const login = await server.request<{ valid: boolean }>('POST', '/api/request-token', {
      key: null,
      body: { username: 'dan', password: PASSWORD },
    });
    return [...texts.map(({ text }) => text), login.body.valid]
      .join()
      .replaceAll(/"seen_recovery_codes":\w+/g, '');
  };

  describe.each(Object.keys(BOUNDS))('by %s', (field) => {
    test('a bounded key makes, changes and hands out nothing without its bounds', async () => {
      const { secret: key } = await server.mint({ role: 'admin', ...BOUNDS[field] });
      const before = await state();
      for (const [name, requests] of Object.entries(GIVES)) {
        for (const { path, body } of requests(world)) {
          const answer = await server.request<{ error: string }>(name.split(' ')[0] ?? '', path, {
            key,
            ...(body && { body }),
          });
          expect([name, answer.status, Object.keys(answer.body)]).toEqual([name, 403, ['error']]);
          expect(answer.body.error).toContain(field);
        }
      }
      expect(await state()).toBe(before);
    });

    test('a bounded key sees no code of an invite, and ends none', async () => {
      const { secret: key } = await server.mint({ role: 'admin', ...BOUNDS[field] });
      const made = await server.request<{ invite: { id: number; code: string } }>(
        'POST',
        '/v1/admin/invite/new',
      );
      const { id, code } = made.body.invite;
      const seen = await server.request('GET', '/v1/admin/invites', { key });
      expect([seen.status, seen.text.includes(`"id":${id},`), seen.text.includes(code)]).toEqual([
        200,
        true,
        false,
      ]);
      expect((await server.request('GET', '/v1/admin/invites')).text).toContain(code);
    });
  });

  test('a key that is bound to one workspace gives nobody another one, nor a role that has all', async () => {
    const selectors = { workspaces: { allow: ['other'] } };
    const { secret: key } = await server.mint({ role: 'admin', selectors });
    const before = await state();
    const asked: Answer<unknown>[] = [];
    for (const [name, requests] of Object.entries(GIVES))
      for (const { path, body } of requests(world)) {
        const isOwn = path.endsWith('/invite/new') || JSON.stringify(body ?? {}).includes('made-default');
        if (!isOwn)
          asked.push(await server.request(name.split(' ')[0] ?? '', path, { key, ...(body && { body }) }));
      }
    expect(asked.filter(({ status, text }) => status === 200 && !text.includes('"success":false'))).toEqual(
      [],
    );
    const invite = { key, body: { workspaceIds: [world.workspace] } };
    expect((await server.request('POST', '/v1/admin/invite/new', invite)).text).toContain(
      '"workspaceIds":"[]"',
    );
    expect((await state()).replaceAll(/\{"invites".*?\]\}/g, '')).toBe(
      before.replaceAll(/\{"invites".*?\]\}/g, ''),
    );
  });

  test('a key that is bound to addresses makes, changes and adopts no widget, whose visitors come from everywhere', async () => {
    const { secret: key } = await server.mint({ role: 'admin', ...BOUNDS['selectors.ips'] });
    const before = await state();
    const bodies: [string, object][] = [
      ['new', { workspace_slug: 'docs' }],
      [world.embed, { enabled: false }],
      [`${world.embed}/adopt`, {}],
    ];
    for (const [path, body] of bodies) {
      const answer = await server.request<{ error: string }>('POST', `/v1/embed/${path}`, { key, body });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body.error).toContain('selectors.ips');
    }
    expect(await state()).toBe(before);
  });
});

describeOnBothWhenSlow('a session of an instance without users', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const logIn = (password: string) =>
    server.request<{ valid: boolean; token: string | null; message: string }>('POST', '/api/request-token', {
      key: null,
      body: { password },
    });

  test.each([
    ['budgets', 403, 'budgets'],
    ['limits', 403, 'limits'],
    ['expires_at', 403, 'expires_at'],
    ['selectors.models.allow', 401, 'Invalid password provided'],
  ])(
    'a session of an instance without users is not opened by a key that is bound by %s',
    async (field, status, said) => {
      const { secret } = await server.mint({ role: 'admin', ...BOUNDS[field] });
      const login = await logIn(secret);
      expect([login.status, login.body.valid, login.body.token]).toEqual([status, false, null]);
      expect(login.body.message).toContain(said);
    },
  );

  test('a session of an instance without users ends when the key that opened it is given a budget', async () => {
    const { secret, id } = await server.mint({ role: 'admin' });
    const key = await tokenOf(server, { password: secret });
    expect((await server.request('GET', '/api/system/check-token', { key })).status).toBe(200);
    await server.request('PATCH', `/v1/keys/${id}`, { body: BOUNDS['budgets'] });
    expect((await server.request('GET', '/api/system/check-token', { key })).status).toBe(401);
  });

  test('a session of an instance without users of a key that works from some addresses makes neither a password, a user nor a key that works from all', async () => {
    const { secret } = await server.mint({ role: 'admin', ...BOUNDS['selectors.ips'] });
    const key = await tokenOf(server, { password: secret });
    const requests: [string, object][] = [
      ['/api/system/enable-multi-user', { username: 'first', password: PASSWORD }],
      ['/api/system/update-password', { usePassword: true, newPassword: PASSWORD }],
      ['/api/system/generate-api-key', { name: 'free' }],
      ['/api/browser-extension/api-keys/new', {}],
    ];
    for (const [path, body] of requests) {
      const answer = await server.request<{ error: string }>('POST', path, { key, body });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body.error).toContain('selectors.ips');
    }
    expect((await server.request('GET', '/api/system/multi-user-mode', { key: null })).text).toContain(
      'false',
    );
    expect((await logIn(PASSWORD)).body.valid).toBe(false);
  });
});

interface Listed {
  items: { id: string; name: string }[];
}

describeOnBothWhenSlow('somebody who is logged in and is bounded', (start) => {
  const budgets = [{ name: 'b', unit: 'tokens', amount: '10', period: 'total' }];
  const limits = [{ name: 'l', requests: 1_000, window_seconds: 60 }];

  async function bound(server: TestServer, starting: string, bounds: object): Promise<string> {
    const { body } = await server.request<Listed>('GET', '/v1/owners');
    const id = body.items.find(({ name }) => name.startsWith(starting))?.id ?? '';
    const changed = await server.request('PATCH', `/v1/owners/${id}`, { body: bounds });
    if (changed.status !== 200) throw new Error(changed.text);
    return id;
  }

  test.each(['admin', 'manager'])(
    'as %s makes nobody who is not, and nothing that would not be',
    async (role) => {
      const server = await start();
      await enableUsers(server);
      const username = 'mia';
      const key = await enterAs(server, role, username);
      const { body } = await server.request<{ users: { id: number; username: string }[] }>(
        'GET',
        '/v1/users',
      );
      const id = body.users.find((user) => user.username === username)?.id ?? 0;
      const other = await enterAs(server, 'default', 'dan');
      const dan = (
        await server.request<{ user: { id: number } }>('GET', '/api/system/refresh-user', { key: other })
      ).body.user.id;
      const ask = (path: string, fields: object) =>
        server.request<{ error: string }>('POST', path, { key, body: fields });
      const gifts: [string, object][] = [
        ...(role === 'admin' ? ['admin', 'manager', 'default'] : ['manager', 'default']).map(
          (made): [string, object] => [
            '/api/admin/users/new',
            { username: `made-${made}`, password: PASSWORD, role: made },
          ],
        ),
        ['/api/admin/invite/new', {}],
        [`/api/admin/user/${dan}`, { password: 'another horse' }],
        [`/api/admin/user/${dan}`, { dailyMessageLimit: null }],
      ];
      const others = async () =>
        (await server.request('GET', '/v1/admin/users')).text.replaceAll(/\{"id":2,.*?\}/g, '');
      const before = await others();
      const set = (dailyMessageLimit: number | null) =>
        server.request('POST', `/v1/admin/users/${id}`, { body: { dailyMessageLimit } });
      const states: [string, () => Promise<unknown>][] = [
        ['budgets', () => bound(server, username, { budgets })],
        ['limits', () => bound(server, username, { budgets: [], limits })],
        ['limits', async () => [await bound(server, username, { limits: [] }), await set(5)]],
      ];
      for (const [field, make] of states) {
        await make();
        for (const [path, fields] of gifts) {
          const answer = await ask(path, fields);
          expect([field, path, answer.status]).toEqual([field, path, 403]);
          expect(answer.body.error).toContain(field);
        }
        expect((await server.request('GET', '/v1/admin/invites')).body).toMatchObject({ invites: [] });
      }
      expect(await others()).toBe(before);
      // The extension sends none.
      expect((await ask('/api/browser-extension/api-keys/new', {})).status).toBe(200);
      // Not even for itself; less it may.
      for (const wanted of [null, 6])
        expect((await ask(`/api/admin/user/${id}`, { dailyMessageLimit: wanted })).status).toBe(403);
      expect((await ask(`/api/admin/user/${id}`, { dailyMessageLimit: 4 })).status).toBe(200);
      await set(null);
      expect((await ask('/api/admin/invite/new', {})).status).toBe(200);
    },
  );

  test('a session that is bounded by the owner of logins without users admits no users, and makes equally bounded keys', async () => {
    const server = await start();
    const setPassword = (key: string, newPassword: string) =>
      server.request<{ success: boolean }>('POST', '/api/system/update-password', {
        key,
        body: { usePassword: true, newPassword },
      });
    await setPassword(await tokenOf(server, { password: server.adminKey }), PASSWORD);
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    await server.mint({ role: 'admin', owner: 'others' });
    const id = await bound(server, 'admin', { budgets });
    let key = await tokenOf(server, { password: PASSWORD });
    const mint = async () => {
      const made = await server.request<{ apiKey: { secret: string } }>(
        'POST',
        '/api/system/generate-api-key',
        {
          key,
          body: {},
        },
      );
      return made.body.apiKey.secret;
    };
    const budgetsOf = async (one: string) =>
      (
        await server.request<{ budgets: { name: string }[] }>('GET', '/v1/keys/self', { key: one })
      ).body.budgets.map(({ name }) => name);
    const made = await mint();
    expect(await budgetsOf(made)).toEqual(['b']);
    // No name under which the owner would not be found.
    for (const [method, fields] of [
      ['PATCH', { name: 'old' }],
      ['PATCH', { budgets: [] }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await server.request(method, `/v1/owners/${id}`, {
        key: made,
        ...(fields && { body: fields }),
      });
      expect([method, answer.status >= 400]).toEqual([method, true]);
    }
    expect(await budgetsOf(await mint())).toEqual(['b']);
    const users = { username: 'first', password: PASSWORD };
    const enabled = await server.request('POST', '/api/system/enable-multi-user', { key, body: users });
    expect([enabled.status, enabled.text.includes('budgets')]).toEqual([403, true]);
    // Another password is no gain.
    expect((await setPassword(key, 'another horse')).body.success).toBe(true);
    key = await tokenOf(server, { password: 'another horse' });
    expect((await server.request('GET', '/api/system/check-token', { key })).status).toBe(200);
  });
});
