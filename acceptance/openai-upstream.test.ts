import { toFile } from 'openai';
import type OpenAI from 'openai';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collect, QUESTION, watchedOpenai, type Seen } from './openai.ts';
import { startServer, type Server } from './server.ts';
import { fixture, recorded, recordedStream, startUpstream } from './upstream.ts';
import type { Received, Upstream } from './upstream.ts';

const MODEL = 'gpt-4o-mini';
const MODELS = [
  MODEL,
  'text-embedding-3-small',
  'gpt-4o-transcribe',
  'gpt-image-1',
  'omni-moderation-latest',
];
const SENTENCE = 'Die Hauptstadt von Österreich ist Wien. 🎼';

let server: Server;
let upstream: Upstream;
let client: OpenAI;
let seen: Seen[];
let key: string;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer();
  await server.addUpstream({ base_url: upstream.baseUrl, models: MODELS, api_key: 'sk-of-the-provider' });
  key = (await server.mint({ scopes: ['models:use'] })).secret;
}, 60_000);

beforeEach(() => {
  ({ client, seen } = watchedOpenai(server, { apiKey: key }));
});

const bytesOf = (name: string): string => fixture(name).toString('latin1');
const sentBody = (received: Received | undefined): unknown => JSON.parse(received?.body.toString() ?? '');

describe('The OpenAI client and an upstream', () => {
  test('The answer of a chat arrives unchanged, with the headers of the provider', async () => {
    upstream.on('/chat/completions', recorded('chat.json'));
    const request = { model: MODEL, messages: QUESTION, temperature: 0.5, metadata: { trace: 'Ä' } };
    const answer = await client.chat.completions.create(request);
    expect(answer.choices[0]?.message.content).toBe(SENTENCE);
    expect(seen[0]?.bytes).toBe(bytesOf('chat.json'));
    expect(seen[0]?.headers.get('openai-processing-ms')).toBe('413');
    expect(sentBody(upstream.received.at(-1))).toEqual(request);
  });

  test("the caller's key stays here; the provider gets its own", async () => {
    upstream.on('/chat/completions', recorded('chat.json'));
    await client.chat.completions.create({ model: MODEL, messages: QUESTION });
    const { headers, body } = upstream.received.at(-1) ?? {};
    expect(headers?.authorization).toBe('Bearer sk-of-the-provider');
    expect(JSON.stringify(headers) + body?.toString()).not.toContain(key);
  });

  test('A stream with the usage that the client asked for arrives unchanged', async () => {
    upstream.on('/chat/completions', recordedStream('chat.stream.usage.sse'));
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: QUESTION,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(SENTENCE);
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(33);
    expect(seen[0]?.bytes).toBe(bytesOf('chat.stream.usage.sse'));
  });

  test('A stream arrives without the event of usage that only Keyward asked for', async () => {
    upstream.on('/chat/completions', recordedStream('chat.stream.usage.sse'));
    const stream = await client.chat.completions.create({ model: MODEL, messages: QUESTION, stream: true });
    await collect(stream);
    const without = bytesOf('chat.stream.usage.sse').replace(/data: [^\n]*"choices":\[\][^\n]*\n\n/, '');
    expect(seen[0]?.bytes).toBe(without);
    expect(sentBody(upstream.received.at(-1))).toMatchObject({ stream_options: { include_usage: true } });
  });

  test('A stream of an upstream without usage arrives unchanged', async () => {
    upstream.on('/chat/completions', recordedStream('chat.stream.sse'));
    await collect(await client.chat.completions.create({ model: MODEL, messages: QUESTION, stream: true }));
    expect(seen[0]?.bytes).toBe(bytesOf('chat.stream.sse'));
  });

  test('A streamed tool call arrives unchanged', async () => {
    upstream.on('/chat/completions', recordedStream('tools.stream.sse'));
    const runner = client.chat.completions.stream({
      model: MODEL,
      messages: QUESTION,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }],
    });
    const [call] = (await runner.finalMessage()).tool_calls ?? [];
    expect(call).toMatchObject({ function: { name: 'weather', arguments: '{"city":"Wien","unit":"c"}' } });
    expect(seen[0]?.bytes).toBe(bytesOf('tools.stream.sse'));
  });

  test('A stream of the Responses API arrives unchanged', async () => {
    upstream.on('/responses', recordedStream('responses.stream.sse'));
    const events = await collect(
      await client.responses.create({ model: MODEL, input: 'Austria?', stream: true, store: false }),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { usage: { total_tokens: 34 } },
    });
    expect(seen[0]?.bytes).toBe(bytesOf('responses.stream.sse'));
  });

  test('Embeddings arrive unchanged, as floats and as base64', async () => {
    upstream.on('/embeddings', recorded('embeddings.json'));
    const request = { model: 'text-embedding-3-small', input: 'Wien' };
    const floats = await client.embeddings.create({ ...request, encoding_format: 'float' });
    upstream.on('/embeddings', recorded('embeddings.base64.json'));
    const decoded = await client.embeddings.create(request);
    expect(sentBody(upstream.received.at(-1))).toEqual({ ...request, encoding_format: 'base64' });
    expect(decoded.data[0]?.embedding).toEqual(floats.data[0]?.embedding.map(Math.fround));
    expect(seen.map(({ bytes }) => bytes)).toEqual([
      bytesOf('embeddings.json'),
      bytesOf('embeddings.base64.json'),
    ]);
  });

  test('A recording that is sent as a form is transcribed', async () => {
    upstream.on('/audio/transcriptions', recorded('transcription.json'));
    const sound = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 31) % 256));
    const file = await toFile(sound, 'schön.wav', { type: 'audio/wav' });
    const { text } = await client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file });
    expect(text).toContain('Wert verleihen');
    expect(seen[0]?.bytes).toBe(bytesOf('transcription.json'));
    expect(upstream.received.at(-1)?.body.includes(sound)).toBe(true);
  });

  test('An image and a moderation arrive unchanged', async () => {
    upstream.on('/images/generations', recorded('image.json'));
    upstream.on('/moderations', recorded('moderation.json'));
    const image = await client.images.generate({ model: 'gpt-image-1', prompt: 'A dot', stream: false });
    expect(image.data?.[0]?.b64_json).toMatch(/^iVBOR/);
    const verdict = await client.moderations.create({ model: 'omni-moderation-latest', input: 'a fight' });
    expect(verdict.results[0]?.categories.violence).toBe(true);
    expect(seen.map(({ bytes }) => bytes)).toEqual([bytesOf('image.json'), bytesOf('moderation.json')]);
  });

  test('A busy upstream is skipped for one that is not', async () => {
    const [busy, free] = [await startUpstream(), await startUpstream()];
    busy.on('/chat/completions', recorded('rate-limited.json', 429, { 'retry-after': '20' }));
    free.on('/chat/completions', recorded('chat.json'));
    // Weight 0 comes last.
    await server.addUpstream({ name: 'busy', base_url: busy.baseUrl, models: ['shared'], weight: 1 });
    await server.addUpstream({ name: 'free', base_url: free.baseUrl, models: ['shared'], weight: 0 });
    await client.chat.completions.create({ model: 'shared', messages: QUESTION });
    expect(seen.map(({ status, bytes }) => [status, bytes])).toEqual([[200, bytesOf('chat.json')]]);
    expect([busy.received.length, free.received.length]).toEqual([1, 1]);
  });

  test('The 429 of a busy upstream arrives unchanged where there is no other upstream', async () => {
    const busy = await startUpstream();
    busy.on('/chat/completions', recorded('rate-limited.json', 429, { 'retry-after': '20' }));
    await server.addUpstream({ name: 'alone', base_url: busy.baseUrl, models: ['alone'] });
    const call = client.chat.completions.create({ model: 'alone', messages: QUESTION });
    await expect(call).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(seen[0]?.bytes).toBe(bytesOf('rate-limited.json'));
    expect(seen[0]?.headers.get('retry-after')).toBe('20');
  });

  test('A request is counted with the usage of the upstream', async () => {
    upstream.on('/chat/completions', recordedStream('chat.stream.usage.sse'));
    const { id, secret } = await server.mint({ scopes: ['models:use'] });
    const fresh = watchedOpenai(server, { apiKey: secret }).client;
    await collect(await fresh.chat.completions.create({ model: MODEL, messages: QUESTION, stream: true }));
    await expect
      .poll(async () => (await server.request('GET', `/v1/keys/${id}/usage`)).text)
      .toMatch(/"tokens_in":24.*"tokens_out":9/);
  });
});
