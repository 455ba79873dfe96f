import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatEvents, json, startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';

const PAGE = 'https://chat.example.com';
const OTHER = 'https://evil.example';
/** One of each surface, with and without a key, known and unknown, refused before and after its route. */
const PATHS = [
  ['GET', '/v1/models'],
  ['GET', '/v1/keys'],
  ['GET', '/api/v1/keys'],
  ['POST', '/v1/chat/completions'],
  ['POST', '/v1/messages'],
  ['GET', '/v1/files'],
  ['POST', '/v1/keys/verify'],
  ['DELETE', '/v1/keys/key_000000000000'],
  ['GET', '/v1/nothing'],
  ['GET', '/v1/models?key=sk-kw1000000000000'],
] as const;
/** They have no API for pages. */
const NO_API = ['/api/docs', '/openapi.json', '/metrics', '/healthz', '/readyz', '/nothing', '/v10/keys'];

describeOnServer('sqlite', 'pages of other origins', (start) => {
  const servers: Record<'none' | 'listed' | 'any', TestServer> = {} as never;
  let upstream: TestUpstream;
  beforeAll(async () => {
    [servers.none, servers.listed, servers.any] = await Promise.all([
      start(),
      start({ KEYWARD_CORS_ORIGINS: `${PAGE}:443, http://localhost:3000,app://Desk` }),
      start({ KEYWARD_CORS_ORIGINS: '*' }),
    ]);
    upstream = await startTestUpstream();
    const body = { name: 'stub', base_url: upstream.baseUrl, models: ['gpt-test'] };
    await servers.listed.request('POST', '/v1/upstreams', { body });
  });

  afterAll(() => upstream.close());

  const allowed = async (
    server: TestServer,
    [method, path]: readonly [string, string],
    origin: string,
  ): Promise<string | null> => {
    const answer = await server.request(method, path, { key: null, headers: { origin, cookie: 'a=b' } });
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    return answer.headers.get('access-control-allow-origin');
  };
  const preflight = async (server: TestServer, path: string, origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const answer = await server.request('OPTIONS', path, { key: null, headers });
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    return [answer.status, answer.headers.get('access-control-allow-origin')];
  };

  test('without the setting no page of another origin reads an answer under /v1', async () => {
    for (const route of PATHS) {
      expect([route, await allowed(servers.none, route, PAGE)]).toEqual([route, null]);
      const [status, origin] = await preflight(servers.none, route[1], PAGE);
      expect([route, [400, 404, 405].includes(Number(status)), origin]).toEqual([route, true, null]);
    }
  });

  test('a page of a listed origin reads each answer under /v1, refusals included, and its preflight passes', async () => {
    for (const route of PATHS)
      for (const origin of [PAGE, 'http://localhost:3000', 'app://desk']) {
        expect([route, await allowed(servers.listed, route, origin)]).toEqual([route, origin]);
        const path = route[1].replace(/\?.*/, '');
        expect([path, await preflight(servers.listed, path, origin)]).toEqual([path, [204, origin]]);
      }
  });

  test('a page of another origin, or of one that only looks alike, reads nothing', async () => {
    const alike = [OTHER, `${PAGE}.evil.example`, 'http://chat.example.com', `${PAGE}:8443`, 'null', '*', ''];
    for (const origin of alike) {
      expect([origin, await allowed(servers.listed, PATHS[0], origin)]).toEqual([origin, null]);
      expect([origin, await preflight(servers.listed, '/v1/models', origin)]).toEqual([origin, [405, null]]);
    }
  });

  test('paths that are no API let no page of another origin in, with any setting', async () => {
    for (const path of NO_API)
      for (const server of [servers.listed, servers.any]) {
        expect([path, await allowed(server, ['GET', path], PAGE)]).toEqual([path, null]);
        const [, origin] = await preflight(server, path, PAGE);
        expect([path, origin]).toEqual([path, null]);
      }
  });

  test('* lets pages of any origin in, and answers depend on the origin for caches', async () => {
    expect(await allowed(servers.any, PATHS[0], OTHER)).toBe(OTHER);
    expect(await preflight(servers.any, '/v1/keys', OTHER)).toEqual([204, OTHER]);
    for (const server of [servers.any, servers.listed]) {
      const { headers } = await server.request('GET', '/v1/models');
      expect([headers.get('vary'), headers.get('access-control-allow-origin')]).toEqual(['Origin', null]);
    }
  });

  test('a page reads the whole and the streamed answer of a model, its request id and its Retry-After', async () => {
    for (const behaviour of [json({ ok: 1 }), stream([chatEvents()])]) {
      upstream.answer(behaviour);
      const { status, headers } = await servers.listed.request('POST', '/v1/chat/completions', {
        isPassedOn: true,
        headers: { origin: PAGE },
        body: { model: 'gpt-test', messages: [] },
      });
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, PAGE]);
      expect(headers.get('access-control-expose-headers')).toMatch(/x-request-id.*retry-after/);
    }
  });

  test('the Developer API lets pages of any origin in, whatever is listed, as its clients expect', async () => {
    for (const server of Object.values(servers))
      for (const path of ['/api/v1/auth', '/v1/auth', '/v1/workspaces']) {
        expect([path, await allowed(server, ['GET', path], OTHER)]).toEqual([path, OTHER]);
        expect([path, await preflight(server, path, OTHER)]).toEqual([path, [204, OTHER]]);
      }
  });
});
