import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

describeOnBothServers('budgets of jobs', (start) => {
  let server: TestServer;
  let worker: TestWorker;
  beforeAll(async () => {
    server = await start();
    worker = new TestWorker(server, (await newOwnerKey(server, 'miner', { role: 'miner' })).secret, 'one');
  });
  const gpus = [{ name: 'A', memory_mb: 1 }];
  const budgetOf = (unit: string, amount: string) => [{ name: 'b', unit, amount, period: 'day' }];
  const usedOf = async (id: string): Promise<number> => {
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
    return Number(body.budgets[0]?.used);
  };

  test('GPU seconds are reserved for the time that a job may take, and settled by its receipt', async () => {
    await worker.register({ models: ['gpu'], gpus });
    const key = await newOwnerKey(server, 'client', {
      role: 'client',
      budgets: budgetOf('gpu_seconds', '1000'),
    });
    const client = new JobClient(server, key.secret);
    const id = await client.id({ model: 'gpu', run_timeout_seconds: 300 });
    const assigned = await worker.take();
    expect(await usedOf(key.id)).toBe(300);
    const { body } = await worker.result(assigned, 'done', { gpu_seconds: 500 });
    expect(body.receipt.gpu_seconds).toBeLessThan(20);
    await expect.poll(() => usedOf(key.id)).toBeCloseTo(body.receipt.gpu_seconds, 2);
    expect((await client.result(id)).body.state).toBe('COMPLETED');
  });

  test('a job gets no more time than its budget has, and waits while another one holds it', async () => {
    await worker.register({ models: ['short'], gpus });
    const key = await newOwnerKey(server, 'client', {
      role: 'client',
      budgets: budgetOf('gpu_seconds', '5'),
    });
    const client = new JobClient(server, key.secret);
    await client.submit({ model: 'short', run_timeout_seconds: 300 });
    const first = await worker.take();
    expect(first).toHaveProperty('run_timeout_seconds', 5);
    const second = await client.id({ model: 'short' });
    await worker.register({ models: ['short'], gpus }, { concurrency: 2 });
    expect((await worker.poll()).status).toBe(204);
    expect(await client.get(second)).toMatchObject({ state: 'QUEUED', waiting: { excluded: { budget: 1 } } });
    expect((await client.ask('POST', `/v1/jobs/${first.job_id}/cancel`)).status).toBe(200);
    expect((await worker.take()).job_id).toBe(second);
  });

  test('the price of a worker counts for the time of the lease, and tokens as the worker counts them', async () => {
    await worker.register({ models: ['priced'] }, { price_per_hour: 36_000 });
    const key = await newOwnerKey(server, 'client', { role: 'client', budgets: budgetOf('usd', '100000') });
    const client = new JobClient(server, key.secret);
    await client.submit({ model: 'priced', run_timeout_seconds: 600 });
    const assigned = await worker.take();
    expect(await usedOf(key.id)).toBe(6_000);
    await worker.result(assigned);
    await expect.poll(() => usedOf(key.id)).toBeLessThan(200);
    expect(await usedOf(key.id)).toBeGreaterThan(0);
    await expect
      .poll(async () => (await server.request('GET', '/v1/usage?group_by=model,worker')).text)
      .toMatch(/"model":"priced","worker":"wrk_\w+"\}.*"tokens_in":3/s);
  });

  test('a worker cannot count more tokens than passed through the server', async () => {
    await worker.register({ models: ['liar'] });
    const budgets = budgetOf('tokens', '1000000');
    const key = await newOwnerKey(server, 'client', { role: 'client', budgets });
    const client = new JobClient(server, key.secret);
    for (const usage of [
      { prompt_tokens: 1e8, completion_tokens: 2 },
      { prompt_tokens: 2, completion_tokens: 1e8 },
    ]) {
      const id = await client.id({ model: 'liar' });
      const { job_id, lease_token } = await worker.take();
      await worker.post(`${job_id}/result`, { lease_token, result: { output: 'done', usage } });
      expect((await client.result(id)).body.state).toBe('COMPLETED');
    }
    await expect.poll(() => usedOf(key.id)).toBeGreaterThan(50);
    expect(await usedOf(key.id)).toBeLessThan(2_000);
  });

  test('a failed attempt costs nothing; a canceled one costs what the server measured', async () => {
    await worker.register({ models: ['fail'], gpus });
    const key = await newOwnerKey(server, 'client', {
      role: 'client',
      budgets: budgetOf('gpu_seconds', '1000'),
    });
    const client = new JobClient(server, key.secret);
    const id = await client.id({ model: 'fail' });
    await worker.fail(await worker.take(), 'interrupted');
    await expect.poll(() => usedOf(key.id)).toBe(0);
    await worker.take();
    await client.ask('POST', `/v1/jobs/${id}/cancel`);
    await expect.poll(() => usedOf(key.id)).toBeGreaterThan(0);
    expect(await usedOf(key.id)).toBeLessThan(20);
  });

  test('a job that another key of its owner cancels at another server costs the key that submitted it', async () => {
    await worker.register({ models: ['other'], gpus });
    const second = await start(server.environment);
    const budgets = budgetOf('gpu_seconds', '1000');
    const key = await newOwnerKey(server, 'client', { role: 'client', budgets });
    const other = await server.mint({ name: 'other', owner: key.key.owner.id, role: 'client', budgets });
    const id = await new JobClient(server, key.secret).id({ model: 'other', run_timeout_seconds: 300 });
    await worker.take();
    const canceled = await new JobClient(second, other.secret).ask('POST', `/v1/jobs/${id}/cancel`);
    expect(canceled.status).toBe(200);
    await expect.poll(() => usedOf(key.id)).toBeLessThan(300);
    expect(await usedOf(key.id)).toBeGreaterThan(0);
    expect(await usedOf(other.id)).toBe(0);
  });
});
