import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../server/test/processes/chromium.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../server/test/oidc/client.ts';
import { startOidcProvider, type TestOidcProvider } from '../server/test/oidc/oidc-provider.ts';
import { freePort } from '../server/test/traffic/free-ports.ts';
import { afterwards, startServer, temporaryFolder, type Server } from './server.ts';

interface State {
  session: { user: { username: string; role: string } } | null;
}

/** Also signs in with the first key, and turns users on. */
async function enableUsers(server: Server): Promise<void> {
  const first = { password: server.home.adminKey };
  const { token } = await server.ask<{ token: string }>('POST', '/api/request-token', {
    key: null,
    body: first,
  });
  const body = { username: 'admin', password: 'correct horse' };
  await server.ask('POST', '/api/system/enable-multi-user', { key: token, body });
}

let provider: TestOidcProvider;
/** A name of its own: 127.0.0.1, where the provider is, is another site for a browser. */
let site: string;
let server: Server;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  const port = await freePort();
  site = `http://localhost:${port}`;
  provider = await startOidcProvider(site);
  afterwards(() => provider.stop());
  server = await startServer({
    environment: {
      KEYWARD_PORT: String(port),
      KEYWARD_PUBLIC_URL: site,
      KEYWARD_OIDC_ISSUER: provider.issuer,
      KEYWARD_OIDC_CLIENT_ID: CLIENT_ID,
      KEYWARD_OIDC_CLIENT_SECRET: CLIENT_SECRET,
      KEYWARD_OIDC_ROLES: 'staff=default',
    },
  });
  await enableUsers(server);
  await provider.person({
    sub: 'ada',
    groups: ['staff'],
    email: 'ada@example.com',
    email_verified: true,
  });
  context = await chromium.launchPersistentContext(temporaryFolder(), {
    executablePath: chromiumPath(),
    args: CHROMIUM_ARGUMENTS,
  });
  afterwards(() => context.close());
}, 60_000);

beforeEach(async () => {
  await context.clearCookies();
  page = await context.newPage();
});

/** From a page of Keyward to the provider, and past its button. */
async function signIn(): Promise<void> {
  await page.goto(`${site}/`);
  const start = '/v1/session/oidc/start?return_to=/v1/session';
  await page.evaluate(`location.href = ${JSON.stringify(start)}`);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** What the page shows: the answer of GET /v1/session to the navigation itself. */
const shown = async (): Promise<State> => JSON.parse(await page.locator('body').innerText()) as State;

test('Chromium signs in with a provider on another site: the page behind the sign-in gets the strict cookie', async () => {
  await page.goto(`${site}/v1/session`);
  expect((await shown()).session).toBeNull();
  await signIn();
  await page.waitForURL(`${site}/v1/session`);
  expect((await shown()).session?.user).toMatchObject({ username: 'ada@example.com', role: 'default' });
  const cookies = await context.cookies(site);
  expect(
    cookies.map(({ name, httpOnly, sameSite }) => [name.replace(/_\w{8}$/, ''), httpOnly, sameSite]),
  ).toEqual([['keyward', true, 'Strict']]);
  expect(await page.evaluate('document.cookie')).toBe('');
  // The console keeps how far its pages are scrolled.
  const stored = await page.evaluate<string[]>(
    '[...Object.keys(localStorage), ...Object.keys(sessionStorage)]',
  );
  expect(stored.filter((name) => !name.startsWith('tsr-scroll-restoration'))).toEqual([]);
});

test('Chromium sends the cookie neither along a redirect nor with a link from the site of the provider', async () => {
  await signIn();
  await page.waitForURL(`${site}/v1/session`);
  await page.goto(`${provider.issuer}/.well-known/openid-configuration`);
  await page.evaluate(`location.href = ${JSON.stringify(`${site}/v1/session`)}`);
  await page.waitForURL(`${site}/v1/session`);
  expect((await shown()).session).toBeNull();
  await page.reload();
  await page.goto(`${site}/v1/session`);
  expect((await shown()).session?.user.username).toBe('ada@example.com');
});

test('Chromium comes back to the sign-in page after a refusal, without a cookie and without the code in the address', async () => {
  await provider.person({ sub: 'guest', groups: ['guests'] });
  await signIn();
  await page.waitForURL(`${site}/sign-in?error=oidc_no_role`);
  expect(await context.cookies(site)).toEqual([]);
});
