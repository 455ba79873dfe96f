import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { gate } from './admission.ts';
import { send } from './answering.ts';
import { begin, EVERYWHERE } from './course.ts';
import { allowOrigin, preflight } from './developer/cors.ts';
import { sessionGate } from './developer/session-gate.ts';
import { plainUrl } from './developer/paths.ts';
import { isWidgetPath, widgetPreflight } from './developer/widget-pages.ts';
import { fail, refuseUnreadable, standsBehind } from './failing.ts';
import { handlerOf } from './handling.ts';
import { mayHoldKey, refuseKeyInUrl, reportKeyInLine } from './key-in-url.ts';
import { ARRIVAL_TIMES, endureLate } from './late.ts';
import type { ArrivalTimes } from './late.ts';
import { listenerOptions } from './listener.ts';
import { messageFault } from './message-form.ts';
import { noSuchRoute, plainPath } from './no-route.ts';
import { requestId } from './request-id.ts';
import { needsKey } from './route.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';

const KEEP_ALIVE_MS = 72_000;
const HEAD_MS = 60_000;
const LOOK_MS = 30_000;

/** Fastify with every declared route on it, not listening yet. */
export function createServer(
  services: Services,
  routes: readonly Route[],
  times = ARRIVAL_TIMES,
): FastifyInstance {
  const app: FastifyInstance = Fastify({
    ...listenerOptions(services.config),
    logger: false,
    requestTimeout: times.arrivalMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    genReqId: requestId,
    clientErrorHandler: (error, socket) => takeUnreadable(services, error, { socket, times }),
    // An id of any length is looked for, and not found, like any other.
    // As clients of the Developer API have it: case and a last slash make no difference.
    routerOptions: { maxParamLength: 16_384, caseSensitive: false },
    rewriteUrl: ({ url = '/' }) => plainUrl(url),
    return503OnClosing: false,
    // What goes wrong before a route is found, such as an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      begin(services, request, reply);
      const fault = messageFault(request.raw);
      const refuse = (found: unknown) => fail(services, fault ?? found, { request, reply });
      if (mayHoldKey(request.url)) refuseKeyInUrl(services, request.url).then(() => refuse(error), refuse);
      else refuse(error);
    },
  });
  // A head comes sooner; and how often node:http looks for what is late.
  const { server } = app as { server: { headersTimeout: number; connectionsCheckingInterval?: number } };
  server.headersTimeout = Math.min(HEAD_MS, times.arrivalMs);
  server.connectionsCheckingInterval = Math.min(LOOK_MS, times.arrivalMs / 2);
  app.decorateRequest('course');
  // Bodies are read by the handlers themselves (bodies.ts).
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  const fixed = new Set(routes.map(({ path }) => path.toLowerCase()).filter((path) => !/[:*]/.test(path)));
  // Before any body is read: one that cannot be read must not hide that there is nothing here.
  const next = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const { url, config } = request.routeOptions;
    const isDeveloper = config.declared?.surface === 'developer';
    // GET /v1/keys/verify is no look-up of a key named "verify"; a workspace may well be named "new".
    const isShadowed =
      !isDeveloper && url !== undefined && /:/.test(url) && fixed.has(plainPath(request.url));
    if (!request.is404 && !isShadowed) {
      if (isDeveloper && config.declared?.ownOrigins !== true) allowOrigin(request);
      return done();
    }
    const { error, surface, isPath } = noSuchRoute(routes, request);
    if (isWidgetPath(request.url) && request.method === 'OPTIONS') {
      const answer = (headers: Record<string, string>) => send({ status: 204, headers }, { request, reply });
      return void widgetPreflight(services, request).then(answer, done);
    }
    if (surface === 'developer') allowOrigin(request);
    if (surface === 'developer' && isPath && request.method === 'OPTIONS') {
      send({ status: 204, headers: preflight(request) }, { request, reply });
    } else fail(services, error, { request, reply, surface });
  };
  app.addHook('onRequest', (request, reply, done) => {
    begin(services, request, reply);
    const fault = messageFault(request.raw);
    const goOn = () => (fault === undefined ? next(request, reply, done) : done(fault));
    if (!mayHoldKey(request.url)) return goOn();
    refuseKeyInUrl(services, request.url).then(goOn, (found: Error) => done(fault ?? found));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => fail(services, error, { request, reply }));
  // Never reached; without it the hook is not called for what is not found.
  app.setNotFoundHandler((_request, reply) => reply);
  for (const declared of routes) addRoute(app, services, declared);
  app.server.on('checkExpectation', ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
    const refuse = () => response.writeHead(417, { ...EVERYWHERE, 'content-length': 0 }).end();
    if (mayHoldKey(url)) refuseKeyInUrl(services, url).then(refuse, refuse);
    else refuse();
  });
  return app;
}

/** What the HTTP parser could not read, or waited for too long. */
function takeUnreadable(
  services: Services,
  error: ConnectionError,
  { socket, times }: { socket: Socket; times: ArrivalTimes },
): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    if (!endureLate(services, socket, times.standstillMs)) refuseUnreadable(error, socket);
  } else if (!standsBehind(socket)) {
    const packet = error.rawPacket as unknown as Buffer | undefined;
    void reportKeyInLine(services, packet).then(() => refuseUnreadable(error, socket));
  }
}

function addRoute(app: FastifyInstance, services: Services, declared: Route): void {
  app.route({
    method: declared.method,
    url: declared.path,
    config: { declared },
    // Before the body is read: a stranger's 32 MiB are not worth a byte of memory.
    ...gateOf(services, declared),
    handler: handlerOf(services, declared),
  });
}

function gateOf(services: Services, declared: Route) {
  if (needsKey(declared)) return { onRequest: gate(services, declared) };
  return declared.access === 'session' ? { onRequest: sessionGate(services, declared) } : {};
}
