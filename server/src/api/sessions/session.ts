import { Type } from 'typebox';
import { invalidField, KeywardError, type ErrorCode } from '../../base/errors.ts';
import {
  signOut,
  loginAdmin,
  loginAdminWithKey,
  loginUser,
  type Device,
  type Session,
} from '../../identity/index.ts';
import { sessionOfCookie } from '../../http/index.ts';
import type { Route, Services } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import {
  deviceOf,
  OWN_PAGE,
  signedIn,
  SessionState,
  stateAnswer,
  type SessionCall,
} from './session-answer.ts';
import { refusalOf, refuseUnlessPasswords } from './sign-in-refusal.ts';

const Text = Type.String({ minLength: 1, maxLength: 1_000 });

const SignIn = Type.Object(
  {
    key: Type.Optional(Type.String({ ...Text, description: 'An admin key. Only while there are no users' })),
    username: Type.Optional(Text),
    password: Type.Optional(Text),
  },
  { title: 'SignInRequest', ...s.closed },
);

type Credential = { key?: string | undefined; username?: string | undefined; password?: string | undefined };

const get = route({
  method: 'GET',
  path: '/v1/session',
  id: 'session.get',
  summary: 'Who is signed in, and how to sign in',
  description: 'For pages of this server: reads the session cookie. The answer is 200 without a session too.',
  access: 'public',
  responses: { 200: SessionState },
  handler: async (services, call) => stateAnswer(services, await sessionOrNone(services, call)),
});

/** A cookie that does not count is ignored. */
async function sessionOrNone(services: Services, call: SessionCall): Promise<Session | undefined> {
  try {
    return await sessionOfCookie(services, call);
  } catch (error) {
    if (error instanceof KeywardError && NO_SESSION.has(error.code)) return undefined;
    throw error;
  }
}

const NO_SESSION = new Set<ErrorCode>(['invalid_session', 'csrf_refused']);

const create = route({
  method: 'POST',
  path: '/v1/session',
  id: 'session.create',
  summary: 'Sign in',
  description:
    'Sets the session cookie. With users: username and password. Without: the one password, or an admin key. Needs X-Keyward-Session: 1.',
  access: 'public',
  headers: OWN_PAGE,
  body: SignIn,
  responses: { 200: SessionState },
  errors: ['csrf_refused', 'wrong_credentials', 'scope_escalation', 'conflict', 'rate_limited'],
  handler: async (services, call) => {
    call.sessionCookie.refuseForeignPage();
    const login = await signIn(services, call.body, deviceOf(call));
    if (!login.ok) throw refusalOf(services, login, call.ip);
    return signedIn(services, call, login.token);
  },
});

async function signIn(services: Services, credential: Credential, device: Device) {
  const { identity } = services;
  const { key, username, password } = credential;
  if (!(await identity.isMultiUser())) {
    if (key !== undefined && username === undefined && password === undefined)
      return loginAdminWithKey(identity, { key, ...device });
    if (password !== undefined && username === undefined && key === undefined)
      return loginAdmin(identity, { password, ...device });
    throw invalidField(
      'body',
      'must have either key or password, such as {"key": "sk-…"}: there are no users',
    );
  }
  if (username === undefined || password === undefined || key !== undefined)
    throw invalidField(
      'body',
      'must have username and password, such as {"username": "ada", "password": "…"}',
    );
  refuseUnlessPasswords(services);
  return loginUser(identity, { username, password, ...device, givesCodes: false });
}

const end = route({
  method: 'DELETE',
  path: '/v1/session',
  id: 'session.delete',
  summary: 'Sign out',
  description: 'Ends the session, with its running requests, on every node, and removes the cookie.',
  access: 'session',
  headers: OWN_PAGE,
  responses: { 204: null },
  handler: async ({ identity }, { session, sessionCookie }) => {
    await signOut(identity, session);
    return { status: 204, headers: { 'set-cookie': sessionCookie.clear() } };
  },
});

export const sessionRoutes: Route[] = [get, create, end];
