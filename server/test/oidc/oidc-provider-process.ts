/**
 * A real OpenID provider in a process of its own. The person of the next sign-ins is posted to `/person`. Prints its
 * issuer. Arguments: the redirect URI of its client, and the port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';
import { CLIENT_ID, CLIENT_SECRET, type ProviderPerson } from './client.ts';

const [redirectUri = '', port = '0'] = process.argv.slice(2);
const SCOPES = 'openid profile email';

let current: ProviderPerson = { sub: 'nobody' };
const people = new Map<string, ProviderPerson>();

const server = createServer();
await new Promise<void>((listening) => server.listen(Number(port), '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
  claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
  cookies: { keys: ['a key of cookies'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: (_: Context, accountId: string) => ({
    accountId,
    claims: () => people.get(accountId) ?? { sub: accountId },
  }),
  interactions: { url: (_: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
  // Nobody is asked for consent.
  loadExistingGrant: async ({ oidc }: Context) => {
    const { clientId } = oidc.client;
    const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(SCOPES);
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/person') {
    current = (await json(request)) as ProviderPerson;
    people.set(current.sub, current);
    response.end();
    return;
  }
  if (request.url?.startsWith('/interaction/') !== true) return answer(request, response);
  // A browser shows a page, whose button goes on: what comes then comes from the site of the provider.
  if (request.method === 'GET' && request.headers.accept?.includes('text/html') === true) {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<form method="post"><button>Continue</button></form>');
    return;
  }
  const result =
    current.refuses === true ? { error: 'access_denied' } : { login: { accountId: current.sub } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

server.on('request', (request, response) => {
  respond(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.writeHead(500).end();
  });
});
process.stdout.write(`${issuer}\n`);
process.stdin.on('end', () => process.exit()).resume();
