import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, hang, json, slam, startTestUpstream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const GOOD = json(chatAnswer());
const oops = (status: number): Behaviour => json({ error: { message: 'oops' } }, status);

describeOnBothWhenSlow('an upstream that callers share', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let owners = 0;
  /** Keys of owners of their own, and a model of its own for each test. */
  let attacker: NewKey;
  let victim: NewKey;
  let model = '';
  const models = Array.from({ length: 20 }, (_, at) => `model-${at}`);
  const newcomer = async () => {
    const body = { name: `Somebody ${owners++}`, kind: 'person' };
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', { body });
    return server.mint({ owner: owner.body.id, role: 'client' });
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'shared', base_url: upstream.baseUrl, models, timeout_seconds: 1 },
    });
  });
  afterAll(() => upstream.close());
  beforeEach(async () => {
    model = models.pop() ?? '';
    upstream.answer(GOOD);
    [attacker, victim] = [await newcomer(), await newcomer()];
  });
  const ask = async ({ secret }: NewKey, more: object = {}, path = '/v1/chat/completions') => {
    const body = { model, messages: [{ role: 'user', content: 'Hi.' }], prompt: 'x', input: 'x', ...more };
    return (await server.request('POST', path, { key: secret, body, isPassedOn: true })).status;
  };

  test.for(['/v1/chat/completions', '/v1/embeddings', '/v1/responses', '/v1/images/generations'])(
    'an upstream that callers share opens its breaker for nobody after answers of 500 that one caller causes at %s',
    async (path) => {
      upstream.answer(oops(500));
      for (let i = 0; i < 12; i++) expect(await ask(attacker, {}, path)).toBe(500);
      upstream.answer(GOOD);
      expect([await ask(victim, {}, path), await ask(attacker, {}, path)]).toEqual([200, 200]);
    },
  );

  test.for<[string, number, Behaviour]>([
    ['502', 502, oops(502)],
    ['503', 503, oops(503)],
    ['504', 504, oops(504)],
    ['a connection that it closes', 502, slam],
    ['no answer in time', 504, hang],
  ])(
    'an upstream that callers share opens its breaker after %s for the caller alone who met it, and after three callers for everybody',
    async (failure) => {
      const [, status, behaviour] = failure;
      upstream.answer(behaviour);
      const failed = await Promise.all(Array.from({ length: 5 }, () => ask(attacker)));
      expect(failed).toEqual(Array.from({ length: 5 }, () => status));
      const before = upstream.received.length;
      expect([await ask(attacker), upstream.received.length]).toEqual([502, before]);
      upstream.answer(GOOD);
      expect(await ask(victim)).toBe(200);

      model = models.pop() ?? '';
      upstream.answer(behaviour);
      const third = await newcomer();
      await Promise.all([attacker, attacker, attacker, victim, third].map((key) => ask(key)));
      upstream.answer(GOOD);
      expect([await ask(victim), await ask(await newcomer())]).toEqual([502, 502]);
    },
  );

  test('an upstream that callers share opens its breaker after 500 for three callers, for this model only', async () => {
    upstream.answer(oops(500));
    for (const key of [attacker, attacker, attacker, victim, await newcomer()]) await ask(key);
    const before = upstream.received.length;
    expect([await ask(victim), upstream.received.length]).toEqual([502, before]);
    upstream.answer(GOOD);
    model = models.pop() ?? '';
    expect(await ask(victim)).toBe(200);
  });

  test('an upstream that callers share opens its breaker for everybody after one caller could not reach it', async () => {
    const gone = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', {
      body: { name: `gone-${owners++}`, base_url: gone.baseUrl, models: ['model-gone'] },
    });
    await gone.close();
    model = 'model-gone';
    const texts: string[] = [];
    for (const key of [attacker, attacker, attacker, attacker, attacker, victim]) {
      const body = { model, messages: [] };
      texts.push((await server.request('POST', '/v1/chat/completions', { key: key.secret, body })).text);
    }
    expect(texts.at(4)).toContain('cannot be reached');
    expect(texts.at(5)).toContain('No upstream of this model is working at the moment');
  });

  test('an upstream that callers share opens its breaker for nobody after large requests of one caller that it cuts off or that time out', async () => {
    const large = { messages: [{ role: 'user', content: 'x'.repeat(200_000) }] };
    upstream.answer(slam);
    for (let i = 0; i < 6; i++) expect(await ask(attacker, large)).toBe(502);
    upstream.answer(hang);
    expect(await Promise.all(Array.from({ length: 6 }, () => ask(attacker, large)))).toEqual(
      Array.from({ length: 6 }, () => 504),
    );
    upstream.answer(GOOD);
    expect(await ask(victim)).toBe(200);
  });

  test('an upstream that callers share opens its breaker for nobody after a caller disconnects', async () => {
    upstream.answer(hang);
    for (let i = 0; i < 8; i++) {
      const before = upstream.received.length;
      const request = httpRequest(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${attacker.secret}`, 'content-type': 'application/json' },
      });
      request.on('error', () => undefined);
      request.end(JSON.stringify({ model, messages: [] }));
      await expect.poll(() => upstream.received.length).toBeGreaterThan(before);
      request.destroy();
      await upstream.received.at(-1)?.aborted;
    }
    upstream.answer(GOOD);
    expect(await ask(victim)).toBe(200);
  });

  test('two keys of one owner count as one caller for the breaker', async () => {
    upstream.answer(oops(500));
    const keys = [attacker];
    for (let i = 0; i < 4; i++)
      keys.push(await server.mint({ owner: attacker.key.owner.id, role: 'client' }));
    for (const key of [...keys, ...keys]) expect(await ask(key)).toBe(500);
    upstream.answer(GOOD);
    expect(await ask(victim)).toBe(200);
  });
});

describeOnBothWhenSlow('an upstream that was never reached', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'down', base_url: 'http://127.0.0.1:1/v1' },
    });
  });

  test.for([
    ['POST', '/v1/chat/completions', { model: 'gpt-test', messages: [] }],
    ['POST', '/v1/chat/completions', { model: 'down/gpt-test', messages: [] }],
    ['POST', '/v1/embeddings', { model: 'gpt-test', input: 'x' }],
    ['GET', '/v1/models/gpt-test', undefined],
  ] as const)(
    'an upstream that was never reached gives 503, not 404: %s %s',
    async ([method, path, body]) => {
      const answer = await server.request<{ error: { code: string; type: string } }>(method, path, { body });
      expect([answer.status, answer.body.error.code]).toEqual([503, 'upstream_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('5');
    },
  );

  test('an upstream that was never reached gives 403, as for a model that exists, to a key that could not use its models', async () => {
    const { secret } = await server.mint({ selectors: { models: { allow: ['other'] } } });
    const ask = (model: string) =>
      server.request('POST', '/v1/chat/completions', { key: secret, body: { model, messages: [] } });
    expect((await ask('down/gpt-test')).status).toBe(403);
    expect((await ask('other')).status).toBe(503);
  });

  test('an upstream that was never reached is named in the error of a chat of the Developer API', async () => {
    await server.request('POST', '/api/v1/workspace/new', { body: { name: 'Docs' } });
    const answer = await server.request<{ error: string }>('POST', '/api/v1/workspace/docs/chat', {
      body: { message: 'hello', mode: 'chat' },
    });
    expect(answer.body.error).toContain('has not been reached yet');
  });

  test('an upstream that was never reached gives 404 for an unknown model once it was reached', async () => {
    const upstream = await startTestUpstream();
    try {
      const { body: list } = await server.request<{ items: { id: string }[] }>('GET', '/v1/upstreams');
      const path = `/v1/upstreams/${list.items[0]?.id}`;
      await server.request('PATCH', path, { body: { base_url: upstream.baseUrl } });
      const ask = async (model: string) =>
        (await server.request('POST', '/v1/chat/completions', { body: { model, messages: [] } })).status;
      await expect.poll(() => ask('gpt-test')).toBe(200);
      expect(await ask('gpt-other')).toBe(404);
    } finally {
      await upstream.close();
    }
  });
});
