import type { Session } from '../identity/index.ts';
import type { Gate } from './admission.ts';
import { send } from './answer/send-answer.ts';
import type { Course } from './request/request-context.ts';
import type { Route } from './route.ts';
import type { KernelServices } from './services.ts';

/**
 * Lets in who is logged in: first the session, then whether the route is for this mode
 * and this role. A key opens none of them.
 */
export function sessionGate(services: KernelServices, route: Route): Gate {
  return (course, done) => {
    admit(services, route, course).then(
      (isAdmitted) => (isAdmitted ? done() : refuseSession(route, course)),
      (error: Error) => done(error),
    );
  };
}

/** On routes that are not for this mode or this role. */
export function refuseSession({ surface }: Route, course: Course): void {
  send(surface.refusedSession ?? { status: 401 }, course);
}

/**
 * Who is logged in, as `course.session`. Asked again when a body has come: it may take minutes, and whoever was
 * suspended or demoted meanwhile must not act on the answer of before. Guarded by sessions.test.ts.
 * @returns false where the route is not for them. @throws KeywardError `invalid_session`
 */
export async function admit(services: KernelServices, route: Route, course: Course): Promise<boolean> {
  course.generation = services.nodes.generation;
  const session = await services.identity.authenticate(course.request.headers.authorization, course.ip);
  course.session = session;
  if (mayUse(route, session)) return true;
  noteRefusal(services, route, { session, ip: course.ip });
  return false;
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
