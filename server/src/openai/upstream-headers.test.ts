import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';

const ASKED = {
  accept: 'application/json',
  'user-agent': 'client/1',
  'openai-beta': 'assistants=v2',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'a',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=b',
};
const NOT_ASKED = {
  'openai-organization': 'org-other',
  'openai-project': 'proj',
  'x-goog-api-key': 'key',
  'x-goog-user-project': 'p',
  'api-key': 'key',
  'x-auth-token': 't',
  'ocp-apim-subscription-key': 'k',
  'x-amz-security-token': 't',
  'x-forwarded-user': 'root',
  'x-forwarded-for': '1.2.3.4',
  'x-real-ip': '1.2.3.4',
  'x-remote-user': 'root',
  'x-http-method-override': 'DELETE',
  'x-stainless-os': 'Linux',
  'x-custom': '1',
  cookie: 'a=b',
  baggage: 'user=1',
  range: 'bytes=0-1',
  'if-none-match': '"x"',
};
const TOLD = {
  'retry-after': '7',
  'x-ratelimit-remaining-tokens': '5',
  'anthropic-ratelimit-requests-limit': '5',
  'openai-processing-ms': '12',
  'openai-version': '2020-10-01',
  'cache-control': 'no-cache',
  'x-should-retry': 'false',
};
const NOT_TOLD = {
  'openai-organization': 'org-of-the-operator',
  'openai-project': 'proj-of-the-operator',
  'x-goog-api-key': 'key',
  'x-forwarded-user': 'root',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  location: 'http://10.0.0.5/',
  'set-cookie': 'a=b',
  server: 'internal-7',
  via: '1.1 proxy.internal',
  'x-powered-by': 'x',
  'x-envoy-upstream-service-time': '3',
  'x-served-by': 'host-1',
  'content-security-policy': "default-src 'none'",
  'clear-site-data': '"*"',
  refresh: '0;url=http://x/',
  link: '<http://x/>; rel=preload',
  etag: '"x"',
  expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
  'www-authenticate': 'Basic realm="internal"',
  'x-api-key': 'key',
};

describeOnServer('sqlite', 'the headers between callers and upstreams', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    await server.request('POST', '/v1/upstreams', {
      body: {
        name: 'one',
        base_url: upstream.baseUrl,
        models: ['gpt-test'],
        headers: { 'X-Tenant': 'acme' },
      },
    });
  });
  afterAll(() => upstream.close());
  beforeEach(() => upstream.answer(json(chatAnswer())));
  const ask = (headers: Record<string, string> = {}, key?: string) =>
    server.request('POST', '/v1/chat/completions', {
      headers,
      isPassedOn: true,
      body: { model: 'gpt-test', messages: [] },
      ...(key === undefined ? {} : { key }),
    });

  test('only listed headers of a request reach the upstream, and those of the operator win', async () => {
    await ask({ ...ASKED, ...NOT_ASKED, 'x-tenant': 'other' });
    const got = upstream.received.at(-1)?.headers ?? {};
    expect(got).toMatchObject({ ...ASKED, 'x-tenant': 'acme' });
    for (const name of Object.keys(NOT_ASKED)) expect(got).not.toHaveProperty(name);
  });

  test('an idempotency key of one caller never gives it the answer to another', async () => {
    const { body } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Other', kind: 'person' },
    });
    const { secret } = await server.mint({ owner: body.id, role: 'client' });
    await ask({ 'idempotency-key': 'same' });
    await ask({ 'idempotency-key': 'same' });
    await ask({ 'idempotency-key': 'same' }, secret);
    const [one, again, other] = upstream.received.slice(-3).map(({ headers }) => headers['idempotency-key']);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test.for([200, 201, 400, 404, 429, 500])(
    'only headers that clients need pass from an answer of %i',
    async (status) => {
      upstream.answer(json({ id: 'x' }, status, { ...TOLD, ...NOT_TOLD }));
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject(TOLD);
      for (const name of Object.keys(NOT_TOLD))
        expect([name, answer.headers.get(name)]).toEqual([name, null]);
    },
  );

  test.for(['public, max-age=3600', 'max-age=60', 's-maxage=60, no-cache'])(
    'no answer lets a cache share it: cache-control: %s',
    async (value) => {
      upstream.answer(json(chatAnswer(), 200, { 'cache-control': value }));
      expect((await ask()).headers.get('cache-control')).toBeNull();
    },
  );
});
