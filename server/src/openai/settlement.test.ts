import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, chatEvents, hang, json, slam, startTestUpstream, stream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'word '.repeat(1_000) }];
const words = 'word '.repeat(1_000);

const saying = (content: string, usage: object | undefined) => ({
  ...chatAnswer(usage),
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});
const event = (data: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
const delta = (content: string): Buffer => event({ choices: [{ index: 0, delta: { content } }] });
const usageChunk = (usage: object): Buffer => event({ choices: [], usage });
const REAL = { prompt_tokens: 1_004, completion_tokens: 1_000, total_tokens: 2_004 };

/** Answers of 1,000 words to 1,000 words, with a usage that cannot be. */
const LIES: [what: string, behaviour: Behaviour, isStream: boolean][] = [
  ['1 and 1', json(saying(words, { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })), false],
  ['nothing at all', json(saying(words, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })), false],
  ['negative counts', json(saying(words, { prompt_tokens: -1_004, completion_tokens: -1_000 })), false],
  ['a negative output', json(saying(words, { ...REAL, completion_tokens: -5 })), false],
  ['fractions', json(saying(words, { prompt_tokens: 0.5, completion_tokens: 0.5 })), false],
  ['texts', json(saying(words, { prompt_tokens: '1', completion_tokens: '1' })), false],
  ['numbers too large to be exact', json(saying(words, { prompt_tokens: 1e300, completion_tokens: 2 ** 60 })), false],
  ['an input alone', json(saying(words, { prompt_tokens: 1_004 })), false],
  ['a total alone', json(saying(words, { total_tokens: 2 })), false],
  ['1 and 1 after one event with all words', stream([delta(words), usageChunk({ prompt_tokens: 1, completion_tokens: 1 })]), true],
  ['1 and 1 after a thousand events', stream([Buffer.concat(Array.from({ length: 1_000 }, () => delta('word '))), usageChunk({ prompt_tokens: 1, completion_tokens: 1 })]), true],
  ['10 and 10 after one event with all words', stream([delta(words), usageChunk({ prompt_tokens: 10, completion_tokens: 10 })]), true],
]; // prettier-ignore

/** On one database: what is taken of a budget is tested on both in usage/budgets.test.ts. */
describeOnServer('sqlite', 'a settlement', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const budgeted = (unit: string, amount: string) =>
    server.mint({ budgets: [{ name: 'b', unit, amount, period: 'total' }] });
  const ask = ({ secret }: NewKey, path: string, body: object, signal?: AbortSignal) =>
    server.request('POST', path, {
      key: secret,
      body: { max_tokens: 2_000, ...body },
      isPassedOn: true,
      ...(signal === undefined ? {} : { signal }),
    });
  const used = async ({ id }: NewKey) => {
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
    return Number(body.budgets[0]?.used);
  };
  /** What a request took of a budget: until it is settled, and then counted in reports, that is what it reserved. */
  const settled = async (key: NewKey) => {
    const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
    await expect.poll(usage, { timeout: 10_000 }).toMatchObject({ items: [{ requests: 1 }] });
    return used(key);
  };
  /** What a request takes, in millionths of a dollar. */
  const cost = async (path: string, body: object, behaviour: Behaviour) => {
    upstream.answer(behaviour);
    const key = await budgeted('usd', '100');
    expect((await ask(key, path, body)).status).toBe(200);
    return Math.round((await settled(key)) * 1e6 * 1_000) / 1_000;
  };
  const add = (name: string, price: object, more: object = {}) =>
    server.request('POST', '/v1/upstreams', {
      body: { name, base_url: upstream.baseUrl, models: [name], prices: { [name]: price }, ...more },
    });

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const tokens = { input_usd_per_million_tokens: '10', output_usd_per_million_tokens: '100' };
    const cache = { cached_input_usd_per_million_tokens: '1', cache_write_usd_per_million_tokens: '20' };
    await add('plain', tokens);
    await add('cached', { ...tokens, ...cache, reasoning_usd_per_million_tokens: '50' });
    await add('dear', { ...tokens, per_request_usd: '0.5' });
    await add('slow', tokens, { timeout_seconds: 1 });
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json(chatAnswer()));
  });
  afterAll(() => upstream.close());

  test.for(LIES)(
    'A settlement rejects the counts of an upstream that counts %s',
    async ([, behaviour, isStream]) => {
      upstream.answer(behaviour);
      const key = await budgeted('tokens', '100000');
      const body = { model: 'plain', messages, stream: isStream, stream_options: { include_usage: true } };
      expect((await ask(key, CHAT, body)).status).toBe(200);
      const took = await settled(key);
      expect(took).toBeGreaterThan(1_900);
      expect(took).toBeLessThan(2_400);
      const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
      await expect.poll(usage).toMatchObject({ items: [{ estimated_requests: 1 }] });
    },
  );

  test('a settlement believes plausible usage, and does not mark it as an estimate', async () => {
    upstream.answer(json(saying(words, REAL)));
    const key = await budgeted('tokens', '100000');
    await ask(key, CHAT, { model: 'plain', messages });
    expect(await settled(key)).toBe(2_004);
    const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
    await expect.poll(usage).toMatchObject({ items: [{ estimated_requests: 0 }] });
  });

  test('a settlement charges a picture as its upstream counts it, however many bytes it has', async () => {
    const url = `data:image/png;base64,${'A'.repeat(200_000)}`;
    const content = [{ type: 'image_url', image_url: { url, detail: 'low' } }];
    upstream.answer(json(chatAnswer({ prompt_tokens: 95, completion_tokens: 7, total_tokens: 102 })));
    const key = await budgeted('tokens', '100000');
    await ask(key, CHAT, { model: 'plain', messages: [{ role: 'user', content }] });
    expect(await settled(key)).toBe(102);
  });

  test.for([true, false])(
    'a caller that hangs up before the first byte pays for its prompt in usd (stream: %s)',
    async (isStream) => {
      upstream.answer(hang);
      const key = await budgeted('usd', '100');
      const gone = new AbortController();
      const asked = ask(key, CHAT, { model: 'dear', messages, stream: isStream }, gone.signal).catch(
        () => 'gone',
      );
      await expect.poll(() => upstream.received.length).toBe(1);
      gone.abort();
      await asked;
      // 1,000 words and the price of a request.
      const took = await settled(key);
      expect(took).toBeGreaterThan(0.51);
      expect(took).toBeLessThan(0.52);
    },
  );

  test('a caller whose request runs into the timeout of its upstream pays for its prompt', async () => {
    upstream.answer(hang);
    const key = await budgeted('usd', '100');
    expect((await ask(key, CHAT, { model: 'slow', messages })).status).toBe(504);
    expect(await settled(key)).toBeGreaterThan(0.01);
  });

  test('an upstream that cannot be reached, or refuses, costs nothing', async () => {
    const key = await budgeted('usd', '100');
    upstream.answer(slam);
    expect((await ask(key, CHAT, { model: 'dear', messages })).status).toBe(502);
    upstream.answer(json({ error: { message: 'no' } }, 400));
    expect((await ask(key, CHAT, { model: 'plain', messages })).status).toBe(400);
    await expect.poll(() => used(key)).toBe(0);
  });

  test('a caller that reads a whole text and hangs up before its usage pays for the text', async () => {
    // A shorter answer reaches nobody before its end: failure-events.ts.
    const whole = JSON.stringify(saying(words.repeat(60), REAL));
    const cut = whole.slice(0, whole.indexOf('"usage"'));
    upstream.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(cut);
    });
    const key = await budgeted('tokens', '100000');
    const gone = new AbortController();
    const response = await fetch(`${server.url}${CHAT}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'plain', messages, max_tokens: 5_000 }),
      signal: gone.signal,
    });
    const reader = response.body?.getReader();
    for (let bytes = 0; bytes < cut.length;) bytes += (await reader?.read())?.value?.length ?? Infinity;
    gone.abort();
    expect(await settled(key)).toBeGreaterThan(4_900);
  });

  test('a caller cannot write the usage itself, into a schema that the answer repeats', async () => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const tools = [{ type: 'function', name: 'f', parameters: { properties: { usage } } }];
    upstream.answer(
      stream([event({ type: 'response.created', response: { tools, usage: null } })], { end: 'hang' }),
    );
    const key = await budgeted('tokens', '100000');
    const gone = new AbortController();
    const body = { model: 'plain', input: words, tools, stream: true };
    const asked = ask(key, '/v1/responses', body, gone.signal).catch(() => 'gone');
    await expect.poll(() => upstream.received.length).toBe(1);
    await sleep(50);
    gone.abort();
    await asked;
    expect(await settled(key)).toBeGreaterThan(900);
    upstream.answer(
      json({
        object: 'response',
        tools,
        output: [],
        usage: { input_tokens: 1_100, output_tokens: 30, total_tokens: 1_130 },
      }),
    );
    const other = await budgeted('tokens', '100000');
    await ask(other, '/v1/responses', { model: 'plain', input: words, tools });
    expect(await settled(other)).toBe(1_130);
  });

  test('a caller cannot claim cached input through a schema that the answer repeats', async () => {
    const usage = {
      input_tokens: 1_101,
      input_tokens_details: { cached_tokens: 1_101 },
      prompt_tokens: 1_101,
      prompt_tokens_details: { cached_tokens: 1_101 },
      output_tokens: 31,
    };
    const real = { input_tokens: 1_100, input_tokens_details: { cached_tokens: 0 }, output_tokens: 30 };
    const silent = { input_tokens: 1_100, output_tokens: 30 };
    const tools = [{ type: 'function', name: 'f', parameters: { properties: { usage } } }];
    const body = { model: 'cached', input: words, tools };
    const output: unknown[] = [];
    const most = 1_101 * 10 + 31 * 100;
    for (const counted of [real, silent]) {
      const whole = json({ object: 'response', tools, output, usage: counted });
      expect(await cost('/v1/responses', body, whole)).toBeGreaterThan(most - 200);
      const events = stream([
        event({ type: 'response.created', response: { tools, usage: null } }),
        event({ type: 'response.completed', response: { tools, output, usage: counted } }),
      ]);
      expect(await cost('/v1/responses', { ...body, stream: true }, events)).toBeGreaterThan(most - 200);
    }
    // What a model writes is its caller's too: arguments of a tool are an object there.
    const answer = {
      type: 'message',
      content: [{ type: 'tool_use', input: { usage: { ...usage, cache_read_input_tokens: 1_101 } } }],
      usage: { input_tokens: 1_100, cache_read_input_tokens: 0, output_tokens: 30 },
    };
    expect(await cost('/v1/messages', { model: 'cached', messages }, json(answer))).toBeGreaterThan(
      most - 200,
    );
  });

  test('cached input has its own price, in the members of both APIs, whole and streamed', async () => {
    const openai = {
      prompt_tokens: 1_000,
      prompt_tokens_details: { cached_tokens: 800 },
      completion_tokens: 10,
    };
    const chat = json(saying('a', openai));
    expect(await cost(CHAT, { model: 'cached', messages }, chat)).toBe(200 * 10 + 800 * 1 + 10 * 100);
    expect(await cost(CHAT, { model: 'plain', messages }, chat)).toBe(1_000 * 10 + 10 * 100);
    const responses = {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 800 },
      output_tokens: 10,
    };
    const body = { model: 'cached', input: words };
    expect(await cost('/v1/responses', body, json({ output: [], usage: responses }))).toBe(
      200 * 10 + 800 + 1_000,
    );
    const anthropic = {
      input_tokens: 100,
      cache_creation_input_tokens: 300,
      cache_read_input_tokens: 600,
      output_tokens: 10,
    };
    const answer = { type: 'message', content: [{ type: 'text', text: 'a' }], usage: anthropic };
    const message = { model: 'cached', messages };
    const expected = 100 * 10 + 300 * 20 + 600 * 1 + 10 * 100;
    expect(await cost('/v1/messages', message, json(answer))).toBe(expected);
    const parts = [
      event({ type: 'message_start', message: { usage: { ...anthropic, output_tokens: 1 } } }),
      event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } }),
      event({ type: 'message_delta', usage: { output_tokens: 10 } }),
    ];
    expect(await cost('/v1/messages', { ...message, stream: true }, stream(parts))).toBe(expected);
    expect(await cost('/v1/messages', { ...message, model: 'plain' }, json(answer))).toBe(
      1_000 * 10 + 10 * 100,
    );
    // More cached than there is: all is charged as other input.
    const odd = {
      prompt_tokens: 1_000,
      prompt_tokens_details: { cached_tokens: 5_000 },
      completion_tokens: 10,
    };
    expect(await cost(CHAT, { model: 'cached', messages }, json(saying('a', odd)))).toBe(
      1_000 * 10 + 10 * 100,
    );
  });

  test('reasoning has its own price, and is a part of the output', async () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 500,
      completion_tokens_details: { reasoning_tokens: 400 },
    };
    expect(await cost(CHAT, { model: 'cached', messages }, json(saying('a', usage)))).toBe(
      1_000 * 10 + 100 * 100 + 400 * 50,
    );
    expect(await cost(CHAT, { model: 'plain', messages }, json(saying('a', usage)))).toBe(
      1_000 * 10 + 500 * 100,
    );
    // Some count it beside the output: then the total says so.
    const beside = { ...usage, completion_tokens: 100, total_tokens: 1_500 };
    expect(await cost(CHAT, { model: 'cached', messages }, json(saying('a', beside)))).toBe(
      1_000 * 10 + 100 * 100 + 400 * 50,
    );
  });

  test('a stream whose later counts are smaller is charged by the larger', async () => {
    const parts = [
      delta('a'),
      usageChunk({ prompt_tokens: 1_010, completion_tokens: 20 }),
      usageChunk({ prompt_tokens: 0, completion_tokens: 0 }),
    ];
    const body = { model: 'plain', messages, stream: true, stream_options: { include_usage: true } };
    expect(await cost(CHAT, body, stream(parts))).toBe(1_010 * 10 + 20 * 100);
  });

  test('counting tokens passes through and takes nothing, even with a spent budget', async () => {
    upstream.answer(json({ input_tokens: 1_004 }));
    const key = await budgeted('tokens', '0');
    const counted = await server.request('POST', '/v1/messages/count_tokens', {
      key: key.secret,
      body: { model: 'dear', messages },
      isPassedOn: true,
    });
    expect([counted.status, counted.body]).toEqual([200, { input_tokens: 1_004 }]);
    expect(upstream.received[0]?.path).toBe('/v1/messages/count_tokens');
    const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
    await expect.poll(usage).toMatchObject({ items: [{ requests: 1, tokens_in: 0, usd: '0.00' }] });
    const { secret } = await server.mint({ scopes: ['keys:read'] });
    const refused = await server.request('POST', '/v1/messages/count_tokens', {
      key: secret,
      body: { model: 'dear', messages },
    });
    expect(refused.status).toBe(403);
  });

  test('a stream of an ordinary answer is settled by its usage', async () => {
    upstream.answer(
      stream([chatEvents({ usage: { prompt_tokens: 1_004, completion_tokens: 9, total_tokens: 1_013 } })]),
    );
    const key = await budgeted('tokens', '100000');
    await ask(key, CHAT, { model: 'plain', messages, stream: true });
    expect(await settled(key)).toBe(1_013);
  });
});
