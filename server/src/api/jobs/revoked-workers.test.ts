import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { eventsAt, JobClient, newOwnerKey, TestWorker, type SentEvent } from './jobs.fixture.ts';

describeOnBothServers('workers of keys that may not work', (start) => {
  let server: TestServer;
  let second: TestServer;
  let client: JobClient;
  let number = 0;
  beforeAll(async () => {
    server = await start();
    second = await start(server.environment);
    client = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
  });
  const newModel = (): string => `m${++number}`;
  const workerOf = async (key: string, model: string): Promise<TestWorker> => {
    const worker = new TestWorker(server, key, `worker-${++number}`);
    await worker.register({ models: [model] });
    return worker;
  };
  const revoke = async (id: string): Promise<void> => {
    expect((await server.request('POST', `/v1/keys/${id}/revoke`)).status).toBe(200);
  };

  for (const missing of ['workers:poll', 'workers:report'] as const) {
    test(`a key without ${missing} registers, hears that it lacks the scope, and takes no job`, async () => {
      const scopes = ['workers:register', 'workers:poll', 'workers:report'].filter((one) => one !== missing);
      const { secret } = await newOwnerKey(server, 'weak', { scopes });
      const model = newModel();
      const weak = new TestWorker(server, secret, `worker-${++number}`);
      expect((await weak.register({ models: [model] })).body).toMatchObject({ missing_scopes: [missing] });
      const job = await client.id({ model });
      const { status, body } = await weak.poll();
      expect([status, body]).toMatchObject([403, { code: 'insufficient_scope', scope: missing }]);
      expect(await client.get(job)).toMatchObject({ state: 'QUEUED', attempt: 0 });
    });
  }

  test('a poll that waits ends with 403 when its key loses workers:report', async () => {
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const model = newModel();
    const worker = await workerOf(miner.secret, model);
    const poll = worker.poll({ max_wait_seconds: 20 });
    await expect.poll(async () => (await server.request('GET', '/v1/running')).text).toContain(miner.id);
    const body = { scopes: ['workers:register', 'workers:poll'] };
    expect((await server.request('PATCH', `/v1/keys/${miner.id}`, { body })).status).toBe(200);
    const job = await client.id({ model });
    expect((await poll).status).toBe(403);
    expect(await client.get(job)).toMatchObject({ state: 'QUEUED', attempt: 0 });
  });

  test('a lease ends with the key that polled it, before its revocation is acknowledged, and those of other keys stay', async () => {
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const polling = await server.mint({ name: 'polling', owner: miner.key.owner.id, role: 'miner' });
    const model = newModel();
    const own = new TestWorker(server, miner.secret, `worker-${++number}`);
    const other = new TestWorker(server, polling.secret, own.name);
    await own.register({ models: [model] }, { concurrency: 2 });
    const [ends, stays] = [await client.id({ model }), await client.id({ model })];
    const lost = await other.take();
    const kept = await own.take();
    expect([lost.job_id, kept.job_id]).toEqual([ends, stays]);
    await revoke(polling.id);
    expect((await client.get(ends)).state).toBe('QUEUED');
    expect((await client.get(stays)).state).toBe('RUNNING');
    expect((await own.result(lost)).body.code).toBe('lease_lost');
    expect((await own.result(kept)).status).toBe(200);
    const again = await own.take();
    expect([again.job_id, again.attempt]).toEqual([ends, 2]);
    expect((await own.result(again)).status).toBe(200);
  });

  test('a lease ends with the key that polled it, also where its worker has registered with another key since', async () => {
    const first = await newOwnerKey(server, 'miner', { role: 'miner' });
    const next = await server.mint({ name: 'next', owner: first.key.owner.id, role: 'miner' });
    const model = newModel();
    const before = await workerOf(first.secret, model);
    const job = await client.id({ model });
    const taken = await before.take();
    const after = new TestWorker(server, next.secret, before.name);
    await after.register({ models: [model] });
    await revoke(first.id);
    expect((await client.get(job)).state).toBe('QUEUED');
    expect((await after.result(taken)).body.code).toBe('lease_lost');
    expect((await after.result(await after.take())).status).toBe(200);
  });

  test('a worker is offline, its jobs impossible and its model gone on each server when the revocation is acknowledged', async () => {
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const model = newModel();
    const worker = await workerOf(miner.secret, model);
    const registered = await worker.register({ models: [model], gpus: [{ name: 'A', memory_mb: 1 }] });
    const { worker_id: workerId } = registered.body;
    const job = await client.id({ model });
    const seenAt = async (at: TestServer) => {
      const get = <T>(path: string) => at.request<T>('GET', path, { key: server.adminKey });
      const { text: models } = await get('/v1/models');
      const { body: all } = await get<{ items: { worker_id: string; state: string }[] }>('/v1/workers');
      const { body: gpu } = await get<{ state: string }>(`/v1/marketplace/gpu/${workerId}-0`);
      const { is_possible: isPossible } = await new JobClient(at, client.key).get(job);
      const state = all.items.find(({ worker_id: id }) => id === workerId)?.state;
      return [state, gpu.state, models.includes(`"${model}"`), isPossible];
    };
    // Each server has it in memory.
    for (const at of [server, second])
      await expect.poll(() => seenAt(at)).toEqual(['online', 'online', true, true]);
    await revoke(miner.id);
    for (const at of [second, server]) expect(await seenAt(at)).toEqual(['offline', 'offline', false, false]);
  });

  test('a worker that loses a job to a narrowed key hears so at once over its control stream', async () => {
    const friend = await newOwnerKey(server, 'friend', { role: 'miner' });
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const key = await newOwnerKey(server, 'client', { role: 'client' });
    const model = newModel();
    const worker = await workerOf(miner.secret, model);
    const stop = new AbortController();
    const heard: SentEvent[] = [];
    const path = `/v1/workers/${worker.name}/control`;
    const listening = (async () => {
      for await (const event of eventsAt(second, path, { key: miner.secret, signal: stop.signal }))
        heard.push(event);
    })();
    await expect.poll(() => heard.map(({ event }) => event)).toEqual(['ready']);
    const job = await new JobClient(server, key.secret).id({ model });
    const taken = await worker.take();
    const selectors = { workers: { owners: [friend.key.owner.id], deny: [] } };
    expect((await server.request('PATCH', `/v1/keys/${key.id}`, { body: { selectors } })).status).toBe(200);
    await expect
      .poll(() => heard.map(({ event, data }) => ({ event, ...data })), { timeout: 5_000 })
      .toContainEqual({ event: 'cancel', job_id: job, attempt: taken.attempt });
    stop.abort();
    await listening;
  });
});
