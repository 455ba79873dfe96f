import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { firstBrowser, type Browser } from './browser.fixture.ts';

interface Refused {
  code: string;
}

const nameOf = (cookie: string): string => cookie.split('=', 1)[0]!;
const valueOf = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);

describeOnServer('sqlite', 'the session cookie', (start) => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await start();
    browser = await firstBrowser(server);
  });

  test('pages cannot read it, other sites do not send it, and its name tells instances apart', async () => {
    const [pair = '', ...attributes] = browser.setCookie.split('; ');
    expect(nameOf(pair)).toBe(`keyward_${server.app.core.sealing.fingerprint}`);
    const [path, age = '', ...rest] = attributes;
    expect([path, ...rest]).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict']);
    expect(Number(age.replace('Max-Age=', ''))).toBeGreaterThan(29 * 86_400);
  });

  test('two instances on one host keep two sessions, and neither takes the cookie of the other', async () => {
    const other = await start();
    const there = await firstBrowser(other);
    const both = { cookie: `${there.cookie}; ${browser.cookie}` };
    expect((await browser.send('GET', '/v1/keys', { headers: both })).status).toBe(200);
    expect((await there.send('GET', '/v1/keys', { headers: both })).status).toBe(200);
    const headers = { cookie: there.cookie };
    expect((await browser.send<Refused>('GET', '/v1/keys', { headers })).body.code).toBe('missing_key');
    const renamed = { cookie: `${nameOf(browser.cookie)}=${valueOf(there.cookie)}` };
    const refused = await browser.send<Refused>('GET', '/v1/keys', { headers: renamed });
    expect([refused.status, refused.body.code]).toEqual([401, 'invalid_session']);
  });

  test('a cookie that was tampered with, made up, or has expired is refused on every surface', async () => {
    const name = nameOf(browser.cookie);
    const [head = '', payload = '', mark = ''] = valueOf(browser.cookie).split('.');
    const { session } = await browser.state();
    const { sealing } = server.app.core;
    const now = Math.floor(Date.now() / 1_000);
    const signed = (at: number) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(session?.id ?? '')
        .setExpirationTime(at)
        .sign(sealing.sessionKeys[0]!);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const bad = [
      `${head}.${payload}.${mark.slice(0, -2)}AA`,
      `${head}.${Buffer.from(`{"jti":"${session?.id}","exp":${now + 60}}`).toString('base64url')}.${mark}`,
      `${none}.${payload}.`,
      await signed(now - 1),
      'x',
      '',
      server.adminKey,
      'x'.repeat(5_000),
    ];
    for (const value of bad)
      for (const [path, status] of [
        ['/v1/keys', 401],
        ['/v1/models', 401],
        ['/api/v1/workspaces', 401],
        ['/api/workspaces', 401],
        ['/v1/sessions', 401],
      ] as const) {
        const answer = await browser.send('GET', path, { headers: { cookie: `${name}=${value}` } });
        expect([path, value.slice(0, 20), answer.status]).toEqual([path, value.slice(0, 20), status]);
        expect(answer.text).not.toContain(server.adminKey);
      }
    expect(server.log.join('')).not.toContain(server.adminKey);
  });

  test('after the sign-out the cookie opens nothing', async () => {
    const out = await firstBrowser(server);
    const headers = { cookie: out.cookie };
    await out.send('DELETE', '/v1/session');
    for (const path of ['/v1/keys', '/v1/models', '/api/v1/workspaces', '/api/workspaces', '/v1/sessions'])
      expect([path, (await out.send('GET', path, { headers })).status]).toEqual([path, 401]);
    expect((await out.send('GET', '/v1/session', { headers })).body).toMatchObject({ session: null });
  });

  test('answers to a session stay in no cache and run no script', async () => {
    for (const path of ['/v1/keys', '/api/v1/workspaces', '/api/workspaces', '/v1/sessions']) {
      const { headers } = await browser.send('GET', path);
      expect([path, headers.get('cache-control')]).toEqual([path, 'no-store']);
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    }
    const byKey = await server.request('GET', '/v1/keys');
    expect(byKey.headers.get('content-security-policy')).toBeNull();
  });
});

describeOnServer('sqlite', 'requests that another site has a browser send', (start) => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await start({ KEYWARD_CORS_ORIGINS: '*' });
    browser = await firstBrowser(server);
  });

  /** Headers beside the cookie; own ones are left out. */
  const send = (method: string, path: string, headers: Record<string, string>) =>
    server.request<Refused>(method, path, { key: null, headers: { cookie: browser.cookie, ...headers } });

  const OWN = { 'x-keyward-session': '1' };
  const FOREIGN: [string, Record<string, string>][] = [
    ['of another site', { ...OWN, 'sec-fetch-site': 'cross-site' }],
    ['of a neighbouring host', { ...OWN, 'sec-fetch-site': 'same-site' }],
    ['of an unknown kind', { ...OWN, 'sec-fetch-site': 'anything' }],
    ['with the Origin of another host', { ...OWN, origin: 'https://evil.example' }],
    ['with the Origin of another port', { ...OWN, origin: 'http://127.0.0.1:1' }],
    ['with an opaque Origin', { ...OWN, origin: 'null' }],
  ];

  test.for(FOREIGN)(
    'a request %s is refused, whatever it does and on every surface',
    async ([, headers], { expect }) => {
      for (const [method, path] of [
        ['GET', '/v1/keys'],
        ['GET', '/v1/models'],
        ['GET', '/api/v1/workspaces'],
        ['GET', '/api/workspaces'],
        ['POST', '/v1/owners'],
        ['POST', '/api/v1/workspace/new'],
        ['POST', '/api/system/logout'],
        ['DELETE', '/v1/session'],
        ['DELETE', '/v1/sessions'],
      ] as const) {
        const { status } = await send(method, path, headers);
        expect([method, path, status]).toEqual([method, path, 403]);
      }
      expect(await browser.status()).toBe(200);
    },
  );

  test('a change without the header that other sites cannot send is refused, also from a form', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const refused = await server.request<Refused>('POST', '/api/v1/workspace/new', {
        key: null,
        headers: { cookie: browser.cookie, 'content-type': type, 'sec-fetch-site': 'same-origin' },
        body: '{"name":"Forged"}',
      });
      expect(refused.status).toBe(403);
    }
    const refused = await send('POST', '/v1/owners', { 'sec-fetch-site': 'same-origin' });
    expect([refused.status, refused.body.code]).toEqual([403, 'csrf_refused']);
    expect((await server.request('GET', '/v1/workspaces')).text).not.toContain('Forged');
  });

  test('a page that is opened by its address may be read, and nothing can be changed so', async () => {
    expect((await send('GET', '/v1/keys', { 'sec-fetch-site': 'none' })).status).toBe(200);
    expect((await send('POST', '/v1/owners', { ...OWN, 'sec-fetch-site': 'none' })).status).toBe(403);
  });

  test('the own page and programs without Fetch Metadata are served', async () => {
    const own = { ...OWN, origin: server.url, 'sec-fetch-site': 'same-origin' };
    for (const headers of [own, OWN])
      expect((await send('POST', '/v1/running/stop', headers)).status).toBe(422);
  });

  test('nobody is signed in by another site (login CSRF)', async () => {
    const attempts = [{}, ...FOREIGN.map(([, headers]) => headers)];
    for (const headers of attempts) {
      const refused = await server.request<Refused>('POST', '/v1/session', {
        key: null,
        headers,
        body: { key: server.adminKey },
      });
      expect([refused.status, refused.body.code]).toEqual([403, 'csrf_refused']);
      expect(refused.headers.get('set-cookie')).toBeNull();
    }
  });

  test('no origin is allowed to send credentials, also where all may use the API', async () => {
    for (const path of ['/v1/keys', '/api/v1/workspaces', '/v1/session', '/v1/chat/completions'])
      for (const method of ['OPTIONS', 'GET']) {
        const { headers } = await server.request(method, path, {
          key: null,
          isPassedOn: true,
          headers: {
            origin: 'https://evil.example',
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'x-keyward-session',
          },
        });
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
  });
});

describeOnServer('sqlite', 'the session cookie behind a proxy', (start) => {
  const signIn = (server: TestServer, headers: Record<string, string>) =>
    server.request<Refused>('POST', '/v1/session', {
      key: null,
      headers: { 'x-keyward-session': '1', ...headers },
      body: { key: server.adminKey },
    });

  test('over TLS it is Secure and bound to the host, and a plain cookie is refused', async () => {
    const server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
    const tls = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
    const set = (await signIn(server, tls)).headers.get('set-cookie') ?? '';
    expect(set).toMatch(
      /^__Host-keyward_[0-9a-f]{8}=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
    const [cookie = ''] = set.split(';', 1);
    const read = (headers: Record<string, string>) =>
      server.request('GET', '/v1/keys', { key: null, headers });
    expect((await read({ ...tls, cookie })).status).toBe(200);
    expect((await read({ ...tls, cookie: cookie.replace('__Host-', '') })).status).toBe(401);
    expect((await read({ cookie })).status).toBe(401);
  });

  test('below a prefix it belongs to that path', async () => {
    const server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/keyward' };
    const set = (await signIn(server, headers)).headers.get('set-cookie') ?? '';
    expect(set).toMatch(
      /^keyward_[0-9a-f]{8}=\S+; Path=\/keyward; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
    const [cookie = ''] = set.split(';', 1);
    const read = await server.request('GET', '/v1/keys', { key: null, headers: { ...headers, cookie } });
    expect(read.status).toBe(200);
    const out = await server.request('DELETE', '/v1/session', {
      key: null,
      headers: { ...headers, cookie, 'x-keyward-session': '1' },
    });
    expect(out.headers.get('set-cookie')).toMatch(/^keyward_\w+=; Path=\/keyward; Max-Age=0; /);
  });

  test('the name of the host may come from the proxy, and its scheme must fit', async () => {
    const server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
    const proxied = { 'x-forwarded-host': 'keys.example.com', 'x-forwarded-proto': 'https' };
    for (const [origin, status] of [
      ['https://keys.example.com', 200],
      ['http://keys.example.com', 403],
      ['https://evil.example', 403],
    ] as const) {
      const answer = await signIn(server, { ...proxied, origin });
      expect([origin, answer.status]).toEqual([origin, status]);
    }
  });

  test('a stranger who claims to be a proxy changes nothing', async () => {
    const server = await start();
    const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/evil' };
    const set = (await signIn(server, forged)).headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^keyward_\w+=\S+; Path=\/; /);
    expect(set).not.toContain('Secure');
    const named = { 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' };
    expect((await signIn(server, named)).status).toBe(403);
  });

  test('a server with TLS of its own binds the cookie to the host', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-cookie-'));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const files = ['-keyout', key, '-out', cert];
    const asked = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...asked, ...files], { stdio: 'ignore' });
    const server = await start({ KEYWARD_TLS_CERT_FILE: cert, KEYWARD_TLS_KEY_FILE: key });
    const set = await new Promise<string[] | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-keyward-session': '1' };
      const options = { method: 'POST', rejectUnauthorized: false, headers };
      httpsRequest(`${server.url}/v1/session`, options, (answer) =>
        resolve(answer.resume().headers['set-cookie']),
      )
        .on('error', reject)
        .end(JSON.stringify({ key: server.adminKey }));
    });
    rmSync(folder, { recursive: true });
    expect(set?.[0]).toMatch(/^__Host-keyward_.*; Secure$/);
  });
});
