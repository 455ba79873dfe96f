import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { eventsAt, JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

describeOnBothServers('jobs whose budgets are too small for a worker', (start) => {
  let server: TestServer;
  let number = 0;
  beforeAll(async () => {
    server = await start();
  });
  const workerWith = async (model: string, capabilities: object, more: object = {}): Promise<TestWorker> => {
    const { secret } = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, secret, `worker-${++number}`);
    await worker.register({ models: [model], ...capabilities }, { concurrency: 4, ...more });
    return worker;
  };
  const clientWith = async (unit: string, amount: string) => {
    const budgets = [{ name: 'b', unit, amount, period: 'day' }];
    const { id, secret } = await newOwnerKey(server, 'client', { role: 'client', budgets });
    return { id, client: new JobClient(server, secret) };
  };
  const newModel = (): string => `dear-${++number}`;
  const manyGpus = Array.from({ length: 64 }, () => ({ name: 'A', memory_mb: 1 }));

  for (const [unit, capabilities, more] of [
    ['usd', {}, { price_per_hour: 1_000_000 }],
    ['gpu_seconds', { gpus: manyGpus }, {}],
  ] as const) {
    test(`a job that a worker is too dear for, in ${unit}, waits for another worker and says why`, async () => {
      const model = newModel();
      const dear = await workerWith(model, capabilities, more);
      const { client } = await clientWith(unit, '5');
      const id = await client.id({ model });
      expect((await dear.poll()).status).toBe(204);
      expect(await client.get(id)).toMatchObject({
        state: 'QUEUED',
        attempt: 0,
        error: null,
        is_possible: false,
        impossible_because: expect.arrayContaining(['budget']) as string[],
        waiting: { reason: expect.stringContaining('budget') as string, excluded: { budget: 1 } },
      });
      expect((await dear.poll()).headers.get('x-skipped')).toContain('budget=1');
      const cheap = await workerWith(model, {}, { price_per_hour: 0.01 });
      const taken = await cheap.take();
      expect([taken.job_id, taken.attempt]).toEqual([id, 1]);
      await cheap.result(taken);
      expect((await client.result(id)).body.state).toBe('COMPLETED');
    });
  }

  test('a dear worker that waits for jobs is not offered the same job again and again', async () => {
    const model = newModel();
    const dear = await workerWith(model, {}, { price_per_hour: 1_000_000 });
    const { client } = await clientWith('usd', '5');
    const id = await client.id({ model });
    const poll = dear.poll({ max_wait_seconds: 2 });
    const states: string[] = [];
    for await (const { data } of eventsAt(server, `/v1/jobs/${id}/events`, { key: client.key })) {
      states.push(String(data['state']));
      if (states.length === 1) void poll.then(() => client.ask('POST', `/v1/jobs/${id}/cancel`));
    }
    expect((await poll).status).toBe(204);
    expect(states).toEqual(['QUEUED', 'CANCELED']);
    expect((await client.get(id)).attempt).toBe(0);
  });

  test('jobs wait while a dear worker holds what their budget has, and run when it is free again', async () => {
    const model = newModel();
    const dear = await workerWith(model, {}, { price_per_hour: 36_000 });
    const { client } = await clientWith('usd', '100');
    const ids = [await client.id({ model }), await client.id({ model })];
    const { body } = await dear.poll({ max_jobs: 4, max_wait_seconds: 20 });
    expect(body.jobs.map(({ job_id: id }) => id)).toEqual([ids[0]]);
    expect((await dear.poll()).status).toBe(204);
    expect(await client.get(ids[1] ?? '')).toMatchObject({ state: 'QUEUED', attempt: 0 });
    await dear.result(body.jobs[0]!);
    const second = await dear.take();
    expect([second.job_id, second.attempt]).toEqual([ids[1], 1]);
    expect((await dear.result(second)).status).toBe(200);
  });

  test('a job of a spent budget ends, whatever its worker costs', async () => {
    const model = newModel();
    const worker = await workerWith(model, {}, { price_per_hour: 36_000 });
    const { id, client } = await clientWith('usd', '100');
    await client.id({ model });
    await worker.result(await worker.take());
    const budgets = [{ name: 'b', unit: 'usd', amount: '0.000001', period: 'day' }];
    expect((await server.request('PATCH', `/v1/keys/${id}`, { body: { budgets } })).status).toBe(200);
    const late = await client.id({ model });
    await worker.poll({ max_wait_seconds: 2 });
    const { body } = await client.result(late);
    expect(body).toMatchObject({ state: 'FAILED', error: { code: 'budget_exceeded' } });
  });

  test('a worker that raises its price or its GPUs while it works is paid as when it began', async () => {
    const model = newModel();
    const worker = await workerWith(model, {}, { price_per_hour: 0.01 });
    const { id, client } = await clientWith('usd', '5');
    const job = await client.id({ model });
    const taken = await worker.take();
    await worker.register({ models: [model], gpus: manyGpus }, { price_per_hour: 1_000_000 });
    const { body } = await worker.result(taken, 'done', { gpu_seconds: 1e9 });
    expect(body.receipt.gpu_seconds).toBe(0);
    expect((await client.result(job)).body.state).toBe('COMPLETED');
    const used = async (): Promise<number> => {
      const key = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
      return Number(key.body.budgets[0]?.used);
    };
    await expect.poll(used).toBeLessThan(0.001);
  });

  test('a request to a model of workers is not kept waiting by what it has reserved itself', async () => {
    const model = newModel();
    const worker = await workerWith(model, { gpus: [{ name: 'A', memory_mb: 1 }] });
    const budgets = [{ name: 'b', unit: 'gpu_seconds', amount: '5', period: 'day' }];
    const { secret } = await newOwnerKey(server, 'caller', { role: 'client', budgets });
    const body = { model, messages: [{ role: 'user', content: 'hi' }] };
    const answer = server.request('POST', '/v1/chat/completions', { key: secret, body });
    await worker.result(await worker.take());
    expect((await answer).status).toBe(200);
  });
});
