import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, login, PASSWORD } from '../../developer/people/identity.fixture.ts';

describeOnBothServers('taking away from what holds more', (start) => {
  let server: TestServer;
  let strong: NewKey;
  /** Of the same owner. */
  let weak: NewKey;
  const self = async (key: string) => (await server.request('GET', '/v1/keys/self', { key })).status;
  const ask = (method: string, path: string, key: string, body?: object) =>
    server.request<{ code?: string; items?: { id: string }[] }>(method, path, { key, ...(body && { body }) });

  beforeAll(async () => {
    server = await start();
    strong = await server.mint({ role: 'admin', name: 'strong' });
    weak = await server.mint({ scopes: ['keys:read', 'keys:write'] });
  });

  test('a key cannot end a stronger one of its owner, by any verb or on any surface', async () => {
    await server.request('POST', `/v1/keys/${strong.id}/rotate`, { body: {} });
    const { body } = await ask('GET', `/v1/keys/${strong.id}`, weak.secret);
    const { secrets } = body as unknown as { secrets: { id: string; ends_at: string | null }[] };
    const old = secrets.find(({ ends_at }) => ends_at !== null)?.id ?? '';
    const verbs: [string, string, object?][] = [
      ['POST', '/disable', {}],
      ['POST', '/quarantine', {}],
      ['POST', '/revoke', { reason: 'mine' }],
      ['POST', '/revoke', { last_admin: true }],
      ['DELETE', ''],
      ['PATCH', '', { scopes: ['models:use'] }],
      ['PATCH', '', { expires_in_seconds: 1 }],
      ['POST', '/rotate', { overlap_seconds: 0 }],
      ['POST', `/secrets/${old}/end`],
    ];
    for (const [method, path, given] of verbs) {
      const answer = await ask(method, `/v1/keys/${strong.id}${path}`, weak.secret, given);
      expect([method, path, answer.status, answer.body.code]).toEqual([
        method,
        path,
        403,
        'scope_escalation',
      ]);
    }
    const listed = await server.request<{ apiKeys: { id: number; name: string }[] }>(
      'GET',
      '/v1/admin/api-keys',
    );
    const id = listed.body.apiKeys.find(({ name }) => name === 'strong')?.id;
    expect((await ask('DELETE', `/v1/admin/delete-api-key/${id}`, weak.secret)).status).toBe(403);
    expect(await self(strong.secret)).toBe(200);
  });

  test('a key can end keys that hold no more than it, and always itself', async () => {
    const weaker = await server.mint({ scopes: ['keys:read'] });
    expect((await ask('POST', `/v1/keys/${weaker.id}/revoke`, weak.secret)).status).toBe(200);
    const own = await server.mint({ scopes: ['keys:read', 'keys:write'], expires_in_seconds: 600 });
    expect((await ask('POST', `/v1/keys/${own.id}/disable`, own.secret)).status).toBe(200);
    expect(await self(own.secret)).toBe(401);
  });

  test('a child cannot narrow or rename its ancestors, but itself and the keys below it', async () => {
    const scopes = ['keys:read', 'keys:write'];
    const parent = await server.mint({ scopes: [...scopes, 'models:use'], expires_in_seconds: 600 });
    const childOf = async (key: string): Promise<{ id: string; secret: string }> => {
      const made = await ask('POST', '/v1/keys', key, { name: 'child', scopes });
      const { key: child, secret } = made.body as unknown as { key: { id: string }; secret: string };
      return { id: child.id, secret };
    };
    const child = await childOf(parent.secret);
    const below = await childOf(child.secret);
    const changes: object[] = [
      { scopes },
      { expires_in_seconds: 1 },
      { limits: [{ name: 'l', requests: 1, window_seconds: 86_400 }] },
      { budgets: [{ name: 'b', unit: 'requests', amount: '0', period: 'total' }] },
      { selectors: { ips: ['192.0.2.1'] } },
      { selectors: { models: { deny: ['*'] } } },
      { name: 'renamed' },
      { metadata: { plan: 'none' } },
    ];
    const path = `/v1/keys/${parent.id}`;
    const before = (await server.request('GET', path)).text.replace(/"last_used_.*/, '');
    for (const change of changes) {
      const answer = await ask('PATCH', path, child.secret, change);
      expect([change, answer.status, answer.body.code]).toEqual([change, 403, 'scope_escalation']);
    }
    expect((await server.request('GET', path)).text.replace(/"last_used_.*/, '')).toBe(before);
    for (const { id } of [below, child])
      expect((await ask('PATCH', `/v1/keys/${id}`, child.secret, { scopes: ['keys:write'] })).status).toBe(
        200,
      );
    expect(await self(parent.secret)).toBe(200);
  });

  test('a limit or a budget for an owner needs as much power as its keys hold', async () => {
    const own = strong.key.owner.id;
    const selectors = { workspaces: { allow: ['docs'] } };
    const bound = await server.mint({ scopes: ['owners:manage'], selectors });
    for (const change of [
      { budgets: [{ name: 'b', unit: 'requests', amount: '0', period: 'total' }] },
      { limits: [{ name: 'l', requests: 1, window_seconds: 86_400 }] },
    ]) {
      const answer = await ask('PATCH', `/v1/owners/${own}`, bound.secret, change);
      expect([answer.status, answer.body.code]).toEqual([403, 'scope_escalation']);
    }
    expect(await self(strong.secret)).toBe(200);
  });

  test('an equal key without a limit is stronger than a key with one', async () => {
    const limits = [{ name: 'l', requests: 100, window_seconds: 60 }];
    const bound = await server.mint({ scopes: ['keys:read', 'keys:write'], limits });
    expect((await ask('POST', `/v1/keys/${weak.id}/disable`, bound.secret)).status).toBe(403);
    expect(await self(weak.secret)).toBe(200);
  });

  test('owners:manage without selectors can end every key but the last way in', async () => {
    const scopes = ['keys:write', 'keys:read', 'owners:manage'];
    const manager = await server.mint({ scopes });
    const other = await server.mint({ role: 'admin' });
    expect((await ask('POST', `/v1/keys/${other.id}/revoke`, manager.secret)).status).toBe(200);
    for (const selectors of [
      { ips: ['127.0.0.1'] },
      { models: { deny: ['x'] } },
      { workspaces: { allow: ['docs'] } },
    ]) {
      const bound = await server.mint({ scopes, selectors });
      const refused = await ask('POST', `/v1/keys/${strong.id}/revoke`, bound.secret);
      expect([403, 404]).toContain(refused.status);
    }
    expect(await self(strong.secret)).toBe(200);
  });

  test('a key with owners:manage that is bound to a workspace manages only its own owner', async () => {
    const made = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Others', kind: 'team' },
    });
    const theirs = made.body.id;
    const selectors = { workspaces: { allow: ['docs'] } };
    const bound = await server.mint({ scopes: ['owners:manage', 'keys:*'], selectors });
    const list = await ask('GET', '/v1/owners', bound.secret);
    expect(list.body.items?.map(({ id }) => id)).toEqual([bound.key.owner.id]);
    const asked = [
      await ask('GET', `/v1/owners/${theirs}`, bound.secret),
      await ask('PATCH', `/v1/owners/${theirs}`, bound.secret, { state: 'suspended' }),
      await ask('PATCH', `/v1/owners/${theirs}`, bound.secret, { name: 'x' }),
      await ask('DELETE', `/v1/owners/${theirs}`, bound.secret),
    ];
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await ask('POST', '/v1/owners', bound.secret, { name: 'x', kind: 'team' })).status).toBe(403);
    const minted = { name: 'k', owner: 'Others', scopes: ['keys:read'], selectors };
    expect((await ask('POST', '/v1/keys', bound.secret, minted)).status).toBe(422);
  });

  test('a key with owners:manage and another selector cannot suspend or reactivate an owner whose keys hold more', async () => {
    await server.request('POST', '/v1/owners', { body: { name: 'Strong', kind: 'team' } });
    const key = await server.mint({ role: 'client', owner: 'Strong' });
    const { id } = key.key.owner;
    const bound = await server.mint({
      scopes: ['owners:manage', 'keys:read'],
      selectors: { models: { allow: ['x'] } },
      owner: 'Others',
    });
    const change = (state: string, secret: string) => ask('PATCH', `/v1/owners/${id}`, secret, { state });
    expect((await change('suspended', bound.secret)).body.code).toBe('scope_escalation');
    expect((await ask('DELETE', `/v1/owners/${id}`, bound.secret)).body.code).toBe('scope_escalation');
    expect((await change('suspended', server.adminKey)).status).toBe(200);
    expect((await change('active', bound.secret)).body.code).toBe('scope_escalation');
    expect(await self(key.secret)).toBe(401);
    expect((await change('active', server.adminKey)).status).toBe(200);
  });
});

describeOnBothServers('people who hold more', (start) => {
  let server: TestServer;
  let manager: string;
  let dan: number;
  beforeAll(async () => {
    server = await start();
    for (const name of ['Docs', 'Secret'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    await enableUsers(server);
    manager = await enterAs(server, 'manager');
    await enterAs(server, 'default', 'dan');
    const { body } = await login(server, { username: 'dan', password: PASSWORD });
    dan = body.user?.id ?? 0;
    await server.request('POST', '/v1/admin/workspaces/secret/manage-users', { body: { userIds: [dan] } });
  });
  const works = async (username: string) =>
    (await login(server, { username, password: PASSWORD })).body.valid;

  test('a key cannot delete, suspend or take over a user who reads or chats where it does not', async () => {
    const { secret: key } = await server.mint({ scopes: ['users:manage', 'workspaces:read'] });
    for (const body of [{ suspended: 1 }, { password: 'another horse' }, { role: 'default' }, { bio: 'x' }])
      expect((await server.request('POST', `/v1/admin/users/${dan}`, { key, body })).status).toBe(403);
    expect((await server.request('DELETE', `/v1/admin/users/${dan}`, { key })).status).toBe(403);
    expect(await works('dan')).toBe(true);
  });

  test('a key that holds less than a key of a user cannot end that user', async () => {
    const strong = await server.mint({ role: 'admin', owner: `dan (user ${dan})` });
    const body = { suspended: 1 };
    expect((await server.request('POST', `/api/admin/user/${dan}`, { key: manager, body })).status).toBe(403);
    expect((await server.request('DELETE', `/api/admin/user/${dan}`, { key: manager })).status).toBe(403);
    await server.request('POST', `/v1/keys/${strong.id}/revoke`);
    expect((await server.request('POST', `/api/admin/user/${dan}`, { key: manager, body })).text).toContain(
      'true',
    );
    await server.request('POST', `/api/admin/user/${dan}`, { key: manager, body: { suspended: 0 } });
    expect(await works('dan')).toBe(true);
  });

  test('a key cannot reactivate a user whose keys hold more, even if the user does not', async () => {
    const strong = await server.mint({ role: 'admin', owner: `dan (user ${dan})` });
    const works = async () => (await server.request('GET', '/v1/keys/self', { key: strong.secret })).status;
    const free = (key?: string) =>
      server.request('POST', `/api/admin/user/${dan}`, { ...(key && { key }), body: { suspended: 0 } });
    await server.request('POST', `/v1/admin/users/${dan}`, { body: { suspended: 1 } });
    expect([(await free(manager)).status, await works()]).toEqual([403, 401]);
    const scopes = ['users:manage', 'workspaces:*', 'documents:*'];
    const { secret: key } = await server.mint({ scopes });
    const body = { suspended: 0 };
    expect((await server.request('POST', `/v1/admin/users/${dan}`, { key, body })).status).toBe(403);
    expect((await server.request('POST', `/v1/admin/users/${dan}`, { body })).status).toBe(200);
    expect(await works()).toBe(200);
    // The owner alone was suspended: the same.
    const { id } = strong.key.owner;
    await server.request('PATCH', `/v1/owners/${id}`, { body: { state: 'suspended' } });
    expect((await server.request('POST', `/v1/admin/users/${dan}`, { key, body })).status).toBe(403);
    expect(await works()).toBe(401);
    await server.request('PATCH', `/v1/owners/${id}`, { body: { state: 'active' } });
    await server.request('POST', `/v1/keys/${strong.id}/revoke`);
  });

  test('a key that may not make an invite may not end it', async () => {
    const made = await server.request<{ invite: { id: number } }>('POST', '/v1/admin/invite/new');
    const path = `/v1/admin/invite/${made.body.invite.id}`;
    const { secret: key } = await server.mint({ scopes: ['users:manage'] });
    expect((await server.request('DELETE', path, { key })).status).toBe(403);
    expect((await server.request('DELETE', path)).status).toBe(200);
  });

  test('a key that may not chat in a workspace cannot add or replace its members', async () => {
    const scopes = ['users:manage', 'workspaces:read', 'workspaces:chat'];
    const { secret: alone } = await server.mint({ scopes: ['users:manage'] });
    const docs = { workspaces: { allow: ['docs'] } };
    const { secret: bound } = await server.mint({ scopes, selectors: docs });
    const manage = (slug: string, key: string) =>
      server.request('POST', `/v1/admin/workspaces/${slug}/manage-users`, { key, body: { userIds: [dan] } });
    expect((await manage('docs', alone)).status).toBe(403);
    expect((await manage('secret', bound)).status).toBe(400);
    // Somebody who is in another workspace only is not there for it.
    expect((await manage('docs', bound)).status).toBe(404);
    await manage('docs', server.adminKey);
    expect((await manage('docs', bound)).status).toBe(200);
  });

  test('a new password ends the former recovery codes', async () => {
    const body = { username: 'eve', password: PASSWORD };
    await server.request('POST', '/v1/admin/users/new', { body });
    const first = (await login(server, body)).body;
    const change = { body: { password: 'another horse' } };
    await server.request('POST', `/v1/admin/users/${first.user?.id}`, change);
    const recovered = await server.request('POST', '/api/system/recover-account', {
      key: null,
      body: { username: 'eve', recoveryCodes: first.recoveryCodes?.slice(0, 2) },
    });
    expect(recovered.status).toBe(400);
    const again = (await login(server, { ...body, password: 'another horse' })).body;
    expect(again.recoveryCodes).toHaveLength(4);
  });
});
