import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { json, slam, stream } from '../../../test/upstream.ts';
import { CHAT_MODEL, eventOf, framesOf, piece, says, startChats } from '../../chat/chats.fixture.ts';
import type { ChatServer } from '../../chat/chats.fixture.ts';

const PATH = '/openai/chat/completions';
const REFUSAL = 'There is no relevant information in this workspace to answer your query.';
const question = (content: unknown, more: object = {}) => ({
  model: 'docs',
  messages: [{ role: 'user', content }],
  ...more,
});

interface Completion {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: { message: { role: string; content: string | null }; finish_reason: string }[];
  usage: Record<string, unknown>;
}

describeOnBothServers('workspaces as models of the OpenAI API', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
    for (const name of ['Docs', 'Secret']) await chats.post('/workspace/new', { name, chatMode: 'chat' });
    await chats.post('/workspace/new', { name: 'Strict', chatMode: 'query' });
    await chats.add('docs', 'Turnips', 'The turnip festival takes place in May.');
  });
  afterAll(() => chats.upstream.close());
  beforeEach(() => chats.answer(says(['Good ', 'day.'])));

  const ask = async (body: object, key?: string) => {
    const answer = await chats.post(PATH, body, key);
    return { ...answer, completion: answer.body as unknown as Completion };
  };
  const sdk = (apiKey = chats.server.adminKey) =>
    new OpenAI({ apiKey, baseURL: `${chats.server.url}/api/v1/openai`, maxRetries: 0 });

  test('each workspace that the key covers is a model', async () => {
    const all = await chats.server.request<{ object: string; data: object[] }>('GET', '/v1/openai/models');
    expect(Object.keys(all.body)).toEqual(['object', 'data']);
    expect(all.body.data).toEqual(
      ['docs', 'secret', 'strict'].map((id) => ({
        id,
        object: 'model',
        created: expect.any(Number),
        owned_by: 'test',
      })),
    );
    const workspaces = { allow: ['docs'], deny: [] };
    const { secret } = await chats.server.mint({ scopes: ['workspaces:read'], selectors: { workspaces } });
    const some = await chats.server.request<{ data: { id: string }[] }>('GET', '/v1/openai/models', {
      key: secret,
    });
    expect(some.body.data.map(({ id }) => id)).toEqual(['docs']);
  });

  test('pictures of more than 32 MiB are refused, however many messages they stand in', async () => {
    const image = {
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(17 * 1024 * 1024)}` },
    };
    const messages = ['user', 'assistant', 'user'].map((role) => ({ role, content: [image] }));
    const { status, body } = await ask({ model: 'docs', messages });
    expect([status, body.error]).toEqual([
      413,
      'The attachments have more than 32 MiB together. Send fewer of them, or smaller ones.',
    ]);
  });

  test('an answer that never ends is ended at 32 MiB', async () => {
    chats.answer(stream([...Array(34).keys()].map(() => piece('x'.repeat(1024 * 1024)))));
    const { status, completion } = await ask(question('hello'));
    expect([status, JSON.stringify(completion)]).toEqual([
      502,
      expect.stringContaining('longer than 32 MiB'),
    ]);
  });

  test('a whole answer, its usage filled in', async () => {
    const { status, completion } = await ask(question('turnip festival'));
    expect(status).toBe(200);
    expect(Object.keys(completion).join(' ')).toBe('id object created model choices usage');
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'docs' });
    expect(JSON.stringify(completion.choices)).toBe(
      '[{"index":0,"message":{"role":"assistant","content":"Good day."},"logprobs":null,"finish_reason":"stop"}]',
    );
    expect(completion.usage).toMatchObject({ prompt_tokens: 11, total_tokens: 15, model: CHAT_MODEL });
    expect(chats.asked()[0]?.messages[0]?.content).toContain('takes place in May.');
    const path = '/v1/workspace/docs/chats';
    const { body } = await chats.server.request<{ history: { content: string }[] }>('GET', path);
    expect(body.history.at(-1)?.content).toBe('Good day.');
  });

  test('a stream of chunks that ends with usage and [DONE]', async () => {
    const answer = await ask(question([{ type: 'text', text: 'turnip festival' }], { stream: true }));
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const frames = framesOf(answer.text);
    expect(frames.at(-1)).toEqual({ done: true });
    const chunks = frames.slice(0, -1);
    expect(new Set(chunks.map((chunk) => Object.keys(chunk).join(' ')))).toEqual(
      new Set(['id object created model choices usage']),
    );
    expect(new Set(chunks.map(({ id, object }) => `${String(id)} ${String(object)}`)).size).toBe(1);
    const choices = chunks.map(({ choices }) => JSON.stringify(choices));
    const choice = (content: string, finish: string | null) =>
      `[{"index":0,"delta":{"role":"assistant","content":"${content}"},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]`;
    expect(choices).toEqual([
      choice('Good ', null),
      choice('day.', null),
      choice('', null),
      choice('', 'stop'),
    ]);
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual([{}, {}, {}]);
    expect(chunks.at(-1)?.['usage']).toMatchObject({
      prompt_tokens: 11,
      completion_tokens: 4,
      total_tokens: 15,
    });
  });

  test('the history is what the caller brings, and its system prompt takes the place of the own one', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      { role: 'developer', content: 'Be kind.' },
      { role: 'assistant', content: 'first' },
      { role: 'user', content: 'two' },
      { role: 'user', content: 'three' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] },
    ];
    await ask({ model: 'docs', messages, temperature: 0.1 });
    const [asked] = chats.asked();
    expect(asked?.temperature).toBe(0.1);
    expect(asked?.messages[0]?.content).toBe('Be brief.\n\nBe kind.');
    expect(asked?.messages.slice(1)).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'first' },
      { role: 'user', content: 'two' },
      { role: 'user', content: 'three' },
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'high' } }],
      },
    ]);
  });

  test.for([{}, { temperature: null }, { temperature: 'warm' }])(
    'with %j the temperature is the usual one',
    async (more) => {
      await ask(question('hello', more));
      expect(chats.asked()[0]?.temperature).toBe(0.7);
    },
  );

  test('mode query refuses with its sentence, streamed and whole', async () => {
    const { completion } = await ask({ ...question('anything?'), model: 'strict' });
    expect(completion.choices[0]).toMatchObject({ message: { content: REFUSAL }, finish_reason: 'abort' });
    expect(completion.usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    const frames = framesOf(
      (await ask({ ...question('anything?', { stream: true }), model: 'strict' })).text,
    );
    expect(frames).toMatchObject([
      { choices: [{ delta: { content: REFUSAL }, finish_reason: 'abort' }] },
      { done: true },
    ]);
    expect(chats.asked()).toEqual([]);
  });

  test('a command of chats is a question like any other, and resets nothing', async () => {
    await chats.post('/workspace/docs/chat', { message: 'before' });
    const { status, completion } = await ask(question('/reset'));
    expect([status, completion.choices[0]?.message.content]).toEqual([200, 'Good day.']);
    const frames = framesOf((await ask(question('/reset', { stream: true }))).text);
    expect(frames.at(-1)).toEqual({ done: true });
    const path = '/v1/workspace/docs/chats';
    const { body } = await chats.server.request<{ history: { content: string }[] }>('GET', path);
    expect(body.history.map(({ content }) => content)).toContain('before');
  });

  test('a workspace that does not exist, or not for this key, is a model that does not exist', async () => {
    const workspaces = { allow: ['docs'], deny: [] };
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], selectors: { workspaces } });
    const [nowhere, covered] = await Promise.all(
      ['nowhere', 'secret'].map((model) => ask({ ...question('x'), model }, secret)),
    );
    expect(nowhere?.status).toBe(404);
    expect(nowhere?.body).toMatchObject({
      error: { type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    });
    expect(covered?.text.replace('secret', 'nowhere')).toBe(nowhere?.text);
    expect((await ask({ messages: [] })).status).toBe(404);
  });

  test('the last message must be a question', async () => {
    const { status, body } = await ask({ model: 'docs', messages: [{ role: 'assistant', content: 'x' }] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'abort', close: true });
    for (const messages of [[], 'none', undefined]) {
      const none = await ask({ model: 'docs', messages });
      expect(none.status).toBe(400);
      expect(none.text).toContain('messages: must be a list');
    }
  });

  test('a provider that fails is an error body with its status, also where a stream was wanted', async () => {
    chats.answer(json({ error: { message: 'Too many.', code: 'busy' } }, 429));
    for (const isStream of [true, false]) {
      const { status, body } = await ask(question('x', { stream: isStream }));
      expect([status, body]).toEqual([
        429,
        { error: { message: 'Too many.', type: 'invalid_request_error', param: null, code: 'busy' } },
      ]);
    }
    chats.answer(slam);
    const { status, body } = await ask(question('x', { stream: true }));
    expect(status).toBe(502);
    expect(body).toMatchObject({ error: { type: 'server_error', code: 'upstream_unavailable' } });
  });

  test('one that fails in the middle ends the stream with an error and without [DONE]', async () => {
    chats.answer(stream([piece('Good '), eventOf({ error: { message: 'Out of memory.' } })]));
    const frames = framesOf((await ask(question('x', { stream: true }))).text);
    expect(frames).toMatchObject([
      { choices: [{ delta: { content: 'Good ' } }] },
      { error: { message: 'Out of memory.' } },
    ]);
  });

  test('the npm client reads all of it', async () => {
    const answer = await sdk().chat.completions.create({
      model: 'docs',
      messages: [{ role: 'user', content: 'turnip festival' }],
    });
    expect(answer.choices[0]?.message.content).toBe('Good day.');
    const chunks = await sdk().chat.completions.create({
      model: 'docs',
      stream: true,
      messages: [{ role: 'user', content: 'turnip festival' }],
    });
    let text = '';
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Good day.');
    chats.answer(stream([piece('Good '), eventOf({ error: { message: 'Out of memory.' } })]));
    const broken = await sdk().chat.completions.create({
      model: 'docs',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    });
    await expect(async () => {
      for await (const chunk of broken) expect(chunk.choices[0]?.delta.content).toBe('Good ');
    }).rejects.toThrow('Out of memory.');
    expect((await sdk().models.list()).data.map(({ id }) => id)).toContain('docs');
  });
});
