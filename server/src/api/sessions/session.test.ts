import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { createClient, unwrap } from '../../../../sdk/src/index.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf, firstBrowser } from './browser.fixture.ts';

interface Keys {
  items: { id: string; name: string }[];
}
interface AuditList {
  items: { actor: string; action: string; target: string; details: object }[];
}

const latest = async (server: TestServer, action: string): Promise<AuditList['items'][0] | undefined> =>
  (await server.request<AuditList>('GET', `/v1/audit?action=${action}&limit=1`)).body.items[0];

describeOnBothServers('a session in a cookie', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('a fresh instance says how to sign in, and the first admin key does', async () => {
    const browser = new Browser(server);
    expect(await browser.state()).toMatchObject({ mode: 'setup', session: null, oidc: [] });
    expect(await browser.status()).toBe(401);
    const { status, body } = await browser.signIn({ key: server.adminKey });
    expect(status).toBe(200);
    expect(body.session).toMatchObject({ kind: 'admin', user: null, workspaces: null });
    expect(body.session?.scopes).toContain('keys:write');
    expect(await browser.state()).toEqual(body);
  });

  test('it serves scope routes like the key that opened it, and ends with the sign-out', async () => {
    const browser = await firstBrowser(server);
    const { body } = await browser.send<Keys>('GET', '/v1/keys');
    expect(body.items.map(({ name }) => name)).toContain('first admin key');
    const out = await browser.send('DELETE', '/v1/session');
    expect([out.status, browser.cookie]).toEqual([204, '']);
    expect(browser.setCookie).toContain('Max-Age=0');
  });

  test('a wrong key and a wrong body are refused with words, and neither reaches the log or the record', async () => {
    const browser = new Browser(server);
    const wrong = `${server.adminKey.slice(0, -1)}!`;
    const refused = await browser.signIn({ key: wrong });
    expect([refused.status, refused.body]).toMatchObject([401, { code: 'wrong_credentials' }]);
    for (const body of [{}, { key: 'a', password: 'b' }, { username: 'a', password: 'b' }]) {
      const answer = await browser.signIn(body);
      expect([answer.status, answer.body]).toMatchObject([422, { code: 'invalid_input' }]);
    }
    expect(browser.cookie).toBe('');
    expect(server.log.join('')).not.toContain(wrong.slice(10, 30));
    const records = await server.request('GET', '/v1/audit?limit=200');
    expect(records.text).not.toContain(wrong.slice(10, 30));
  });

  test('the SDK uses the session of the page, and no other one that has begun in the browser', async () => {
    const browser = await firstBrowser(server);
    let shown: string | undefined;
    const client = createClient({
      url: server.url,
      session: () => shown,
      fetch: (request) => {
        // A browser adds it.
        request.headers.set('cookie', browser.cookie);
        return fetch(request);
      },
    });
    const { session } = await unwrap(client.GET('/v1/session'));
    expect(session?.kind).toBe('admin');
    shown = session?.id;
    const body = { name: 'from the page', role: 'client' as const };
    const { key } = await unwrap(client.POST('/v1/keys', { body }));
    expect(key.owner.id).toBe(session?.owner_id);
    // In another tab.
    await browser.signIn({ key: server.adminKey });
    const refused = unwrap(client.POST('/v1/keys', { body: { ...body, name: 'too late' } }));
    await expect(refused).rejects.toMatchObject({ status: 401, code: 'invalid_session' });
    const present = (await unwrap(client.GET('/v1/session'))).session?.id;
    expect(present).not.toBe(shown);
    shown = present;
    expect((await unwrap(client.GET('/v1/keys', { params: { query: { q: 'too late' } } }))).items).toEqual(
      [],
    );
  });
});

describeOnBothServers('a session of a user', (start) => {
  let server: TestServer;
  let admin: Browser;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    admin = await browserOf(server, { username: 'admin', password: PASSWORD });
  });

  test('it has the scopes of its role, and the record names the person', async () => {
    const made = await admin.send<{ key: { id: string; owner: { id: string }; created_by: string } }>(
      'POST',
      '/v1/keys',
      { body: { name: 'made by a person', role: 'client' } },
    );
    const { session } = await admin.state();
    expect(made.status).toBe(201);
    expect(made.body.key).toMatchObject({
      owner: { id: session?.owner_id },
      created_by: `user:${session?.user?.id}`,
    });
    expect(await latest(server, 'keys.mint')).toMatchObject({
      actor: `user:${session?.user?.id}`,
      target: made.body.key.id,
      details: { actor_name: 'admin' },
    });
    const manager = await browserAs(server, 'manager');
    const refused = await manager.send<{ code: string }>('GET', '/v1/keys');
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    expect((await manager.state()).session?.scopes).toContain('workspaces:write');
    const member = await browserAs(server, 'default');
    expect((await member.state()).session).toMatchObject({
      scopes: ['workspaces:read', 'workspaces:chat'],
      workspaces: [],
    });
  });

  test('a key in the request wins, and the cookie is ignored then', async () => {
    const { secret } = await server.mint({ scopes: ['usage:read'] });
    expect((await admin.send('GET', '/v1/keys')).status).toBe(200);
    expect((await admin.send('GET', '/v1/keys', { key: secret })).status).toBe(403);
    expect((await admin.send('GET', '/v1/keys', { key: 'not-a-key' })).status).toBe(401);
  });

  test('a suspension ends it at once', async () => {
    const sam = await browserAs(server, 'admin', 'sam');
    expect(await sam.status()).toBe(200);
    const { session } = await sam.state();
    await server.request('POST', `/v1/admin/users/${session?.user?.id}`, { body: { suspended: 1 } });
    const refused = await sam.send<{ code: string }>('GET', '/v1/keys');
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_session']);
    const again = await sam.signIn({ username: 'sam', password: PASSWORD });
    expect(again.status).toBe(401);
  });
});
