import { Type } from 'typebox';
import { invalidField, KeywardError } from '../../base/errors.ts';
import type { Call, WholeAnswer } from '../../http/index.ts';
import {
  beginSignIn,
  CALLBACK_PATH,
  endSignIn,
  returnPath,
  SignInFailure,
  type OidcProvider,
} from '../../identity/index.ts';
import type { Route, Services } from '../services.ts';
import { route } from '../surface.ts';
import { OidcCookie } from './oidc-cookie.ts';
import { pageTo } from './return-page.ts';
import { cookieOf, deviceOf, type SessionCall } from './session-answer.ts';

const PARAMETER_MAX_CHARACTERS = 8_192;
const parameter = (description: string) =>
  Type.Optional(Type.String({ maxLength: PARAMETER_MAX_CHARACTERS, description }));

const NO_STORE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

function providerOf({ oidc }: Services): OidcProvider {
  if (oidc !== undefined) return oidc;
  throw new KeywardError('not_found', 'No OpenID provider is configured.', {
    hint: 'Set KEYWARD_OIDC_ISSUER (docs/sign-in.md), or sign in with a password.',
  });
}

/** The sign-in page has the words for each code. */
const failed = (prefix: string, code: string, cookie: string): WholeAnswer => ({
  status: 302,
  headers: { ...NO_STORE, location: `${prefix}/sign-in?error=${code}`, 'set-cookie': cookie },
});

const start = route({
  method: 'GET',
  path: '/v1/session/oidc/start',
  id: 'session.oidc_start',
  summary: 'Sign in with the OpenID provider',
  description:
    'For browsers: leads to the provider, or to the sign-in page with `error`. A cookie remembers the sign-in for ten minutes.',
  access: 'public',
  query: Type.Object(
    {
      return_to: Type.Optional(
        Type.String({
          maxLength: 2_000,
          description: 'The path of this site that the browser goes to afterwards. Default: /',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  responses: { 302: null },
  errors: ['not_found'],
  handler: async (services, { query, prefix }) => {
    const provider = providerOf(services);
    const cookie = new OidcCookie(services.sealing, provider.settings.publicUrl);
    const returnTo = returnPath(query.return_to ?? `${prefix}/`, prefix);
    if (returnTo === undefined)
      throw invalidField('query.return_to', `must be a path of this site such as ${prefix}/keys`);
    try {
      const { url, kept } = await beginSignIn(services.identity, provider, returnTo);
      return { status: 302, headers: { ...NO_STORE, location: url, 'set-cookie': cookie.set(kept) } };
    } catch (error) {
      if (error instanceof SignInFailure) return failed(prefix, error.code, cookie.clear());
      throw error;
    }
  },
});

const callback = route({
  method: 'GET',
  path: CALLBACK_PATH,
  id: 'session.oidc_callback',
  summary: 'End a sign-in with the OpenID provider',
  description:
    'The provider leads the browser here. The answer sets the session cookie and is a page that leads on: browsers send a `SameSite=Strict` cookie only with requests that a page of this site makes. A failure leads to the sign-in page with `error`.',
  access: 'public',
  hasEffect: true,
  // Providers add parameters of their own.
  query: Type.Object({
    state: parameter('Of the sign-in that this browser began'),
    code: parameter('For the tokens of the person'),
    iss: parameter('The issuer (RFC 9207)'),
    error: parameter('Why the provider refuses'),
  }),
  answerTypes: ['text/html'],
  responses: { 200: 'stream', 302: null },
  errors: ['not_found'],
  handler: async (services, call) => {
    const provider = providerOf(services);
    const cookie = new OidcCookie(services.sealing, provider.settings.publicUrl);
    try {
      return await endedSignIn(services, call, { provider, cookie });
    } catch (error) {
      if (!(error instanceof SignInFailure)) throw error;
      noteRefusal(services, error, call.ip);
      return failed(call.prefix, error.code, cookie.clear());
    }
  },
});

type Parameters = Record<'state' | 'code' | 'iss' | 'error', string | undefined>;

async function endedSignIn(
  services: Services,
  call: SessionCall & { query: Partial<Parameters>; runsFor: Call['runsFor'] },
  { provider, cookie }: { provider: OidcProvider; cookie: OidcCookie },
): Promise<WholeAnswer> {
  const { state, code, iss, error } = call.query;
  const given = Object.entries({ state, code, iss, error }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  const { token, returnTo } = await endSignIn(services.identity, provider, {
    kept: cookie.read(call.headers.cookie),
    answer: new URLSearchParams(given),
    device: deviceOf(call),
    runsFor: (subjects) => call.runsFor(subjects),
  });
  const cookies = [await cookieOf(services, call, token), cookie.clear()];
  return pageTo(returnTo, { ...NO_STORE, 'set-cookie': cookies });
}

/** As a refused login. A provider that is down refuses nobody. */
function noteRefusal({ refusals }: Services, { code, userId }: SignInFailure, ip: string): void {
  if (code === 'oidc_unavailable') return;
  const target = userId === undefined ? 'nobody' : `user:${userId}`;
  refusals.note({ actor: 'anonymous', action: 'sessions.login', target, code, ip });
}

export const oidcRoutes: Route[] = [start, callback];
