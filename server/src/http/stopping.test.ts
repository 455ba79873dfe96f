import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';
import { chatEvents, startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';

describeOnBothServers('several processes, and their end', (start) => {
  let upstream: TestUpstream;
  let server: TestServer;
  const events = chatEvents();
  const body = JSON.stringify({ model: 'gpt-test', stream: true, messages: [] });
  const chat = (url: string, key: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.answer(
      stream([events.subarray(0, 200), events.subarray(200, 400), events.subarray(400)], { pauseMs: 400 }),
    );
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models: ['gpt-test'] },
    });
  });
  afterAll(() => upstream.close());

  test('from the acknowledgement on, the other process refuses keys that one process revokes, narrows or suspends', async () => {
    const other = await startServerProcess(server.environment);
    for (let i = 0; i < 10; i++) {
      const { id, secret } = await server.mint({ role: 'admin' });
      expect(await other.status('GET', '/v1/audit', secret)).toBe(200);
      const path = `/v1/keys/${id}`;
      const [method, change, options, refusal] = (
        [
          ['POST', `${path}/revoke`, {}, 401],
          ['PATCH', path, { body: { scopes: ['models:use'] } }, 403],
          ['POST', `${path}/rotate`, { body: { overlap_seconds: 0 } }, 401],
        ] as const
      )[i % 3] ?? ['POST', `${path}/disable`, {}, 401];
      const answer = await server.request<{ acknowledged: { nodes: number } }>(method, change, options);
      expect(await other.status('GET', '/v1/audit', secret)).toBe(refusal);
      expect(answer.body.acknowledged.nodes).toBe(2);
    }
  });

  test('after SIGTERM a running stream finishes, new connections are refused, and a second SIGTERM changes nothing', async () => {
    const other = await startServerProcess(server.environment);
    const answer = await chat(other.url, server.adminKey);
    other.child.kill('SIGTERM');
    const connects = () =>
      fetch(`${other.url}/healthz`).then(
        () => true,
        () => false,
      );
    await expect.poll(connects, { interval: 20 }).toBe(false);
    expect(await answer.text()).toBe(events.toString());
    expect(await other.ended).toBe(0);
  });

  test('after kill -9 everything acknowledged is there', async () => {
    const other = await startServerProcess(server.environment);
    const made = await fetch(`${other.url}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'survivor', role: 'client' }),
    });
    const { secret } = (await made.json()) as { secret: string };
    other.child.kill('SIGKILL');
    await other.ended;
    expect((await server.request('GET', '/v1/keys/self', { key: secret })).status).toBe(200);
  });

  test('stopping a server is idempotent, and waits for no idle connection', async () => {
    const one = await start();
    await one.request('GET', '/healthz');
    const startedMs = performance.now();
    await Promise.all([one.stop(), one.stop()]);
    await one.stop();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await expect(fetch(`${one.url}/healthz`)).rejects.toThrow('fetch failed');
  });
});
