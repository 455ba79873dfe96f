import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

describeOnBothServers('what a worker says about itself', (start) => {
  let server: TestServer;
  let friend: { secret: string; key: { owner: { id: string } } };
  let stranger: { secret: string };
  let number = 0;
  beforeAll(async () => {
    server = await start();
    friend = await newOwnerKey(server, 'friend', { role: 'miner' });
    stranger = await newOwnerKey(server, 'stranger', { role: 'miner' });
  });
  const workerOf = async (key: string, name: string, model: string) => {
    const worker = new TestWorker(server, key, name);
    const { body } = await worker.register({ models: [model] });
    return { worker, id: body.worker_id };
  };

  test('a worker does not get jobs for a worker of another owner by taking its name', async () => {
    const [name, model] = [`cellar-${++number}`, `m${number}`];
    const { worker: false_ } = await workerOf(stranger.secret, name, model);
    const { worker: true_, id } = await workerOf(friend.secret, name, model);
    const owner = friend.key.owner.id;
    const plain = await newOwnerKey(server, 'client', { role: 'client' });
    const bound = await newOwnerKey(server, 'client', {
      role: 'client',
      selectors: { workers: { owners: [owner], deny: [] } },
    });
    for (const [secret, constraints] of [
      [plain.secret, { workers: [id] }],
      [plain.secret, { workers: [name], owners: [owner] }],
      [bound.secret, { workers: [name] }],
    ] as const) {
      const job = await new JobClient(server, secret).id({ model, constraints });
      expect((await false_.poll()).status).toBe(204);
      const taken = await true_.take();
      expect(taken.job_id).toBe(job);
      await true_.result(taken);
    }
    const client = new JobClient(server, plain.secret);
    const nobodys = await client.id({ model, constraints: { workers: [name] } });
    for (const worker of [false_, true_]) expect((await worker.poll()).status).toBe(204);
    expect((await client.get(nobodys)).waiting?.excluded['worker']).toBeGreaterThanOrEqual(2);
  });

  test('a job names the workers of its own owner by their names', async () => {
    const [name, model] = [`own-${++number}`, `m${number}`];
    const { worker } = await workerOf(friend.secret, name, model);
    const { secret } = await server.mint({ name: 'own', owner: friend.key.owner.id, role: 'client' });
    const job = await new JobClient(server, secret).id({ model, constraints: { workers: [name] } });
    expect((await worker.take()).job_id).toBe(job);
  });

  test('a worker cannot take the id of another one as its name', async () => {
    const { id } = await workerOf(friend.secret, `named-${++number}`, `m${number}`);
    const { status, text } = await new TestWorker(server, stranger.secret, id).register();
    expect(status).toBe(422);
    expect(text).toContain('X-Miner-ID');
  });

  test('numbers that are no numbers, too large or negative are refused, and so are capabilities of more than 64 KiB', async () => {
    const worker = new TestWorker(server, stranger.secret, `odd-${++number}`);
    const bodies = [
      '{"capabilities":{},"price_per_hour":1e999}',
      '{"capabilities":{},"price_per_hour":NaN}',
      '{"capabilities":{},"price_per_hour":-1}',
      '{"capabilities":{},"concurrency":1e9}',
      '{"capabilities":{},"concurrency":0}',
      '{"capabilities":{"gpus":[{"name":"A","memory_mb":1e999}]}}',
      '{"capabilities":{"gpus":[{"name":"A","memory_mb":-1}]}}',
      '{"capabilities":{"models":[{"name":"m","context":1e999}]}}',
    ];
    for (const body of bodies) {
      const { status } = await worker.post('register', body, { 'content-type': 'application/json' });
      expect([body, status >= 400 && status < 500]).toEqual([body, true]);
    }
    const models = Array.from({ length: 300 }, (_, at) => `${'x'.repeat(290)}${at}`);
    const { status, text } = await worker.register({ models });
    expect([status, text]).toEqual([422, expect.stringContaining('capabilities')]);
    expect((await worker.poll()).status).toBe(404);
  });

  test('an owner with 1,000 workers registers no other one, and the known ones register again', async () => {
    const many = await newOwnerKey(server, 'many', { role: 'miner' });
    const own = new TestWorker(server, many.secret, 'first');
    const { worker_id: id } = (await own.register()).body;
    const { storage } = server.app.core.jobs;
    await storage.transaction(async (tx) => {
      const workers = tx.withTables<{ workers: Record<string, unknown> }>();
      const row = await workers
        .selectFrom('workers')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      for (let at = 1; at < 1_000; at++)
        await workers
          .insertInto('workers')
          .values({ ...row, id: `wrk_${String(at).padStart(12, '0')}`, name: `n${at}` })
          .execute();
    });
    const { status, text } = await new TestWorker(server, many.secret, 'late').register();
    expect([status, text]).toEqual([409, expect.stringContaining('1000 workers')]);
    expect((await own.register()).status).toBe(200);
    expect((await new TestWorker(server, friend.secret, `other-${++number}`).register()).status).toBe(200);
  });
});
