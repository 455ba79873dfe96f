import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@keyward/server/logger';
import type { ErrorCode } from '../graphql/errors.ts';
import type { GraphqlServer, ServerContext } from '../graphql/graphql-server.ts';
import { callerAccess, type Access } from '../graphql/upstream.ts';
import { exchange } from './exchange.ts';
import { credentialIn, crossSiteFault, isKnownHost } from './gate.ts';
import { ASKING_PAGE, KEY_PAGE, sendFile } from './page-files.ts';
import type { ReadinessCheck } from './readiness.ts';

export interface HttpOptions {
  graphql: GraphqlServer;
  readiness: ReadinessCheck;
  logger: Logger;
  /** Answers requests without a key; undefined: they are refused. */
  anonymous: Access | undefined;
  /** Names that this server is known under beside those of the loopback, for requests without a key. */
  hosts: ReadonlySet<string>;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const ARRIVAL_MAX_MS = 30_000;
const HEADERS_MAX_MS = 10_000;
/** How long answers may still run when the server is to stop. */
const STOP_MAX_MS = 5_000;

/** Where requests come in: who may ask is decided here, before GraphQL sees anything. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;

  constructor(options: HttpOptions) {
    this.#options = options;
    const times = { requestTimeout: ARRIVAL_MAX_MS, headersTimeout: HEADERS_MAX_MS };
    this.#server = createServer(times, (request, response) => void this.#serve(request, response));
  }

  /** @returns its address. @throws Error such as `EADDRINUSE` */
  async listen(port: number, host: string): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const { address, family, port: actual } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
  }

  /** Answers that run are given a moment. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const timer = setTimeout(() => this.#server.closeAllConnections(), STOP_MAX_MS);
    await closed;
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const credential = credentialIn(request.headers);
    response.once('close', () =>
      this.#options.logger.info(
        {
          request_id: requestId,
          method: request.method,
          path: path.slice(0, 200),
          status: response.statusCode,
          with: credential.kind,
          ms: Math.round(performance.now() - startedMs),
          is_whole: response.writableFinished,
        },
        'request',
      ),
    );
    try {
      await this.#route(request, response, { path, requestId });
    } catch (err) {
      this.#options.logger.error({ err, request_id: requestId }, 'a request failed');
      if (response.headersSent) response.destroy();
      else refuse(response, 500, { code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected error.', requestId });
    }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    { path, requestId }: { path: string; requestId: string },
  ): Promise<void> {
    if (path === '/healthz') return sendJson(response, 200, { ok: true });
    if (path === '/readyz') {
      const readiness = await this.#options.readiness.now();
      return sendJson(response, readiness.ok ? 200 : 503, readiness);
    }
    const { anonymous, hosts } = this.#options;
    if (anonymous !== undefined && !isKnownHost(request.headers, hosts))
      return refuse(response, 421, {
        code: 'FORBIDDEN',
        message: 'This server is not known under the name in Host. Add it to WRAPPER_HOSTS.',
      });
    if (path === '/graphql') return this.#graphql(request, response, requestId);
    const isHead = request.method === 'HEAD';
    const file = (anonymous === undefined ? KEY_PAGE : ASKING_PAGE).get(path);
    if (file === undefined || !(isHead || request.method === 'GET'))
      return refuse(response, 404, { code: 'NOT_FOUND', message: 'The API is at /graphql.' });
    sendFile(response, file, isHead);
  }

  /** The caller's key decides. A wrong one never falls back to the own key. */
  async #graphql(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const credential = credentialIn(request.headers);
    if (credential.kind === 'key') {
      const access = callerAccess(credential.key);
      return this.#answer(request, response, { requestId, access, isAnonymous: false });
    }
    const { anonymous } = this.#options;
    if (credential.kind === 'unreadable' || anonymous === undefined)
      return refuse(response, 401, {
        code: 'UNAUTHENTICATED',
        message: 'Send a key of the Developer API as "Authorization: Bearer <key>".',
      });
    const fault = crossSiteFault(request.headers);
    if (fault !== undefined) return refuse(response, 403, { code: 'FORBIDDEN', message: fault });
    await this.#answer(request, response, { requestId, access: anonymous, isAnonymous: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
    if (await exchange(this.#options.graphql, { request, response }, context)) return;
    refuse(response, 413, { code: 'REQUEST_ENTITY_TOO_LARGE', message: 'Request body too large' });
  }
}

interface Refusal {
  code: ErrorCode;
  message: string;
  requestId?: string;
}

/** In the form of a GraphQL answer. */
function refuse(response: ServerResponse, status: number, { message, ...extensions }: Refusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  sendJson(response, status, { errors: [{ message, extensions }] });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(`${JSON.stringify(body)}\n`);
}
