import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { enableUsers } from '../../developer/people/identity.fixture.ts';
import { requestLine } from '../../openai/batches/batches.fixture.ts';
import { newOwnerKey, SHORT_CLOCKS, TestWorker, type JobView } from '../jobs/jobs.fixture.ts';
import { browserAs, type Browser } from './browser.fixture.ts';

interface Batch {
  id: string;
  status: string;
  request_counts: { completed: number; failed: number };
}

describeOnBothServers('work that was begun in a session', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let worker: TestWorker;
  let names = 0;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(json(chatAnswer()));
    server = await start(SHORT_CLOCKS);
    await enableUsers(server);
    const body = { name: 'up', base_url: upstream.baseUrl, models: ['gpt-test'] };
    await server.request('POST', '/v1/upstreams', { body });
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    worker = new TestWorker(server, miner.secret, 'machine');
    await worker.register();
  });
  afterAll(() => upstream.close());

  const enter = (): Promise<Browser> => browserAs(server, 'admin', `user${++names}`);
  const submit = async (browser: Browser): Promise<string> =>
    (await browser.send<JobView>('POST', '/v1/jobs', { body: { prompt: 'test', model: 'm' } })).body.job_id;
  const stateOf = async (browser: Browser, id: string): Promise<string> =>
    (await browser.send<JobView>('GET', `/v1/jobs/${id}`)).body.state;

  test('a job goes on for its person after the sign-out, and the next session has its result', async () => {
    const browser = await enter();
    const { user } = (await browser.state()).session!;
    const id = await submit(browser);
    await browser.send('DELETE', '/v1/session');
    const taken = await worker.take();
    expect(taken.job_id).toBe(id);
    expect((await worker.result(taken)).status).toBe(200);
    await browser.signIn({ username: user?.username, password: 'correct horse' });
    expect(await stateOf(browser, id)).toBe('COMPLETED');
  });

  test('a job ends with the suspension of its person', async () => {
    const browser = await enter();
    const { user } = (await browser.state()).session!;
    const id = await submit(browser);
    await server.request('POST', `/v1/admin/users/${user?.id}`, { body: { suspended: 1 } });
    await expect.poll(async () => (await worker.poll()).status, { timeout: 10_000 }).toBe(204);
    await server.request('POST', `/v1/admin/users/${user?.id}`, { body: { suspended: 0 } });
    await browser.signIn({ username: user?.username, password: 'correct horse' });
    await expect.poll(() => stateOf(browser, id), { timeout: 10_000 }).toBe('CANCELED');
  });

  test('a batch runs as its person, also after the sign-out', async () => {
    const browser = await enter();
    const { user } = (await browser.state()).session!;
    const form = new FormData();
    const lines = [requestLine('a'), requestLine('b')].map((line) => `${JSON.stringify(line)}\n`).join('');
    form.set('purpose', 'batch');
    form.set('file', new File([lines], 'lines.jsonl', { type: 'application/jsonl' }));
    const uploaded = await browser.send<{ id: string }>('POST', '/v1/files', { body: form });
    const made = await browser.send<Batch>('POST', '/v1/batches', {
      body: {
        input_file_id: uploaded.body.id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      },
    });
    expect(made.status).toBe(200);
    await browser.send('DELETE', '/v1/session');
    await browser.signIn({ username: user?.username, password: 'correct horse' });
    const read = async () => (await browser.send<Batch>('GET', `/v1/batches/${made.body.id}`)).body;
    await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toBe('completed');
    expect((await read()).request_counts).toMatchObject({ completed: 2, failed: 0 });
  });
});
