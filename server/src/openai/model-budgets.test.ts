import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, chatEvents, hang, json, slam, startTestUpstream, stream } from '../../test/upstream.ts';
import type { TestUpstream } from '../../test/upstream.ts';
import { Family, MAKES } from '../api/keys/children.fixture.ts';

interface OpenaiError {
  error: { code: string; message: string };
}

describeOnBothServers('budgets of tokens and money', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const chat = ({ secret }: NewKey, more: object = {}, signal?: AbortSignal, isPassedOn = false) =>
    server.request<OpenaiError>('POST', '/v1/chat/completions', {
      key: secret,
      isPassedOn,
      body: { model: 'gpt-test', max_tokens: 20, messages: [{ role: 'user', content: 'hello' }], ...more },
      ...(signal === undefined ? {} : { signal }),
    });
  const tokens = (amount: number) =>
    server.mint({ budgets: [{ name: 'b', unit: 'tokens', amount: String(amount), period: 'day' }] });
  const used = async ({ id }: NewKey) => {
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
    return Number(body.budgets[0]?.used);
  };
  /** Settlements are written behind the answer. */
  const settled = async (key: NewKey, wanted: (used: number) => boolean) => {
    for (let i = 0; i < 500 && !wanted(await used(key)); i++) await sleep(20);
    return used(key);
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const prices = { '*': { input_usd_per_million_tokens: '100', output_usd_per_million_tokens: '100' } };
    const body = { name: 'one', base_url: upstream.baseUrl, models: ['gpt-test'], prices };
    await server.request('POST', '/v1/upstreams', { body });
  });
  beforeEach(() => upstream.answer(json(chatAnswer())));
  afterAll(() => upstream.close());

  test('a budget in tokens is settled by the real usage of the answer', async () => {
    const key = await tokens(1_000);
    await chat(key);
    expect(await settled(key, (n) => n === 18)).toBe(18);
  });

  test('a budget in usd is settled to the nano-dollar', async () => {
    const key = await server.mint({ budgets: [{ name: 'b', unit: 'usd', amount: '0.01', period: 'month' }] });
    await chat(key);
    expect(await settled(key, (n) => n === 0.0018)).toBe(0.0018);
    const refused = await chat(key, { max_tokens: 1_000 });
    expect([refused.status, refused.body.error.code]).toEqual([429, 'budget_too_small']);
    // More than the whole budget: it does not help to wait.
    expect(refused.headers.get('retry-after')).toBeNull();
  });

  test.for([
    ['tokens', '1000'],
    ['usd', '0.10'],
  ])(
    'a refusal by a budget in %s says what is left, what the request may take, and a max_tokens that fits',
    async ([unit, amount]) => {
      const key = await server.mint({ budgets: [{ name: 'b', unit, amount, period: 'day' }] });
      const refused = await chat(key, { max_tokens: 2_000 });
      expect([refused.status, refused.body.error.code]).toEqual([429, 'budget_too_small']);
      const { message } = refused.body.error;
      const left = `The budget "b" of this key has ${amount} of ${amount} ${unit} left; this request may take `;
      expect(message.startsWith(left)).toBe(true);
      expect(message).toMatch(/take [\d.]+: [\d.]+ for its input, the rest for its answer\./);
      expect(message).not.toContain('spent');
      expect(refused.headers.get('retry-after')).toBeNull();
      expect(refused.headers.get('x-should-retry')).toBe('false');
      const fits = Number(/Send max_tokens of at most (\d+), or leave it out\./.exec(message)?.[1]);
      expect(fits).toBeGreaterThan(900);
      expect((await chat(key, { max_tokens: fits + 10 })).status).toBe(429);
      expect((await chat(key, { max_tokens: fits })).status).toBe(200);
    },
  );

  test('a request whose input alone does not fit says so, with and without max_tokens', async () => {
    for (const max_tokens of [undefined, 10]) {
      const refused = await chat(await tokens(20), { max_tokens });
      expect([refused.status, refused.body.error.code]).toEqual([429, 'budget_too_small']);
      expect(refused.body.error.message).toMatch(/has 20 of 20 tokens left; /);
      expect(refused.body.error.message).toContain('Send a shorter input.');
      expect(refused.headers.get('retry-after')).toBeNull();
    }
  });

  test('a request without a maximum gets what is left, of its key, its ancestors and its owner', async () => {
    const family = new Family(server);
    const budgets = [{ name: 'b', unit: 'tokens', amount: '300', period: 'total' }];
    const owner = await family.newOwner('Ada', { budgets });
    const keys = [
      await server.mint({ budgets }),
      await family.childOf(await server.mint({ ...MAKES, budgets })),
      await server.mint({ owner: owner.id }),
    ];
    upstream.received.length = 0;
    for (const key of keys) expect((await chat(key, { max_tokens: undefined })).status).toBe(200);
    for (const { body } of upstream.received) {
      const { max_tokens } = JSON.parse(String(body)) as { max_tokens: number };
      expect(max_tokens).toBeGreaterThan(200);
      expect(max_tokens).toBeLessThan(300);
    }
  });

  test('a refusal by a budget of an ancestor or of the owner names its holder', async () => {
    const family = new Family(server);
    const budgets = [{ name: 'b', unit: 'tokens', amount: '1000', period: 'total' }];
    const owner = await family.newOwner('Grace', { budgets });
    const told = async (key: NewKey) => (await chat(key, { max_tokens: 2_000 })).body.error.message;
    const maker = await server.mint({ ...MAKES, budgets });
    expect(await told(await family.childOf(maker))).toContain('of an ancestor of this key has 1000 of 1000 ');
    expect(await told(await server.mint({ owner: owner.id }))).toContain(
      'of the owner of this key has 1000 ',
    );
  });

  test('a refusal by a spent budget says when the budget renews', async () => {
    const key = await tokens(60);
    upstream.answer(json(chatAnswer({ prompt_tokens: 50, completion_tokens: 40, total_tokens: 90 })));
    await chat(key, { max_tokens: 20 });
    expect(await settled(key, (n) => n === 90)).toBe(90);
    const refused = await chat(key, { max_tokens: 1 });
    expect(refused.body.error.message).toMatch(
      /^The budget "b" of this key is spent\. The budget renews at /,
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
  });

  test('a refusal by a budget that running requests have reserved says to try again soon', async () => {
    const key = await tokens(1_000);
    upstream.answer(hang);
    const gone = new AbortController();
    const running = chat(key, { max_tokens: 800 }, gone.signal).catch(() => 'gone');
    await expect.poll(() => used(key)).toBeGreaterThan(800);
    const refused = await chat(key, { max_tokens: 800 });
    expect(refused.body.error.message).toContain('Running requests have reserved ');
    expect(refused.headers.get('retry-after')).toBe('1');
    gone.abort();
    await running;
  });

  test('a request that might exceed the budget is refused before any upstream is asked', async () => {
    const key = await tokens(60);
    upstream.received.length = 0;
    expect((await chat(key, { max_tokens: 61 })).status).toBe(429);
    expect(upstream.received).toEqual([]);
    expect(await used(key)).toBe(0);
  });

  test('running requests reserve what they may need, so that many at once never exceed the budget', async () => {
    const key = await tokens(200);
    const answers = await Promise.all(Array.from({ length: 40 }, () => chat(key)));
    const admitted = answers.filter(({ status }) => status === 200).length;
    expect(admitted).toBeGreaterThan(0);
    expect(admitted).toBeLessThan(40);
    expect(await settled(key, (n) => n === admitted * 18)).toBe(admitted * 18);
    expect(admitted * 18).toBeLessThanOrEqual(200);
  });

  test('an upstream that fails costs nothing', async () => {
    const key = await tokens(1_000);
    upstream.answer(slam);
    expect((await chat(key)).status).toBe(502);
    expect(await settled(key, (n) => n === 0)).toBe(0);
    upstream.answer(json({ error: { message: 'no' } }, 400));
    await chat(key, {}, undefined, true);
    expect(await settled(key, (n) => n === 0)).toBe(0);
  });

  test('a caller that disconnects pays for the answer until then, and the rest is released', async () => {
    const key = await tokens(10_000);
    const before = upstream.received.length;
    upstream.answer(stream([chatEvents().subarray(0, 500)], { end: 'hang' }));
    const gone = new AbortController();
    const asked = chat(key, { stream: true, max_tokens: 5_000 }, gone.signal).catch(() => 'gone');
    await expect.poll(() => used(key)).toBeGreaterThan(5_000);
    await expect.poll(() => upstream.received.length).toBe(before + 1);
    gone.abort();
    expect(await asked).toBe('gone');
    await upstream.received.at(-1)?.aborted;
    const took = await settled(key, (n) => n < 5_000);
    expect(took).toBeGreaterThan(0);
    expect(took).toBeLessThan(200);
  });

  test('a caller that disconnects before the first byte pays for its prompt', async () => {
    const key = await tokens(10_000);
    upstream.answer(hang);
    const before = upstream.received.length;
    const gone = new AbortController();
    const asked = chat(key, { max_tokens: 5_000 }, gone.signal).catch(() => 'gone');
    await expect.poll(() => upstream.received.length).toBe(before + 1);
    gone.abort();
    await asked;
    const took = await settled(key, (n) => n < 5_000);
    expect(took).toBeGreaterThan(0);
    expect(took).toBeLessThan(100);
    const reported = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
    await expect.poll(reported).toMatchObject({ items: [{ requests: 1, refusals: { client_gone: 1 } }] });
  });

  test('a rotation gives no new budget', async () => {
    const key = await tokens(100);
    await chat(key);
    await settled(key, (n) => n === 18);
    await server.request('POST', `/v1/keys/${key.id}/rotate`);
    expect(await used(key)).toBe(18);
  });
});
