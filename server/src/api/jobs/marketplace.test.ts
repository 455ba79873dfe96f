import { beforeAll, beforeEach, expect, test } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import { describeOnBothWhenSlow, type Answer, type NewKey, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker, type Problem } from './jobs.fixture.ts';

interface Gpu {
  gpu_id: string;
  worker_id: string;
  state: string;
  model: string;
  price_per_hour: number | null;
  description: string | null;
  is_bookable: boolean;
  booked_until: string | null;
  booked_by: string | null;
}
interface GpuPage {
  items: Gpu[];
  next_cursor: string | null;
}

const HOUR_MS = 3_600_000;
/** In hours. */
const ONE_SECOND = 1 / 3_600;
const LIST = '/v1/marketplace/gpu/list';

describeOnBothWhenSlow('the marketplace of GPUs', (start) => {
  let server: TestServer;
  let client: NewKey;
  let other: NewKey;
  let miner: NewKey;
  let worker: TestWorker;
  let workerId = '';
  let gpuId = '';
  let model = '';
  let number = 0;

  const ask = <T = Gpu & Problem>(
    { secret: key }: { secret: string },
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer<T>> => server.request<T>(method, path, { key, ...(body && { body }) });
  const book = (who: { secret: string }, hours = 1, id = gpuId) =>
    ask(who, 'POST', `/v1/marketplace/gpu/${id}/book`, { duration_hours: hours });
  const release = (who: { secret: string }, id = gpuId) =>
    ask(who, 'POST', `/v1/marketplace/gpu/${id}/release`);
  const offer = (who: { secret: string }, body: object) =>
    ask<{ gpus: Gpu[] } & Problem>(who, 'POST', '/v1/marketplace/gpu/register', body);
  const gpu = async (who: { secret: string } = client): Promise<Gpu> =>
    (await ask(who, 'GET', `/v1/marketplace/gpu/${gpuId}`)).body;
  const admin = () => ({ secret: server.adminKey });
  const jobsOf = ({ secret }: NewKey) => new JobClient(server, secret);
  const register = async (more: object = {}): Promise<void> => {
    const gpus = [
      { name: `NVIDIA ${model}`, memory_mb: 24_564, cuda: '12.4' },
      { name: 'small', memory_mb: 8_192 },
    ];
    const { body } = await worker.register({ models: [model], gpus }, { region: 'eu-1', ...more });
    workerId = body.worker_id;
    gpuId = `${workerId}-0`;
  };
  /** Resolves when a worker waits for a job, at any server. */
  const untilPolled = async (): Promise<void> => {
    await expect
      .poll(async () => (await server.request<{ items: object[] }>('GET', '/v1/running')).body.items)
      .toContainEqual(expect.objectContaining({ route: 'workers.poll' }));
  };
  /** The last records of this action. */
  const records = async (action: string) =>
    (
      await server.request<{ items: { target: string; details: object }[] }>(
        'GET',
        `/v1/audit?action=${action}&target=${workerId}`,
      )
    ).body.items;

  beforeAll(async () => {
    server = await start();
    client = await newOwnerKey(server, 'client', { role: 'client' });
    other = await newOwnerKey(server, 'other', { role: 'client' });
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  // Each test has a worker and a model of its own.
  beforeEach(async () => {
    model = `model-${++number}`;
    worker = new TestWorker(server, miner.secret, `worker-${number}`);
    await register();
  });

  test('the list has each GPU of a worker, and its filters choose', async () => {
    const found = async (query: string): Promise<string[]> =>
      (await ask<GpuPage>(client, 'GET', `${LIST}?${query}`)).body.items
        .filter(({ worker_id: id }) => id === workerId)
        .map(({ gpu_id: id }) => id);
    const both = [gpuId, `${workerId}-1`];
    await offer(miner, { worker: workerId, price_per_hour: 0.5 });
    for (const [query, expected] of [
      ['limit=200', both],
      [`model=${model.toUpperCase()}`, [gpuId]],
      ['model=no-such', []],
      // 24 GB cards report a few MB less.
      [`memory_min=24&model=${model}`, [gpuId]],
      [`memory_min=24.9&model=${model}`, []],
      ['region=eu-1&limit=200', both],
      ['region=eu-2', []],
      [`price_max=0.5&model=${model}`, [gpuId]],
      [`price_max=0.49&model=${model}`, []],
      [`available=true&model=${model}`, [gpuId]],
      [`available=false&model=${model}`, []],
    ] as const)
      expect([query, await found(query)]).toEqual([query, expected]);
    expect(await gpu()).toEqual({
      gpu_id: gpuId,
      worker_id: workerId,
      owner_id: miner.key.owner.id,
      model: `NVIDIA ${model}`,
      memory_mb: 24_564,
      cuda: '12.4',
      gpus: 2,
      models: [model],
      region: 'eu-1',
      price_per_hour: 0.5,
      description: null,
      state: 'online',
      is_bookable: true,
      booked_until: null,
      booked_by: null,
    });
    for (const query of ['limit=0', 'price_max=-1', 'cursor=x', 'available=maybe', 'nothing=1'])
      expect((await ask(client, 'GET', `${LIST}?${query}`)).status).toBe(422);
  });

  test('the pages of the list have each GPU once', async () => {
    const whole = (await ask<GpuPage>(client, 'GET', `${LIST}?limit=200`)).body.items;
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: Answer<GpuPage> = await ask<GpuPage>(client, 'GET', `${LIST}?limit=1${from}`);
      ids.push(...body.items.map(({ gpu_id: id }) => id));
      cursor = body.next_cursor;
    }
    expect(ids).toEqual(whole.map(({ gpu_id: id }) => id));
    expect(ids.length).toBeGreaterThanOrEqual(2);
  });

  test('an offer sets price and words, stays when the worker registers again, and is of its owner alone', async () => {
    const set = await offer(miner, { worker: gpuId, price_per_hour: 0.35, description: 'quiet' });
    expect([set.status, set.body.gpus.map(({ price_per_hour: price }) => price)]).toEqual([
      200,
      [0.35, 0.35],
    ]);
    await register({ price_per_hour: 9 });
    expect(await gpu()).toMatchObject({ price_per_hour: 0.35, description: 'quiet' });
    // It is the price that jobs are compared with.
    await jobsOf(client).submit({ model, constraints: { models: [model], max_price_per_hour: 0.3 } });
    expect((await worker.poll()).headers.get('x-skipped')).toMatch(/price=1/);
    await offer(miner, { worker: worker.name, price_per_hour: null });
    expect(await gpu()).toMatchObject({ price_per_hour: 9, description: 'quiet' });
    const stranger = await newOwnerKey(server, 'stranger', { role: 'miner' });
    for (const named of [gpuId, workerId, worker.name]) {
      const refused = await offer(stranger, { worker: named, price_per_hour: 0 });
      expect([refused.status, refused.body.code]).toEqual([404, 'worker_not_found']);
    }
    const forbidden = await offer(client, { worker: gpuId, price_per_hour: 0 });
    expect([forbidden.status, forbidden.body.code]).toEqual([403, 'insufficient_scope']);
    expect((await offer(miner, { worker: gpuId, price_per_hour: -1 })).status).toBe(422);
    expect((await gpu()).price_per_hour).toBe(9);
    expect((await records('marketplace.offer')).length).toBe(2);
  });

  test('of 50 bookings at once by 50 owners, from two servers, one succeeds', async () => {
    const twin = await startServerProcess({ ...server.environment, KEYWARD_PORT: '0' });
    const owners = await Promise.all(
      Array.from({ length: 50 }, (_, at) => newOwnerKey(server, `booker ${at}`, { role: 'client' })),
    );
    const answers = await Promise.all(
      owners.map(async ({ secret, key }, at) => {
        const url = at % 2 === 0 ? server.url : twin.url;
        const response = await fetch(`${url}/v1/marketplace/gpu/${workerId}-${at % 4 < 2 ? 0 : 1}/book`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
          body: JSON.stringify({ duration_hours: 1 }),
        });
        return { status: response.status, body: (await response.json()) as Problem, owner: key.owner.id };
      }),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const lost = answers.filter(({ status }) => status !== 200);
    expect([...new Set(lost.map(({ status, body }) => `${status} ${body.code}`))]).toEqual([
      '409 already_booked',
    ]);
    expect((await gpu(admin())).booked_by).toBe(won[0]?.owner);
    expect(await records('marketplace.book')).toHaveLength(1);
  }, 30_000);

  test('a booked worker does jobs of its booker only, and finishes what it has', async () => {
    await register({ concurrency: 3 });
    const before = await jobsOf(other).id({ model });
    const running = await worker.take();
    expect(running.job_id).toBe(before);
    const booked = await book(client, 2);
    expect([booked.status, booked.body.state, booked.body.booked_by]).toEqual([
      200,
      'booked',
      client.key.owner.id,
    ]);
    const theirs = await jobsOf(other).id({ model });
    const { status, headers } = await worker.poll();
    expect([status, headers.get('x-skipped')]).toEqual([204, expect.stringContaining('booked=1')]);
    expect((await jobsOf(other).get(theirs)).waiting).toMatchObject({
      reason: 'workers_booked',
      excluded: { booked: 1 },
    });
    expect((await jobsOf(other).get(theirs)).is_possible).toBe(true);
    const mine = await jobsOf(client).id({ model });
    expect((await worker.take()).job_id).toBe(mine);
    expect((await worker.result(running)).status).toBe(200);
    expect((await release(client)).status).toBe(200);
    expect((await worker.take()).job_id).toBe(theirs);
  });

  test('a poll that waits when its worker is booked gets the job of the booker, not one that came in before', async () => {
    const polled = worker.poll({ max_wait_seconds: 30 });
    await untilPolled();
    await book(client);
    const theirs = await jobsOf(other).id({ model });
    const mine = await jobsOf(client).id({ model });
    expect((await polled).body.job_id).toBe(mine);
    expect((await jobsOf(other).get(theirs)).state).toBe('QUEUED');
  }, 15_000);

  test('a booking ends by itself, and a poll that waits gets the job of another owner', async () => {
    await book(client, ONE_SECOND);
    const theirs = await jobsOf(other).id({ model });
    const polled = worker.poll({ max_wait_seconds: 30 });
    expect((await gpu()).state).toBe('booked');
    expect((await polled).body.job_id).toBe(theirs);
    expect(await gpu()).toMatchObject({ booked_until: null, booked_by: null });
    // It has ended: there is nothing to release, and another owner may book.
    expect((await release(client)).status).toBe(404);
    expect((await book(other)).status).toBe(200);
  }, 15_000);

  test('a poll that waits at another server gets its job when the booking is released', async () => {
    const twin = await startServerProcess({ ...server.environment, KEYWARD_PORT: '0' });
    await book(client);
    const polled = fetch(`${twin.url}/v1/workers/poll`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${miner.secret}`,
        'x-miner-id': worker.name,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ max_wait_seconds: 20 }),
    });
    const theirs = await jobsOf(other).id({ model });
    await untilPolled();
    await release(client);
    expect(((await (await polled).json()) as { job_id: string }).job_id).toBe(theirs);
  }, 30_000);

  test('the same owner moves the end of its booking, and never to an earlier time', async () => {
    const untilMs = async () => Date.parse((await gpu()).booked_until ?? '');
    await book(client, 2);
    const first = await untilMs();
    expect((await book(client, 1)).status).toBe(200);
    expect(await untilMs()).toBe(first);
    await book(client, 3);
    expect(await untilMs()).toBeGreaterThan(first + HOUR_MS / 2);
    const sibling = await server.mint({ owner: client.key.owner.id, role: 'client' });
    expect((await release(sibling)).status).toBe(200);
  });

  test('a booking of another owner does not exist for a caller, but for an administrator', async () => {
    await book(client);
    const taken = await book(other);
    expect([taken.status, taken.body.code]).toEqual([409, 'already_booked']);
    const booking = await release(other);
    const nothing = await release(other, `wrk_${'0'.repeat(12)}-0`);
    expect([booking.status, booking.body.code, nothing.status]).toEqual([404, 'not_found', 404]);
    const seen = await gpu(other);
    expect([seen.state, seen.booked_by]).toEqual(['booked', null]);
    expect(seen.booked_until).not.toBeNull();
    expect((await gpu(admin())).booked_by).toBe(client.key.owner.id);
    // The owner of the worker is not its booker either.
    const wide = await server.mint({
      owner: miner.key.owner.id,
      scopes: ['marketplace:book', 'marketplace:read'],
    });
    expect((await release(wide)).status).toBe(404);
    expect((await gpu()).state).toBe('booked');
    expect((await release(admin())).status).toBe(200);
    expect((await gpu()).state).toBe('online');
    const [record] = await records('marketplace.release');
    expect(record?.details).toMatchObject({ booked_by: client.key.owner.id });
  });

  test('a booking ends when its owner is suspended, and a poll that waits gets the job of another owner', async () => {
    const booker = await newOwnerKey(server, 'booker', { role: 'client' });
    expect((await book(booker, 100)).status).toBe(200);
    const id = await jobsOf(other).id({ model });
    const waiting = worker.take();
    await untilPolled();
    const path = `/v1/owners/${booker.key.owner.id}`;
    expect((await server.request('PATCH', path, { body: { state: 'suspended' } })).status).toBe(200);
    expect((await waiting).job_id).toBe(id);
    await expect.poll(async () => (await gpu()).booked_until).toBeNull();
    expect(await records('marketplace.release')).toMatchObject([
      { target: workerId, details: { booked_by: booker.key.owner.id } },
    ]);
    // Active again, it has none.
    await server.request('PATCH', path, { body: { state: 'active' } });
    expect((await gpu(other)).booked_until).toBeNull();
  });

  test('a worker whose owner lets nobody book it is booked by its owner alone', async () => {
    await offer(miner, { worker: gpuId, is_bookable: false });
    const refused = await book(client);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden_resource']);
    expect((await gpu()).is_bookable).toBe(false);
    const own = await server.mint({
      owner: miner.key.owner.id,
      scopes: ['marketplace:book', 'marketplace:read'],
    });
    expect((await book(own)).status).toBe(200);
    const page = await ask<GpuPage>(client, 'GET', `${LIST}?available=true&model=${model}`);
    expect(page.body.items).toEqual([]);
  });

  test('a busy worker can be booked, and one that leaves or is away cannot', async () => {
    await jobsOf(other).id({ model });
    const running = await worker.take();
    expect((await gpu()).state).toBe('busy');
    expect((await book(client)).status).toBe(200);
    await release(client);
    await worker.result(running);
    await worker.heartbeat([], 'draining');
    expect((await gpu()).state).toBe('offline');
    const leaving = await book(client);
    expect([leaving.status, leaving.body.code, leaving.body.detail]).toEqual([
      409,
      'conflict',
      expect.stringContaining('draining'),
    ]);
    await register();
    const { storage, clock } = server.app.core;
    await storage.transaction((tx) =>
      tx
        .withTables<{ workers: { id: string; seen_at: number } }>()
        .updateTable('workers')
        .set({ seen_at: clock.nowMs() - 60_000 })
        .where('id', '=', workerId)
        .execute(),
    );
    expect((await gpu()).state).toBe('offline');
    const away = await book(client);
    expect([away.status, away.body.detail]).toEqual([409, expect.stringContaining('offline')]);
    expect(await records('marketplace.book')).toHaveLength(1);
  });

  test('each refusal says why: no key, no scope, no such GPU, no such duration', async () => {
    const path = `/v1/marketplace/gpu/${gpuId}/book`;
    const body = { duration_hours: 1 };
    expect((await server.request('POST', path, { key: null, body })).status).toBe(401);
    for (const [method, at, needed] of [
      ['GET', LIST, 'marketplace:read'],
      ['GET', `/v1/marketplace/gpu/${gpuId}`, 'marketplace:read'],
      ['POST', path, 'marketplace:book'],
      ['POST', `/v1/marketplace/gpu/${gpuId}/release`, 'marketplace:book'],
    ] as const) {
      const refused = await ask(miner, method, at, at === path ? body : undefined);
      expect([at, refused.status, refused.text.includes(needed)]).toEqual([at, 403, true]);
    }
    for (const id of [`${workerId}-2`, `wrk_${'0'.repeat(12)}-0`, workerId, 'gpu_1'])
      expect([id, (await book(client, 1, id)).status]).toEqual([id, 404]);
    for (const hours of [0, -1, 721])
      expect([hours, (await book(client, hours)).status]).toEqual([hours, 422]);
    expect((await ask(client, 'POST', path, { duration_hours: '1' })).status).toBe(422);
    expect((await ask(client, 'POST', path, {})).status).toBe(422);
    expect(await gpu()).toMatchObject({ state: 'online', booked_until: null });
    expect(await records('marketplace.book')).toEqual([]);
  });
});
