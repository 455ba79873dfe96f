import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Page } from '../../../test/oidc/browser.ts';
import { CLIENT_SECRET, PUBLIC_URL, type ProviderPerson } from '../../../test/oidc/client.ts';
import { startOidcProvider, type TestOidcProvider } from '../../../test/oidc/oidc-provider.ts';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../../test/server.ts';
import { CALLBACK, isCallback, START, startWithProvider, stateOf } from './oidc.fixture.ts';

const ADA: ProviderPerson = {
  sub: 'ada',
  groups: ['staff'],
  email: 'Ada@example.com',
  email_verified: true,
  preferred_username: 'ada',
};

let provider: TestOidcProvider;
beforeAll(async () => {
  provider = await startOidcProvider();
});
afterAll(() => provider.stop());

/** Signs a person in, in a new browser. */
async function signIn(
  server: TestServer,
  person: ProviderPerson,
  path = START,
): Promise<{ browser: Browser; page: Page }> {
  await provider.person(person);
  const browser = new Browser(server);
  return { browser, page: await browser.open(path) };
}

const errorOf = ({ url }: Page): string | null => url.searchParams.get('error');

/** A sign-in up to the request that ends it. */
async function almost(server: TestServer, person = ADA): Promise<{ browser: Browser; callback: URL }> {
  await provider.person(person);
  const browser = new Browser(server);
  const { url } = await browser.open(START, isCallback);
  return { browser, callback: url };
}

const pathOf = ({ pathname, search }: URL): string => pathname + search;

describeOnBothServers('a sign-in with a real OpenID provider', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startWithProvider(start, provider.issuer);
  });

  test('it makes the user of a person, with the role of the groups, and a session in a strict cookie', async () => {
    const { browser, page } = await signIn(server, ADA, `${START}?return_to=/keys%3Fpage=2`);
    expect([page.status, page.url.pathname]).toEqual([200, CALLBACK]);
    expect(page.text).toContain('<meta http-equiv="refresh" content="0;url=/keys?page=2">');
    const [session, used] = page.headers.getSetCookie();
    expect(session).toMatch(/^keyward_[0-9a-f]{8}=.*; Path=\/; .*HttpOnly; SameSite=Strict/);
    expect(used).toMatch(
      /^__Host-keyward_oidc_[0-9a-f]{8}=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const { session: open } = await stateOf(server, browser);
    expect(open).toMatchObject({ kind: 'user', user: { username: 'ada@example.com', role: 'default' } });
    const again = await signIn(server, { ...ADA, groups: ['ml', 'other'] });
    expect((await stateOf(server, again.browser)).session?.user).toEqual({ ...open?.user, role: 'manager' });
  });

  test('a person who left a group signs in with the lower role, and one who left all is refused', async () => {
    const person = { ...ADA, sub: 'lin', email: 'lin@example.com' };
    const { browser: first } = await signIn(server, { ...person, groups: ['ml'] });
    const { browser: second, page } = await signIn(server, person);
    expect(page.status).toBe(200);
    expect((await stateOf(server, first)).session).toBeNull();
    expect((await stateOf(server, second)).session?.user?.role).toBe('default');
    const { page: refused } = await signIn(server, { ...person, groups: [] });
    expect(errorOf(refused)).toBe('oidc_no_role');
    expect((await stateOf(server, second)).session).toBeNull();
  });

  test('the sign-in page learns the name of the provider', async () => {
    expect((await stateOf(server, new Browser(server))).oidc).toEqual([{ id: 'oidc', name: 'The provider' }]);
  });

  test('a person in no group with a role is refused, and no user is made', async () => {
    const { browser, page } = await signIn(server, { ...ADA, sub: 'guest', groups: ['guests'] });
    expect([page.url.pathname, errorOf(page)]).toEqual(['/sign-in', 'oidc_no_role']);
    expect((await stateOf(server, browser)).session).toBeNull();
    expect([...browser.cookies]).toEqual([]);
    const { body } = await server.request<{ users: { username: string }[] }>('GET', '/v1/admin/users');
    expect(body.users.map(({ username }) => username)).not.toContain('guest');
  });

  test('first sign-ins of a person in several browsers at the same time make one user', async () => {
    const person = { ...ADA, sub: 'grace', email: 'grace@example.com' };
    const begun = await Promise.all([0, 1, 2, 3].map(() => almost(server, person)));
    const pages = await Promise.all(begun.map(({ browser, callback }) => browser.open(pathOf(callback))));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const states = await Promise.all(begun.map(({ browser }) => stateOf(server, browser)));
    expect(new Set(states.map(({ session }) => session?.user?.id)).size).toBe(1);
  });

  test('a user who is suspended while the provider asks gets no session', async () => {
    const person = { ...ADA, sub: 'eve', email: 'eve@example.com' };
    const { browser: first } = await signIn(server, person);
    const id = (await stateOf(server, first)).session?.user?.id;
    const { browser, callback } = await almost(server, person);
    await server.request('POST', `/v1/admin/users/${id}`, { body: { suspended: 1 } });
    expect(errorOf(await browser.open(pathOf(callback)))).toBe('oidc_suspended');
    expect((await stateOf(server, browser)).session).toBeNull();
    const records = async () =>
      (await server.request<{ items: object[] }>('GET', '/v1/audit?limit=50')).body.items;
    const refused = { action: 'sessions.login', target: `user:${id}`, outcome: 'refused' };
    await expect.poll(records).toContainEqual(expect.objectContaining(refused));
  });

  test('a deleted person who is still in a group is made anew, without what the first user had', async () => {
    const person = { ...ADA, sub: 'bob', email: 'bob@example.com' };
    const { browser } = await signIn(server, person);
    const before = (await stateOf(server, browser)).session;
    await server.request('DELETE', `/v1/admin/users/${before?.user?.id}`);
    expect((await stateOf(server, browser)).session).toBeNull();
    const { browser: next } = await signIn(server, person);
    const after = (await stateOf(server, next)).session;
    expect(after?.user?.username).toBe('bob@example.com');
    expect([after?.user?.id, after?.owner_id]).not.toEqual([before?.user?.id, before?.owner_id]);
  });
});

describeOnServer('sqlite', 'a sign-in with a real OpenID provider', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startWithProvider(start, provider.issuer);
  });

  test('a person who cancels at the provider comes back to the sign-in page', async () => {
    const { browser, page } = await signIn(server, { ...ADA, sub: 'shy', refuses: true });
    expect(errorOf(page)).toBe('oidc_denied');
    expect([...browser.cookies]).toEqual([]);
  });

  test('a request with another state, or without one, ends no sign-in', async () => {
    const { browser, callback } = await almost(server);
    for (const state of ['another', null]) {
      const url = new URL(callback);
      if (state === null) url.searchParams.delete('state');
      else url.searchParams.set('state', state);
      const jar = new Map(browser.cookies);
      expect(errorOf(await browser.open(pathOf(url)))).toBe('oidc_expired');
      for (const [name, value] of jar) browser.cookies.set(name, value);
    }
    // The code was not spent by them.
    expect((await browser.open(pathOf(callback))).status).toBe(200);
  });

  test('a browser that did not begin the sign-in cannot end it', async () => {
    const { callback } = await almost(server);
    const stranger = new Browser(server);
    expect(errorOf(await stranger.open(pathOf(callback)))).toBe('oidc_expired');
    const other = await almost(server);
    expect(errorOf(await other.browser.open(pathOf(callback)))).toBe('oidc_expired');
    expect((await stateOf(server, other.browser)).session).toBeNull();
  });

  test('a sign-in ends once: its repetition, with the cookies of its beginning too, makes no session', async () => {
    const { browser, callback } = await almost(server);
    const jar = new Map(browser.cookies);
    expect((await browser.open(pathOf(callback))).status).toBe(200);
    expect(errorOf(await browser.open(pathOf(callback)))).toBe('oidc_expired');
    const thief = new Browser(server);
    for (const [name, value] of jar) thief.cookies.set(name, value);
    const page = await thief.open(pathOf(callback));
    expect(errorOf(page)).toBe('oidc_invalid');
    expect((await stateOf(server, thief)).session).toBeNull();
  });

  test('the code of another sign-in is refused by the provider, because its PKCE verifier is another', async () => {
    const [own, other] = [await almost(server), await almost(server)];
    const mixed = new URL(own.callback);
    mixed.searchParams.set('code', other.callback.searchParams.get('code') ?? '');
    expect(errorOf(await own.browser.open(pathOf(mixed)))).toBe('oidc_invalid');
  });

  test('a changed cookie ends no sign-in', async () => {
    const { browser, callback } = await almost(server);
    for (const [name, value] of browser.cookies) browser.cookies.set(name, `${value.slice(0, -2)}AA`);
    expect(errorOf(await browser.open(pathOf(callback)))).toBe('oidc_expired');
  });

  test('the way back is a path of this site: all else is refused before the sign-in begins', async () => {
    const bad = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example/',
      '/\t/evil.example',
      'keys',
      '',
    ];
    bad.push('/..//evil.example', '/%0a/evil.example/../..//evil.example', 'javascript:alert(1)', '/a\\b');
    for (const path of bad) {
      const answer = await server.request<{ detail: string }>(
        'GET',
        `${START}?return_to=${encodeURIComponent(path)}`,
        { key: null },
      );
      expect([path, answer.status]).toEqual([path, 422]);
      expect(answer.body.detail).toContain('return_to: must be a path of this site such as /keys');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const { page } = await signIn(
      server,
      ADA,
      `${START}?return_to=${encodeURIComponent('/a"><script>&b=1#c')}`,
    );
    expect(page.text).toContain('content="0;url=/a%22%3E%3Cscript%3E&amp;b=1#c"');
    expect(page.text).not.toContain('<script');
  });

  test('without a provider the routes say so, and the sign-in page shows none', async () => {
    const bare = await start();
    for (const path of [START, CALLBACK]) {
      const answer = await bare.request<{ code: string; hint: string }>('GET', path, { key: null });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      expect(answer.body.hint).toContain('KEYWARD_OIDC_ISSUER');
    }
    expect((await stateOf(bare, new Browser(bare))).oidc).toEqual([]);
  });

  test('an instance without users signs nobody in with the provider', async () => {
    const single = await start({ ...server.environment, KEYWARD_DATA_DIR: `${server.dataDir}-single` });
    const page = await new Browser(single).open(START);
    expect(errorOf(page)).toBe('oidc_single_user');
    expect((await stateOf(single, new Browser(single))).oidc).toEqual([]);
  });

  test('neither codes, tokens nor the secret of the client reach the log, the record or an answer', async () => {
    const { browser, callback } = await almost(server);
    const code = callback.searchParams.get('code') ?? '';
    const [kept = ''] = browser.cookies.values();
    await browser.open(pathOf(callback));
    await browser.open(pathOf(callback));
    const record = (await server.request('GET', '/v1/audit?limit=200')).text;
    const all = [...server.log, record].join('\n');
    const secrets = [code, kept, callback.searchParams.get('state') ?? '', CLIENT_SECRET];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(all).not.toContain(secret);
    }
    expect(all).not.toMatch(/eyJ[\w-]{20}/);
  });

  describe('behind a proxy that serves Keyward below a path', () => {
    test('the way back lies below that path', async () => {
      const proxied = await startWithProvider(start, provider.issuer, {
        KEYWARD_TRUSTED_PROXIES: '127.0.0.1',
      });
      const ask = (path: string) =>
        proxied.request('GET', path, { key: null, headers: { 'x-forwarded-prefix': '/keyward' } });
      expect((await ask(`${START}?return_to=/keyward/keys`)).status).toBe(302);
      expect((await ask(START)).status).toBe(302);
      expect((await ask(`${START}?return_to=/keys`)).status).toBe(422);
      expect((await ask(CALLBACK)).headers.get('location')).toBe('/keyward/sign-in?error=oidc_expired');
    });
  });

  test('the address of the way back is the configured one, whatever the Host header says', async () => {
    const answer = await server.request('GET', START, { key: null, headers: { host: 'evil.example' } });
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.searchParams.get('redirect_uri')).toBe(`${PUBLIC_URL}${CALLBACK}`);
    expect(location.searchParams.get('code_challenge_method')).toBe('S256');
  });
});
