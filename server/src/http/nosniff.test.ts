import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatEvents, json, startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';

describeOnServer('sqlite', 'every answer forbids browsers to guess its type', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models: ['gpt-test'] },
    });
  });
  afterAll(() => upstream.close());

  test.for([
    ['GET', '/healthz'],
    ['GET', '/v1/keys'],
    ['GET', '/v1/nothing'],
    ['GET', '/nothing'],
    ['PUT', '/v1/keys'],
    ['GET', '/%zz'],
    ['GET', '/openapi.json'],
    ['GET', '/api/docs'],
    ['GET', '/api/docs/'],
    ['GET', '/api/docs/swagger-ui.css'],
    ['GET', '/api/docs/start.js'],
    ['HEAD', '/api/docs'],
    ['OPTIONS', '/api/v1/auth'],
    ['GET', '/api/v1/auth'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v1/system/logo'],
    ['GET', '/api/system/logo'],
    ['GET', '/metrics'],
    ['GET', '/v1/keys?key=sk-kw1000000000000'],
  ])('the answer of %s %s has nosniff', async ([method = '', path = '']) => {
    for (const key of [server.adminKey, null]) {
      const headers = {
        origin: 'https://evil.example',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      };
      const answer = await fetch(`${server.url}${path}`, { method, headers, redirect: 'manual' });
      expect([path, answer.headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
    }
  });

  test.for([
    ['text that is no HTTP', 'GET / HTTP/9\r\n\r\n', 400],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['a header of 20 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an expectation', 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n', 417],
    ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 200],
  ] as const)('the answer to %s has nosniff', async ([, bytes, status]) => {
    const answer = await server.raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.toLowerCase()).toContain('\r\nx-content-type-options: nosniff\r\n');
  });

  test('the answer of an upstream has nosniff, whole, streamed and failed, whatever it sends itself', async () => {
    for (const behaviour of [
      json({ ok: 1 }, 200, { 'x-content-type-options': 'sniff' }),
      stream([chatEvents()]),
      json({ error: {} }, 400, { 'x-content-type-options': 'sniff' }),
      json({}, 302, { location: 'http://x/' }),
    ]) {
      upstream.answer(behaviour);
      const { headers } = await server.request('POST', '/v1/chat/completions', {
        isPassedOn: true,
        body: { model: 'gpt-test', messages: [] },
      });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});
