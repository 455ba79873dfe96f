import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { hang, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';

interface Problem {
  code: string;
  hint: string;
  error?: { code: string; type: string };
}

describeOnBothServers('request limits', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const ask = (key: string) => server.request<Problem>('GET', '/v1/models', { key });
  const chat = { model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const body = { name: 'test', base_url: upstream.baseUrl, models: ['gpt-test'] };
    await server.request('POST', '/v1/upstreams', { body });
  });
  afterAll(() => upstream.close());

  test('a limit admits exactly its number of 400 simultaneous requests', async () => {
    const { secret } = await server.mint({ limits: [{ name: 'm', requests: 100, window_seconds: 60 }] });
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask(secret)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(300);
  });

  test('every answer shows the rest of a limit, a refusal says when to try again, and then it works', async () => {
    const limits = [
      { name: 'burst', requests: 2, window_seconds: 2 },
      { name: 'say "hi"\\', requests: 50, window_seconds: 3_600 },
    ];
    const { secret } = await server.mint({ limits });
    const first = await ask(secret);
    expect(first.headers.get('ratelimit-policy')).toBe('"burst";q=2;w=2, "say \\"hi\\"\\\\";q=50;w=3600');
    expect(first.headers.get('ratelimit')).toMatch(/^"burst";r=1;t=2, "say \\"hi\\"\\\\";r=49;t=3600$/);
    await ask(secret);
    const third = await ask(secret);
    expect([third.status, third.body.error?.code, third.body.error?.type]).toEqual([
      429,
      'rate_limited',
      'rate_limit_error',
    ]);
    expect(third.headers.get('ratelimit')).toContain('"burst";r=0;t=');
    const seconds = Number(third.headers.get('retry-after'));
    expect([1, 2]).toContain(seconds);
    await sleep(seconds * 1_000);
    expect((await ask(secret)).status).toBe(200);
  });

  test('a request that one limit refuses takes nothing from the others', async () => {
    const limits = [
      { name: 'long', requests: 50, window_seconds: 3_600 },
      { name: 'short', requests: 1, window_seconds: 3_600 },
    ];
    const { secret } = await server.mint({ limits });
    for (let i = 0; i < 5; i++) await ask(secret);
    expect((await ask(secret)).headers.get('ratelimit')).toContain('"long";r=49;');
  });

  test('a rotation gives no fresh limit, because limits belong to the key', async () => {
    const { id, secret } = await server.mint({ limits: [{ name: 'm', requests: 2, window_seconds: 3_600 }] });
    await ask(secret);
    const rotated = await server.request<{ secret: string }>('POST', `/v1/keys/${id}/rotate`);
    expect([(await ask(rotated.body.secret)).status, (await ask(rotated.body.secret)).status]).toEqual([
      200, 429,
    ]);
  });

  test('a place of a concurrency limit is released at the end and when the caller disconnects', async () => {
    const { secret } = await server.mint({ limits: [{ name: 'c', concurrent: 2 }] });
    upstream.answer(hang);
    // Known from here on: what comes below is admitted as soon as it is read.
    await ask(secret);
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${secret}\r\ncontent-type: application/json\r\n`;
    const body = JSON.stringify(chat);
    const whole = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const half = `${head}content-length: 5000\r\n\r\n{"model`;
    for (const [request, times] of [
      [whole, 2],
      [half, 2],
      [`${whole}${whole}`, 1],
      [`${whole}${half}`, 1],
    ] as const) {
      const sockets = Array.from({ length: times }, () => connect(server.port, '127.0.0.1'));
      for (const socket of sockets) socket.on('error', () => undefined).write(request);
      await sleep(150);
      const refused = await ask(secret);
      expect([refused.status, refused.headers.get('ratelimit')]).toEqual([429, '"c";r=0']);
      for (const socket of sockets) socket.destroy();
      await sleep(150);
      for (let i = 0; i < 3; i++) expect((await ask(secret)).status).toBe(200);
    }
  });

  test('a key with a concurrency limit of one serves its requests one after the other', async () => {
    const { secret } = await server.mint({ limits: [{ name: 'c', concurrent: 1 }] });
    for (let i = 0; i < 20; i++) expect((await ask(secret)).status).toBe(200);
  });
});

describeOnBothServers('budgets of requests', (start) => {
  let server: TestServer;
  const used = async ({ id }: NewKey) =>
    (await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`)).body.budgets[0]?.used;
  beforeAll(async () => {
    server = await start();
  });

  test('a budget in requests admits exactly its amount, then answers 429 and when it renews', async () => {
    const key = await server.mint({
      budgets: [{ name: 'b', unit: 'requests', amount: '10', period: 'hour' }],
    });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => server.request<Problem>('GET', '/v1/keys/self', { key: key.secret })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(20);
    expect(refused[0]?.body.code).toBe('budget_exceeded');
    const seconds = Number(refused[0]?.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(3_600);
    expect(await used(key)).toBe('10');
  });

  test('a refusal by a total budget has no time to try again', async () => {
    const { secret } = await server.mint({
      budgets: [{ name: 'b', unit: 'requests', amount: '1', period: 'total' }],
    });
    await server.request('GET', '/v1/keys/self', { key: secret });
    const refused = await server.request<Problem>('GET', '/v1/keys/self', { key: secret });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    expect(refused.body.hint).toContain('raise the budget');
  });

  test('the usage report of a key has its refusals by code', async () => {
    const limits = [{ name: 'm', requests: 3, window_seconds: 60 }];
    const { id, secret } = await server.mint({ scopes: ['models:use'], limits });
    const ask = (path: string) => server.request('GET', path, { key: secret });
    await ask('/v1/audit');
    await ask('/v1/models');
    await ask('/v1/keys/self?odd=1');
    await ask('/v1/models/no-such');
    await ask('/v1/models');
    const reported = async () =>
      (await server.request<{ items: object[] }>('GET', `/v1/keys/${id}/usage`)).body.items;
    await expect.poll(reported).toMatchObject([
      {
        requests: 5,
        refusals: { insufficient_scope: 1, invalid_input: 1, model_not_found: 1, rate_limited: 1 },
      },
    ]);
  });
});
