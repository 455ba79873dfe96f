import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Browser, type Page } from '../../../test/oidc/browser.ts';
import { CLIENT_ID, CLIENT_SECRET, PUBLIC_URL } from '../../../test/oidc/client.ts';
import { startLyingProvider, type Lies, type LyingProvider } from '../../../test/oidc/lying-provider.ts';
import { freePort } from '../../../test/traffic/free-ports.ts';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { CALLBACK, START, startWithProvider, stateOf } from './oidc.fixture.ts';

const HOUR_SECONDS = 3_600;
const now = Math.floor(Date.now() / 1_000);

const errorOf = ({ url }: Pick<Page, 'url'>): string | null => url.searchParams.get('error');

describeOnServer('sqlite', 'a provider that lies', (start) => {
  let provider: LyingProvider;
  let server: TestServer;
  beforeAll(async () => {
    provider = await startLyingProvider(CLIENT_SECRET);
    server = await startWithProvider(start, provider.issuer, { KEYWARD_OIDC_LINK_BY_EMAIL: 'on' });
  });
  beforeEach(() => {
    provider.lies = {};
  });
  afterAll(() => provider.close());

  /** A sign-in that the provider answers with these lies. @param more parameters of the callback. */
  async function signIn(
    lies: Lies,
    more: Record<string, string> = {},
    { on = server, metadata }: { on?: TestServer; metadata?: Record<string, unknown> } = {},
  ): Promise<{ browser: Browser; page: Page; error: string | null }> {
    const browser = new Browser(on);
    if (metadata !== undefined) provider.lies = { metadata };
    const { url } = await browser.open(START, ({ origin }) => origin !== PUBLIC_URL);
    if (url.pathname === '/sign-in') return { browser, page: { url } as Page, error: errorOf({ url }) };
    provider.lies = lies;
    provider.nonce = url.searchParams.get('nonce') ?? '';
    const state = url.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, code: 'a-code', ...more }).toString();
    const page = await browser.open(`${CALLBACK}?${query}`);
    return { browser, page, error: errorOf(page) };
  }

  const usernames = async (): Promise<string[]> => {
    const { body } = await server.request<{ users: { username: string }[] }>('GET', '/v1/admin/users');
    return body.users.map(({ username }) => username);
  };

  test.for<[string, Lies, string]>([
    ['with the nonce of another sign-in', { claims: { nonce: 'another' } }, 'nonce'],
    ['without a nonce', { claims: { nonce: undefined } }, ''],
    ['of another issuer (mix-up)', { claims: { iss: 'https://evil.example' } }, 'iss'],
    ['for another client', { claims: { aud: 'another-client' } }, 'aud'],
    ['for several clients, made for another one', { claims: { aud: [CLIENT_ID, 'b'], azp: 'b' } }, 'azp'],
    ['that has expired', { claims: { exp: now - HOUR_SECONDS, iat: now - 2 * HOUR_SECONDS } }, 'exp'],
    ['that is not valid yet', { claims: { nbf: now + HOUR_SECONDS } }, 'nbf'],
    ['without a time of its end', { claims: { exp: undefined } }, ''],
    ['that belongs to another access token', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }, ''],
    ['whose hash of the access token is no text', { claims: { at_hash: 1 } }, ''],
    ['without a subject', { claims: { sub: undefined } }, ''],
    ['with an empty subject', { claims: { sub: '' } }, ''],
    ['with a subject of 256 characters', { claims: { sub: 'x'.repeat(256) } }, ''],
    ['with a subject that no database stores', { claims: { sub: 'a\0b' } }, ''],
    ['that another key has signed', { signature: 'another key' }, ''],
    ['that nobody has signed (alg none)', { signature: 'none' }, ''],
    ['that the secret of the client has signed (alg HS256)', { signature: 'client secret' }, ''],
    ['that the public key has signed, as if it were a secret (alg HS256)', { signature: 'public key' }, ''],
    [
      'that is missing',
      { tokenAnswer: { status: 200, body: '{"access_token":"a","token_type":"Bearer"}' } },
      '',
    ],
    ['that cannot be read', { tokenAnswer: { status: 200, body: '{"access_token":' } }, ''],
    ['that is refused', { tokenAnswer: { status: 400, body: '{"error":"invalid_grant"}' } }, 'invalid_grant'],
  ])('an ID token %s signs nobody in', async ([, lies, reason], { expect }) => {
    const { browser, error } = await signIn(lies);
    expect(error).toBe('oidc_invalid');
    expect((await stateOf(server, browser)).session).toBeNull();
    expect([...browser.cookies]).toEqual([]);
    expect(await usernames()).not.toContain('ada@example.com');
    const logged = server.log.filter((line) => line.includes('OpenID')).at(-1) ?? '';
    expect(logged).toContain('"code":"oidc_invalid"');
    expect(logged).toContain(reason);
    expect(logged).not.toContain('a-code');
  });

  test('an answer that names another issuer than the one that was asked signs nobody in (RFC 9207)', async () => {
    const code = 'a-code-for-another';
    expect((await signIn({}, { iss: 'https://evil.example', code })).error).toBe('oidc_invalid');
    expect(provider.exchanges.map(({ form }) => form.get('code'))).not.toContain(code);
  });

  test('an ID token with the right hash of its access token signs a person in', async () => {
    const { page } = await signIn({
      claims: { sub: 'hashed', email_verified: false },
      hashesAccessToken: true,
    });
    expect(page.status).toBe(200);
  });

  test('an answer without the issuer signs nobody in where the provider says that it names it', async () => {
    const fresh = await start({ ...server.environment });
    const metadata = { authorization_response_iss_parameter_supported: true };
    expect((await signIn({}, {}, { on: fresh, metadata })).error).toBe('oidc_invalid');
    const { page } = await signIn(
      { claims: { sub: 'named', email_verified: false } },
      { iss: provider.issuer },
      { on: fresh },
    );
    expect(page.status).toBe(200);
  });

  test('a provider whose keys do not fit, or cannot be read, signs nobody in', async () => {
    for (const keySet of [{ keys: [] }, { keys: 'none' }, {}]) {
      const fresh = await start({ ...server.environment });
      const { browser, error } = await signIn({ keySet }, {}, { on: fresh });
      expect(error).toMatch(/^oidc_(invalid|unavailable)$/);
      expect([...browser.cookies]).toEqual([]);
    }
  });

  test('answers of the provider that are too long are given up', async () => {
    const long = 'x'.repeat(1024 * 1024);
    const tokenAnswer = { status: 200, body: JSON.stringify({ access_token: long }) };
    expect((await signIn({ tokenAnswer })).error).toBe('oidc_unavailable');
    expect((await signIn({ claims: { groups: undefined }, userInfo: { sub: 'ada', long } })).error).toBe(
      'oidc_unavailable',
    );
    provider.lies = { metadata: { long } };
    const fresh = await start({ ...server.environment });
    expect(errorOf(await new Browser(fresh).open(START))).toBe('oidc_unavailable');
  });

  test('the groups are a list of texts or one text, and all else gives no role', async () => {
    const roles: unknown[] = [];
    const values = ['platform', ['x', 'platform'], [['platform']], { platform: true }, null, 1, [], ''];
    for (const [i, groups] of values.entries()) {
      const { browser, error } = await signIn({
        claims: { sub: `grouped-${i}`, email_verified: false, groups },
      });
      roles.push(error ?? (await stateOf(server, browser)).session?.user?.role);
    }
    expect(roles).toEqual(['admin', 'admin', ...Array.from({ length: 6 }, () => 'oidc_no_role')]);
  });

  test('an address counts in any case of A to Z, and other letters that become one of them do not', async () => {
    const body = { username: 'mark@example.com', password: 'correct horse', role: 'default' };
    const made = await server.request<{ user: { id: number } }>('POST', '/v1/admin/users/new', { body });
    const nameFor = async (sub: string, email: string): Promise<unknown> => {
      const { browser } = await signIn({ claims: { sub, email } });
      return (await stateOf(server, browser)).session?.user;
    };
    // The Kelvin sign; a dotted capital I; full-width letters.
    for (const [i, email] of [
      'mar\u212a@example.com',
      'MAR\u212A@EXAMPLE.COM',
      'ｍark@example.com',
    ].entries())
      expect(await nameFor(`kelvin-${i}`, email)).not.toMatchObject({ id: made.body.user.id });
    expect(await nameFor('mark', 'Mark@Example.COM')).toMatchObject({ id: made.body.user.id });
  });

  test('an address that the provider has not verified is no name, and links no user', async () => {
    const body = { username: 'boss@example.com', password: 'correct horse', role: 'admin' };
    await server.request('POST', '/v1/admin/users/new', { body });
    const isVerified = [undefined, false, 'true', 1, null];
    for (const [i, email_verified] of isVerified.entries()) {
      const claims = { sub: `thief-${i}`, email: 'boss@example.com', email_verified };
      const { browser } = await signIn({ claims });
      const user = (await stateOf(server, browser)).session?.user;
      expect(user).toMatchObject({ role: 'default' });
      expect(user?.username).toMatch(/^user(-[0-9a-f]{4})?$/);
    }
  });

  test('claims of the userinfo endpoint count only for the person of the ID token', async () => {
    const claims = { sub: 'mia', groups: undefined };
    const info = { groups: ['platform'] };
    for (const sub of ['mallory', undefined, 1])
      expect((await signIn({ claims, userInfo: { ...info, sub } })).error).toBe('oidc_invalid');
    const { browser } = await signIn({ claims, userInfo: { ...info, sub: 'mia' } });
    expect((await stateOf(server, browser)).session?.user?.role).toBe('admin');
  });

  test('the client proves itself with its secret, in the way that the provider takes', async () => {
    await signIn({ claims: { sub: 'ada-2', email_verified: false } });
    const { form, authorization } = provider.exchanges.at(-1)!;
    expect(authorization).toMatch(/^Basic /);
    expect(form.get('client_secret')).toBeNull();
    expect(form.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    const other = await start({ ...server.environment });
    const metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    await signIn({ claims: { sub: 'ada-2' } }, {}, { on: other, metadata });
    const posted = provider.exchanges.at(-1)!;
    expect(posted.authorization).toBeUndefined();
    expect(posted.form.get('client_secret')).toBe(CLIENT_SECRET);
  });

  test('a provider that does not tell the truth about itself is not used', async () => {
    for (const metadata of [{ issuer: 'https://evil.example' }, { authorization_endpoint: undefined }]) {
      provider.lies = { metadata };
      const fresh = await start({ ...server.environment });
      expect(errorOf(await new Browser(fresh).open(START))).toBe('oidc_unavailable');
    }
  });

  test('a provider that is down leads to the sign-in page, and one that is back is used', async () => {
    const port = await freePort();
    const lonely = await startWithProvider(start, `http://127.0.0.1:${port}`);
    const browser = new Browser(lonely);
    expect(errorOf(await browser.open(`${START}?return_to=/keys`))).toBe('oidc_unavailable');
    const logged = lonely.log.filter((line) => line.includes('OpenID')).at(-1) ?? '';
    expect(logged).toContain('ECONNREFUSED');
    expect(logged).not.toContain(CLIENT_SECRET);
    const late = await startLyingProvider(CLIENT_SECRET, port);
    onTestFinished(() => late.close());
    const { url } = await browser.open(START, ({ origin }) => origin !== PUBLIC_URL);
    expect(url.href).toContain(`${late.issuer}/auth?`);
  });

  test('a provider that goes down before the end leads to the sign-in page, and blocks nobody', async () => {
    for (let attempt = 0; attempt < 60; attempt++) {
      const lies: Lies = { tokenAnswer: { status: 503, body: 'a text of the provider' } };
      expect((await signIn(lies)).error).toBe('oidc_unavailable');
    }
    expect(server.log.join('')).not.toContain('a text of the provider');
    expect((await signIn({ claims: { sub: 'late' } })).page.status).toBe(200);
  });

  test('after fifty refused sign-ins from a network it has to wait, and asks the provider no more', async () => {
    const flooded = await startWithProvider(start, provider.issuer);
    const refusal: Lies = { tokenAnswer: { status: 400, body: '{"error":"invalid_grant"}' } };
    for (let attempt = 0; attempt < 50; attempt++)
      expect((await signIn(refusal, {}, { on: flooded })).error).toBe('oidc_invalid');
    const asked = provider.exchanges.length;
    expect((await signIn({}, {}, { on: flooded })).error).toBe('oidc_throttled');
    expect(provider.exchanges).toHaveLength(asked);
  });
});
