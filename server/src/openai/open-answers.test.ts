import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'hello' }];

type Bound = 'max_tokens' | 'max_completion_tokens' | 'max_output_tokens';
type Sent = Partial<Record<Bound, number>> & { model: string };

/** A model that writes as much as it may, and 16,000 tokens where nobody bounds it. */
const talkative: Behaviour = (response, received) => {
  const { max_tokens, max_completion_tokens } = JSON.parse(String(received.body)) as Sent;
  const completion_tokens = max_tokens ?? max_completion_tokens ?? 16_000;
  return json(chatAnswer({ prompt_tokens: 10, completion_tokens }))(response, received);
};

describeOnBothServers('an answer whose length the request does not bound', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const budgeted = (amount: number | string, unit = 'tokens') =>
    server.mint({ budgets: [{ name: 'b', unit, amount: String(amount), period: 'total' }] });
  const ask = ({ secret }: NewKey, body: object, path = CHAT) =>
    server.request<{ error?: { message: string } }>('POST', path, {
      key: secret,
      body: { model: 'm', ...body },
      isPassedOn: true,
    });
  /** What is settled; -1 while something is held. */
  const used = async ({ id, key }: NewKey) => {
    const [budget] = await server.app.core.budgets.view(id, key.budgets);
    return Number(budget?.reserved) > 0 ? -1 : Number(budget?.used);
  };
  const sent = (): Sent[] => upstream.received.map(({ body }) => JSON.parse(String(body)) as Sent);
  /** Answers all at once, when so many are there. */
  const together = (count: number): Behaviour => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return async (response, received) => {
      if (upstream.received.length >= count) resolve();
      await promise;
      await talkative(response, received);
    };
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const price = { input_usd_per_million_tokens: '1', output_usd_per_million_tokens: '10' };
    const models = [
      'm',
      'o3',
      { name: 'short', upstream_name: 'vendor/short', max_output_tokens: 2_000 },
      { name: 'long', upstream_name: 'long', max_output_tokens: 100_000 },
    ];
    const body = { name: 'one', base_url: upstream.baseUrl, models, prices: { '*': price } };
    await server.request('POST', '/v1/upstreams', { body });
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(talkative);
  });
  afterAll(() => upstream.close());

  test.for<[unit: string, amount: number]>([
    ['tokens', 5_000],
    ['tokens', 20_000],
    ['tokens', 40_000],
    ['usd', 0.03],
    ['usd', 0.2],
  ])(
    'unbounded answers fit into the rest of a budget, however many ask at once: %s %d',
    async ([unit, amount]) => {
      const key = await budgeted(amount, unit);
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(key, { messages })));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
      await expect.poll(() => used(key)).toBeGreaterThan(0);
      expect(await used(key)).toBeLessThanOrEqual(amount);
      // To the end of it, one after the other.
      for (let i = 0; i < 20 && (await ask(key, { messages })).status === 200; i++)
        await expect.poll(() => used(key)).toBeGreaterThan(0);
      expect((await ask(key, { messages })).status).toBe(429);
      expect(await used(key)).toBeLessThanOrEqual(amount);
    },
  );

  test('an unbounded answer runs alone if less is left than it may take', async () => {
    const key = await budgeted(5_000);
    upstream.answer(together(2));
    const first = ask(key, { messages });
    await expect.poll(() => upstream.received.length).toBe(1);
    const second = await ask(key, { messages });
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    // A small one says so.
    expect((await ask(await budgeted(5_000), { messages, max_tokens: 5 })).status).toBe(200);
    expect((await first).status).toBe(200);
  });

  test('an unbounded answer gets a bound in its request near the end of a budget, and only there', async () => {
    await ask(await budgeted(3_000), { messages, temperature: 1 });
    await ask(await budgeted(1_000_000), { messages });
    await ask(await budgeted(3_000), { messages, max_tokens: 20 });
    await ask(await server.mint(), { messages });
    // 0 means no limit to some servers.
    await ask(await budgeted(3_000), { messages, max_tokens: 0 });
    const [near, far, own, free, zero] = sent();
    expect(zero?.max_tokens).toBeGreaterThan(2_900);
    expect(near).toMatchObject({ model: 'm', temperature: 1 });
    expect(near?.max_tokens).toBeGreaterThan(2_900);
    expect(near?.max_tokens).toBeLessThan(3_000);
    expect([far, free]).toEqual([
      { model: 'm', messages },
      { model: 'm', messages },
    ]);
    expect(own).toEqual({ model: 'm', messages, max_tokens: 20 });
  });

  test('an unbounded answer gets its bound in the member that its API and model know', async () => {
    const key = () => budgeted(3_000);
    await ask(await key(), { messages, model: 'o3' });
    await ask(await key(), { messages, max_tokens: null });
    await ask(await key(), { messages }, '/v1/messages');
    await ask(await key(), { input: 'a' }, '/v1/responses');
    // It would be 16 tokens long.
    await ask(await key(), { prompt: 'a' }, '/v1/completions');
    await ask(await budgeted(15), { prompt: 'a' }, '/v1/completions');
    const bounds = sent().map((body) =>
      (['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const).filter(
        (name) => typeof body[name] === 'number',
      ),
    );
    expect(bounds).toEqual([
      ['max_completion_tokens'],
      ['max_tokens'],
      ['max_tokens'],
      ['max_output_tokens'],
      [],
      ['max_tokens'],
    ]);
  });

  test('an unbounded answer takes a rest of any size if no other request runs on the budget', async () => {
    for (const amount of [40, 100, 1_000]) {
      const key = await budgeted(amount);
      upstream.received.length = 0;
      expect((await ask(key, { messages })).status).toBe(200);
      expect(sent()[0]?.max_tokens).toBeGreaterThan(0);
      await expect.poll(() => used(key)).toBeGreaterThan(0);
      expect(await used(key)).toBeLessThanOrEqual(amount);
    }
    const key = await budgeted(600);
    upstream.received.length = 0;
    upstream.answer(together(2));
    const first = ask(key, { messages, max_tokens: 300 });
    await expect.poll(() => upstream.received.length).toBe(1);
    // It waits instead of being cut short.
    const second = await ask(key, { messages });
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1']);
    await ask(await server.mint(), { messages });
    expect((await first).status).toBe(200);
  });

  test('an unbounded answer reserves and gets the max_output_tokens of its model', async () => {
    const key = await budgeted(10_000);
    upstream.answer(together(4));
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => ask(key, { model: 'short', messages })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(sent().map(({ model, max_tokens }) => [model, max_tokens])).toEqual(
      Array.from({ length: 4 }, () => ['vendor/short', 2_000]),
    );
    await expect.poll(() => used(key)).toBe(4 * 2_010);
    upstream.answer(talkative);
    upstream.received.length = 0;
    await ask(await budgeted(1_000_000), { model: 'long', messages });
    await ask(await server.mint(), { model: 'long', messages });
    expect(sent().map(({ max_tokens }) => max_tokens)).toEqual([100_000, undefined]);
  });

  test('an unbounded answer is reserved for each of the requested answers', async () => {
    const key = await budgeted(3_000);
    expect((await ask(key, { messages, n: 2 })).status).toBe(200);
    const [first] = sent();
    expect(first?.max_tokens).toBeGreaterThan(1_400);
    expect(first?.max_tokens).toBeLessThan(1_500);
    expect((await ask(await budgeted(60), { messages, n: 60 })).status).toBe(429);
  });

  const file = { type: 'file', file: { file_id: 'file-1' } };
  test.for<[what: string, path: string, body: object]>([
    ['an earlier response', '/v1/responses', { input: 'a', previous_response_id: 'resp_1' }],
    ['a stored prompt', '/v1/responses', { input: 'a', prompt: { id: 'pmpt_1' } }],
    ['a file', CHAT, { messages: [{ role: 'user', content: [file] }], max_tokens: 10 }],
    [
      'a recording',
      CHAT,
      {
        messages: [
          { role: 'user', content: [{ type: 'audio_url', audio_url: { url: 'https://example.com/a.wav' } }] },
        ],
        max_tokens: 10,
      },
    ],
    ['a search', '/v1/responses', { input: 'a', tools: [{ type: 'file_search' }], max_output_tokens: 20 }],
  ])('a request that refers to %s reserves as much as a long one', async ([, path, body]) => {
    const key = await budgeted(60_000);
    upstream.answer(json({ id: 'resp_1', output: [] }));
    await ask(await server.mint(), { input: 'a' }, '/v1/responses');
    upstream.received.length = 0;
    upstream.answer(together(2));
    const first = ask(key, body, path);
    await expect.poll(() => upstream.received.length).toBe(1);
    expect((await ask(key, { messages, max_tokens: 10 })).status).toBe(429);
    await ask(await server.mint(), body, path);
    expect((await first).status).toBe(200);
  });

  test('max_output_tokens of a model must be a whole number', async () => {
    for (const max_output_tokens of [0, -1, 1.5, '5', 1e9]) {
      const models = [{ name: 'x', upstream_name: 'x', max_output_tokens }];
      const body = { name: 'wrong', base_url: upstream.baseUrl, models };
      expect((await server.request('POST', '/v1/upstreams', { body })).status).toBe(422);
    }
  });
});
