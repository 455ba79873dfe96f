import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterwards } from './server.ts';

/** What an upstream received. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Resolves when the other side disconnects before the end of the answer. */
  gone: Promise<void>;
}

export type Behaviour = (response: ServerResponse, received: Received) => void | Promise<void>;

/** A real HTTP server with the recorded answers of a provider, from acceptance/fixtures. */
export class Upstream {
  readonly received: Received[] = [];
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Sets the answer to requests to this path below `/v1`. */
  on(path: string, behaviour: Behaviour): void {
    this.#behaviours.set(path, behaviour);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const path = (request.url ?? '').replace(/^\/v1/, '');
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    response.once('close', () => {
      if (!response.writableFinished) resolve();
    });
    const received = { path, headers: request.headers, body: Buffer.concat(chunks), gone };
    this.received.push(received);
    await (this.#behaviours.get(path) ?? notFound)(response, received);
  }
}

const notFound: Behaviour = (response) => {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"Unknown URL"}}');
};

export async function startUpstream(): Promise<Upstream> {
  const upstream = new Upstream();
  await upstream.listen();
  afterwards(() => upstream.close());
  return upstream;
}

/** The bytes of a recorded answer. */
export const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

/** Recorded headers of the provider beside the type. */
const PROVIDER_HEADERS = {
  'openai-organization': 'org-example',
  'openai-processing-ms': '413',
  'openai-version': '2020-10-01',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
};

/** Answers with a recorded body. */
export function recorded(name: string, status = 200, headers: Record<string, string> = {}): Behaviour {
  const bytes = fixture(name);
  return (response) => {
    const type = { 'content-type': 'application/json', 'content-length': String(bytes.length) };
    response.writeHead(status, { ...type, ...PROVIDER_HEADERS, ...headers }).end(bytes);
  };
}

/** Streams recorded events in pieces that end in the middle of events and of characters. */
export function recordedStream(name: string): Behaviour {
  const bytes = fixture(name);
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...PROVIDER_HEADERS });
    const pieceBytes = 197;
    for (let at = 0; at < bytes.length && !response.destroyed; at += pieceBytes) {
      response.write(bytes.subarray(at, at + pieceBytes));
      await sleep(1);
    }
    response.end();
  };
}

/** Answers with the result of `answer`, as JSON. */
export function json(answer: (received: Received) => object | Promise<object>): Behaviour {
  return async (response, received) => {
    const body = JSON.stringify(await answer(received));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
}

/** Never answers. */
export const hang: Behaviour = () => undefined;

/** Sends the beginning of a stream and then nothing more. */
export const hangingStream: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(fixture('chat.stream.sse').subarray(0, 800));
};
