import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { hang } from '../../test/upstream.ts';
import { numbered } from '../api/running/numbered-stream.fixture.ts';
import { CHAT_MODEL, says, startChats, type ChatServer } from '../chat/chats.fixture.ts';

describeOnServer('sqlite', 'a server that stops in steps', (start) => {
  let chats: ChatServer;
  let server: TestServer;
  const model = { model: CHAT_MODEL, messages: [{ role: 'user', content: 'x' }] };

  beforeAll(async () => {
    chats = await startChats(start);
    ({ server } = chats);
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
    return () => chats.upstream.close();
  });

  const asking = (url: string) => (method: string, path: string, body?: object) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${server.adminKey}`,
        'content-type': 'application/json',
        'x-miner-id': 'w',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('after SIGTERM GET /readyz refuses first, and each answer closes its connection while new ones are still accepted', async () => {
    const other = await startServerProcess({ ...server.environment, KEYWARD_DRAIN_SECONDS: '1' });
    const post = asking(other.url);
    const ask = async (path: string) => {
      const answer = await fetch(other.url + path);
      return {
        status: answer.status,
        connection: answer.headers.get('connection'),
        text: await answer.text(),
      };
    };
    // Its answer has not begun when the signal comes.
    const answered = Promise.withResolvers<void>();
    chats.answer(async (response, received) => {
      await answered.promise;
      return says(['hello'])(response, received);
    });
    const running = post('POST', '/v1/chat/completions', { ...model, stream: true });
    await expect.poll(() => chats.upstream.received.length).toBeGreaterThan(0);
    expect(await ask('/readyz')).toMatchObject({ status: 200, connection: 'keep-alive' });
    other.child.kill('SIGTERM');
    await expect
      .poll(() => ask('/readyz'), { interval: 20 })
      .toMatchObject({
        status: 503,
        connection: 'close',
        text: expect.stringContaining('server: stopping'),
      });
    for (const [path, status] of [
      ['/healthz', 200],
      ['/v1/keys', 401],
      ['/nowhere', 404],
      ['/openapi.json', 200],
    ] as const)
      expect([path, await ask(path)]).toEqual([
        path,
        expect.objectContaining({ status, connection: 'close' }),
      ]);
    answered.resolve();
    const late = await running;
    expect(late.headers.get('connection')).toBe('close');
    expect(await late.text()).toContain('[DONE]');
    expect(await other.ended).toBe(0);
  });

  test('a stream that runs when all the time for stopping is over gets the last event of its surface, and a request without an answer is refused', async () => {
    const limits = { KEYWARD_DRAIN_SECONDS: '0', KEYWARD_STOP_SECONDS: '2' };
    const other = await startServerProcess({ ...server.environment, ...limits });
    const ask = asking(other.url);
    const post = (path: string, body: object) => ask('POST', path, body);
    chats.answer(numbered);
    const before = chats.upstream.received.length;
    const streams = await Promise.all([
      post('/v1/chat/completions', { ...model, stream: true }),
      post('/v1/messages', { ...model, max_tokens: 9, stream: true }),
      post('/api/v1/workspace/docs/stream-chat', { message: 'x', mode: 'chat' }),
    ]);
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    chats.answer(hang);
    const unanswered = post('/v1/chat/completions', model);
    await expect.poll(() => chats.upstream.received.length).toBeGreaterThanOrEqual(before + 4);
    const stoppedMs = performance.now();
    other.child.kill('SIGTERM');
    const [openai = '', messages = '', developer = ''] = await Promise.all(streams.map((one) => one.text()));
    const refused = await unanswered;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ error: { code: 'server_stopping' } });
    const last = (text: string) => text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(JSON.parse(last(openai).replace('data: ', ''))).toMatchObject({
      error: { code: 'server_stopping' },
    });
    expect(last(messages)).toMatch(/^event: error\ndata: \{"type":"error"/);
    expect(JSON.parse(last(developer).replace('data: ', ''))).toMatchObject({
      type: 'abort',
      error: expect.stringContaining('server_stopping'),
    });
    expect(await other.ended).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(4_000);
  });

  test('a stop ends at once the requests that only wait: the poll of a worker, its control stream, and the wait for a job', async () => {
    const other = await startServerProcess(server.environment);
    const ask = asking(other.url);
    const read = async (answer: Promise<Response>) => JSON.parse(await (await answer).text()) as Json;
    type Json = Record<string, string>;
    const worker = await read(ask('POST', '/v1/workers/register', { capabilities: { models: ['m'] } }));
    const job = await read(ask('POST', '/v1/jobs', { prompt: 'x', model: 'z' }));
    const control = await ask('GET', `/v1/workers/${worker['worker_id']}/control`);
    const poll = ask('POST', '/v1/workers/poll', { max_wait_seconds: 30 });
    const waited = ask('GET', `/v1/jobs/${job['job_id']}?wait=30`);
    const running = async () => {
      const text = await (await ask('GET', '/v1/running')).text();
      return [...text.matchAll(/"route":"([a-z.]+)"/g)].map(([, route]) => route);
    };
    await expect
      .poll(running, { interval: 50 })
      .toEqual(expect.arrayContaining(['workers.control', 'workers.poll', 'jobs.get']));
    const stoppedMs = performance.now();
    other.child.kill('SIGTERM');
    expect([(await poll).status, (await waited).status, await control.text()]).toEqual([
      204,
      200,
      expect.not.stringContaining('revoked'),
    ]);
    expect(await other.ended).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(8_000);
  });

  test('a connection that never had a request does not delay a stop', async () => {
    const other = await startServerProcess(server.environment);
    const { port } = new URL(other.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
    const stoppedMs = performance.now();
    other.child.kill('SIGTERM');
    await once(socket, 'close');
    expect(await other.ended).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(5_000);
  });
});
