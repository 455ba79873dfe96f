import { enableUsers } from '../../developer/people/identity.fixture.ts';
import { Browser } from '../../../test/oidc/browser.ts';
import { CLIENT_ID, CLIENT_SECRET, PUBLIC_URL } from '../../../test/oidc/client.ts';
import type { StartServer, TestServer } from '../../../test/server.ts';
import type { State } from './browser.fixture.ts';

/** The settings of a server that people sign in to with a provider. */
export const oidcEnvironment = (issuer: string): Record<string, string> => ({
  KEYWARD_PUBLIC_URL: PUBLIC_URL,
  KEYWARD_OIDC_ISSUER: issuer,
  KEYWARD_OIDC_CLIENT_ID: CLIENT_ID,
  KEYWARD_OIDC_CLIENT_SECRET: CLIENT_SECRET,
  KEYWARD_OIDC_NAME: 'The provider',
  KEYWARD_OIDC_ROLES: 'platform=admin, ml=manager, staff=default',
});

/** In multi-user mode, with a local administrator. */
export async function startWithProvider(
  start: StartServer,
  issuer: string,
  more: Record<string, string> = {},
): Promise<TestServer> {
  const server = await start({ ...oidcEnvironment(issuer), ...more });
  await enableUsers(server);
  return server;
}

export const START = '/v1/session/oidc/start';
export const CALLBACK = '/v1/session/oidc/callback';

export const isCallback = (url: URL): boolean => url.pathname === CALLBACK;

/** The session of a browser, as its pages see it. */
export async function stateOf(server: TestServer, browser: Browser): Promise<State & { oidc: object[] }> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  return (await server.request<State & { oidc: object[] }>('GET', '/v1/session', { key: null, headers }))
    .body;
}
