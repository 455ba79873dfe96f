import type { Socket } from 'node:net';
import { authorOf, type Refusal } from '../../audit/index.ts';
import { KeywardError, type ErrorCode } from '../../base/errors.ts';
import { send } from './send-answer.ts';
import { isWatched } from '../request/body-watchdog.ts';
import { latestOn, type RequestContext } from '../request/request-context.ts';
import { invalidKey } from '../credentials.ts';
import { problemShape, rawError, toKeywardError } from './error-shapes.ts';
import { newRequestId } from '../request/request-id.ts';
import type { KernelServices } from '../services.ts';

/** Refusals of a good key: they go into the audit record. */
const REFUSALS = new Set<ErrorCode>([
  'insufficient_scope',
  'forbidden_resource',
  'model_unpriced',
  'scope_escalation',
  'rate_limited',
  'budget_exceeded',
  'budget_too_small',
]);
/** Those of a session on its own routes. Wrong passwords are noted where they are checked. */
const SESSION_REFUSALS = new Set<ErrorCode>(['forbidden_resource', 'scope_escalation']);
/** Those of a session that does not count. */
const REFUSED_SESSIONS = new Set<ErrorCode>(['csrf_refused', 'invalid_session']);

/** Everything that goes wrong leaves here, in the shape of its surface. */
export function fail(
  services: KernelServices,
  thrown: unknown,
  context: RequestContext,
  surface = context.route?.surface,
): void {
  const { request, response, route: declared } = context;
  // The caller has disconnected, which is no failure of the server, or the request was ended and answered.
  if (context.isOver || (context.isEnded && response.headersSent)) return;
  // The head is sent: only the end of the connection can tell the caller.
  if (response.headersSent) return void response.destroy();
  const why = toKeywardError(thrown);
  noteRefusal(services, context, why.code);
  const error = refusalOf(why, context);
  if (error.status >= 500) {
    // An answer about a missing database must not wait for the database.
    response.letGo();
    const details = {
      code: error.code,
      request_id: context.id,
      method: request.method,
      path: declared?.path,
    };
    // The message says all; a stack trace adds nothing.
    if (error.code === 'not_ready' || error.code === 'server_stopping')
      services.logger.info(details, error.message);
    else services.logger.error({ err: error.extras.cause ?? error, ...details }, error.message);
  }
  context.errorCode = error.code;
  send(
    surface?.formatError(error, context.id, request.url ?? '/') ?? problemShape(error, context.id),
    context,
  );
}

/** For the audit record, which tells no text of the request. Guarded by session-audit.test.ts. */
function noteRefusal({ refusals }: KernelServices, context: RequestContext, code: ErrorCode): void {
  const { route, ip, isEnded } = context;
  const actor = refusedActor(context, code);
  if (route === undefined || actor === undefined || isEnded) return;
  refusals.note({ actor, action: route.id, target: route.path, code, ip });
}

/** @returns undefined: it is no refusal. */
function refusedActor({ caller, session }: RequestContext, code: ErrorCode): Refusal['actor'] | undefined {
  if (caller !== undefined && REFUSALS.has(code)) return authorOf(caller);
  if (session !== undefined && SESSION_REFUSALS.has(code))
    return session.kind === 'user' ? `user:${session.user.id}` : 'admin';
  return REFUSED_SESSIONS.has(code) ? 'anonymous' : undefined;
}

/** A request that was ended before its answer gets the same refusal as one that comes later. */
function refusalOf(error: KeywardError, { session }: RequestContext): KeywardError {
  if (error.code !== 'key_revoked' && error.code !== 'session_ended') return error;
  return session !== undefined ? new KeywardError('invalid_session', 'Invalid auth token.') : invalidKey();
}

/**
 * Whether these bytes come behind a request that is being answered, or has just been refused. They are no business of that answer,
 * and nothing is written into it: it is the last one on the connection. Guarded by message-form.test.ts.
 */
export function standsBehind(socket: Socket): boolean {
  const latest = latestOn(socket);
  if (latest === undefined) return false;
  const { request, response } = latest;
  // Its own body cannot be read: that is its answer.
  if (response.writableFinished || (!request.complete && !response.headersSent)) return false;
  if (response.writableEnded) socket.end();
  else if (request.complete) response.once('finish', () => socket.end());
  else socket.destroy();
  return true;
}

const METHODS = 'GET, HEAD, POST, PATCH, DELETE';

/** For what the HTTP parser could not read: there is no request, only a socket. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  // Bytes behind a request that was the last one: its answer ends the connection, and nothing may stand before that.
  if (error.code === 'HPE_CLOSED_CONNECTION') return;
  const refuse = (code: ErrorCode, detail: string, more: { status?: number; allow?: string } = {}): void => {
    socket.end(rawError(code, detail, { requestId: newRequestId(), ...more }));
  };
  const { code = '' } = error;
  if (code === 'HPE_HEADER_OVERFLOW') {
    refuse('too_large', 'The headers must have at most 16 KiB.', { status: 431 });
  } else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    // Once for each request; from here on only its watchdog ends it.
    if (isWatched(socket)) return;
    refuse('bad_request', 'The request took too long to arrive.', { status: 408 });
  } else if (code === 'HPE_INVALID_METHOD') {
    refuse('method_not_allowed', `The method is not supported. Use one of ${METHODS}.`, { allow: METHODS });
  } else {
    refuse('bad_request', 'Malformed HTTP/1.1 request.');
  }
}
