import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What happens to the next request: an answer in the server's place, a cut after the server has answered, or something else
 * that happens before it arrives.
 */
export type Fault =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { before: (request: { method: string; path: string }) => Promise<unknown> }
  | 'pass'
  | 'cut before'
  | 'cut after'
  | 'never answer';

export interface FaultyProxy {
  address: string;
  /** Method, path and token of each request that came. */
  seen: { method: string; path: string; token: string | undefined }[];
  /** One a request, in order; then all goes through. */
  faults: Fault[];
}

/** A wire between Keyward and a real server that fails as it is asked to. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const proxy: FaultyProxy = { address: '', seen: [], faults: [] };
  const server = createServer((request, response) => {
    void carry(request, response, { target, proxy }).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  proxy.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

async function carry(
  request: IncomingMessage,
  response: ServerResponse,
  { target, proxy }: { target: string; proxy: FaultyProxy },
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const token = headers['x-vault-token'];
  proxy.seen.push({ method, path: url, token: typeof token === 'string' ? token : undefined });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const fault = proxy.faults.shift();
  if (typeof fault === 'object' && 'before' in fault) await fault.before({ method, path: url });
  else if (typeof fault === 'object') {
    response.writeHead(fault.status, fault.headers).end(JSON.stringify(fault.body ?? {}));
    return;
  }
  if (fault === 'never answer') return;
  if (fault === 'cut before') {
    response.destroy();
    return;
  }
  const body = Buffer.concat(chunks);
  const answer = await fetch(target + url, {
    method,
    headers: headers as Record<string, string>,
    ...(body.length === 0 ? {} : { body }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (fault === 'cut after') response.destroy();
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(bytes);
}
