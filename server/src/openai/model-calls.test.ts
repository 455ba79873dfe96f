import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';
import {
  chatAnswer,
  chatEvents,
  gzipped,
  json,
  slam,
  startTestUpstream,
  stream,
  USAGE,
} from '../../test/upstream.ts';
import type { TestUpstream } from '../../test/upstream.ts';

interface OpenaiError {
  error: { message: string; type: string; param: string | null; code: string };
}

const UPSTREAM_KEY = 'sk-upstream-0123456789';

describeOnBothServers('the OpenAI surface', (start) => {
  let server: TestServer;
  let first: TestUpstream;
  let second: TestUpstream;
  const messages = [{ role: 'user', content: 'Grüße, how are you?' }];
  const chat = (more: object = {}, key?: string, headers = {}, isPassedOn = false) =>
    server.request<OpenaiError>('POST', '/v1/chat/completions', {
      isPassedOn,
      body: { model: 'gpt-test', messages, ...more },
      headers,
      ...(key === undefined ? {} : { key }),
    });

  beforeAll(async () => {
    server = await start();
    [first, second] = await Promise.all([startTestUpstream(), startTestUpstream()]);
    const add = (name: string, { baseUrl }: TestUpstream, models: string[], more: object = {}) =>
      server.request('POST', '/v1/upstreams', {
        body: { name, base_url: baseUrl, models, api_key: UPSTREAM_KEY, ...more },
      });
    const prices = { '*': { input_usd_per_million_tokens: '1000', output_usd_per_million_tokens: '2000' } };
    await add('one', first, ['gpt-test', 'whisper', 'claude'], { prices });
    await add('two', second, ['gpt-test', 'only-two'], { prices, weight: 0 });
  });
  beforeEach(() => {
    first.received.length = 0;
    second.received.length = 0;
    first.answer(json(chatAnswer()));
    second.answer(json(chatAnswer()));
  });
  afterAll(() => Promise.all([first.close(), second.close()]));

  test('the list of models has only those that the key may use, by plain and by qualified name', async () => {
    const list = async (key: string) =>
      (
        await server.request<{ data: { id: string; object: string }[] }>('GET', '/v1/models', { key })
      ).body.data.map(({ id }) => id);
    expect(await list(server.adminKey)).toEqual(['claude', 'gpt-test', 'only-two', 'whisper']);
    const { secret } = await server.mint({
      selectors: { models: { allow: ['gpt-test', 'only-two'], deny: ['only-two'] } },
    });
    expect(await list(secret)).toEqual(['gpt-test']);
    const one = await server.request('GET', '/v1/models/one/gpt-test');
    expect(one.body).toMatchObject({ id: 'gpt-test', object: 'model', owned_by: 'one' });
    const hidden = await server.request<OpenaiError>('GET', '/v1/models/whisper', { key: secret });
    expect([hidden.status, hidden.body.error.code]).toEqual([404, 'model_not_found']);
  });

  test('the body reaches the upstream and its answer comes back byte for byte', async () => {
    const bytes = '{"model" :"gpt-test",  "messages":[],"x":1.0e1}';
    const answer = await server.request('POST', '/v1/chat/completions', {
      body: bytes,
      headers: { 'content-type': 'application/json' },
    });
    expect(first.received[0]?.body.toString()).toBe(bytes);
    expect(answer.text).toBe(JSON.stringify(chatAnswer()));
  });

  test('a stream comes back byte for byte', async () => {
    const whole = chatEvents({ usage: USAGE });
    first.answer(stream([whole.subarray(0, 100), whole.subarray(100, 101), whole.subarray(101)]));
    const answer = await chat({ stream: true, stream_options: { include_usage: true } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(answer.text).toBe(whole.toString());
  });

  test("the caller's credential never reaches the upstream, which gets its own", async () => {
    const { secret } = await server.mint();
    await chat({}, secret, {
      'x-api-key': secret,
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'openai-beta': 'passed',
    });
    const { headers } = first.received[0] ?? {};
    expect(headers).toMatchObject({ authorization: `Bearer ${UPSTREAM_KEY}`, 'openai-beta': 'passed' });
    expect(JSON.stringify(first.received)).not.toContain(secret);
    expect(headers?.cookie).toBeUndefined();
  });

  test('headers of this server win over those of the upstream', async () => {
    first.answer(
      json(chatAnswer(), 200, {
        'x-request-id': 'upstream-1',
        ratelimit: '"theirs";r=1',
        'openai-version': '1',
      }),
    );
    const { secret } = await server.mint({ limits: [{ name: 'ours', requests: 9, window_seconds: 60 }] });
    const { headers } = await chat({}, secret, { 'x-request-id': 'mine-1' });
    expect([headers.get('x-request-id'), headers.get('ratelimit'), headers.get('openai-version')]).toEqual([
      'mine-1',
      '"ours";r=8;t=60',
      '1',
    ]);
  });

  test.for<[string, object, object, number, string, string | null]>([
    ['an unknown model', { model: 'gpt-tset' }, {}, 404, 'model_not_found', 'model'],
    ['no model', { model: undefined }, {}, 422, 'invalid_input', 'model'],
    ['a model that is no text', { model: 5 }, {}, 422, 'invalid_input', 'model'],
    ['a denied model', {}, { models: { deny: ['gpt-*', 'gpt-test'] } }, 403, 'forbidden_resource', null],
    ['one outside what is allowed', {}, { models: { allow: ['claude'] } }, 403, 'forbidden_resource', null],
    [
      'denied although allowed',
      {},
      { models: { allow: ['*'], deny: ['gpt-test'] } },
      403,
      'forbidden_resource',
      null,
    ],
  ])('the OpenAI surface answers an error for %s', async ([, body, selectors, status, code, param]) => {
    const { secret } = await server.mint({ selectors });
    const answer = await chat(body, secret);
    expect([answer.status, answer.body.error.code, answer.body.error.param]).toEqual([status, code, param]);
    expect([...first.received, ...second.received]).toEqual([]);
  });

  test('the error for an unknown model suggests the nearest name', async () => {
    expect((await chat({ model: 'gpt-tst' })).body.error.message).toContain('gpt-test');
  });

  test("an upstream's own refusal passes; an unreachable upstream is 502 with a hint", async () => {
    first.answer(json({ error: { message: 'too long', code: 'context_length_exceeded' } }, 400));
    expect((await chat({}, undefined, {}, true)).text).toBe(
      '{"error":{"message":"too long","code":"context_length_exceeded"}}',
    );
    second.answer(slam);
    const down = await chat({ model: 'only-two' });
    expect([down.status, down.body.error.type, down.body.error.code]).toEqual([
      502,
      'server_error',
      'upstream_unavailable',
    ]);
  });

  test('the next upstream gets the request after one that fails', async () => {
    first.answer(json({}, 500), slam, json({}, 429), json(chatAnswer()));
    for (let i = 0; i < 3; i++) expect((await chat()).status).toBe(200);
    expect(second.received.length).toBeGreaterThan(0);
  });

  test('a form reaches the upstream with its model, and is refused without one', async () => {
    first.answer(json({ text: 'hello' }));
    const form = new FormData();
    form.append('file', new Blob([Buffer.from([0, 1, 2, 255, 13, 10, 45, 45])]), 'a.wav');
    form.append('model', 'whisper');
    const answer = await server.request('POST', '/v1/audio/transcriptions', { body: form });
    expect([answer.status, answer.text]).toEqual([200, '{"text":"hello"}']);
    const received = first.received[0];
    expect(received?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(received?.body.includes(Buffer.from([0, 1, 2, 255, 13, 10, 45, 45]))).toBe(true);
    form.delete('model');
    const without = await server.request<OpenaiError>('POST', '/v1/audio/transcriptions', { body: form });
    expect([without.status, without.body.error.param]).toEqual([422, 'model']);
  });

  test('the Messages API goes to upstreams that speak it', async () => {
    first.answer(json({ type: 'message', content: [], usage: { input_tokens: 3, output_tokens: 4 } }));
    const body = { model: 'claude', max_tokens: 10, messages };
    const answer = await server.request('POST', '/v1/messages', {
      body,
      headers: { 'anthropic-version': '2023-06-01' },
    });
    expect([answer.status, first.received[0]?.path, first.received[0]?.headers['anthropic-version']]).toEqual(
      [200, '/v1/messages', '2023-06-01'],
    );
  });

  test('a compressed answer of an upstream reaches the caller', async () => {
    first.answer(gzipped(chatAnswer()));
    expect((await chat()).body).toEqual(chatAnswer());
  });

  test('a body over 32 MiB is refused in the shape of this surface, one below passes', async () => {
    const large = JSON.stringify({
      model: 'gpt-test',
      messages: [{ role: 'user', content: 'x'.repeat(32 * 1024 * 1024) }],
    });
    const send = (body: string) =>
      server.request<OpenaiError>('POST', '/v1/chat/completions', {
        body,
        headers: { 'content-type': 'application/json' },
      });
    const refused = await send(large);
    expect([refused.status, refused.body.error.code]).toEqual([413, 'too_large']);
    expect((await send(large.slice(0, 20_000_000) + large.slice(-5))).status).toBe(200);
    const received = [...first.received, ...second.received];
    expect(received[0]?.body.length).toBeGreaterThan(19_000_000);
  });

  test('the usage report has the usage of a request, under existing names', async () => {
    const { id, secret } = await server.mint();
    await chat({}, secret);
    await chat({ model: 'one/gpt-test' }, secret);
    await chat({ model: 'made-up-by-the-caller' }, secret);
    second.answer(slam);
    await chat({ model: 'only-two' }, secret);
    const reported = async () => (await server.request('GET', `/v1/keys/${id}/usage?group_by=model`)).body;
    await expect.poll(reported).toMatchObject({
      items: [
        {
          group: { model: '' },
          requests: 2,
          refusals: { model_not_found: 1, upstream_unavailable: 1 },
          tokens_in: 0,
        },
        { group: { model: 'gpt-test' }, requests: 2, tokens_in: 22, tokens_out: 14, usd: '0.05' },
      ],
    });
    const metrics = await server.request('GET', '/metrics');
    expect(metrics.text).toContain('keyward_tokens_in_total{model="gpt-test"}');
    expect(metrics.text).not.toContain('made-up-by-the-caller');
  });
});
