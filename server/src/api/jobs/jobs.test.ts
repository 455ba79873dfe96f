import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker, type Problem } from './jobs.fixture.ts';

describeOnBothServers('jobs', (start) => {
  let server: TestServer;
  let client: JobClient;
  let clientKey: NewKey;
  let other: JobClient;
  let minerKey: NewKey;
  let worker: TestWorker;
  let number = 0;
  let model = '';
  beforeAll(async () => {
    server = await start();
    clientKey = await newOwnerKey(server, 'client', { role: 'client' });
    client = new JobClient(server, clientKey.secret);
    other = new JobClient(server, (await newOwnerKey(server, 'other', { role: 'client' })).secret);
    minerKey = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  // Each test has a model of its own: no other's jobs fit its worker.
  beforeEach(async () => {
    model = `model-${++number}`;
    worker = new TestWorker(server, minerKey.secret, `worker-${number}`);
    await worker.register({ models: [model] });
  });

  test('a job goes to a worker, and its result comes back with a receipt', async () => {
    const { status, body: job, headers } = await client.submit({ model });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/jobs/${job.job_id}`);
    expect(job).toMatchObject({ state: 'QUEUED', queue_position: 1, is_possible: true });
    const { body: assigned } = await worker.poll();
    expect(assigned).toMatchObject({
      job_id: job.job_id,
      attempt: 1,
      model,
      payload: { messages: [{ role: 'user', content: 'test' }], model },
    });
    const early = await client.ask<Problem>('GET', `/v1/jobs/${job.job_id}/result`);
    expect([early.status, early.headers.get('retry-after')]).toEqual([425, '1']);
    const reported = await worker.result(assigned);
    expect(reported.status).toBe(200);
    expect((await client.result(job.job_id)).body).toMatchObject({
      state: 'COMPLETED',
      result: { output: 'done' },
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    });
    expect((await client.ask('GET', `/v1/jobs/${job.job_id}/receipt`)).body).toEqual(reported.body.receipt);
    expect((await worker.result(assigned)).body).toEqual(reported.body);
    expect((await worker.result(assigned, 'other')).body.code).toBe('already_finished');
  });

  test('a worker that waits gets a job as soon as it is submitted', async () => {
    const taken = worker.take();
    const id = await client.id({ model });
    expect((await taken).job_id).toBe(id);
  });

  test('a client that waits gets the result as soon as it is reported', async () => {
    const id = await client.id({ model });
    const waiting = client.result(id);
    await worker.result(await worker.take());
    expect((await waiting).body.state).toBe('COMPLETED');
  });

  test('the short forms become messages, and payload is passed on as it is', async () => {
    const payloadOf = async (body: object) => {
      await client.submit({ prompt: undefined, ...body });
      return (await worker.take()).payload;
    };
    const messages = [{ role: 'user', content: 'hi' }];
    await worker.register({ models: [model] }, { concurrency: 10 });
    expect(await payloadOf({ prompt: 'hi', model })).toEqual({ messages, model });
    expect(await payloadOf({ messages, model })).toEqual({ messages, model });
    expect(await payloadOf({ payload: { prompt: 'hi', seed: 1 }, constraints: { models: [model] } })).toEqual(
      {
        messages,
        model,
        seed: 1,
      },
    );
    expect(await payloadOf({ payload: { anything: [1], model } })).toEqual({ anything: [1], model });
    for (const [body, field] of [
      [{ model }, 'payload'],
      [{ prompt: 'hi', payload: {} }, 'prompt'],
      [{ payload: { model: 7 } }, 'payload.model'],
      [{ prompt: 'hi', model, constraints: { models: ['other'] } }, 'constraints.models'],
      [{ prompt: 'hi', priority: 10 }, 'priority'],
      [{ prompt: 'hi', ttl_seconds: 0 }, 'ttl_seconds'],
      [{ prompt: 'hi', wrong: 1 }, 'wrong'],
    ] as const) {
      const answer = await client.submit({ prompt: undefined, ...body });
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(`"field":"${field}"`)]);
    }
  });

  test('an Idempotency-Key submits once, also at the same moment, and refuses another body', async () => {
    const headers = { 'idempotency-key': `once-${model}` };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.submit({ model, metadata: { a: 1 } }, headers)),
    );
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const changed = await client.submit({ model, metadata: { a: 2 } }, headers);
    expect([changed.status, changed.body.code]).toEqual([409, 'idempotency_conflict']);
    expect((await other.submit({ model, metadata: { a: 2 } }, headers)).status).toBe(201);
  });

  test('nobody reads, cancels or deletes the job of another owner', async () => {
    const id = await client.id({ model });
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/result'],
      ['GET', '/receipt'],
      ['GET', '/receipts'],
      ['GET', '/events'],
      ['POST', '/cancel'],
      ['DELETE', ''],
    ] as const) {
      const { status, body } = await other.ask<Problem>(method, `/v1/jobs/${id}${path}`);
      expect([path, status, body.code]).toEqual([path, 404, 'job_not_found']);
    }
    expect((await other.ask<{ items: unknown[] }>('GET', '/v1/jobs?limit=200')).text).not.toContain(id);
    expect((await client.get(id)).state).toBe('QUEUED');
  });

  test('a client key cannot work, and a worker key cannot submit', async () => {
    const asWorker = new TestWorker(server, client.key, 'x');
    const asClient = new JobClient(server, minerKey.secret);
    for (const answer of [
      await asWorker.register(),
      await asWorker.poll(),
      await asWorker.heartbeat(),
      await asClient.submit(),
      await asClient.ask<Problem>('GET', '/v1/jobs'),
    ]) {
      expect([answer.status, (answer.body as unknown as Problem).code]).toEqual([403, 'insufficient_scope']);
    }
  });

  test('a report with the token of another lease changes nothing', async () => {
    const id = await client.id({ model });
    const assigned = await worker.take();
    const wrong = { ...assigned, lease_token: '0'.repeat(32) };
    for (const answer of [
      await worker.result(wrong),
      await worker.fail(wrong, 'internal'),
      await worker.chunks(wrong, [{ text: 'x' }]),
      await worker.heartbeat([wrong]),
    ])
      expect([answer.status, (answer.body as Problem).code]).toEqual([409, 'lease_lost']);
    const thief = new TestWorker(
      server,
      (await newOwnerKey(server, 'thief', { role: 'miner' })).secret,
      'thief',
    );
    await thief.register({ models: [model] });
    for (const answer of [await thief.result(assigned), await thief.fail(assigned, 'internal')])
      expect([answer.status, answer.body.code]).toEqual([409, 'lease_lost']);
    expect((await thief.chunks(assigned, [{ text: 'x' }])).status).toBe(409);
    expect(await client.get(id)).toMatchObject({ state: 'RUNNING', attempt: 1 });
    expect((await worker.result(assigned)).status).toBe(200);
  });

  test('a canceled job frees its worker, which is told; a late result is refused', async () => {
    const id = await client.id({ model });
    const assigned = await worker.take();
    const canceled = await client.ask<{ state: string }>('POST', `/v1/jobs/${id}/cancel`);
    expect([canceled.status, canceled.body.state]).toEqual([200, 'CANCELED']);
    expect((await worker.heartbeat([assigned])).body.leases).toMatchObject([{ state: 'cancel_requested' }]);
    const late = await worker.result(assigned);
    expect([late.status, late.body.code]).toEqual([409, 'already_finished']);
    const again = await client.ask<Problem>('POST', `/v1/jobs/${id}/cancel`);
    expect([again.status, again.body.code]).toEqual([409, 'job_not_cancelable']);
    const next = await client.id({ model });
    expect((await worker.take()).job_id).toBe(next);
    expect((await client.result(id)).body).toMatchObject({ state: 'CANCELED', error: { code: 'canceled' } });
  });

  test('a failure that costs the job an attempt ends it after max_attempts', async () => {
    const id = await client.id({ model, max_attempts: 2 });
    expect((await worker.fail(await worker.take(), 'bad_payload')).body.state).toBe('QUEUED');
    expect((await client.get(id)).waiting?.reason).toBe('backoff');
    expect((await worker.fail(await worker.take(), 'bad_payload')).body.state).toBe('FAILED');
    expect((await client.result(id)).body).toMatchObject({ state: 'FAILED', error: { code: 'bad_payload' } });
  });

  test('an interrupted job costs nothing, and a missing model keeps the worker from it', async () => {
    const id = await client.id({ model, max_attempts: 1 });
    expect((await worker.fail(await worker.take(), 'interrupted')).body.state).toBe('QUEUED');
    expect((await worker.fail(await worker.take(), 'model_missing')).body.state).toBe('QUEUED');
    const poll = await worker.poll();
    expect([poll.status, poll.headers.get('x-skipped')]).toEqual([204, expect.stringContaining('model=')]);
    expect(await client.get(id)).toMatchObject({ is_possible: false, impossible_because: ['model'] });
    await worker.register({ models: [model] });
    await worker.result(await worker.take());
    expect((await client.result(id)).body.state).toBe('COMPLETED');
  });

  test('a job that nobody can do says so at once, with the constraint', async () => {
    const { body } = await client.submit({ model, constraints: { min_vram_gb: 900 } });
    expect(body.is_possible).toBe(false);
    expect(body.impossible_because).toContain('gpu');
    expect(body.waiting?.reason).toMatch(/^no_worker_with_/);
  });

  test('constraints choose the worker', async () => {
    const gpu = { name: 'NVIDIA RTX 4090', memory_mb: 24_564, cuda: '12.4' };
    const models = [{ name: model, digest: 'd', quantization: 'q4', context: 8_192, features: ['tools'] }];
    const labels = { room: 'cellar' };
    const more = { region: 'eu', price_per_hour: 0.5, concurrency: 50 };
    await worker.register({ gpus: [gpu], models, labels }, more);
    const { worker_id: workerId } = (await worker.register({ gpus: [gpu], models, labels }, more)).body;
    const fits = [
      { gpu: '4090' },
      { min_vram_gb: 24 },
      { cuda: '12.2' },
      { digest: 'd', quantization: 'q4', min_context: 8_000, features: ['tools'] },
      { region: 'eu', max_price_per_hour: 0.5, labels },
      { owners: [minerKey.key.owner.id], workers: [worker.name] },
      { workers: [workerId], not_workers: ['other'] },
    ];
    for (const constraints of fits) {
      const id = await client.id({ model, constraints });
      expect((await worker.take()).job_id).toBe(id);
    }
    for (const [constraints, reason] of [
      [{ gpu: 'H100' }, 'gpu'],
      [{ min_vram_gb: 25 }, 'vram'],
      [{ cuda: '12.10' }, 'gpu'],
      [{ digest: 'e' }, 'model'],
      [{ min_context: 9_000 }, 'model'],
      [{ features: ['vision'] }, 'model'],
      [{ region: 'us' }, 'region'],
      [{ max_price_per_hour: 0.4 }, 'price'],
      [{ labels: { room: 'attic' } }, 'labels'],
      [{ owners: ['own_000000000000'] }, 'owner'],
      [{ not_owners: [minerKey.key.owner.id] }, 'owner'],
      [{ not_workers: [worker.name] }, 'worker'],
    ] as const) {
      const id = await client.id({ model, constraints });
      const { status, headers } = await worker.poll();
      expect([constraints, status, headers.get('x-skipped')]).toEqual([
        constraints,
        204,
        expect.stringContaining(`${reason}=`),
      ]);
      await client.ask('POST', `/v1/jobs/${id}/cancel`);
    }
  });

  test('a higher priority goes first, and equal ones in their order', async () => {
    const ids = [];
    for (const priority of [5, 0, 9, 5]) ids.push(await client.id({ model, priority }));
    const taken = [];
    for (const _ of ids) {
      const assigned = await worker.take();
      taken.push(ids.indexOf(assigned.job_id));
      await worker.result(assigned);
    }
    expect(taken).toEqual([2, 0, 3, 1]);
  });

  test('several jobs at once, up to the concurrency of the worker', async () => {
    await worker.register({ models: [model] }, { concurrency: 3 });
    for (let made = 0; made < 5; made++) await client.submit({ model });
    const { body } = await worker.poll({ max_jobs: 32 });
    expect(new Set(body.jobs.map(({ job_id: id }) => id)).size).toBe(3);
    const full = await worker.poll({ max_jobs: 32 });
    expect([full.status, full.headers.get('x-skipped')]).toEqual([204, expect.stringContaining('busy=')]);
    for (const assigned of body.jobs) await worker.result(assigned);
    expect((await worker.poll({ max_jobs: 32 })).body.jobs).toHaveLength(2);
  });

  test('a draining worker finishes what it holds, and gets nothing new', async () => {
    const id = await client.id({ model });
    const assigned = await worker.take();
    await client.submit({ model });
    expect((await worker.heartbeat([assigned], 'draining')).body.leases).toMatchObject([{ state: 'active' }]);
    const poll = await worker.poll();
    expect([poll.status, poll.headers.get('x-skipped')]).toEqual([204, expect.stringContaining('draining=')]);
    await worker.result(assigned);
    expect((await client.result(id)).body.state).toBe('COMPLETED');
    await worker.register({ models: [model] });
    expect((await worker.poll()).status).toBe(200);
  });

  test('GPU seconds count at most as long as the lease lasted', async () => {
    const gpus = [
      { name: 'A', memory_mb: 1 },
      { name: 'B', memory_mb: 1 },
    ];
    await worker.register({ models: [model], gpus });
    await client.submit({ model });
    const { body } = await worker.result(await worker.take(), 'x', { gpu_seconds: 1_000_000 });
    expect(body.receipt).toMatchObject({ gpu_seconds_claimed: 1_000_000 });
    expect(body.receipt.gpu_seconds).toBeLessThan(60);
    expect(body.receipt).toHaveProperty('gpu_seconds_measured', body.receipt.gpu_seconds);
  });

  test('a deleted job is gone, and its receipt stays', async () => {
    const id = await client.id({ model });
    const running = await client.ask<Problem>('DELETE', `/v1/jobs/${id}`);
    expect([running.status, running.body.code]).toEqual([409, 'conflict']);
    await worker.result(await worker.take());
    expect((await client.ask('DELETE', `/v1/jobs/${id}`)).status).toBe(204);
    expect((await client.ask('GET', `/v1/jobs/${id}`)).status).toBe(404);
    expect((await client.ask('GET', `/v1/jobs/${id}/result`)).status).toBe(404);
    expect((await client.ask<{ job_id: string }>('GET', `/v1/jobs/${id}/receipt`)).body.job_id).toBe(id);
  });

  test('jobs for one model stay together, and those for another do not wait for long', async () => {
    const [a, b] = [`${model}-a`, `${model}-b`];
    await worker.register({ models: [a, b] });
    const orders = [a, b, a, a, b];
    for (const name of orders) await client.submit({ model: name });
    const taken = [];
    for (const _ of orders) {
      const assigned = await worker.take();
      taken.push(assigned.model);
      await worker.result(assigned);
    }
    expect(taken).toEqual([a, a, a, b, b]);
  });

  test('a thousand waiting jobs of one client delay the job of another by one claim at most', async () => {
    for (let part = 0; part < 10; part++)
      await Promise.all(Array.from({ length: 100 }, () => client.submit({ model })));
    await worker.result(await worker.take());
    const id = await other.id({ model });
    const first = await worker.take();
    await worker.result(first);
    const second = await worker.take();
    expect([first.job_id, second.job_id]).toContain(id);
    expect((await client.submit({ model })).body.queue_position).toBeGreaterThan(900);
  });

  test('the estimate of the wait comes from jobs that were done', async () => {
    await client.submit({ model });
    await worker.result(await worker.take());
    const { body } = await client.submit({ model });
    expect(body).toHaveProperty('eta_seconds', expect.any(Number));
  });

  test('the jobs of a key for the workers of some owners go to no others', async () => {
    const own = minerKey.key.owner.id;
    const keyFor = async (workers: object): Promise<JobClient> =>
      new JobClient(
        server,
        (await newOwnerKey(server, 'bound', { role: 'client', selectors: { workers } })).secret,
      );
    const elsewhere = await (await keyFor({ owners: ['own_000000000000'] })).submit({ model });
    expect(elsewhere.body.impossible_because).toContain('owner');
    expect((await (await keyFor({ deny: [own] })).submit({ model })).body.is_possible).toBe(false);
    expect((await worker.poll()).status).toBe(204);
    const id = await (await keyFor({ owners: [own] })).id({ model });
    expect((await worker.take()).job_id).toBe(id);
  });

  test('lists have filters, a total and pages; an unknown state is refused', async () => {
    const type = `type-${model}`;
    const ids = [];
    for (let made = 0; made < 3; made++) ids.push(await client.id({ type }));
    await client.ask('POST', `/v1/jobs/${ids[0]}/cancel`);
    const list = (query: string, path = '/v1/jobs') =>
      client.ask<{ items: { job_id: string }[]; total: number; next_cursor: string | null }>(
        'GET',
        `${path}?type=${type}${query}`,
      );
    const whole = await list('');
    expect(whole.body).toMatchObject({ total: 3, next_cursor: null });
    expect((await list('', '/v1/jobs/history')).body).toEqual(whole.body);
    const first = await list('&limit=2');
    const second = await list(`&limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.items, ...second.body.items].map(({ job_id: id }) => id)).toEqual(
      whole.body.items.map(({ job_id: id }) => id),
    );
    expect((await list('&state=CANCELED')).body.items.map(({ job_id: id }) => id)).toEqual([ids[0]]);
    const wrong = await client.ask<Problem>('GET', '/v1/jobs?state=DONE');
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('query.state')]);
  });
});
