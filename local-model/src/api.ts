import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { ApiError } from './api-error.ts';
import { EMBEDDING_MODEL_NAME } from './embeddings/embedding-model.ts';
import { answerEmbeddings, answerTokens } from './embeddings/embedding-route.ts';
import { Exchange } from './exchange.ts';
import { Fields } from './fields.ts';
import { answerChat, answerRaw } from './generation-routes.ts';
import type { Models } from './models.ts';
import { WorkQueue } from './work-queue.ts';

const WAITING_LIMIT = 32;
/** Longer than clients keep a connection, so that none is closed while a request is sent. */
const KEEP_ALIVE_MS = 75_000;

export interface ApiOptions {
  readonly models: Models;
  /** When given, every request but GET /health must carry it. */
  readonly token?: string | undefined;
  readonly stopping: AbortSignal;
}

type Route = (exchange: Exchange) => Promise<void> | void;

export class Api {
  readonly server: Server;
  readonly #models: Models;
  readonly #options: ApiOptions;
  readonly #created = Math.floor(Date.now() / 1000);
  readonly #chatQueue = new WorkQueue(WAITING_LIMIT);
  readonly #embeddingQueue = new WorkQueue(WAITING_LIMIT);
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
    '/health': { GET: (exchange) => exchange.json(200, this.#health()) },
    '/v1/models': { GET: (exchange) => exchange.json(200, { object: 'list', data: this.#modelList() }) },
    '/v1/chat/completions': { POST: (exchange) => this.#generate(exchange, answerChat) },
    '/v1/completions': { POST: (exchange) => this.#generate(exchange, answerRaw) },
    '/v1/embeddings': { POST: (exchange) => this.#embed(exchange, answerEmbeddings) },
    '/v1/embeddings/tokens': { POST: (exchange) => this.#embed(exchange, answerTokens) },
  };

  constructor(options: ApiOptions) {
    this.#models = options.models;
    this.#options = options;
    this.server = createServer((request, response) => void this.#handle(new Exchange(request, response)));
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  async #handle(exchange: Exchange): Promise<void> {
    try {
      await this.#route(exchange);
    } catch (error) {
      if (error instanceof ApiError) exchange.fail(error);
      else if (this.#options.stopping.aborted) exchange.fail(shuttingDown());
      else if (!exchange.gone.aborted) {
        // Messages of the native libraries name files and sizes, never a prompt.
        process.stderr.write(`request failed: ${error instanceof Error ? error.message : String(error)}\n`);
        exchange.fail(new ApiError(500, 'internal_error', 'The local model failed to answer. Try again.'));
      }
    }
  }

  async #route(exchange: Exchange): Promise<void> {
    const { method = 'GET', url = '/' } = exchange.request;
    const path = url.split('?', 1)[0] ?? '/';
    const name = path.startsWith('/v1/models/') ? decodeName(path.slice('/v1/models/'.length)) : undefined;
    if (path !== '/health') this.#checkToken(exchange.request);
    const methods: Readonly<Record<string, Route>> | undefined =
      name === undefined ? this.#routes[path] : { GET: () => this.#oneModel(exchange, name) };
    if (!methods) throw new ApiError(404, 'not_found', `There is nothing at ${path.slice(0, 100)}.`);
    const route = methods[method];
    if (route) return route(exchange);
    const allow = Object.keys(methods).join(', ');
    throw new ApiError(405, 'method_not_allowed', `Use ${allow} here.`, { headers: { allow } });
  }

  #checkToken(request: IncomingMessage): void {
    const { token } = this.#options;
    if (token === undefined) return;
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    // Digests have one length, so that the time of the comparison does not depend on the token.
    if (timingSafeEqual(digest(given), digest(token))) return;
    const headers = { 'www-authenticate': 'Bearer realm="keyward-local"' };
    throw new ApiError(401, 'invalid_api_key', 'This server needs its token as a bearer token.', { headers });
  }

  async #generate(exchange: Exchange, route: typeof answerChat): Promise<void> {
    const fields = await exchange.fields();
    const { chat } = this.#models;
    this.#checkModel(fields, chat?.name ?? this.#models.expectedNames[0] ?? '');
    if (!chat) throw this.#notReady();
    const { stopping } = this.#options;
    await route(exchange, fields, { model: chat, queue: this.#chatQueue, stopping });
  }

  async #embed(exchange: Exchange, route: typeof answerEmbeddings): Promise<void> {
    const fields = await exchange.fields();
    const { embeddings } = this.#models;
    this.#checkModel(fields, EMBEDDING_MODEL_NAME);
    if (!embeddings) throw this.#notReady();
    const { stopping } = this.#options;
    await route(exchange, fields, { model: embeddings, queue: this.#embeddingQueue, stopping });
  }

  #checkModel(fields: Fields, name: string): void {
    const asked = fields.string('model');
    if (asked === undefined) throw ApiError.badField('model', 'must be given', 'invalid_type');
    if (asked === name) return;
    if (!this.#models.expectedNames.includes(asked)) throw noModel(asked);
    throw ApiError.badField('model', `cannot be ${asked} at this address; use ${name}`);
  }

  #notReady(): ApiError {
    const { publicFailure: failure, phase } = this.#models;
    const headers = { 'retry-after': '5' };
    if (!failure) {
      const doing = phase === 'fetching' ? 'is being fetched' : 'is loading';
      return new ApiError(503, 'model_not_ready', `The local model ${doing}. Try again soon.`, { headers });
    }
    const message = `The local model is not available: ${failure.reason}. ${failure.hint}`;
    return new ApiError(503, 'model_unavailable', message, { headers });
  }

  #modelList(): object[] {
    return this.#models.names.map((name) => this.#modelObject(name));
  }

  #modelObject(id: string): object {
    return { id, object: 'model', created: this.#created, owned_by: 'keyward-local' };
  }

  #oneModel(exchange: Exchange, name: string): void {
    if (!this.#models.names.includes(name)) throw noModel(name);
    exchange.json(200, this.#modelObject(name));
  }

  #health(): object {
    const { phase, names, complete, progress, failure } = this.#models;
    const missing = phase === 'starting' || phase === 'ready' ? 'loading' : phase;
    const [chat, embeddings] = [this.#chatQueue.counts, this.#embeddingQueue.counts];
    return {
      status: complete ? 'ready' : names.length > 0 ? 'partial' : missing,
      models: names,
      ...(progress ? { fetching: progress } : {}),
      ...failure,
      queue: {
        running: chat.running + embeddings.running,
        waiting: chat.waiting + embeddings.waiting,
        limit: chat.limit + embeddings.limit,
        chat,
        embeddings,
      },
    };
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function decodeName(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function noModel(name: string): ApiError {
  const message = `The model '${name.slice(0, 100)}' does not exist here.`;
  return new ApiError(404, 'model_not_found', message, { param: 'model' });
}

function shuttingDown(): ApiError {
  return new ApiError(503, 'shutting_down', 'The local model is being stopped.');
}
