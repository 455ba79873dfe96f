import { KeywardError } from '../base/errors.ts';
import type { Session } from '../identity/index.ts';
import type { Gate } from './admission.ts';
import { send } from './answer/send-answer.ts';
import type { RequestContext } from './request/request-context.ts';
import type { Route } from './route.ts';
import type { KernelServices } from './services.ts';
import { protectAnswer, sessionOfCookie } from './sessions/session-of-request.ts';

/** Checks the session, then the mode and the role that the route is for. A key does not admit. */
export function sessionGate(services: KernelServices, route: Route): Gate {
  return (context, done) => {
    admit(services, route, context).then(
      (isAdmitted) => (isAdmitted ? done() : refuseSession(route, context)),
      (error: Error) => done(error),
    );
  };
}

/** For another mode or role. */
export function refuseSession({ surface }: Route, context: RequestContext): void {
  send(surface.refusedSession ?? { status: 401 }, context);
}

/**
 * Sets `context.session`. Called again once the body has arrived: that may take minutes, and a user who was suspended or
 * demoted meanwhile must not act with the former role. Guarded by sessions.test.ts.
 * @returns false for another mode or role. @throws KeywardError `invalid_session`
 */
export async function admit(
  services: KernelServices,
  route: Route,
  context: RequestContext,
): Promise<boolean> {
  context.generation = services.nodes.generation;
  const session = await sessionOf(services, route, context);
  context.session = session;
  if (mayUse(route, session)) return true;
  noteRefusal(services, route, { session, ip: context.ip });
  return false;
}

/** A token in Authorization; otherwise the cookie. */
async function sessionOf(
  services: KernelServices,
  { surface }: Route,
  context: RequestContext,
): Promise<Session> {
  const { request, ip } = context;
  const { authorization, cookie } = request.headers;
  const own =
    authorization === undefined && cookie !== undefined
      ? await sessionOfCookie(services, context)
      : undefined;
  if (own !== undefined) {
    context.sessionCookie.refuseOtherThan(own);
    protectAnswer(context);
  }
  // The Developer API has words of its own.
  if (own === undefined && authorization === undefined && surface.refusedSession === undefined)
    throw new KeywardError('invalid_session', 'Nobody is signed in.', { hint: 'Sign in: POST /v1/session.' });
  return own ?? services.identity.authenticate(authorization, ip);
}

function mayUse({ mode, roles }: Route, session: Session): boolean {
  if (mode !== undefined && (mode === 'multi') !== (session.kind === 'user')) return false;
  return session.kind === 'admin' || roles === undefined || roles.includes(session.user.role);
}

function noteRefusal(
  { refusals }: KernelServices,
  { id, path }: Route,
  { session, ip }: { session: Session; ip: string },
): void {
  const actor = session.kind === 'user' ? (`user:${session.user.id}` as const) : 'admin';
  refusals.note({ actor, action: id, target: path, code: 'insufficient_role', ip });
}
