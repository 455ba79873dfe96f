import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A key that is good. */
interface ServiceKey {
  id: string;
  label: string;
  key: string;
  /** ISO 8601. */
  used: string | null;
}

/** A service that gives keys, whose faults a test chooses. */
export interface KeyService {
  url: string;
  keys: Map<string, ServiceKey>;
  /** How far its clock is ahead. */
  skewMs: number;
  /** The answers to the next requests for a key are lost; the keys are made. */
  lostAnswers: number;
  /** Before each verdict on a key. */
  onVerify: (key: string) => Promise<unknown>;
}

/** `mint` of the manifest, in one line. @param more members of its request to mint */
export const minterOf = (more = "key: /key, body: { label: '{label}' }"): string =>
  `{ mint: { type: http, verify: { path: /me, headers: { authorization: '{key}' } }, find: { path: /keys, id: /id, label: /label }, mint: { path: /keys, id: /id, ${more} }, revoke: { path: '/keys/{id}' }, used: { path: '/keys/{id}', at: /used } } }`;

/** A minter whose keys Keyward chooses. */
export const CHOOSING = minterOf(
  "key: /key, body: { label: '{label}', key: '{key}' }, choose: { key: { random: { length: 32 } } }",
);

export async function startKeyService(): Promise<KeyService> {
  const service: KeyService = {
    url: '',
    keys: new Map(),
    skewMs: 0,
    lostAnswers: 0,
    onVerify: () => Promise.resolve(),
  };
  const server = createServer((request, response) => {
    void answerOf(service, request).then((answer) => {
      if (answer === 'lost') return response.destroy();
      const status = answer === undefined ? 404 : answer === 'refused' ? 401 : 200;
      return response.writeHead(status).end(JSON.stringify(answer ?? {}));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}

/** undefined: 404. */
async function answerOf(service: KeyService, request: IncomingMessage): Promise<unknown> {
  const { keys } = service;
  const id = request.url?.split('/')[2];
  if (request.url === '/me') {
    const key = request.headers.authorization ?? '';
    await service.onVerify(key);
    const known = [...keys.values()].find((one) => one.key === key);
    if (known !== undefined) known.used = new Date(Date.now() + service.skewMs).toISOString();
    return known === undefined ? 'refused' : {};
  }
  if (request.method === 'GET') return id === undefined ? [...keys.values()].map(shown) : keys.get(id);
  if (request.method === 'DELETE') return keys.delete(id ?? '') ? {} : undefined;
  const asked = (await new Response(Readable.toWeb(request) as ReadableStream).json()) as {
    label: string;
    key?: string;
  };
  const made = { id: `id-${randomUUID()}`, key: `canary-${randomUUID()}`, used: null, ...asked };
  keys.set(made.id, made);
  if (service.lostAnswers === 0) return made;
  service.lostAnswers -= 1;
  return 'lost';
}

const shown = ({ id, label }: ServiceKey): object => ({ id, label });
