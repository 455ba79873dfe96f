import { createServer, request as send } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { openWrapper, type WrapperOptions } from '../src/wrapper.ts';

export interface GraphqlError {
  message: string;
  path?: unknown[];
  extensions?: Record<string, unknown>;
}

export interface Answer<T = Record<string, never>> {
  status: number;
  headers: Headers;
  data?: T | null;
  errors?: GraphqlError[];
}

export interface AskOptions {
  /** None for null. */
  key?: string | null;
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A wrapper that listens, what it has logged, and the requests that it has made upstream. */
export interface RunningWrapper {
  url: string;
  log: string[];
  upstream: { method: string; path: string; key: string }[];
  ask<T>(query: string, options?: AskOptions): Promise<Answer<T>>;
  stop(): Promise<void>;
}

type Options = Partial<Omit<WrapperOptions, 'upstreamUrl' | 'logger'>>;

/** Until the end of the test, in front of the Developer API at `target`, which ends before `/v1`. */
export async function startWrapper(target: string, options: Options = {}): Promise<RunningWrapper> {
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const { url: upstreamUrl, seen } = await startRecorder(target);
  const wrapper = await openWrapper({
    host: '127.0.0.1',
    port: 0,
    place: undefined,
    isAnonymous: false,
    hosts: new Set(),
    ...options,
    upstreamUrl,
    logger,
  });
  onTestFinished(() => wrapper.stop());
  const { url } = wrapper;
  return {
    url,
    log,
    upstream: seen,
    stop: () => wrapper.stop(),
    ask: (query, asked) => ask(url, query, asked),
  };
}

async function ask<T>(url: string, query: string, options: AskOptions = {}): Promise<Answer<T>> {
  const { key = null, variables, headers = {} } = options;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
  });
  const body = (await response.json()) as Pick<Answer<T>, 'data' | 'errors'>;
  return { status: response.status, headers: response.headers, ...body };
}

/** Passes everything on, each request on a connection of its own, and remembers what came. */
async function startRecorder(target: string): Promise<{ url: string; seen: RunningWrapper['upstream'] }> {
  const seen: RunningWrapper['upstream'] = [];
  const { hostname, port, pathname } = new URL(target);
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    seen.push({ method, path: url, key: (headers.authorization ?? '').replace(/^Bearer /, '') });
    const path = pathname.replace(/\/$/, '') + url.replace(/^\/api/, '');
    const onward = send({ hostname, port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, seen };
}
