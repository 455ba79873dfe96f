import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHAT_MODEL, EMBEDDING_MODEL, LocalModel, question, type Refusal } from './testing.ts';

let model: LocalModel;
beforeAll(async () => {
  model = await LocalModel.start({ env: { KEYWARD_LOCAL_MODEL_TOKEN: 'a-token-for-this-test' } });
}, 60_000);
afterAll(() => model[Symbol.asyncDispose]());

async function refusal(response: Response): Promise<Refusal['error'] & { status: number }> {
  const { error } = (await response.json()) as Refusal;
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
  return { ...error, status: response.status };
}

test.each([
  ['n', { n: 2 }],
  ['messages', { messages: 'hi' }],
  ['messages', { messages: [] }],
  ['messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: 5 }] }],
  ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }],
  ['stream', { stream: 'yes' }],
  ['temperature', { temperature: '0' }],
  ['temperature', { temperature: 3 }],
  ['top_p', { top_p: 2 }],
  ['max_tokens', { max_tokens: 0 }],
  ['max_tokens', { max_tokens: 1.5 }],
  ['seed', { seed: 'x' }],
  ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }],
  ['stop', { stop: [''] }],
  ['tools', { tools: [{ type: 'function' }] }],
  ['tool_choice', { tool_choice: 'required' }],
  ['functions', { functions: [{ name: 'f' }] }],
  ['function_call', { function_call: 'auto' }],
  ['logprobs', { logprobs: true }],
  ['top_logprobs', { top_logprobs: 2 }],
  ['logit_bias', { logit_bias: { 5: 1 } }],
  ['modalities', { modalities: ['text', 'audio'] }],
  ['audio', { audio: { voice: 'x', format: 'wav' } }],
  ['prediction', { prediction: { type: 'content', content: 'x' } }],
  ['web_search_options', { web_search_options: { user_location: 'x' } }],
  ['store', { store: true }],
  ['repetition_penalty', { repetition_penalty: 1.1 }],
  ['guided_json', { guided_json: { type: 'object' } }],
  ['messages[0].tool_call_id', { messages: [{ role: 'user', content: 'x', tool_call_id: 'c' }] }],
  ['response_format.type', { response_format: { type: 'xml' } }],
  ['response_format.json_schema.schema', { response_format: { type: 'json_schema', json_schema: {} } }],
  ['model', { model: 5 }],
  ['model', { model: EMBEDDING_MODEL }],
])('A chat with a wrong %s is refused by name: %j', async (param, more) => {
  const error = await refusal(await model.post('/v1/chat/completions', question('hi', more)));
  expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param });
});

test.each([
  ['prompt', { prompt: ['a', 'b'] }],
  ['prompt', {}],
  ['best_of', { prompt: 'a', best_of: 2 }],
  ['echo', { prompt: 'a', echo: true }],
  ['suffix', { prompt: 'a', suffix: 'b' }],
  ['logprobs', { prompt: 'a', logprobs: 0 }],
  ['response_format', { prompt: 'a', response_format: { type: 'json_object' } }],
])('A completion with a wrong %s is refused by name: %j', async (param, body) => {
  const error = await refusal(await model.post('/v1/completions', { model: CHAT_MODEL, ...body }));
  expect(error).toMatchObject({ status: 400, param });
});

test.each([
  ['input', {}],
  ['input', { input: '' }],
  ['input[1]', { input: ['a', ''] }],
  ['input', { input: [] }],
  ['input', { input: [1, 2, 3] }],
  ['input', { input: Array.from({ length: 2_049 }, () => 'x') }],
  ['dimensions', { input: 'a', dimensions: 256 }],
  ['encoding_format', { input: 'a', encoding_format: 'hex' }],
  ['input_type', { input: 'a', input_type: 'query' }],
])('A request for embeddings with a wrong %s is refused by name', async (param, body) => {
  const error = await refusal(await model.post('/v1/embeddings', { model: EMBEDDING_MODEL, ...body }));
  expect(error).toMatchObject({ status: 400, param });
});

test('Members that change no answer, and those that ask for nothing, are accepted', async () => {
  const about = { user: 'u', safety_identifier: 's', metadata: { a: 'b' }, prompt_cache_key: 'k' };
  const hints = {
    service_tier: 'auto',
    reasoning_effort: 'low',
    verbosity: 'low',
    parallel_tool_calls: true,
  };
  const nothing = {
    tools: [],
    tool_choice: 'auto',
    logprobs: false,
    logit_bias: {},
    store: false,
    audio: null,
  };
  const more = { ...about, ...hints, ...nothing, modalities: ['text'], max_tokens: 1 };
  expect((await model.post('/v1/chat/completions', question('hi', more))).status).toBe(200);
});

test('An unknown model gets 404 model_not_found', async () => {
  const error = await refusal(await model.post('/v1/chat/completions', question('hi', { model: 'gpt-9' })));
  expect(error).toMatchObject({ status: 404, param: 'model', code: 'model_not_found' });
  expect(error.type).toBe('invalid_request_error');
});

test('A prompt longer than the context is refused with both counts', async () => {
  const long = question('word '.repeat(5_000));
  const error = await refusal(await model.post('/v1/chat/completions', long));
  expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded', param: 'messages' });
  expect(error.message).toMatch(/50\d\d tokens.* 4096/);
  const huge = await refusal(await model.post('/v1/chat/completions', question('x'.repeat(6_000_000))));
  expect(huge.code).toBe('context_length_exceeded');
});

test('Bodies with invalid JSON, of other types or too large are refused', async () => {
  const path = '/v1/chat/completions';
  expect(await refusal(await model.post(path, '{"model":'))).toMatchObject({
    status: 400,
    code: 'invalid_json',
  });
  expect(await refusal(await model.post(path, '[]'))).toMatchObject({ status: 400, code: 'invalid_body' });
  const headers = { ...model.headers(), 'content-type': 'text/plain' };
  expect(await refusal(await model.post(path, '{}', { headers }))).toMatchObject({ status: 415 });
  const large = await refusal(await model.post(path, `"${'x'.repeat(9 * 1024 * 1024)}"`));
  expect(large).toMatchObject({ status: 413, code: 'body_too_large' });
  // With an end: `fetch` continues to read a body after its request has ended, and keeps it.
  let sent = 0;
  const chunked = new ReadableStream({
    pull: (controller) => (sent++ < 256 ? controller.enqueue(new Uint8Array(1 << 20)) : controller.close()),
  });
  const init = { body: chunked, duplex: 'half' } as RequestInit;
  const long = await model.post(path, '', init).then(
    (response) => response.status,
    () => 'cut off',
  );
  expect([413, 'cut off']).toContain(long);
  expect((await model.health()).status).toBe('ready');
});

test('An unknown path gets 404, and a wrong method 405 with the allowed ones', async () => {
  expect(await refusal(await model.get('/v1/nothing'))).toMatchObject({ status: 404 });
  const response = await model.get('/v1/chat/completions');
  expect(response.headers.get('allow')).toBe('POST');
  expect(await refusal(response)).toMatchObject({ status: 405 });
});

test('Models are listed and read one by one', async () => {
  const list = (await (await model.get('/v1/models')).json()) as { data: { id: string }[] };
  expect(list.data.map(({ id }) => id)).toEqual([CHAT_MODEL, EMBEDDING_MODEL]);
  const one = await (await model.get(`/v1/models/${CHAT_MODEL}`)).json();
  expect(one).toMatchObject({ id: CHAT_MODEL, object: 'model', owned_by: 'keyward-local' });
  expect(await refusal(await model.get('/v1/models/none'))).toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
});

test('Every path but /health gets 401 without the right token', async () => {
  for (const authorization of ['', 'Bearer wrong', 'Basic YTpi', 'a-token-for-this-test']) {
    const response = await model.get('/v1/models', { authorization });
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(await refusal(response)).toMatchObject({ status: 401, code: 'invalid_api_key' });
  }
  const post = await model.post('/v1/nothing', '{}', { headers: { 'content-type': 'application/json' } });
  expect(post.status).toBe(401);
  expect((await model.get('/health', {})).status).toBe(200);
});
