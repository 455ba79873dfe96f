import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';

const CHAT = '/v1/chat/completions';
const COMPLETIONS = '/v1/completions';
const RESPONSES = '/v1/responses';
const MESSAGES = '/v1/messages';
const messages = [{ role: 'user', content: 'hello' }];
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
const input = 'hello';
const LIKE_A_PICTURE = `data:image/png;base64,${'word '.repeat(7_000)}`;
const LIKE_A_SOUND = `data:audio/wav;base64,${'word '.repeat(7_000)}`;

/** What a request must hold at least, in tokens. */
const NEEDS: [what: string, path: string, body: object, tokens: number][] = [
  [
    'max_tokens beside a small max_completion_tokens',
    CHAT,
    { messages, max_completion_tokens: 1, max_tokens: 5_000 },
    5_000,
  ],
  [
    'max_completion_tokens beside a small max_tokens',
    CHAT,
    { messages, max_tokens: 1, max_completion_tokens: 5_000 },
    5_000,
  ],
  [
    'max_output_tokens beside a small max_tokens',
    RESPONSES,
    { input, max_tokens: 1, max_output_tokens: 5_000 },
    5_000,
  ],
  ['the words of other servers: n_predict', CHAT, { messages, max_tokens: 1, n_predict: 5_000 }, 5_000],
  ['max_new_tokens', COMPLETIONS, { prompt: 'a', max_tokens: 1, max_new_tokens: 5_000 }, 5_000],
  ['options.num_predict', CHAT, { messages, max_tokens: 1, options: { num_predict: 5_000 } }, 5_000],
  [
    'a budget of thinking',
    MESSAGES,
    { messages, max_tokens: 100, thinking: { type: 'enabled', budget_tokens: 5_000 } },
    5_000,
  ],
  ['n answers', CHAT, { messages, max_tokens: 1_000, n: 5 }, 5_000],
  ['more answers than any server gives', CHAT, { messages, max_tokens: 100, n: 200 }, 20_000],
  ['best_of answers', COMPLETIONS, { prompt: 'a', max_tokens: 1_000, best_of: 5 }, 5_000],
  ['several prompts, n times', COMPLETIONS, { prompt: ['a', 'b', 'c', 'd'], max_tokens: 500, n: 2 }, 4_000],
  ['prompts as lists of tokens', COMPLETIONS, { prompt: [[1], [2], [3], [4]], max_tokens: 500, n: 2 }, 4_000],
  [
    'a prompt of tokens',
    COMPLETIONS,
    { prompt: Array.from({ length: 9_000 }, () => 1), max_tokens: 1 },
    9_000,
  ],
  ['a batch of tokens', '/v1/embeddings', { input: [Array.from({ length: 9_000 }, () => 1)] }, 9_000],
  [
    'pictures by their addresses',
    CHAT,
    { messages: [{ role: 'user', content: [image, image, image] }], max_tokens: 1 },
    4_500,
  ],
  [
    'pictures under names that some read as these',
    CHAT,
    {
      messages: [{ role: 'user', content: [{ Type: 'image_url' }, { imageUrl: {} }, { IMAGE_URL: {} }] }],
      max_tokens: 1,
    },
    4_500,
  ],
  [
    'pictures of the Messages API',
    MESSAGES,
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
        },
      ],
      max_tokens: 1,
    },
    1_500,
  ],
  [
    'pictures of the Responses API',
    RESPONSES,
    {
      input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] }],
      max_output_tokens: 1,
    },
    1_500,
  ],
  [
    'definitions of tools',
    CHAT,
    {
      messages,
      max_tokens: 1,
      tools: [{ type: 'function', function: { name: 'f', description: 'word '.repeat(2_000) } }],
    },
    2_000,
  ],
  [
    'a query that is read with each document',
    '/v1/rerank',
    { query: 'word '.repeat(500), documents: Array.from({ length: 10 }, () => 'a') },
    5_000,
  ],
  ['ten images', '/v1/images/generations', { prompt: 'a', n: 10 }, 60_000],
  ['ten images in other words', '/v1/images/generations', { prompt: 'a', n: 1, num_outputs: 10 }, 60_000],
  ['candidates', CHAT, { messages, max_tokens: 1_000, candidate_count: 5 }, 5_000],
  ['a budget of thinking in other words', CHAT, { messages, max_tokens: 1, thinking_budget: 5_000 }, 5_000],
  ['max_length', COMPLETIONS, { prompt: 'a', max_tokens: 1, max_length: 5_000 }, 5_000],
  ['a text that begins like a picture', CHAT, { messages: [{ role: 'user', content: LIKE_A_PICTURE }], max_tokens: 1 }, 9_000],
  ['a part of text that begins like a picture', CHAT, { messages: [{ role: 'user', content: [{ type: 'text', text: LIKE_A_PICTURE }] }], max_tokens: 1 }, 9_000],
  ['a part of a picture that has such a text', CHAT, { messages: [{ role: 'user', content: [{ ...image, text: LIKE_A_PICTURE }] }], max_tokens: 1 }, 9_000],
  ['a prompt that begins like a sound', COMPLETIONS, { prompt: LIKE_A_SOUND, max_tokens: 1 }, 9_000],
  ['an input that begins like a picture', RESPONSES, { input: LIKE_A_PICTURE, max_output_tokens: 1 }, 9_000],
  ['instructions that begin like a picture', RESPONSES, { input, instructions: LIKE_A_PICTURE, max_output_tokens: 1 }, 9_000],
  ['a tool that shows a picture', CHAT, { messages, max_tokens: 1, tools: [{ type: 'function', function: { name: 'f', parameters: { examples: [{ type: 'image_url', image_url: { url: LIKE_A_PICTURE } }] } } }] }, 9_000],
  ['a text that is called data', MESSAGES, { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', data: 'word '.repeat(7_000) }] }], max_tokens: 1 }, 9_000],
]; // prettier-ignore

const UNREADABLE: [member: string, value: unknown][] = [
  ['n', '10'], ['n', 2.5], ['n', 0], ['n', -1], ['n', [10]], ['n', true], ['best_of', '10'], ['best_of', 1e300],
  ['max_tokens', '100'], ['max_tokens', 1.5], ['max_tokens', -1], ['max_tokens', { a: 1 }], ['max_completion_tokens', '9'],
]; // prettier-ignore

describeOnBothServers('a reservation holds the largest that an upstream could read', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const budgeted = (amount: number | string, unit = 'tokens') =>
    server.mint({ budgets: [{ name: 'b', unit, amount: String(amount), period: 'total' }] });
  const ask = ({ secret }: NewKey, path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.request<{ error: { message: string; param: string } }>('POST', path, {
      key: secret,
      body: Buffer.isBuffer(body) ? body : { model: 'm', ...(body as object) },
      headers,
      isPassedOn: true,
    });
  /** What is settled; -1 while something is held. */
  const used = async ({ id, key }: NewKey) => {
    const [budget] = await server.app.core.budgets.view(id, key.budgets);
    return Number(budget?.reserved) > 0 ? -1 : Number(budget?.used);
  };
  const form = async (fields: Record<string, string>, file: Buffer) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    data.set('file', new File([new Uint8Array(file)], 'file.bin'));
    const encoded = new Response(data);
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    return { body: Buffer.from(await encoded.arrayBuffer()), headers };
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const price = {
      input_usd_per_million_tokens: '1',
      output_usd_per_million_tokens: '1',
      per_image_usd: '0.04',
      per_second_usd: '0.001',
    };
    const body = { name: 'one', base_url: upstream.baseUrl, models: ['m'], prices: { m: price } };
    await server.request('POST', '/v1/upstreams', { body });
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json(chatAnswer()));
  });
  afterAll(() => upstream.close());

  test.for(NEEDS)('a reservation has the right size for %s', async ([, path, body, tokens]) => {
    const refused = await ask(await budgeted(tokens - 1), path, body);
    expect(refused.status).toBe(429);
    expect(upstream.received).toEqual([]);
    expect((await ask(await budgeted(tokens * 2 + 1_000), path, body)).status).toBe(200);
  });

  test.for(UNREADABLE)(
    'a key with a budget is refused %s: %j, before anything is sent',
    async ([name, value]) => {
      const body = { messages, [name]: value };
      const refused = await ask(await budgeted(1_000_000), CHAT, body);
      expect(refused.status).toBe(422);
      expect(refused.body.error).toMatchObject({ param: name });
      expect(refused.body.error.message).toContain('whole number');
      expect(upstream.received).toEqual([]);
      // Between a caller without a budget and its upstream it is nobody's business.
      expect((await ask(await server.mint(), CHAT, body)).status).toBe(200);
    },
  );

  test('a size of null, which clients send for unset members, counts as no value', async () => {
    const key = await budgeted(10_000);
    expect((await ask(key, CHAT, { messages, n: null, max_tokens: null, best_of: null })).status).toBe(200);
  });

  test.for([true, 'true', 1, {}])('a key with a budget is refused background: %j', async (background) => {
    const refused = await ask(await budgeted(1_000_000), RESPONSES, { input, background });
    expect([refused.status, refused.body.error.param]).toEqual([422, 'background']);
    expect(upstream.received).toEqual([]);
    expect((await ask(await budgeted(1_000_000), RESPONSES, { input, background: false })).status).toBe(200);
    expect((await ask(await server.mint(), RESPONSES, { input, background })).status).toBe(200);
    const picture = { prompt: 'a', background: 'transparent' };
    expect((await ask(await budgeted(1_000_000), '/v1/images/generations', picture)).status).toBe(200);
  });

  test('ten images reserve ten times as much as one, in JSON and in a form', async () => {
    upstream.answer(json({ data: [] }));
    const ten = { prompt: 'a', n: 10 };
    expect((await ask(await budgeted('0.39', 'usd'), '/v1/images/generations', ten)).status).toBe(429);
    const key = await budgeted('0.50', 'usd');
    expect((await ask(key, '/v1/images/generations', ten)).status).toBe(200);
    await expect.poll(() => used(key)).toBeGreaterThanOrEqual(0.4);
    const { body, headers } = await form({ model: 'm', prompt: 'a', n: '10' }, Buffer.from('png'));
    upstream.received.length = 0;
    expect((await ask(await budgeted('0.39', 'usd'), '/v1/images/edits', body, headers)).status).toBe(429);
    expect(upstream.received).toEqual([]);
    const other = await budgeted('0.50', 'usd');
    expect((await ask(other, '/v1/images/edits', body, headers)).status).toBe(200);
    await expect.poll(() => used(other)).toBeGreaterThanOrEqual(0.4);
    const words = await form({ model: 'm', prompt: 'a', n: '1', num_images: '10' }, Buffer.from('png'));
    expect(
      (await ask(await budgeted('0.39', 'usd'), '/v1/images/edits', words.body, words.headers)).status,
    ).toBe(429);
    const more = await budgeted('0.50', 'usd');
    expect((await ask(more, '/v1/images/generations', { prompt: 'a', n: 1, num_images: 10 })).status).toBe(
      200,
    );
    await expect.poll(() => used(more)).toBeGreaterThanOrEqual(0.4);
    const odd = await form({ model: 'm', prompt: 'a', n: '1e1' }, Buffer.from('png'));
    expect((await ask(await budgeted('9', 'usd'), '/v1/images/edits', odd.body, odd.headers)).status).toBe(
      422,
    );
  });

  test.for(['url', 'file_url', 'file_id', 'fileUrl', 'audio_url', 'uri'])(
    'a key with a budget is refused a recording at an address (%s), because its length is unknown',
    async (name) => {
      const path = '/v1/audio/transcriptions';
      const { body, headers } = await form(
        { model: 'm', [name]: 'https://example.com/a.wav' },
        Buffer.alloc(1),
      );
      for (const key of [await budgeted('1', 'usd'), await budgeted(100_000)]) {
        const refused = await ask(key, path, body, headers);
        expect([refused.status, refused.body.error.param]).toEqual([422, name]);
        const inJson = await ask(key, path, { [name]: 'https://example.com/a.wav' });
        expect([inJson.status, inJson.body.error.param]).toEqual([422, name]);
      }
      expect(upstream.received).toEqual([]);
      expect((await ask(await server.mint(), path, body, headers)).status).toBe(200);
    },
  );

  test('a recording is reserved by its length, and settled by the seconds that the upstream counts', async () => {
    const { body, headers } = await form({ model: 'm' }, Buffer.alloc(1_000_000));
    const path = '/v1/audio/transcriptions';
    upstream.answer(json({ text: 'hello', usage: { type: 'duration', seconds: 60 } }));
    expect((await ask(await budgeted('0.3', 'usd'), path, body, headers)).status).toBe(429);
    expect((await ask(await budgeted(5_000), path, body, headers)).status).toBe(429);
    expect(upstream.received).toEqual([]);
    const key = await budgeted('1', 'usd');
    expect((await ask(key, path, body, headers)).status).toBe(200);
    await expect.poll(() => used(key)).toBeGreaterThan(0);
    // Not even the densest recording is so short.
    upstream.answer(json({ text: 'hello', usage: { type: 'duration', seconds: 0 } }));
    const lied = await budgeted('1', 'usd');
    expect((await ask(lied, path, body, headers)).status).toBe(200);
    await expect.poll(() => used(lied)).toBeGreaterThan(0.4);
    // 60 seconds, and the text that is counted for what the upstream does not say.
    expect(await used(key)).toBeGreaterThanOrEqual(0.06);
    expect(await used(key)).toBeLessThan(0.07);
  });
});
