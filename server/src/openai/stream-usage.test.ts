import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../test/server.ts';
import { chatEvents, json, startTestUpstream, stream, USAGE } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const MODELS = ['named', 'unnamed', 'other', 'good', 'chat'];
const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const OPTIONS = '"stream_options"';

/** In the words of Mistral, and of a server that does not say what is wrong. */
const NAMED = { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'] }] };
const UNNAMED = { error: { message: 'Bad request', type: 'invalid_request_error' } };

/** An upstream without `stream_options`. */
const strict =
  (refusal: object, status: number): Behaviour =>
  (response, received) =>
    (received.body.includes(OPTIONS) ? json(refusal, status) : stream([chatEvents()]))(response, received);

describeOnServer('sqlite', 'streams of an upstream that forbids stream_options', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: NewKey;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'strict', base_url: upstream.baseUrl, models: MODELS },
    });
    const budgets = [{ name: 'day', unit: 'tokens', amount: '1000000', period: 'day' }];
    key = await server.mint({ scopes: ['models:use', 'workspaces:*'], budgets });
  });
  beforeEach(() => {
    upstream.received.length = 0;
  });
  afterAll(() => upstream.close());

  const client = () => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key.secret, maxRetries: 0 });
  async function textOf(model: string, more: object = {}): Promise<string> {
    let text = '';
    for await (const chunk of await client().chat.completions.create({
      model,
      messages,
      stream: true,
      ...more,
    }))
      text += chunk.choices[0]?.delta.content ?? '';
    return text;
  }
  const sent = () => upstream.received.map(({ body }) => body.includes(OPTIONS));

  test.for([
    ['named', 422, NAMED],
    ['unnamed', 400, UNNAMED],
  ] as const)(
    'a client that did not send it is answered, its tokens are counted, and Keyward remembers it: %s',
    async ([model, status, refusal]) => {
      upstream.answer(strict(refusal, status));
      const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
      const before = (await usage()) as { items: { estimated_requests: number; tokens_out: number }[] };
      expect(await textOf(model)).toContain('Grüße');
      expect(await textOf(model)).toContain('Grüße');
      expect(sent()).toEqual([true, false, false]);
      expect(JSON.parse(String(upstream.received[2]?.body))).toEqual({ model, messages, stream: true });
      const { estimated_requests: counted = 0, tokens_out: tokens = 0 } = before.items[0] ?? {};
      await expect.poll(usage).toMatchObject({ items: [{ estimated_requests: counted + 2 }] });
      const after = (await usage()) as typeof before;
      expect(after.items[0]?.tokens_out).toBeGreaterThan(tokens + 10);
    },
  );

  test('another model of the same upstream is asked with it', async () => {
    upstream.answer(stream([chatEvents({ usage: USAGE })]));
    await textOf('other');
    expect(sent()).toEqual([true]);
  });

  test('a client that sends it itself gets the refusal of the upstream, once', async () => {
    upstream.answer(strict(NAMED, 422));
    for (const model of ['named', 'good'])
      await expect(textOf(model, { stream_options: { include_usage: true } })).rejects.toMatchObject({
        status: 422,
        message: expect.stringContaining('extra_forbidden') as string,
      });
    expect(sent()).toEqual([true, true]);
  });

  test('a wrong request is refused with the words of the upstream, and is no reason to stop asking for usage', async () => {
    const wrong = json({ error: { message: 'The role is wrong.' } }, 400);
    upstream.answer(wrong);
    await expect(textOf('good')).rejects.toMatchObject({ status: 400, message: '400 The role is wrong.' });
    upstream.answer(stream([chatEvents({ usage: USAGE })]));
    await textOf('good');
    expect(sent()).toEqual([true, false, true]);
    // The upstream is known to accept it: another refusal has another reason.
    upstream.answer(wrong);
    await expect(textOf('good')).rejects.toMatchObject({ status: 400 });
    expect(sent()).toEqual([true, false, true, true]);
    upstream.answer(strict(NAMED, 422));
    expect(await textOf('good')).toContain('Grüße');
  });

  test('the chat of a workspace is answered too', async () => {
    upstream.answer(strict(NAMED, 422));
    await server.request('POST', '/api/v1/workspace/new', {
      body: { name: 'Docs', chatMode: 'chat', chatModel: 'chat', chatProvider: 'strict' },
    });
    const body = { message: 'hello', mode: 'chat' };
    const answer = await server.request('POST', '/api/v1/workspace/docs/stream-chat', { body });
    expect(answer.text).toContain('Grüße');
    expect(sent()).toEqual([true, false]);
  });
});
