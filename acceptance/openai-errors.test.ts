import OpenAI from 'openai';
import { beforeAll, describe, expect, test } from 'vitest';
import { collect, openai, QUESTION } from './openai.ts';
import { startServer, type Server } from './server.ts';
import { hang, hangingStream, recorded, startUpstream, type Upstream } from './upstream.ts';

const MODEL = 'gpt-4o-mini';
const CHAT = { model: MODEL, messages: QUESTION };

let server: Server;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer();
  const models = [MODEL, 'gpt-secret'];
  await server.addUpstream({ base_url: upstream.baseUrl, models, api_key: 'sk-of-the-provider' });
  upstream.on('/chat/completions', recorded('chat.json'));
}, 60_000);

async function errorOf(call: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error;
    throw error;
  }
  throw new Error('The call was not refused.');
}

async function clientFor(fields: object, maxRetries = 0): Promise<OpenAI> {
  const { secret } = await server.mint(fields);
  return openai(server, { apiKey: secret, maxRetries });
}

describe("errors become the OpenAI client's own classes", () => {
  test('A wrong key gives an AuthenticationError', async () => {
    const error = await errorOf(openai(server, { apiKey: 'sk-wrong' }).chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 'invalid_key', type: 'authentication_error' });
    expect(error.requestID).toBeTruthy();
    expect(error.message).not.toContain('sk-wrong');
  });

  test('A missing scope gives a PermissionDeniedError', async () => {
    const client = await clientFor({ scopes: ['keys:read'] });
    const error = await errorOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, code: 'insufficient_scope' });
  });

  test('A missing model gives a NotFoundError', async () => {
    const client = await clientFor({});
    const error = await errorOf(client.chat.completions.create({ ...CHAT, model: 'gpt-none' }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect(await errorOf(client.models.retrieve('gpt-none'))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  test("a model outside the key's selectors is neither served nor listed", async () => {
    const client = await clientFor({ selectors: { models: { deny: ['gpt-secret'] } } });
    const error = await errorOf(client.chat.completions.create({ ...CHAT, model: 'gpt-secret' }));
    expect([403, 404]).toContain(error.status);
    expect((await collect(client.models.list())).map(({ id }) => id)).toEqual([MODEL]);
  });

  test('A reached limit gives a RateLimitError with the headers for the next attempt', async () => {
    const client = await clientFor({ limits: [{ name: 'minute', requests: 1, window_seconds: 60 }] });
    await client.chat.completions.create(CHAT);
    const error = await errorOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.code).toBe('rate_limited');
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
    expect(error.headers?.get('ratelimit-policy')).toBe('"minute";q=1;w=60');
    expect(error.headers?.get('ratelimit')).toMatch(/^"minute";r=0;t=\d+$/);
  });

  test('A budget that is smaller than the request gives a RateLimitError, which is not tried again', async () => {
    const budgets = [{ name: 'tiny', unit: 'tokens', amount: '5', period: 'total' }];
    const client = await clientFor({ budgets });
    const error = await errorOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.code).toBe('budget_too_small');
    expect(error.headers?.get('retry-after')).toBeNull();
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  test('A request without a model gives an UnprocessableEntityError that names the field', async () => {
    const client = await clientFor({});
    const error = await errorOf(client.post('/chat/completions', { body: { messages: QUESTION } }));
    expect(error).toBeInstanceOf(OpenAI.UnprocessableEntityError);
    expect(error).toMatchObject({ param: 'model', code: 'invalid_input' });
  });

  test("an upstream's own refusal comes through as it is: BadRequestError", async () => {
    upstream.on('/chat/completions', recorded('bad-role.json', 400));
    const error = await errorOf(openai(server).chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param: 'messages[0].role', code: 'invalid_value' });
    upstream.on('/chat/completions', recorded('chat.json'));
  });

  test("an upstream that refuses Keyward's credential is not the caller's 401", async () => {
    upstream.on('/chat/completions', recorded('bad-role.json', 401));
    const error = await errorOf(openai(server).chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: 'upstream_unavailable' });
    expect(error.message).not.toContain('sk-of-the-provider');
    upstream.on('/chat/completions', recorded('chat.json'));
  });
});

describe('time, repeats and giving up', () => {
  test('A client that retries succeeds when its limit is free again', async () => {
    const client = await clientFor({ limits: [{ name: 'second', requests: 1, window_seconds: 1 }] }, 2);
    const startedMs = performance.now();
    await client.chat.completions.create(CHAT);
    await client.chat.completions.create(CHAT);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
  });

  test('A client that stops waiting ends the request at the upstream', async () => {
    upstream.on('/chat/completions', hang);
    const call = openai(server, { timeout: 300 }).chat.completions.create(CHAT);
    await expect(call).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    await upstream.received.at(-1)?.gone;
    upstream.on('/chat/completions', recorded('chat.json'));
  });

  test('An aborted stream ends at the upstream too', async () => {
    upstream.on('/chat/completions', hangingStream);
    const stream = await openai(server).chat.completions.create({ ...CHAT, stream: true });
    let chunks = 0;
    for await (const _ of stream) {
      chunks++;
      stream.controller.abort();
    }
    expect(chunks).toBeGreaterThan(0);
    await upstream.received.at(-1)?.gone;
    upstream.on('/chat/completions', recorded('chat.json'));
  });

  test('An upstream beyond its timeout gives a 504 that says so', async () => {
    const slow = await startUpstream();
    slow.on('/chat/completions', hang);
    await server.addUpstream({ name: 'slow', base_url: slow.baseUrl, models: ['slow'], timeout_seconds: 1 });
    const error = await errorOf(openai(server).chat.completions.create({ ...CHAT, model: 'slow' }));
    expect(error).toMatchObject({ status: 504, code: 'upstream_timeout' });
  });
});
