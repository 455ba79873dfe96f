import { Type } from 'typebox';
import { coversAll } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import { servingSession, USER_ROLES, type Device, type Session } from '../../identity/index.ts';
import type { Call, WholeAnswer } from '../../http/index.ts';
import * as s from '../schemas.ts';
import type { Services } from '../services.ts';

const MODES = ['setup', 'password', 'multi-user'] as const;

const OpenSession = Type.Object(
  {
    id: Type.String({ description: 'Id of the session' }),
    kind: s.oneOf(['admin', 'user'], { description: 'admin: of an instance without users' }),
    user: s.nullable(Type.Object({ id: Type.Integer(), username: Type.String(), role: s.oneOf(USER_ROLES) })),
    owner_id: Type.String({ description: 'Id of the owner that its requests and keys count for' }),
    scopes: Type.Array(Type.String(), { description: 'Single scopes' }),
    workspaces: s.nullable(Type.Array(Type.String()), {
      description: 'Slugs of the workspaces that it may use. null: all of them',
    }),
    expires_at: s.Time,
  },
  { title: 'Session' },
);

export const SessionState = Type.Object(
  {
    mode: s.oneOf(MODES, {
      description:
        'How to sign in. setup: with an admin key. password: with the one password or an admin key. multi-user: with username and password',
    }),
    session: s.nullable(OpenSession, { description: 'null: nobody is signed in' }),
    oidc: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
      description: 'OpenID providers that sign users in',
    }),
    version: Type.String({ description: 'Version of the server' }),
  },
  { title: 'SessionState' },
);

/** The part of a call that a session is read from and begun in. */
export type SessionCall = Pick<Call, 'sessionCookie' | 'ip' | 'headers'>;

/** Pages of other sites cannot send it. */
export const OWN_PAGE = { 'x-keyward-session': '1: a page of this server sends the request' };

export const deviceOf = ({ ip, headers }: SessionCall): Device => ({ ip, userAgent: headers['user-agent'] });

const NO_STORE = { 'cache-control': 'no-store' };

export async function stateOf(services: Services, session: Session | undefined): Promise<object> {
  const { identity, version } = services;
  const serving = session && (await servingSession(identity, session));
  const mode = await identity.mode();
  return { mode, session: serving ? shown(serving) : null, oidc: providersOf(services, mode), version };
}

/** They sign users in, so there are none without users. */
const providersOf = ({ oidc }: Services, mode: string): object[] =>
  oidc === undefined || mode !== 'multi-user' ? [] : [{ id: 'oidc', name: oidc.settings.name }];

function shown({ session, caller }: NonNullable<Awaited<ReturnType<typeof servingSession>>>): object {
  const { id, kind, expiresAt } = session;
  const { workspaces } = caller.selectors;
  const user = session.kind === 'user' ? session.user : null;
  return {
    id,
    kind,
    user: user && { id: user.id, username: user.username, role: user.role },
    owner_id: caller.ownerId,
    scopes: [...caller.scopes],
    workspaces: coversAll(workspaces) ? null : workspaces.allow,
    expires_at: isoTime(expiresAt),
  };
}

export const stateAnswer = async (
  services: Services,
  session: Session | undefined,
): Promise<WholeAnswer> => ({
  status: 200,
  headers: NO_STORE,
  body: await stateOf(services, session),
});

/** Signs a browser in with a session that has begun. */
export async function signedIn(services: Services, call: SessionCall, token: string): Promise<WholeAnswer> {
  const session = await services.identity.authenticate(`Bearer ${token}`, call.ip);
  const cookie = call.sessionCookie.set(token, session.expiresAt);
  return {
    status: 200,
    headers: { ...NO_STORE, 'set-cookie': cookie },
    body: await stateOf(services, session),
  };
}

/** The Set-Cookie header for a session that has begun. */
export async function cookieOf(
  { identity }: Pick<Services, 'identity'>,
  { sessionCookie, ip }: SessionCall,
  token: string,
): Promise<string> {
  const { expiresAt } = await identity.authenticate(`Bearer ${token}`, ip);
  return sessionCookie.set(token, expiresAt);
}

export const suspended = (): KeywardError =>
  new KeywardError('wrong_credentials', 'This user is suspended.', { hint: 'Ask an administrator.' });
