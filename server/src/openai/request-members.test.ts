import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { allRoutes } from '../app/routes.ts';

interface Refusal {
  error: { message: string; param: string; code: string };
}

const MODEL_PATHS = [
  'chat/completions completions embeddings responses messages messages/count_tokens moderations rerank',
  'responses/compact responses/input_tokens',
  'images/generations images/edits images/variations audio/speech audio/transcriptions audio/translations',
].flatMap((paths) => paths.split(' ').map((path) => `/v1/${path}`));

/** Members that an upstream can read as one that Keyward reads. @see docs of encoding/json in Go, cJSON, Jackson, protojson, PHP */
const NEAR: [string, string][] = [
  ['Model', 'model'],
  ['MODEL', 'model'],
  ['mOdEl', 'model'],
  ['model ', 'model'],
  [' model', 'model'],
  ['mo\u200bdel', 'model'],
  ['mo\u00addel', 'model'],
  ['\ufeffmodel', 'model'],
  ['ｍｏｄｅｌ', 'model'],
  ['𝗆𝗈𝖽𝖾𝗅', 'model'],
  ['model[]', 'model'],
  ['model[0]', 'model'],
  ['me\u017f\u017fages', 'messages'],
  ['\u017fize', 'size'],
  ['max_to\u212aens', 'max_tokens'],
  ['Max_Tokens', 'max_tokens'],
  ['maxTokens', 'max_tokens'],
  ['max-tokens', 'max_tokens'],
  ['maxtokens', 'max_tokens'],
  ['max tokens', 'max_tokens'],
  ['max.tokens', 'max_tokens'],
  ['Max_Completion_Tokens', 'max_completion_tokens'],
  ['maxOutputTokens', 'max_output_tokens'],
  ['maxNewTokens', 'max_new_tokens'],
  ['N_Predict', 'n_predict'],
  ['numPredict', 'num_predict'],
  ['Num_Images', 'num_images'],
  ['Options', 'options'],
  ['Thinking', 'thinking'],
  ['Reasoning', 'reasoning'],
  ['STREAM', 'stream'],
  ['\u0130nput', 'input'],
  ['\u0131nput', 'input'],
  ['Stream_Options', 'stream_options'],
  ['N', 'n'],
  ['Best_Of', 'best_of'],
  ['Prompt', 'prompt'],
  ['Input', 'input'],
  ['Background', 'background'],
  ['Store', 'store'],
  ['Size', 'size'],
  ['Quality', 'quality'],
];

describeOnServer('sqlite', 'what is checked of a request to a model is what is run', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: string;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    const models = [{ name: 'cheap', upstream_name: 'vendor/cheap' }, 'dear', 'dall-e-3'];
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models },
    });
    const selectors = { models: { allow: ['cheap', 'dall-e-3'], deny: [] } };
    ({ secret: key } = await server.mint({ scopes: ['models:use', 'workspaces:chat'], selectors }));
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json(chatAnswer()));
  });
  afterAll(() => upstream.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.request<Refusal>('POST', path, {
      key,
      body,
      headers: typeof body === 'string' ? { 'content-type': 'application/json', ...headers } : headers,
    });
  const ask = (
    text: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => post('/v1/chat/completions', text, headers);

  test('this file tests every route to a model', () => {
    const declared = allRoutes('0.0.0').filter(({ namesModel }) => namesModel === true);
    expect(declared.map(({ path }) => path).sort()).toEqual(
      [...MODEL_PATHS, '/v1/openai/chat/completions', '/v1/openai/images/generations'].sort(),
    );
    const passing = allRoutes('0.0.0').filter(({ bodyKind }) => bodyKind === 'passthrough');
    expect(passing.every(({ namesModel }) => namesModel === true)).toBe(true);
  });

  test.for(MODEL_PATHS)('%s refuses a member that an upstream can read as another one', async (path) => {
    for (const [name, meant] of NEAR) {
      const answer = await post(path, { model: 'cheap', [name]: 'dear' });
      expect([name, answer.status, answer.body.error.code]).toEqual([name, 422, 'invalid_input']);
      expect([answer.body.error.param, answer.body.error.message.includes(`Write ${meant},`)]).toEqual([
        name,
        true,
      ]);
    }
    expect(upstream.received).toEqual([]);
  });

  test.for([
    '/v1/openai/chat/completions',
    '/api/v1/openai/chat/completions',
    '/api/v1/openai/images/generations',
  ])('%s also refuses a member that an upstream can read as another one', async (path) => {
    for (const [name] of NEAR) {
      const answer = await post(path, { model: 'docs', prompt: 'a river', [name]: 'x' });
      expect([name, answer.status]).toEqual([name, 422]);
      expect(JSON.stringify(answer.body)).toContain(JSON.stringify(name).slice(1, -1));
    }
    expect(upstream.received).toEqual([]);
  });

  test('a name written with escapes counts as the same name', async () => {
    const near = await ask(String.raw`{"model":"cheap","\u004dodel":"dear"}`);
    expect([near.status, near.body.error.param]).toEqual([422, 'Model']);
    const escaped = await ask(String.raw`{"mod\u0065l":"cheap","messages":[]}`);
    expect(escaped.status).toBe(200);
    expect(JSON.parse(String(upstream.received[0]?.body))).toEqual({ model: 'vendor/cheap', messages: [] });
  });

  test.for([
    '{"model":"dear","model":"cheap"}',
    '{"model":"cheap","model":"cheap"}',
    String.raw`{"model":"dear","mod\u0065l":"cheap"}`,
    '{"model":"cheap","max_tokens":9,"max_tokens":1}',
    '{"model":"cheap","stream_options":{"include_usage":true,"include_usage":false}}',
    '{"model":"cheap","messages":[{"role":"user","content":"a","content":"b"}]}',
    '{"x":{"a":[1,{"b":"\\"","b":2}]},"model":"cheap"}',
  ])('a member that stands twice in one object is refused: %s', async (text) => {
    const answer = await ask(text);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input']);
    expect(answer.body.error.message).toContain('only once');
    expect(upstream.received).toEqual([]);
  });

  test.for([
    [
      '{"model":"cheap","stream":true,"stream_options":{"Include_Usage":false}}',
      'stream_options.Include_Usage',
    ],
    [
      '{"model":"cheap","stream":true,"stream_options":{"include_usage":true,"includeUsage":false}}',
      'stream_options.includeUsage',
    ],
    ['{"model":"cheap","options":{"numPredict":5000}}', 'options.numPredict'],
    ['{"model":"cheap","thinking":{"Budget_Tokens":5000}}', 'thinking.Budget_Tokens'],
    ['{"model":"cheap","reasoning":{"max-tokens":5000}}', 'reasoning.max-tokens'],
  ])(
    'a repeated or similar member within one that Keyward reads is refused: %s',
    async ([text = '', field]) => {
      const answer = await ask(text);
      expect([answer.status, answer.body.error.param]).toEqual([422, field]);
      expect(upstream.received).toEqual([]);
    },
  );

  test.for([
    ['{"model":"cheap","mod\\u0000el":"dear"}'],
    ['{"model":"cheap","model\\u0000":"dear"}'],
    ['{"model":"cheap","\\ud800model":"dear"}'],
    [`{"model":"cheap","${'x'.repeat(257)}":1}`],
  ])('a name that servers in C could cut short is refused: %s', async ([text = '']) => {
    const answer = await ask(text);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input']);
    expect(answer.body.error.param.length).toBeLessThan(60);
    expect(upstream.received).toEqual([]);
  });

  const good = '{"model":"cheap","messages":[]}';
  test.for([
    ['a byte order mark', Buffer.from(`\ufeff${good}`)],
    ['UTF-16', Buffer.from(good, 'utf16le')],
    ['bytes that are no UTF-8', Buffer.from(good.replace('[]', '"\xff"'), 'latin1')],
    ['bytes after the end', Buffer.from(`${good}{"model":"dear"}`)],
    ['a NUL after the end', Buffer.from(`${good}\0`)],
    ['a comment', Buffer.from(`/* */${good}`)],
    ['single quotes', Buffer.from(good.replaceAll('"', "'"))],
    ['a second comma', Buffer.from(good.replace(',', ',,'))],
  ] as const)(
    'a body with %s is refused, because an upstream could read on where Keyward does not',
    async ([, bytes]) => {
      expect((await ask(bytes)).status).toBe(400);
      expect(upstream.received).toEqual([]);
    },
  );

  test.for([
    'application/json; charset=utf-7',
    'application/json;charset="UTF-16"',
    'application/vnd.x+json',
  ])('an upstream gets the content type application/json, whatever the caller sends: %s', async (type) => {
    expect((await ask(good, { 'content-type': type })).status).toBe(200);
    expect(upstream.received[0]?.headers['content-type']).toBe('application/json');
  });

  test('members that Keyward does not read pass, however they are spelt', async () => {
    const body =
      '{"model":"cheap","messages":[{"Model":"dear","N":1}],"temperature":0.50,"Foo-Bar":1e2,"ünï":[],"metadata":{"Model":"x"}}';
    expect((await ask(body)).status).toBe(200);
    expect(String(upstream.received[0]?.body)).toBe(body.replace('"cheap"', '"vendor/cheap"'));
  });
});
