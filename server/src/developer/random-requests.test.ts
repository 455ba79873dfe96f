import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { undeclared } from '../../test/server-answers.ts';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { enableUsers, enterAs } from './people/identity.fixture.ts';
import { Dice, randomRequest, type RandomRequest } from './random-requests.fixture.ts';
import type { Route } from '../http/route.ts';
import { developerRoutes, nameOf } from './sweep.fixture.ts';

interface Answered {
  status: number;
  type: string;
  text: string;
}

const REQUESTS_PER_ROUTE = 20;
const HANGS_AFTER_MS = 10_000;
const LOGGED_AS_ERROR = 50;

/** Where nothing here answers: no model makes images, and none embeds. */
const FAILS_HERE = new Set([
  'POST /v1/openai/images/generations',
  'POST /api/browser-extension/embed-content',
  'POST /api/browser-extension/upload-content',
]);

/** They would end the key or the session that asks. */
const SPARED = /(?<!extension\/)api-key|api-keys\/:id|disconnect|enable-multi-user|update-password|logout/;

describeOnServer('sqlite', 'random requests to the Developer API', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let session: string;
  let extensionKey: string;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    const body = { name: 'models', base_url: upstream.baseUrl, models: ['chat'] };
    await server.request('POST', '/v1/upstreams', { body });
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Papers' } });
    await server.request('POST', '/v1/workspace/papers/thread/new', { body: { slug: 'talk' } });
    session = await enableUsers(server);
    await enterAs(server, 'manager');
    await enterAs(server, 'default');
    const extension = '/api/browser-extension/api-keys/new';
    const minted = await server.request<{ apiKey: string }>('POST', extension, { key: session });
    extensionKey = minted.body.apiKey;
  });
  afterAll(() => upstream.close());

  const known = {
    slug: ['papers'],
    workspaceSlug: ['papers'],
    workspaceId: ['1'],
    threadSlug: ['talk'],
    folderName: ['custom-documents'],
    id: ['2', '3'],
  };
  const errors = () =>
    server.log.filter((line) => (JSON.parse(line) as { level: number }).level >= LOGGED_AS_ERROR);

  function keyFor({ access, path }: Route): string {
    if (access === 'session') return session;
    return path.startsWith('/api/browser-extension/') ? extensionKey : server.adminKey;
  }

  async function send({ method, path, headers, body }: RandomRequest, key: string): Promise<Answered> {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(HANGS_AFTER_MS),
    });
    const type = response.headers.get('content-type')?.split(';', 1)[0] ?? '';
    return { status: response.status, type, text: await response.text() };
  }

  describe('are answered as the OpenAPI document says, with 500 for no input, and nothing fails inside', () => {
    test.for(
      developerRoutes
        .filter(({ path }) => !SPARED.test(path))
        .map((route) => [nameOf(route), route] as const),
    )('%s', async ([name, route]) => {
      const dice = new Dice(Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, 1));
      for (let count = 0; count < REQUESTS_PER_ROUTE; count++) {
        const request = randomRequest(route, known, dice);
        const before = errors().length;
        const answer = await send(request, keyFor(route)).catch((error: unknown) => String(error));
        const said = JSON.stringify(request).slice(0, 600);
        // The head itself is too large: no route is found.
        if (typeof answer === 'object' && answer.status === 431) continue;
        const fault = typeof answer === 'string' ? answer : undeclared(route, answer);
        expect([said, fault]).toEqual([said, undefined]);
        const status = typeof answer === 'string' ? 500 : answer.status;
        const isKnown = status === 500 && FAILS_HERE.has(name);
        expect([said, isKnown || status < 500 ? 'good' : answer]).toEqual([said, 'good']);
        expect([said, errors().slice(before)]).toEqual([said, []]);
      }
    });
  });

  test('a body that breaks off leaves nothing behind, and the server lives', async () => {
    for (const { method, path } of developerRoutes) {
      if (method === 'GET') continue;
      const url = path.replaceAll(/:\w+/g, 'papers');
      const head = `${method} ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.adminKey}\r\n`;
      const type = 'content-type: multipart/form-data; boundary=x\r\ncontent-length: 5000\r\n\r\n--x\r\n';
      const json = 'content-type: application/json\r\ncontent-length: 5000\r\n\r\n{"name":"cut';
      await Promise.all([type, json].map((rest) => server.raw(head + rest, { destroyAfterMs: 20 })));
    }
    await sleep(100);
    expect(errors()).toEqual([]);
    expect((await server.request('GET', '/v1/auth')).status).toBe(200);
  }, 60_000);
});
