import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from '../../identity/index.ts';
import { send } from '../answering.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { phrase } from './answers.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/**
 * Lets in who is logged in, on routes of the web application: first the session, then whether the route is for this mode
 * and this role. A key opens none of them.
 */
export function sessionGate(services: Services, route: Route): Hook {
  const admit = async (request: FastifyRequest): Promise<boolean> => {
    const { identity } = services;
    const { course } = request;
    const session = await identity.authenticate(request.headers.authorization, course.ip);
    if (!mayUse(route, session)) {
      noteRefusal(services, route, { session, ip: course.ip });
      return false;
    }
    course.session = session;
    return true;
  };
  return (request, reply, done) => {
    admit(request).then(
      (isAdmitted) => (isAdmitted ? done() : send(phrase(401), { request, reply })),
      (error: Error) => done(error),
    );
  };
}

function mayUse({ mode, roles }: Route, session: Session): boolean {
  if (mode !== undefined && (mode === 'multi') !== (session.kind === 'user')) return false;
  return session.kind === 'admin' || roles === undefined || roles.includes(session.user.role);
}

function noteRefusal(
  { refusals }: Services,
  { id, path }: Route,
  { session, ip }: { session: Session; ip: string },
): void {
  const actor =
    session.kind === 'user'
      ? ({ kind: 'user', id: String(session.user.id) } as const)
      : { kind: 'admin' as const };
  refusals.note({ actor, action: id, target: path, code: 'insufficient_role', ip });
}
