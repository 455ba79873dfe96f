import OpenAI, { toFile } from 'openai';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHAT_MODEL, collect, EMBEDDING_MODEL, openai, QUESTION } from './openai.ts';
import { misfits, type TypedValue } from '../server/src/openai/sdk-types.fixture.ts';
import { startServer, type Server } from './server.ts';

/** The type has one for whole answers only; in a stream OpenAI's own have no reason before the end. */
const PIECE =
  "Omit<OpenAI.Completion, 'choices'> & { choices: (Omit<OpenAI.CompletionChoice, 'finish_reason'> & { finish_reason: string | null })[] }";

let client: OpenAI;
let server: Server;

beforeAll(async () => {
  server = await startServer({ localModel: true });
  await server.untilModelReady();
  const scopes = ['models:use', 'batches:read', 'batches:write'];
  const { secret } = await server.mint({ scopes });
  client = openai(server, { apiKey: secret });
}, 120_000);

const similarity = (a: number[], b: number[]): number => {
  const dot = (x: number[], y: number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe('the OpenAI client and the local model', () => {
  test('A chat at temperature 0 gets the right answer, with its usage', async () => {
    const answer = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: QUESTION,
      temperature: 0,
    });
    expect(answer.choices[0]?.message.content).toContain('Paris');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.model).toBe(CHAT_MODEL);
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = answer.usage ?? {};
    expect(prompt_tokens).toBeGreaterThan(0);
    expect(completion_tokens).toBeGreaterThan(0);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  test('The chunks of a stream add up to the whole answer', async () => {
    const request = { model: CHAT_MODEL, messages: QUESTION, temperature: 0 };
    const whole = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const chunks = await collect(stream);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    // The client did not ask for it, though the server counts it.
    expect(chunks.filter(({ usage, choices }) => choices.length === 0 || (usage ?? null) !== null)).toEqual(
      [],
    );
  });

  test('A stream ends with its usage where the client asks for it', async () => {
    const stream = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: QUESTION,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    const last = (await collect(stream)).at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test("the client's own collector of streams understands them", async () => {
    const runner = client.chat.completions.stream({ model: CHAT_MODEL, messages: QUESTION, temperature: 0 });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]?.message.content).toContain('Paris');
  });

  test('A text is completed, as a whole and streamed', async () => {
    const request = { model: CHAT_MODEL, prompt: 'The capital of France is', max_tokens: 8, temperature: 0 };
    const whole = await client.completions.create(request);
    expect(whole.choices[0]?.text).toContain('Paris');
    const chunks = await collect(await client.completions.create({ ...request, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('')).toBe(whole.choices[0]?.text);
  });

  test('An answer conforms to a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, population: { type: 'integer' } },
      required: ['city', 'population'],
      additionalProperties: false,
    };
    const answer = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: [{ role: 'user', content: 'Name a city in France and its population, as JSON.' }],
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
      temperature: 0,
      max_tokens: 80,
    });
    const value: unknown = JSON.parse(answer.choices[0]?.message.content ?? '');
    expect(value).toEqual({ city: expect.any(String), population: expect.any(Number) });
  });

  test('Both max_tokens and stop end an answer', async () => {
    const short = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: QUESTION,
      temperature: 0,
      max_tokens: 3,
    });
    expect(short.choices[0]?.finish_reason).toBe('length');
    expect(short.usage?.completion_tokens).toBe(3);
    const stopped = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: QUESTION,
      temperature: 0,
      stop: ['Paris'],
    });
    expect(stopped.choices[0]?.message.content).not.toContain('Paris');
  });

  test('Embeddings have the same numbers as floats and as base64', async () => {
    const input = ['The cat sits on the mat.', 'A kitten rests on a rug.', 'Interest rates rose in March.'];
    const byDefault = await client.embeddings.create({ model: EMBEDDING_MODEL, input });
    const floats = await client.embeddings.create({
      model: EMBEDDING_MODEL,
      input,
      encoding_format: 'float',
    });
    const [cat = [], kitten = [], rates = []] = floats.data.map(({ embedding }) => embedding);
    expect(cat).toHaveLength(384);
    expect(similarity(cat, kitten)).toBeGreaterThan(similarity(cat, rates) + 0.2);
    byDefault.data.forEach(({ embedding }, index) => {
      expect(embedding).toHaveLength(384);
      expect(similarity(embedding, floats.data[index]?.embedding ?? [])).toBeGreaterThan(0.999);
    });
    expect(byDefault.usage.prompt_tokens).toBeGreaterThan(10);
  });

  test('The models are listed and found by name', async () => {
    const names = (await collect(client.models.list())).map(({ id }) => id);
    expect(names.toSorted()).toEqual([EMBEDDING_MODEL, CHAT_MODEL]);
    expect(await client.models.retrieve(CHAT_MODEL)).toMatchObject({ id: CHAT_MODEL, object: 'model' });
  });

  test('A cancelled stream frees the model for the next request', async () => {
    const stream = await client.chat.completions.create({
      model: CHAT_MODEL,
      messages: [{ role: 'user', content: 'Tell me a very long story about the sea.' }],
      max_tokens: 1_000,
      stream: true,
    });
    for await (const chunk of stream) {
      if ((chunk.choices[0]?.delta.content ?? '') !== '') break;
    }
    stream.controller.abort();
    const startedMs = performance.now();
    await client.chat.completions.create({ model: CHAT_MODEL, messages: QUESTION, max_tokens: 1 });
    // The story alone would take ten times as long.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  test('A member that the model does not support is refused by name', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: {} } }];
    const asked = client.chat.completions.create({ model: CHAT_MODEL, messages: QUESTION, tools });
    await expect(asked).rejects.toMatchObject({ status: 400, param: 'tools' });
  });

  test('Answers, chunks, lists and errors have each member that the types of the client require', async () => {
    const asked = { model: CHAT_MODEL, messages: QUESTION, max_tokens: 3 };
    const raw = { model: CHAT_MODEL, prompt: 'Once', max_tokens: 3 };
    const streamed = { stream: true, stream_options: { include_usage: true } } as const;
    const refused = await client.chat.completions
      .create({ ...asked, logprobs: true })
      .catch((error: unknown) => (error as InstanceType<typeof OpenAI.APIError>).error);
    const unknown = await client.models
      .retrieve('none')
      .catch((error: unknown) => (error as InstanceType<typeof OpenAI.APIError>).error);
    const chunks = await collect(await client.chat.completions.create({ ...asked, ...streamed }));
    const pieces = await collect(await client.completions.create({ ...raw, ...streamed }));
    const values: TypedValue[] = [
      ['OpenAI.ChatCompletion', await client.chat.completions.create(asked)],
      ...chunks.map((chunk): TypedValue => ['OpenAI.ChatCompletionChunk', chunk]),
      ['OpenAI.Completion', await client.completions.create(raw)],
      ...pieces.map((piece): TypedValue => [PIECE, piece]),
      [
        'OpenAI.CreateEmbeddingResponse',
        await client.embeddings.create({ model: EMBEDDING_MODEL, input: 'a' }),
      ],
      ...(await collect(client.models.list())).map((model): TypedValue => ['OpenAI.Model', model]),
      ['OpenAI.Model', await client.models.retrieve(CHAT_MODEL)],
      ['OpenAI.ErrorObject', refused],
      ['OpenAI.ErrorObject', unknown],
    ];
    expect(chunks.length * pieces.length).toBeGreaterThan(9);
    expect(await misfits(values)).toEqual([]);
  });

  test('Files and batches have each member that the types of the client require', async () => {
    const line = {
      custom_id: 'one',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: CHAT_MODEL, messages: QUESTION, max_tokens: 3 },
    };
    const text = Buffer.from(`${JSON.stringify(line)}\n${JSON.stringify({ ...line, custom_id: 'two' })}\n`);
    const file = await client.files.create({ file: await toFile(text, 'lines.jsonl'), purpose: 'batch' });
    const batch = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    await expect
      .poll(async () => (await client.batches.retrieve(batch.id)).status, { timeout: 60_000 })
      .toBe('completed');
    const done = await client.batches.retrieve(batch.id);
    const results = await (await client.files.content(done.output_file_id ?? '')).text();
    const lines = results
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as { response: { body: unknown } });
    const values: TypedValue[] = [
      ['OpenAI.FileObject', file],
      ['OpenAI.FileObject', await client.files.retrieve(done.output_file_id ?? '')],
      ...(await collect(client.files.list())).map((one): TypedValue => ['OpenAI.FileObject', one]),
      ['OpenAI.Batch', batch],
      ['OpenAI.Batch', done],
      ...(await collect(client.batches.list())).map((one): TypedValue => ['OpenAI.Batch', one]),
      ...lines.map(({ response }): TypedValue => ['OpenAI.ChatCompletion', response.body]),
      ['OpenAI.FileDeleted', await client.files.delete(file.id)],
    ];
    expect(lines).toHaveLength(2);
    expect(await misfits(values)).toEqual([]);
  });
});
