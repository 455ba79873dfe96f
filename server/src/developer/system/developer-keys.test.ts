import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, firstSession, login, PASSWORD, tokenOf } from '../people/identity.fixture.ts';
import { postSlowly } from '../../../test/traffic/slow-body.ts';

interface ApiKey {
  id: number;
  name: string | null;
  secret: string;
  createdBy: unknown;
  createdAt: string;
  lastUpdatedAt: string;
}
type Created = { apiKey: ApiKey; error: null };
type Listed = { apiKeys: ApiKey[]; error: null };

const opens = async (server: TestServer, key: string): Promise<number> =>
  (await server.request('GET', '/v1/auth', { key })).status;

const UNAUTHORIZED = [401, 'Unauthorized'];
const outcome = ({ status, text }: Answer<unknown>): unknown[] => [status, text];

describeOnBothServers('keys of an instance without users', (start) => {
  let server: TestServer;
  let session: string;
  const create = (body?: unknown, key = session) =>
    server.request<Created>('POST', '/api/system/generate-api-key', { key, body });
  const list = async () =>
    (await server.request<Listed>('GET', '/api/system/api-keys', { key: session })).body.apiKeys;
  const remove = (id: number | string) =>
    server.request('DELETE', `/api/system/api-key/${id}`, { key: session });

  beforeAll(async () => {
    server = await start();
    await server.request('POST', '/api/system/update-password', {
      key: await firstSession(server),
      body: { usePassword: true, newPassword: PASSWORD },
    });
    session = await tokenOf(server, { password: PASSWORD });
  });

  test('the secret is shown once, and may do everything; the list shows its end alone', async () => {
    // The web application sends JSON without saying so.
    const { body, text } = await create('{"name":"  n1 "}');
    const { id, secret, createdAt } = body.apiKey;
    expect(text).toBe(
      JSON.stringify({
        apiKey: { id, name: 'n1', secret, createdBy: null, createdAt, lastUpdatedAt: createdAt },
        error: null,
      }),
    );
    expect(await opens(server, secret)).toBe(200);
    const shown = (await list()).find((key) => key.id === id);
    expect(shown).toEqual({ ...body.apiKey, secret: `sk-…${secret.slice(-4)}` });
    const self = await server.request<{ key: object }>('GET', '/v1/keys/self', { key: secret });
    expect(self.body.key).toMatchObject({ role: 'admin', scopes: ['*'], owner: { name: 'admin' } });
  });

  test('they are the keys of /v1/keys, numbered as they were made, and ended in either place', async () => {
    const minted = await server.mint({ name: 'minted elsewhere', role: 'client' });
    const made = (await create({})).body.apiKey;
    expect(made.name).toBeNull();
    const keys = await list();
    expect(keys.map(({ id }) => id)).toEqual(keys.map(({ id }) => id).toSorted((a, b) => a - b));
    const [elsewhere, here] = keys.slice(-2);
    expect(elsewhere).toMatchObject({ name: 'minted elsewhere', secret: `sk-…${minted.secret.slice(-4)}` });
    expect(here).toMatchObject({ id: made.id, name: null });
    const removed = await remove(elsewhere?.id ?? 0);
    expect(outcome(removed)).toEqual([200, '']);
    expect((await server.request('GET', `/v1/keys/${minted.id}`)).body).toMatchObject({ state: 'revoked' });
    expect(await opens(server, minted.secret)).toBe(403);
    await server.request('POST', `/v1/keys/${minted.id}/restore`);
    expect((await list()).map(({ id }) => id)).toContain(elsewhere?.id);
  });

  test('ending one that is not there is no failure; what is no number is', async () => {
    for (const id of [999_999, '999999999999999', '-1', '1.5', '9'.repeat(30)])
      expect(outcome(await remove(id))).toEqual([200, '']);
    for (const id of ['zz', '1x']) expect(outcome(await remove(id))).toEqual([400, 'Bad Request']);
  });

  test('the routes of administrators among users are closed to it', async () => {
    for (const [method, path] of [
      ['GET', '/api/admin/api-keys'],
      ['POST', '/api/admin/generate-api-key'],
      ['DELETE', '/api/admin/delete-api-key/1'],
      ['DELETE', '/api/admin/api-key/1'],
    ] as const)
      expect(outcome(await server.request(method, path, { key: session }))).toEqual(UNAUTHORIZED);
    expect(await opens(server, server.adminKey)).toBe(200);
  });

  test('names are cut, and none holds a key', async () => {
    const long = (await create({ name: 'x'.repeat(1_000) })).body.apiKey;
    expect(long.name).toHaveLength(200);
    expect((await create({ name: 7 })).body.apiKey.name).toBeNull();
    const leaking = await create({ name: server.adminKey });
    expect(leaking.status).toBe(422);
    expect(leaking.text).not.toContain(server.adminKey);
  });
});

describeOnBothServers('keys among users', (start) => {
  let server: TestServer;
  let admin: string;
  const asAdmin = <T>(method: string, path: string, body?: object) =>
    server.request<T>(method, path, { key: admin, ...(body === undefined ? {} : { body }) });

  beforeAll(async () => {
    server = await start();
    admin = await enableUsers(server);
  });

  test('an administrator sees, makes and ends them; who made one is said', async () => {
    const made = (await asAdmin<Created>('POST', '/api/admin/generate-api-key', { name: 'ci' })).body.apiKey;
    expect(made).toMatchObject({ name: 'ci', createdBy: 1 });
    expect(await opens(server, made.secret)).toBe(200);
    const { apiKeys } = (await asAdmin<Listed>('GET', '/api/admin/api-keys')).body;
    // From the days before there were users.
    expect(apiKeys[0]).toMatchObject({ id: 1, createdBy: null });
    expect(apiKeys.find(({ id }) => id === made.id)).toMatchObject({
      createdBy: { id: 1, username: 'admin', role: 'admin' },
      secret: `sk-…${made.secret.slice(-4)}`,
    });
    expect(outcome(await asAdmin('DELETE', `/api/admin/delete-api-key/${made.id}`))).toEqual([200, '']);
    expect(await opens(server, made.secret)).toBe(403);
    const other = (await asAdmin<Created>('POST', '/api/admin/generate-api-key', {})).body.apiKey;
    expect(outcome(await asAdmin('DELETE', `/api/admin/api-key/${other.id}`))).toEqual([200, '']);
    expect(await opens(server, other.secret)).toBe(403);
    expect(outcome(await asAdmin('DELETE', '/api/admin/delete-api-key/zz'))).toEqual([400, 'Bad Request']);
  });

  test('managers and everybody else may not, nor does anybody by the routes of the other mode', async () => {
    const [manager, other] = [await enterAs(server, 'manager'), await enterAs(server, 'default')];
    const routes = [
      ['GET', 'api-keys'],
      ['POST', 'generate-api-key'],
      ['DELETE', 'api-key/1'],
    ] as const;
    for (const [method, path] of routes) {
      for (const key of [manager, other])
        expect(outcome(await server.request(method, `/api/admin/${path}`, { key }))).toEqual(UNAUTHORIZED);
      for (const key of [manager, other, admin])
        expect(outcome(await server.request(method, `/api/system/${path}`, { key }))).toEqual(UNAUTHORIZED);
      for (const [key, text] of [
        [null, '{"error":"No auth token found."}'],
        [server.adminKey, '{"error":"Invalid auth token."}'],
      ] as const)
        expect(outcome(await server.request(method, `/api/admin/${path}`, { key }))).toEqual([401, text]);
    }
    expect(await opens(server, server.adminKey)).toBe(200);
    await expect
      .poll(async () => (await server.request('GET', '/v1/audit?limit=200')).text)
      .toContain('insufficient_role');
  });

  test("a user's keys end with a suspension, on another process too, and for good with the user", async () => {
    const second = await start(server.environment);
    const session = await enterAs(server, 'admin', 'ann');
    const { user } = (await login(server, { username: 'ann', password: PASSWORD })).body;
    const made = await server.request<Created>('POST', '/api/admin/generate-api-key', { key: session });
    const { secret, id } = made.body.apiKey;
    expect(await opens(second, secret)).toBe(200);
    const change = (body: object) => server.request('POST', `/v1/admin/users/${user?.id}`, { body });
    await change({ suspended: 1 });
    expect(await opens(second, secret)).toBe(403);
    const late = await server.request('POST', '/api/admin/generate-api-key', { key: session });
    expect(late.text).toBe('{"error":"User is suspended from system"}');
    await change({ suspended: 0 });
    expect(await opens(second, secret)).toBe(200);
    await server.request('DELETE', `/v1/admin/users/${user?.id}`);
    expect(await opens(second, secret)).toBe(403);
    const { apiKeys } = (await asAdmin<Listed>('GET', '/api/admin/api-keys')).body;
    expect(apiKeys.find((key) => key.id === id)).toBeUndefined();
  });

  test('a demoted administrator loses them with the next request', async () => {
    const session = await enterAs(server, 'admin', 'bob');
    const ask = () => server.request('GET', '/api/admin/api-keys', { key: session });
    expect((await ask()).status).toBe(200);
    const { user } = (await login(server, { username: 'bob', password: PASSWORD })).body;
    await server.request('POST', `/v1/admin/users/${user?.id}`, { body: { role: 'manager' } });
    expect(outcome(await ask())).toEqual(UNAUTHORIZED);
  });
});

describeOnBothServers('keys by key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('who may do everything lists, makes and ends them', async () => {
    const made = await server.request<Created>('POST', '/v1/admin/generate-api-key', { body: { name: 'a' } });
    const { id, secret } = made.body.apiKey;
    expect(Object.keys(made.body.apiKey)).toEqual([
      'id',
      'name',
      'secret',
      'createdBy',
      'createdAt',
      'lastUpdatedAt',
    ]);
    const list = await server.request<Listed>('GET', '/api/v1/admin/api-keys');
    expect(list.body.apiKeys.map(({ id }) => id)).toContain(id);
    expect(list.text).not.toContain(secret);
    expect(outcome(await server.request('DELETE', `/v1/admin/delete-api-key/${id}`))).toEqual([200, '']);
    expect(await opens(server, secret)).toBe(403);
  });

  test('a key that is revoked while a body is on its way makes none', async () => {
    for (const [path, refused] of [
      ['/v1/admin/generate-api-key', 403],
      ['/v1/keys', 401],
    ] as const) {
      const { id, secret: key } = await server.mint({ role: 'admin' });
      const headers = { authorization: `Bearer ${key}` };
      const change = { path, headers, body: { name: 'made too late', role: 'admin' } };
      const revoke = () => server.request('POST', `/v1/keys/${id}/revoke`);
      expect(await postSlowly(server, change, revoke)).toBe(refused);
    }
    expect((await server.request('GET', '/v1/keys?q=late')).body).toMatchObject({ items: [] });
  });

  test('nobody makes more than they hold, nor sees or ends what belongs to another owner', async () => {
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'team', kind: 'team' },
    });
    const { secret } = await server.mint({ scopes: ['keys:read', 'keys:write'], owner: owner.body.id });
    const refused = await server.request('POST', '/v1/admin/generate-api-key', { key: secret });
    expect([refused.status, Object.keys(refused.body as object)]).toEqual([403, ['error']]);
    const slow = await server.mint({
      role: 'admin',
      limits: [{ name: 'slow', requests: 100, window_seconds: 60 }],
    });
    const made = await server.request<Created>('POST', '/v1/admin/generate-api-key', { key: slow.secret });
    // A child: the limit of its maker holds for it too.
    const child = await server.request<{ key: { parent: string } }>('GET', '/v1/keys/self', {
      key: made.body.apiKey.secret,
    });
    expect(child.body.key.parent).toBe(slow.id);
    const list = await server.request<Listed>('GET', '/v1/admin/api-keys', { key: secret });
    expect(list.body.apiKeys).toHaveLength(1);
    expect(outcome(await server.request('DELETE', '/v1/admin/delete-api-key/1', { key: secret }))).toEqual([
      200,
      '',
    ]);
    expect(await opens(server, server.adminKey)).toBe(200);
    const blind = await server.mint({ scopes: ['users:manage'] });
    const answer = await server.request<{ error: string }>('GET', '/v1/admin/api-keys', {
      key: blind.secret,
    });
    expect([answer.status, answer.body.error]).toEqual([403, expect.stringContaining('keys:read')]);
  });
});
