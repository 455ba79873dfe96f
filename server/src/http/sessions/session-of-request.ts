import { KeywardError } from '../../base/errors.ts';
import type { Caller } from '../../access/index.ts';
import { servingSession, type Session } from '../../identity/index.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { KernelServices } from '../services.ts';

/**
 * The session in the cookie of a request; undefined: it sends none.
 * @throws KeywardError `csrf_refused`, `invalid_session`
 */
export async function sessionOfCookie(
  services: KernelServices,
  { sessionCookie, ip }: Pick<RequestContext, 'sessionCookie' | 'ip'>,
): Promise<Session | undefined> {
  const { token } = sessionCookie;
  if (token === undefined) return undefined;
  sessionCookie.refuseForeignPage();
  try {
    return await services.identity.authenticate(`Bearer ${token}`, ip);
  } catch (error) {
    throw error instanceof KeywardError && error.code === 'invalid_session' ? sessionEnded() : error;
  }
}

export const sessionEnded = (): KeywardError =>
  new KeywardError('invalid_session', 'The session has ended.', { hint: 'Sign in again: POST /v1/session.' });

/**
 * Has the session in the cookie of a request serve a route that asks for a scope. Asks the database each time.
 * @returns undefined where the request sends none. @throws KeywardError `csrf_refused`, `invalid_session`
 */
export async function serveSession(
  services: KernelServices,
  context: RequestContext,
): Promise<Caller | undefined> {
  const session = await sessionOfCookie(services, context);
  if (session === undefined) return undefined;
  context.sessionCookie.refuseOtherThan(session);
  const serving = await servingSession(services.identity, session);
  if (serving === undefined) throw sessionEnded();
  const { caller } = serving;
  context.session = serving.session;
  context.caller = caller;
  context.secretId = session.kind === 'admin' ? session.secretId : undefined;
  protectAnswer(context);
  return caller;
}

/** For an answer to a session in a cookie. */
export function protectAnswer({ headers }: RequestContext): void {
  // A browser that another person uses next must not show it again.
  headers['cache-control'] ??= 'no-store';
  // A file or an answer of a model that is opened as a page must not act with the session.
  headers['content-security-policy'] = "default-src 'none'; sandbox";
}
