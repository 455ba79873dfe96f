import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type RequestOptions, type TestServer } from '../../test/server.ts';
import { VERSION } from '../base/version.ts';
import { pathOf, routes } from '../api/sweep.fixture.ts';
import { firstSession } from '../developer/people/identity.fixture.ts';

interface Problem {
  code: string;
  hint: string;
  nearest: string[];
  error?: { code: string };
}

describeOnServer('sqlite', 'paths, methods and ids', (start) => {
  let server: TestServer;
  let session: string;
  beforeAll(async () => {
    server = await start();
    session = await firstSession(server);
  });

  test('an unsupported method is answered with the supported ones', async () => {
    for (const path of new Set(routes.map(pathOf))) {
      const taken = routes.filter((route) => pathOf(route) === path).map(({ method }) => method);
      const allowed: string[] = taken.includes('GET') ? [...taken, 'HEAD'] : taken;
      for (const method of [
        'GET',
        'HEAD',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'PROPFIND',
        'QUERY',
      ]) {
        if (allowed.includes(method)) continue;
        const answer = await server.request<Problem>(method, path);
        expect([method, path, answer.status]).toEqual([method, path, 405]);
        expect(answer.headers.get('allow')?.split(', ').sort()).toEqual([...allowed].sort());
      }
    }
  });

  test('a fixed path does not count as an id, under either name of the surface', async () => {
    for (const path of ['/v1/keys/verify', '/api/v1/keys/verify', '/v1/keys/verify/'])
      expect([path, (await server.request('GET', path)).status]).toEqual([path, 405]);
  });

  test('a word that is not a method is answered with 405 too', async () => {
    const answer = await server.raw('FETCH /v1/keys HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 405 [\s\S]*\nallow: /i);
    expect(answer).toContain('method_not_allowed');
    expect(answer).toMatch(/\nx-request-id: req_/i);
  });

  test('HEAD has the answer of GET without the body', async () => {
    const got = await server.request('GET', '/v1/models');
    const head = await server.request('HEAD', '/v1/models');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'));
    expect((await server.request('HEAD', '/v1/models', { key: null })).status).toBe(401);
  });

  test('an unknown path is answered with the nearest one, with or without a key', async () => {
    for (const key of [null, server.adminKey]) {
      const answer = await server.request<Problem>('GET', '/v1/key', { key });
      expect([answer.status, answer.body.code]).toEqual([404, 'route_not_found']);
      expect(answer.body.hint).toContain('GET /v1/keys');
      expect(answer.body).toMatchObject({
        version: VERSION,
        nearest: expect.arrayContaining(['GET /v1/keys']),
      });
    }
    for (const path of ['/v1/swarm/xyz', '/api/v1/swarm/xyz']) {
      const { body } = await server.request<Problem>('GET', path);
      expect([path, body.code, body.nearest]).toEqual([
        path,
        'route_not_found',
        expect.arrayContaining(['GET /v1/swarm/list']),
      ]);
    }
    for (const path of ['/x', '//v1/keys', '/v1', `/${'a/'.repeat(2000)}`])
      expect([path, (await server.request('GET', path)).status]).toEqual([path, 404]);
  });

  test('an id of the wrong form is not found', async () => {
    const odd = [
      'key',
      'key_',
      'key_00000000000',
      'own_000000000000',
      '%00',
      '..%2f..',
      'a'.repeat(500),
      '%F0%9F%98%80',
    ];
    for (const route of routes.filter(({ path }) => path.includes(':id'))) {
      for (const id of odd) {
        if (pathOf(route).includes(id)) continue;
        const path = route.path.replace(':id', id).replace(':secret_id', 'sec_000000000000');
        const key = route.access === 'session' ? session : server.adminKey;
        const answer = await server.request<Problem>(route.method, path, { key, ...bodyFor(route) });
        expect([route.id, id, answer.status]).toEqual([route.id, id, 404]);
        const code = answer.body.error?.code ?? answer.body.code;
        // A worker can be named by any text.
        const isOfJob = route.errors?.includes('job_not_found') === true;
        expect([route.id, code]).toEqual([
          route.id,
          expect.stringMatching(isOfJob ? /^job_not_found$/ : /^(worker_)?not_found$/),
        ]);
      }
    }
  });

  test('a URL that cannot be decoded is refused in the shape of all errors', async () => {
    for (const path of ['/v1/keys/%zz', '/v1/models/%ff', '/%']) {
      const answer = await server.request<Problem>('GET', path);
      expect([path, answer.status, answer.body.error?.code ?? answer.body.code]).toEqual([
        path,
        400,
        'bad_request',
      ]);
    }
  });

  test('bytes that are not HTTP are refused, and the server survives', async () => {
    const requests = [
      'hello\r\n\r\n',
      '\x16\x03\x01\x00\xa5',
      'GET / HTTP/9.9\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n',
    ];
    for (const bytes of requests) expect(await server.raw(bytes)).toMatch(/^HTTP\/1.1 40[05] /);
    const headers = `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await server.raw(headers)).toMatch(/^HTTP\/1.1 431 /);
    expect((await server.request('GET', '/healthz')).status).toBe(200);
  });

  test('things of another owner do not exist for a caller', async () => {
    const other = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Bob', kind: 'person' },
    });
    const theirs = await server.mint({ owner: 'Bob' });
    const { secret } = await server.mint({ scopes: ['keys:*', 'usage:read'] });
    const ofKeys = routes.filter(({ path }) => path.startsWith('/v1/keys/:id'));
    for (const route of ofKeys) {
      const path = route.path
        .replace(':id', theirs.id)
        .replace(':secret_id', theirs.key.secrets[0]?.id ?? '');
      const body = route.method === 'PATCH' ? { name: 'x' } : {};
      const answer = await server.request<Problem>(route.method, path, {
        key: secret,
        ...(route.body === undefined ? {} : { body }),
      });
      expect([route.id, answer.status, answer.body.code]).toEqual([route.id, 404, 'not_found']);
    }
    expect((await server.request('GET', `/v1/owners/${other.body.id}`, { key: secret })).status).toBe(404);
    const still = await server.request<{ state: string; name: string }>('GET', `/v1/keys/${theirs.id}`);
    expect(still.body).toMatchObject({ state: 'active', name: 'test key' });
  });
});

/** With which a request gets as far as the id in its path. */
function bodyFor({ body, bodyKind, method }: (typeof routes)[number]): RequestOptions {
  if (bodyKind === 'ndjson') return { body: '', headers: { 'content-type': 'application/x-ndjson' } };
  return body === undefined ? {} : { body: method === 'PATCH' ? { name: 'x' } : {} };
}
