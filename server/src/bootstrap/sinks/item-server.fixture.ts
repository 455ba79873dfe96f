import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What happens to the next request instead of its answer. */
export type ItemFault = { status: number; body?: string } | 'cut after';

export interface ItemServer {
  address: string;
  /** Of the store `etag`, by name. */
  items: Map<string, string>;
  /** Method and address of each request. */
  seen: string[];
  /** One a request, in order; then all goes through. */
  faults: ItemFault[];
  /** The answer to all writes to a name, or to all names, until it goes. */
  onWrite: { status: number; body?: string; name?: string } | undefined;
  /** Whether a write is accepted for a person to approve, and not carried out. */
  needsApproval: boolean;
}

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/** A real HTTP server with two stores: `/etag/{name}` with conditional requests, and the secrets of Infisical's API. */
export async function startItemServer(): Promise<ItemServer> {
  const store: ItemServer = {
    address: '',
    items: new Map(),
    seen: [],
    faults: [],
    onWrite: undefined,
    needsApproval: false,
  };
  const server = createServer((request, response) => {
    void answer(store, request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  store.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return store;
}

async function answer(store: ItemServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  store.seen.push(`${method} ${url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { onWrite } = store;
  const isRefused = method === 'PUT' && url.endsWith(onWrite?.name ?? '');
  const fault = store.faults.shift() ?? (isRefused ? onWrite : undefined);
  if (typeof fault === 'object') {
    response.writeHead(fault.status).end(fault.body);
    return;
  }
  const body = Buffer.concat(chunks).toString();
  const { pathname } = new URL(url, store.address);
  const given = pathname.startsWith('/etag/')
    ? conditional(store, request, body)
    : infisical(store, request, body);
  if (fault === 'cut after') response.destroy();
  else response.writeHead(given.status, given.headers).end(given.body);
}

const etagOf = (value: string): string =>
  `"${createHash('sha256').update(value).digest('hex').slice(0, 12)}"`;

function conditional(
  { items }: ItemServer,
  { method, url = '', headers }: IncomingMessage,
  body: string,
): Answer {
  const name = decodeURIComponent(url.slice('/etag/'.length));
  const value = items.get(name);
  if (headers.authorization !== 'Bearer canary-token') return { status: 401, body: `no: ${body}` };
  if (method === 'GET')
    return value === undefined
      ? { status: 404 }
      : { status: 200, body: value, headers: { etag: etagOf(value) } };
  if (method === 'DELETE') return { status: items.delete(name) ? 204 : 404 };
  const isRefused =
    headers['if-none-match'] === '*' ? value !== undefined : headers['if-match'] !== etagOf(value ?? '');
  if (isRefused) return { status: 412, body };
  items.set(name, body);
  return { status: 204 };
}

function infisical(store: ItemServer, { method, url = '', headers }: IncomingMessage, body: string): Answer {
  const { pathname, searchParams } = new URL(url, store.address);
  const given = (body === '' ? {} : JSON.parse(body)) as Record<string, string>;
  const json = (status: number, value: unknown): Answer => ({
    status,
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  });
  if (pathname === '/api/v1/auth/universal-auth/login')
    return given['clientSecret'] === 'canary-client-secret'
      ? json(200, { accessToken: 'canary-access-token', expiresIn: 7200, tokenType: 'Bearer' })
      : json(401, { message: 'Invalid credentials' });
  if (headers.authorization !== 'Bearer canary-access-token') return json(403, { message: body });
  const name = decodeURIComponent(pathname.slice('/api/v4/secrets/'.length));
  const project = searchParams.get('projectId') ?? given['projectId'];
  if (project !== 'project-1') return json(404, { message: 'Project not found' });
  const value = store.items.get(name);
  if (method === 'POST' && value !== undefined) return json(400, { message: 'Secret already exist' });
  if (method !== 'POST' && value === undefined)
    return json(404, { message: `Secret with name '${name}' not found` });
  if (method === 'GET') return json(200, { secret: { secretKey: name, secretValue: value, version: 1 } });
  if (store.needsApproval) return json(200, { approval: { id: 'a1' } });
  if (method === 'DELETE') store.items.delete(name);
  else store.items.set(name, given['secretValue'] ?? '');
  return json(200, { secret: { secretKey: name, secretValue: given['secretValue'] } });
}
