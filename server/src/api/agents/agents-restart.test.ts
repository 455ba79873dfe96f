import { expect, test } from 'vitest';
import { startServerProcess, type ServerProcess } from '../../../test/server-processes.ts';
import {
  describeOnBothServers,
  describeOnServer,
  type Answer,
  type RequestOptions,
  type TestServer,
} from '../../../test/server.ts';
import { JobClient, newOwnerKey, SHORT_CLOCKS, TestWorker, type Assigned } from '../jobs/jobs.fixture.ts';
import { AgentClient, stateOf } from './agents.fixture.ts';

const STEPS = [
  { id: 'a', prompt: 'first {{inputs.x}}', model: 'm' },
  { id: 'b', prompt: 'then {{steps.a.output}}', model: 'm' },
  { id: 'c', prompt: 'last {{steps.b.output}}', model: 'm' },
];

/** The server of a process, as clients and workers ask it. */
const serverOf = ({ url }: ServerProcess): TestServer => {
  const request = async <T>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer<T>> => {
    const { key = null, body, headers } = options;
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status } = response;
    return { status, headers: response.headers, text, body: (text === '' ? '' : JSON.parse(text)) as T };
  };
  return { url, request } as TestServer;
};

const promptOf = ({ payload }: Assigned) => (payload['messages'] as { content: string }[])[0]?.content;

const keysOn = async (server: TestServer) => ({
  client: (await newOwnerKey(server, 'client', { role: 'client' })).secret,
  miner: (await newOwnerKey(server, 'miner', { role: 'miner' })).secret,
});

/** Each step of the newest execution had one job, with one attempt, and ended once. */
async function expectOnce(server: TestServer, key: string, id: string): Promise<void> {
  const client = new AgentClient(server, key);
  const ended = await client.end(id);
  expect(ended).toMatchObject({ state: 'COMPLETED', output: 'out c', outputs: { a: 'out a', b: 'out b' } });
  expect(await client.events(id)).toEqual([
    'execution RUNNING',
    ...['a', 'b', 'c'].flatMap((step) => [`${step} SUBMITTED`, `${step} COMPLETED`]),
    'execution COMPLETED',
  ]);
  const { body } = await new JobClient(server, key).ask<{
    items: { attempt: number; metadata: { execution: string } }[];
  }>('GET', '/v1/jobs');
  const own = body.items.filter(({ metadata }) => metadata.execution === id);
  expect(own.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
}

describeOnServer('sqlite', 'executions of a server that is killed', (start) => {
  test('an execution of three steps is finished once by servers that are killed after each step', async () => {
    const first = await start(SHORT_CLOCKS);
    const keys = await keysOn(first);
    await first.stop();
    const environment = { ...first.environment, KEYWARD_PORT: '0' };
    let id = '';
    for (const [at, step] of ['a', 'b', 'c'].entries()) {
      const process = await startServerProcess(environment);
      const server = serverOf(process);
      const worker = new TestWorker(server, keys.miner, 'w');
      await worker.register({ models: ['m'] });
      if (at === 0) id = await new AgentClient(server, keys.client).start(STEPS, { x: '1' });
      const job = await worker.take();
      expect(promptOf(job)).toBe(['first 1', 'then out a', 'last out b'][at]);
      expect((await worker.result(job, `out ${step}`)).status).toBe(200);
      process.child.kill('SIGKILL');
      await process.ended;
    }
    await expectOnce(serverOf(await startServerProcess(environment)), keys.client, id);
  });
});

describeOnBothServers('executions that another process advances', (start) => {
  test('a server cancels an execution of another process, and goes on with the others when it is killed', async () => {
    const server = await start(SHORT_CLOCKS);
    const keys = await keysOn(server);
    const process = await startServerProcess({ ...server.environment, KEYWARD_PORT: '0' });
    const worker = new TestWorker(server, keys.miner, 'w');
    await worker.register({ models: ['m'] });
    const [here, there] = [server, serverOf(process)].map((one) => new AgentClient(one, keys.client));

    const canceled = (await there?.start(STEPS, { x: '1' })) ?? '';
    const late = await worker.take();
    const answer = await here?.ask<{ state: string }>('POST', `executions/${canceled}/cancel`);
    expect(answer?.body.state).toBe('CANCELED');
    expect((await worker.result(late)).body.code).toBe('already_finished');
    const view = await there?.end(canceled);
    expect([view?.state, view && stateOf(view, 'b')]).toEqual(['CANCELED', 'SKIPPED']);

    const id = (await there?.start(STEPS, { x: '1' })) ?? '';
    const job = await worker.take();
    process.child.kill('SIGKILL');
    await process.ended;
    await worker.result(job, 'out a');
    for (const step of ['b', 'c']) await worker.result(await worker.take(), `out ${step}`);
    await expectOnce(server, keys.client, id);
    expect((await worker.poll()).status).toBe(204);
  });
});
