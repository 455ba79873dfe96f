import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { json, startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';
import { misfits, type TypedValue } from './sdk-types.fixture.ts';

const MODEL = 'claude-test';
const ASKED = { model: MODEL, max_tokens: 50, messages: [{ role: 'user' as const, content: 'Weather?' }] };
const TOOLS = [{ name: 'weather', input_schema: { type: 'object' as const } }];

const message = (content: object[], stop: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 5 },
});
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Wien' } };

const named = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const begun = (block: object): string =>
  named({ type: 'message_start', message: { ...message([], ''), stop_reason: null } } as { type: string }) +
  named({ type: 'content_block_start', index: 0, content_block: block } as { type: string });
const delta = (of: object): string =>
  named({ type: 'content_block_delta', index: 0, delta: of } as { type: string });
const ended = (stop: string): string =>
  named({ type: 'content_block_stop', index: 0 } as { type: string }) +
  named({ type: 'message_delta', delta: { stop_reason: stop }, usage: { output_tokens: 5 } } as {
    type: string;
  }) +
  named({ type: 'message_stop' });
const CALL_STREAM =
  begun({ ...CALL, input: {} }) +
  delta({ type: 'input_json_delta', partial_json: '{"city":' }) +
  delta({ type: 'input_json_delta', partial_json: '"Wien"}' }) +
  ended('tool_use');

describeOnServer('sqlite', 'published clients, unmodified', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: string;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'up', base_url: upstream.baseUrl, models: [MODEL] },
    });
    key = (await server.mint({ scopes: ['models:use'] })).secret;
  });
  beforeEach(() => {
    upstream.received.length = 0;
  });
  afterAll(() => upstream.close());

  async function failed<T extends Error>(
    call: PromiseLike<unknown>,
    kind: new (...args: never[]) => T,
  ): Promise<T> {
    try {
      await call;
    } catch (error) {
      if (error instanceof kind) return error;
      throw error;
    }
    throw new Error('The call was not refused.');
  }

  describe('the client of the Messages API', () => {
    const client = (apiKey = key) => new Anthropic({ baseURL: server.url, apiKey, maxRetries: 0 });

    test('a beta request is answered: its query is ignored, and its header goes to the upstream', async () => {
      upstream.answer(json(message([{ type: 'text', text: 'Sunny.' }], 'end_turn')));
      const asked = { ...ASKED, betas: ['context-1m-2025-08-07'] };
      // As Claude Code sends it.
      const answer = await client().beta.messages.create(asked, { query: { beta: 'true' } });
      expect(answer.content[0]).toMatchObject({ text: 'Sunny.' });
      const [received] = upstream.received;
      expect([received?.path, received?.headers['anthropic-beta']]).toEqual([
        '/v1/messages',
        'context-1m-2025-08-07',
      ]);
    });

    test('a loop with a tool works with the helper for streams', async () => {
      upstream.answer(
        stream([Buffer.from(CALL_STREAM)]),
        json(message([{ type: 'text', text: 'It is sunny.' }], 'end_turn')),
      );
      const asked = await client()
        .messages.stream({ ...ASKED, tools: TOOLS })
        .finalMessage();
      expect(asked.content).toMatchObject([{ type: 'tool_use', name: 'weather', input: { city: 'Wien' } }]);
      expect(asked.usage.output_tokens).toBe(5);
      const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'sunny' };
      const answer = await client().messages.create({
        ...ASKED,
        tools: TOOLS,
        messages: [
          ...ASKED.messages,
          { role: 'assistant', content: asked.content },
          { role: 'user', content: [result] },
        ],
      });
      expect(answer.content[0]).toMatchObject({ text: 'It is sunny.' });
      expect(upstream.received.at(-1)?.body.toString()).toContain('"tool_use_id":"toolu_1"');
    });

    test('tokens are counted and models are listed, also with parameters that Keyward does not know', async () => {
      upstream.answer(json({ input_tokens: 12 }));
      const { messages, model } = ASKED;
      const query = { beta: 'true' };
      const counted = await client().beta.messages.countTokens({ model, messages }, { query });
      expect(counted.input_tokens).toBe(12);
      const page = await client().models.list({ limit: 1_000 });
      expect(page.data.map(({ id }) => id)).toEqual([MODEL]);
      const { data, has_more, first_id, last_id } = page;
      const values: TypedValue[] = [
        [
          'Pick<Anthropic.Models.ModelInfosPage, "data" | "has_more" | "first_id" | "last_id">',
          { data, has_more, first_id, last_id },
        ],
        ['Anthropic.ModelInfo', await client().models.retrieve(MODEL)],
      ];
      expect(await misfits(values)).toEqual([]);
    });

    test('each refusal is an error of the class and the type that the client knows', async () => {
      const limited = await server.mint({
        scopes: ['models:use'],
        limits: [{ name: 'minute', requests: 1, window_seconds: 60 }],
      });
      const spent = client(limited.secret);
      upstream.answer(json(message([], 'end_turn')));
      await spent.messages.create(ASKED);
      const { AuthenticationError, NotFoundError, RateLimitError, UnprocessableEntityError } = Anthropic;
      const { batches } = client().messages;
      for (const [call, kind, type, words] of [
        [() => client('sk-wrong').messages.create(ASKED), AuthenticationError, 'authentication_error', 'key'],
        [
          () => client().messages.create({ ...ASKED, model: 'none' }),
          NotFoundError,
          'not_found_error',
          'none',
        ],
        [() => spent.messages.create(ASKED), RateLimitError, 'rate_limit_error', 'minute'],
        [() => batches.list(), NotFoundError, 'not_found_error', 'POST /v1/messages'],
        [() => batches.cancel('b_1'), NotFoundError, 'not_found_error', 'POST /v1/messages'],
        [
          () => client().post('/v1/messages', { body: { messages: [] } }),
          UnprocessableEntityError,
          'invalid_request_error',
          'model',
        ],
      ] as const) {
        const error = await failed(call(), Anthropic.APIError);
        expect(error).toBeInstanceOf(kind);
        expect(error.error).toMatchObject({ type: 'error', error: { type } });
        expect(error.message).toContain(words);
      }
    });

    test('a stream that breaks is an error, also where Keyward ends it', async () => {
      const { secret, id } = await server.mint({ scopes: ['models:use'] });
      const beginning = Buffer.from(
        begun({ type: 'text', text: '' }) + delta({ type: 'text_delta', text: 'S' }),
      );
      upstream.answer(stream([beginning], { end: 'reset' }));
      const lost = await failed(client().messages.stream(ASKED).finalMessage(), Anthropic.APIError);
      expect(lost.message).toContain('upstream');
      upstream.answer(stream([beginning], { end: 'hang' }));
      const running = client(secret).messages.stream(ASKED);
      running.once('text', () => void server.request('POST', `/v1/keys/${id}/revoke`));
      const ended = await failed(running.finalMessage(), Anthropic.APIError);
      expect(ended.error).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    });
  });

  describe('the client of the OpenAI API', () => {
    const client = () => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });

    test('parameters that Keyward does not know are ignored', async () => {
      const query = { client_version: '0.171.0', 'api-version': '2024-10-21', limit: '1000' };
      const listed = await client().models.list({ query });
      expect(listed.data.map(({ id }) => id)).toEqual([MODEL]);
    });

    test.for([600_000, 1_000_000, 25_000_000])(
      'a form whose file of %i bytes stands before the model is understood',
      async (bytes) => {
        upstream.answer(json({ text: 'hello' }));
        const sound = Buffer.alloc(bytes, 'RIFF\r\n--x');
        const file = await toFile(sound, 'talk.wav');
        const { text } = await client().audio.transcriptions.create({ file, model: MODEL });
        expect(text).toBe('hello');
        const [received] = upstream.received;
        expect(received?.body.includes(sound)).toBe(true);
        expect(received?.body.indexOf('name="model"')).toBeGreaterThan(0);
      },
    );

    test('what Keyward does not have of the API is an error that the client reads', async () => {
      const { vectorStores, beta, fineTuning, uploads, conversations } = client();
      for (const call of [
        () => vectorStores.list(),
        () => vectorStores.create({ name: 'x' }),
        () => beta.assistants.list(),
        () => beta.threads.create(),
        () => fineTuning.jobs.list(),
        () => uploads.cancel('upload_1'),
        () => conversations.retrieve('conv_1'),
      ]) {
        const error = await failed(call(), OpenAI.NotFoundError);
        expect(error).toMatchObject({ code: 'route_not_found', type: 'invalid_request_error', param: null });
      }
      const stored = await failed(conversations.retrieve('conv_1'), OpenAI.NotFoundError);
      expect(stored.message).toContain('previous_response_id');
      expect(upstream.received).toEqual([]);
    });
  });
});
