import { Type } from 'typebox';
import type { LoginRefusal, UserLogin } from '../../identity/index.ts';
import { nullable, type WholeAnswer } from '../../http/index.ts';
import type { PeopleServices } from '../services.ts';
import { json } from '../answers.ts';
import { User, viewUser } from './user-views.ts';

export const LoginAnswer = Type.Object(
  {
    valid: Type.Boolean(),
    user: Type.Optional(nullable(User)),
    token: nullable(Type.String({ description: 'Of the session, for `Authorization: Bearer`' })),
    message: nullable(Type.String()),
    recoveryCodes: Type.Optional(
      Type.Array(Type.String(), { description: 'At the first login of a user, and never again' }),
    ),
  },
  { title: 'LoginAnswer' },
);

export const notLoggedIn = (message: string) => ({ user: null, valid: false, token: null, message });

export function loggedIn({ user, token, recoveryCodes }: Extract<UserLogin, { ok: true }>): WholeAnswer {
  const codes = recoveryCodes === undefined ? {} : { recoveryCodes };
  return json({ valid: true, user: viewUser(user), token, message: null, ...codes });
}

/** The same answer for an unknown user and a wrong password. */
export function failedLogin(services: PeopleServices, refusal: LoginRefusal, ip: string): WholeAnswer {
  noteRefusal(services, refusal, ip);
  if (refusal.why === 'throttled') return tooMany(refusal, notLoggedIn);
  if (refusal.why === 'suspended') return json(notLoggedIn('[004] Account suspended by admin.'));
  return json(notLoggedIn('[001] Invalid login credentials.'));
}

export function refusedAdmin(services: PeopleServices, refusal: LoginRefusal, ip: string): WholeAnswer {
  noteRefusal(services, refusal, ip);
  const body = (message: string) => ({ valid: false, token: null, message });
  if (refusal.why === 'throttled') return tooMany(refusal, body);
  if (refusal.why === 'bounded') return json(body(`${BOUNDED} (${refusal.because}).`), 403);
  return json(body('[003] Invalid password provided'), 401);
}

const BOUNDED =
  '[007] This key cannot log in: a session has no end, limits or budgets, and would hold more than it';

export function tooMany(
  { retryAfterSeconds }: Extract<LoginRefusal, { why: 'throttled' }>,
  body: (message: string) => object,
): WholeAnswer {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return { ...json(body(`[006] Too many attempts. Try again in ${retryAfterSeconds} s.`), 429), headers };
}

/** Records the user, but not the typed name, which may be a password. */
export function noteRefusal({ refusals }: PeopleServices, refusal: LoginRefusal, ip: string): void {
  const userId = 'userId' in refusal ? refusal.userId : undefined;
  refusals.note({
    actor: 'anonymous',
    action: 'sessions.login',
    target: userId === undefined ? 'nobody' : `user:${userId}`,
    code: refusal.why,
    ip,
  });
}

/** Plain text as HTML, which some clients expect. Never with text from a request. */
export const html = (status: number, body: string): WholeAnswer => ({
  status,
  body,
  headers: { 'content-type': 'text/html; charset=utf-8' },
});

/** Why login tokens are neither issued nor accepted. @returns undefined: they are. */
export async function ssoRefusal({ config, identity }: PeopleServices): Promise<WholeAnswer | undefined> {
  if (config.simpleSso === 'off') return html(403, 'Simple SSO is not enabled.');
  if (!(await identity.isMultiUser())) return html(403, 'Multi-User mode is not enabled.');
  return undefined;
}
