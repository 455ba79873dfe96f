import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeywardError } from '../base/errors.ts';
import { abortBody } from './developer/chat-answers.ts';
import { fail } from './failing.ts';
import { heldBy } from './held-response.ts';
import type { Services } from './services.ts';

/** A client that does not even take its refusal is not waited for. */
const LINGER_MS = 1_000;

interface Ended {
  services: Services;
  request: FastifyRequest;
  reply: FastifyReply;
  why: KeywardError;
}

/**
 * Ends a request from outside: its body is read no further, and its answer ends. One that has not begun is a refusal; an
 * event stream says why; of anything else the connection is cut. Guarded by running.test.ts.
 */
export function endAnswer({ services, request, reply, why }: Ended): void {
  const { course } = request;
  const { raw } = reply;
  // The handler does not know yet that it writes to nobody.
  raw.on('error', () => undefined);
  const isReading = !request.raw.complete;
  heldBy(reply)?.letGo();
  if (!raw.headersSent) {
    if (isReading) course.headers['connection'] = 'close';
    fail(services, why, { request, reply });
  } else if (!raw.writableEnded) {
    course.errorCode = why.code;
    const last = lastWords(request, reply, why);
    if (last === undefined) raw.destroy();
    else raw.end(last);
  }
  if (isReading) stopReading(request, reply);
}

/** After the answer is out: the connection ends with its body. */
function stopReading({ raw: body }: FastifyRequest, { raw }: FastifyReply): void {
  if (raw.destroyed || raw.writableFinished) return void body.destroy();
  const timer = setTimeout(() => body.destroy(), LINGER_MS).unref();
  raw.once('finish', () => {
    clearTimeout(timer);
    body.destroy();
  });
}

function lastWords(
  { course, routeOptions }: FastifyRequest,
  { raw }: FastifyReply,
  why: KeywardError,
): string | undefined {
  if (course.lastWords !== undefined) return course.lastWords(why);
  const isEventStream = /^text\/event-stream\b/i.test(String(raw.getHeader('content-type') ?? ''));
  if (!isEventStream || raw.hasHeader('content-length')) return undefined;
  const { declared } = routeOptions.config;
  const { code, message, status } = why;
  const isOpenai = declared?.surface !== 'developer' || declared.path.startsWith('/v1/openai');
  const type = status === 401 ? 'authentication_error' : 'invalid_request_error';
  const event = isOpenai
    ? { error: { message, type, param: null, code } }
    : abortBody(`${message} (${code})`);
  // An event that was cut in two ends first.
  return `\n\ndata: ${JSON.stringify(event)}\n\n`;
}
