import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CHAT_MODEL,
  EMBEDDING_MODEL,
  LocalModel,
  chunks,
  eventually,
  question,
  type Refusal,
} from './testing.ts';

const LONG = { max_tokens: 2_000, temperature: 1, seed: 1 };

async function until(model: LocalModel, running: number, waiting: number): Promise<void> {
  await eventually(async () => {
    const { queue } = await model.health();
    return queue.running === running && queue.waiting === waiting ? true : undefined;
  });
}

describe('the queue', () => {
  let model: LocalModel;
  beforeAll(async () => {
    model = await LocalModel.start();
  }, 60_000);
  afterAll(() => model[Symbol.asyncDispose]());

  test('One request runs, 32 wait, the next gets 429, and a client that disconnects frees its place at once', async () => {
    const clients = Array.from({ length: 33 }, () => new AbortController());
    const asked = clients.map(({ signal }) =>
      model.post('/v1/chat/completions', question('Count.', LONG), { signal }).catch(() => undefined),
    );
    await until(model, 1, 32);
    const refused = await model.post('/v1/chat/completions', question('hi', { stream: true }));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(((await refused.json()) as Refusal).error.code).toBe('queue_full');
    const embedding = await model.post('/v1/embeddings', { model: EMBEDDING_MODEL, input: 'own queue' });
    expect(embedding.status).toBe(200);
    clients.forEach((client) => client.abort());
    await Promise.all(asked);
    const startedAt = Date.now();
    await until(model, 0, 0);
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect((await model.post('/v1/chat/completions', question('hi', { max_tokens: 2 }))).status).toBe(200);
  }, 120_000);

  test('A client that disconnects in the middle of a stream or of a long prompt frees its place', async () => {
    const streaming = new AbortController();
    const { signal } = streaming;
    const body = question('Count.', { ...LONG, stream: true });
    const response = await model.post('/v1/chat/completions', body, { signal });
    await response.body?.getReader().read();
    streaming.abort();
    await until(model, 0, 0);
    const reading = new AbortController();
    const prompt = { model: CHAT_MODEL, prompt: 'word '.repeat(3_500) };
    const asked = model.post('/v1/completions', prompt, { signal: reading.signal }).catch(() => undefined);
    await until(model, 1, 0);
    const startedAt = Date.now();
    reading.abort();
    await asked;
    await until(model, 0, 0);
    expect(Date.now() - startedAt).toBeLessThan(8_000);
  }, 120_000);

  test('A client that disconnects in the middle of a batch of embeddings frees its place', async () => {
    const client = new AbortController();
    const input = Array.from({ length: 2_000 }, () => 'a text of several words '.repeat(40));
    const body = { model: EMBEDDING_MODEL, input };
    const asked = model.post('/v1/embeddings', body, { signal: client.signal }).catch(() => undefined);
    await until(model, 1, 0);
    client.abort();
    await asked;
    await until(model, 0, 0);
    expect((await model.health()).queue).toMatchObject({ running: 0, waiting: 0 });
  }, 120_000);

  test('The standard output has only lines of JSON', () => {
    expect(model.strayOutput).toEqual([]);
    const events = model.lines.map((line) => line.event).filter((event) => event !== 'fetching');
    expect(events.at(0)).toBe('listening');
    expect(events.at(-1)).toBe('ready');
  });
});

describe('the end', () => {
  test('On SIGTERM running requests are finished, then the process ends with 0', async () => {
    await using model = await LocalModel.start();
    const body = question('Write a story.', { max_tokens: 8, seed: 1, stream: true });
    const response = await model.post('/v1/chat/completions', body);
    model.child.kill('SIGTERM');
    const parts = await chunks(response);
    expect(parts.at(-1)?.choices[0]?.finish_reason).toBe('length');
    expect(await model.ended()).toBe(0);
  }, 120_000);

  test('When stdin closes the process ends at once, and a waiting client gets an error', async () => {
    await using model = await LocalModel.start();
    const response = await model.post('/v1/chat/completions', question('Count.', { ...LONG, stream: true }));
    const startedAt = Date.now();
    model.child.stdin?.end();
    // It says why, unless the machine is too busy to say so within a second: then the connection is cut.
    const said = await response.text().catch((error: Error) => String(error.cause));
    expect(said).toMatch(/shutting_down|other side closed/);
    expect(await model.ended()).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  }, 120_000);
});
