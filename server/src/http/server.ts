import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { KeywardError, StartupError } from '../base/errors.ts';
import { gate, type Gate } from './admission.ts';
import { Cors } from './cors.ts';
import { send } from './answer/send-answer.ts';
import { Connections } from './connections.ts';
import { begin, EVERYWHERE, type RequestContext } from './request/request-context.ts';
import { fail, refuseUnreadable, standsBehind } from './answer/send-error.ts';
import { handlerOf } from './handler.ts';
import type { HeldResponse } from './answer/held-response.ts';
import { mayHoldKey, refuseKeyInUrl, reportKeyInLine } from './request/key-in-url.ts';
import { ARRIVAL_TIMES, endureLate, type ArrivalTimes } from './request/late-requests.ts';
import { listenerOptions } from './listener.ts';
import { messageFault } from './request/message-check.ts';
import { IgnoredProxies } from './request/proxy-headers.ts';
import { noSuchRoute, plainPath, surfacesOf } from './unknown-path.ts';
import { needsKey, type Route } from './route.ts';
import { Router } from './router.ts';
import type { KernelServices } from './services.ts';
import { sessionGate } from './session-gate.ts';
import { stopListening } from './stop.ts';
import type { Surface } from './surface.ts';

/** A route with its checks and its handler. */
interface Entry {
  declared: Route;
  /** Runs before the body is read: a stranger's 32 MiB must not fill the memory. */
  gate: Gate | undefined;
  handle: (context: RequestContext) => void;
}

type Options = ReturnType<typeof listenerOptions>;

/** node:http with every declared route on it. */
export class HttpServer<S extends KernelServices = KernelServices> {
  readonly #services: S;
  readonly #routes: readonly Route<S>[];
  readonly #router = new Router<Entry>();
  /** Paths without parameters. */
  readonly #fixed: ReadonlySet<string>;
  readonly #surfaces: readonly Surface<S>[];
  readonly #cors: Cors;
  readonly #ignoredProxies: IgnoredProxies;
  readonly #times: ArrivalTimes;
  readonly #options: Options;
  /** One an address that it listens on. */
  readonly #servers: Server[] = [];
  readonly #connections = new Connections();
  /** Connections and requests. */
  #arrivals = 0;
  /** While its listener is being closed: requests that wait. */
  #held: (() => void)[] | undefined;
  #stopping: Promise<void> | undefined;

  constructor(services: S, routes: readonly Route<S>[], times = ARRIVAL_TIMES) {
    this.#services = services;
    this.#routes = routes;
    this.#surfaces = surfacesOf(routes);
    this.#fixed = new Set(routes.map(({ path }) => path.toLowerCase()).filter((path) => !/[:*]/.test(path)));
    for (const declared of routes) {
      const handle = handlerOf(services, declared);
      this.#router.add(declared, { declared, gate: gateOf(services, declared), handle });
    }
    this.#cors = new Cors(services.config);
    this.#ignoredProxies = new IgnoredProxies(services.config, services.logger);
    this.#times = times;
    this.#options = listenerOptions(services.config, times);
  }

  /** The first one, where there are several. */
  get address(): AddressInfo | null {
    const address = this.#servers[0]?.address() ?? null;
    return typeof address === 'object' ? address : null;
  }

  /** `localhost` is both addresses that it may have. @throws StartupError */
  async listen(host: string, port: number): Promise<void> {
    const [first = host, ...others] = host === 'localhost' ? await addressesOf(host) : [host];
    await this.#open({ host: first, port }).catch((error: unknown) => {
      throw cannotListen(error, { host, port });
    });
    for (const other of others)
      await this.#open({ host: other, port: this.address?.port }).catch((error: unknown) => {
        this.#services.logger.warn({ err: error, host: other }, 'this address of localhost has no listener');
      });
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Resolves when no request runs; the settings say when at the latest. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopping ??= stopListening(this.#services, {
      servers: this.#servers,
      connections: this.#connections,
      arrivals: () => this.#arrivals,
      hold: () => {
        const held: (() => void)[] = (this.#held = []);
        return () => {
          this.#held = undefined;
          for (const serve of held) serve();
        };
      },
    }));
  }

  async #open(where: { host: string; port: number | undefined }): Promise<void> {
    const options = this.#options;
    const server = 'cert' in options ? createTlsServer(options) : createServer(options);
    server.on('connection', () => this.#arrivals++);
    server.on('cert' in options ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.#connections.add(socket),
    );
    server.on('request', (request, response) => this.#take(request, response as HeldResponse));
    server.on('clientError', (error, socket) => this.#takeUnreadable(error, socket as Socket));
    server.on('checkExpectation', ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
      const closing = this.isStopping ? { connection: 'close' } : {};
      const refuse = () => response.writeHead(417, { ...EVERYWHERE, ...closing, 'content-length': 0 }).end();
      if (mayHoldKey(url)) refuseKeyInUrl(this.#services, url).then(refuse, refuse);
      else refuse();
    });
    server.listen(where);
    await once(server, 'listening');
    // Such as too many open files: the other connections go on.
    server.on('error', (error) => this.#services.logger.error({ err: error }, 'a connection was not taken'));
    this.#servers.push(server);
  }

  #take(request: IncomingMessage, response: HeldResponse): void {
    this.#arrivals++;
    if (this.#held === undefined) this.#serve(request, response);
    else
      this.#held.push(() => {
        if (!response.destroyed) this.#serve(request, response);
      });
  }

  #serve(request: IncomingMessage, response: HeldResponse): void {
    const services = this.#services;
    const { method = 'GET', url = '/' } = request;
    const plain = this.#plain(url);
    const found = this.#router.find(method, plain);
    const isReadable = found !== 'unreadable';
    const context = begin(services, { request, response, found: isReadable ? found : undefined });
    const refuse = (error: unknown): void => fail(services, error, context);
    try {
      this.#ignoredProxies.note(request);
      const { route } = context;
      if (route !== undefined && route.ownOrigins !== true)
        this.#cors.allow(context, route.surface.isOpenToPages === true);
      if (this.isStopping) context.headers['connection'] = 'close';
      const fault = messageFault(request) ?? (isReadable ? undefined : unreadable());
      const goOn = (): void => {
        if (fault !== undefined) refuse(fault);
        else if (found === undefined || found === 'unreadable' || this.#isShadowed(context, plain))
          this.#refuseAddress(context, plain);
        else enter(services, context, found.entry);
      };
      if (!mayHoldKey(url)) goOn();
      else
        refuseKeyInUrl(services, url)
          .then(goOn, (inUrl: unknown) => refuse(fault ?? inUrl))
          .catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  /** As routes are declared. */
  #plain(url: string): string {
    let plain = url;
    for (const surface of this.#surfaces) plain = surface.plainUrl?.(plain) ?? plain;
    return plain;
  }

  /** GET /v1/keys/verify is no look-up of a key named "verify"; a workspace may well be named "new". */
  #isShadowed({ route }: RequestContext, plain: string): boolean {
    if (route === undefined || route.surface.isLenient === true || !route.path.includes(':')) return false;
    return this.#fixed.has(plainPath(plain));
  }

  /** Before the body is read: an unreadable one must not hide a wrong path. */
  #refuseAddress(context: RequestContext, plain: string): void {
    const services = this.#services;
    const { request } = context;
    const { error, surface, isPath } = noSuchRoute(this.#routes, request, plain);
    const refuse = (thrown: unknown): void => fail(services, thrown, context, surface);
    const isAsked = request.method === 'OPTIONS';
    const own = isAsked ? surface?.preflight?.(services, context) : undefined;
    if (own !== undefined) return void own.then((answer) => send(answer, context), refuse);
    const isOpen = surface?.isOpenToPages === true;
    this.#cors.allow(context, isOpen);
    const preflight = isAsked ? this.#cors.preflight(context, { isOpen, isPath }) : undefined;
    if (preflight === undefined) refuse(error);
    else send(preflight, context);
  }

  /** A message that the HTTP parser refused, or waited for too long. */
  #takeUnreadable(error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket): void {
    const services = this.#services;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      if (!endureLate(services, socket, this.#times.standstillMs)) refuseUnreadable(error, socket);
    } else if (!standsBehind(socket)) {
      void reportKeyInLine(services, error.rawPacket).then(() => refuseUnreadable(error, socket));
    }
  }
}

function cannotListen(cause: unknown, { host, port }: { host: string; port: number }): StartupError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is in use: stop the program that listens there, or set KEYWARD_PORT.`,
    EACCES: `This user may not open port ${port}: set KEYWARD_PORT to a port above 1023.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set KEYWARD_HOST.`,
  };
  const reason = reasons[code] ?? `Cannot listen on ${host}:${port} (${code || String(cause)}).`;
  return new StartupError(reason, { cause, exitCode: 1 });
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}

function enter(services: KernelServices, context: RequestContext, { gate: isLetIn, handle }: Entry): void {
  if (isLetIn === undefined) return handle(context);
  isLetIn(context, (error) => {
    if (error === undefined) handle(context);
    else fail(services, error, context);
  });
}

function gateOf(services: KernelServices, declared: Route): Gate | undefined {
  if (needsKey(declared)) return gate(services, declared);
  return declared.access === 'session' ? sessionGate(services, declared) : undefined;
}

const unreadable = (): KeywardError =>
  new KeywardError('bad_request', 'The URL of the request is malformed.', {
    hint: 'Encode a literal % as %25.',
  });
