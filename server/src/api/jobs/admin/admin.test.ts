import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../../test/server.ts';
import { allRoutes } from '../../../app/routes.ts';
import { SCOPES } from '../../../access/index.ts';
import { needsKey } from '../../../http/route.ts';
import { JobClient, newOwnerKey, TestWorker } from '../jobs.fixture.ts';

/** Texts that clients and workers write: no administrator's list has them. */
const CANARIES = ['canary-prompt', 'canary-metadata', 'canary-result', 'canary-message'];
const PATHS = ['stats', 'status', 'queue-history', 'jobs', 'miners'].map((name) => `/v1/admin/${name}`);

interface Stats {
  jobs: Record<string, number>;
  workers: Record<string, number>;
  oldest_queued_seconds: number | null;
  durations: { jobs: number; wait_seconds: Percentiles; run_seconds: Percentiles };
}
interface Percentiles {
  p50: number | null;
  p95: number | null;
}
interface Listed {
  items: Record<string, unknown>[];
  next_cursor: string | null;
}

describeOnBothServers('what administrators see of the queue', (start) => {
  let server: TestServer;
  let client: NewKey;
  let other: NewKey;
  let miner: NewKey;
  const ids: Record<'completed' | 'failed' | 'running' | 'queued', string> = {
    completed: '',
    failed: '',
    running: '',
    queued: '',
  };

  beforeAll(async () => {
    server = await start();
    client = await newOwnerKey(server, 'client', { role: 'client' });
    other = await newOwnerKey(server, 'other', { role: 'client' });
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, miner.secret, 'machine');
    await worker.register(
      { models: ['m', 'n'], gpus: [{ name: 'card', memory_mb: 8_192 }] },
      { concurrency: 4 },
    );
    const jobs = new JobClient(server, client.secret);
    const submit = async (body: object = {}): Promise<string> =>
      jobs.id({ prompt: CANARIES[0], metadata: { note: CANARIES[1] }, model: 'm', ...body });
    ids.completed = await submit();
    await worker.result(await worker.take(), CANARIES[2]);
    ids.failed = await submit({ max_attempts: 1 });
    const { job_id: jobId, lease_token: token } = await worker.take();
    await worker.post(`${jobId}/fail`, {
      lease_token: token,
      error_code: 'refused',
      error_message: CANARIES[3],
    });
    ids.running = await submit();
    await worker.take();
    ids.queued = await new JobClient(server, other.secret).id({
      prompt: CANARIES[0],
      model: 'nobody-serves',
    });
    await new JobClient(server, other.secret).id({ prompt: 'x', model: 'nobody-serves' });
    const { body } = await server.request<{ items: { gpu_id: string }[] }>('GET', '/v1/marketplace/gpu/list');
    await server.request('POST', `/v1/marketplace/gpu/${body.items[0]?.gpu_id}/book`, {
      key: client.secret,
      body: { duration_hours: 1 },
    });
  });

  test('stats counts jobs and workers by state, and how long jobs took', async () => {
    const { status, body } = await server.request<Stats>('GET', '/v1/admin/stats');
    expect([status, body.jobs]).toEqual([
      200,
      { QUEUED: 2, RUNNING: 1, COMPLETED: 1, FAILED: 1, CANCELED: 0, EXPIRED: 0 },
    ]);
    expect(body.workers).toEqual({ online: 1, draining: 0, paused: 0, resting: 0, offline: 0, booked: 1 });
    expect(body.oldest_queued_seconds).toBeGreaterThanOrEqual(0);
    expect(body.durations.jobs).toBe(1);
    for (const { p50, p95 } of [body.durations.wait_seconds, body.durations.run_seconds]) {
      expect(p50).toBeGreaterThanOrEqual(0);
      expect(p95).toBe(p50);
    }
  });

  test('stats of an empty queue has zeros, and durations of nothing are null', async () => {
    const empty = await start();
    const { body } = await empty.request<Stats>('GET', '/v1/admin/stats');
    expect(Object.values(body.jobs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([body.oldest_queued_seconds, body.durations.run_seconds.p50]).toEqual([null, null]);
  });

  test('status says what is ready, and how long the queue is', async () => {
    const { body } = await server.request('GET', '/v1/admin/status');
    expect(body).toMatchObject({
      status: 'ready',
      parts: { storage: { ok: true } },
      jobs_queued: 2,
      jobs_running: 1,
      workers_online: 1,
    });
  });

  test('jobs lists those of all owners, page by page, by state and by owner', async () => {
    const list = async (query: string): Promise<Listed> =>
      (await server.request<Listed>('GET', `/v1/admin/jobs?${query}`)).body;
    const idsOf = async (query: string): Promise<unknown[]> =>
      (await list(query)).items.map(({ job_id: id }) => id);
    expect((await list('')).items).toHaveLength(5);
    expect(await idsOf('state=RUNNING')).toEqual([ids.running]);
    expect(await idsOf('state=FAILED')).toEqual([ids.failed]);
    expect(await idsOf(`owner=${other.key.owner.id}`)).toHaveLength(2);
    expect(await idsOf('type=none')).toEqual([]);
    const first = await list('limit=3');
    const rest = await list(`limit=3&cursor=${first.next_cursor}`);
    expect([first.items.length, rest.items.length, rest.next_cursor]).toEqual([3, 2, null]);
    expect(first.items[0]).toMatchObject({ owner_id: other.key.owner.id, state: 'QUEUED' });
    const failed = (await list('state=FAILED')).items[0];
    expect(failed).toMatchObject({ error_code: 'refused', owner_id: client.key.owner.id });
    for (const query of ['state=GONE', 'limit=0', 'cursor=x', 'nothing=1'])
      expect((await server.request('GET', `/v1/admin/jobs?${query}`)).status).toBe(422);
  });

  test('miners lists the workers of all owners, with their bookings', async () => {
    const { body } = await server.request<Listed>('GET', '/v1/admin/miners?limit=1');
    expect(body.items).toEqual([
      expect.objectContaining({
        name: 'machine',
        owner_id: miner.key.owner.id,
        state: 'online',
        jobs: 1,
        concurrency: 4,
        booked_by: client.key.owner.id,
      }),
    ]);
    expect((await server.request('GET', '/v1/admin/miners?cursor=x')).status).toBe(422);
  });

  test('only workers:manage opens them, which of the roles the administrator alone has', async () => {
    const others = await server.mint({ scopes: SCOPES.filter((scope) => scope !== 'workers:manage') });
    const alone = await server.mint({ scopes: ['workers:manage'] });
    for (const path of PATHS) {
      expect([path, (await server.request('GET', path, { key: null })).status]).toEqual([path, 401]);
      for (const { secret: key } of [client, miner, others]) {
        const refused = await server.request<{ code: string }>('GET', path, { key });
        expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'insufficient_scope']);
        expect(refused.text).toContain('workers:manage');
      }
      expect([path, (await server.request('GET', path, { key: alone.secret })).status]).toEqual([path, 200]);
      expect([path, (await server.request('GET', `/api${path}`)).status]).toEqual([path, 200]);
    }
  });

  test('nothing that a client or a worker has written stands in them, and no key', async () => {
    const texts = await Promise.all(PATHS.map(async (path) => (await server.request('GET', path)).text));
    const all = `${texts.join('\n')}\n${(await server.request('GET', '/metrics')).text}`;
    expect(all).toContain(ids.queued);
    for (const secret of [...CANARIES, client.secret, miner.secret, server.adminKey, client.id, miner.id])
      expect(all).not.toContain(secret);
  });

  test('the metrics have waiting jobs by model, running jobs and workers', async () => {
    const text = async (): Promise<string> => (await server.request<string>('GET', '/metrics')).text;
    const lines = await text();
    expect(lines).toContain('keyward_jobs_queued{model="nobody-serves"} 2');
    expect(lines).toMatch(/keyward_jobs_oldest_queued_seconds\{model="nobody-serves"\} \d/);
    expect(lines).toMatch(/^keyward_jobs_running 1$/m);
    expect(lines).toMatch(/^keyward_workers_online 1$/m);
    expect(lines).not.toContain('keyward_jobs_queued{model="m"');
    // 60 models more: 50 have a line of their own.
    const jobs = new JobClient(server, client.secret);
    for (let at = 0; at < 60; at++) await jobs.submit({ model: `many-${at}` });
    const many = (await text()).match(/^keyward_jobs_queued\{.*$/gm) ?? [];
    expect(many).toHaveLength(51);
    expect(many).toContain('keyward_jobs_queued{model="other"} 11');
    const { items } = (await server.request<Listed>('GET', '/v1/admin/jobs?state=QUEUED&limit=200')).body;
    for (const { job_id: id, owner_id: owner } of items)
      await server.request('POST', `/v1/jobs/${String(id)}/cancel`, {
        key: owner === client.key.owner.id ? client.secret : other.secret,
      });
    expect(await text()).not.toContain('keyward_jobs_queued{');
  });

  test('every /v1/admin route of the Developer API answers as before, in its own shape', async () => {
    const routes = allRoutes('0.0.0').filter(({ path }) => path.startsWith('/v1/admin'));
    const theirs = routes.filter(({ surface }) => surface.name === 'developer').filter(needsKey);
    expect(theirs.length).toBeGreaterThan(15);
    const taken = new Set(PATHS.map((path) => `GET ${path}`));
    const { secret: powerless } = await server.mint({ scopes: ['models:use'] });
    for (const { method, path, access } of theirs) {
      expect(taken).not.toContain(`${method} ${path}`);
      const at = path.replaceAll(/:\w+/g, '999999');
      for (const base of ['', '/api']) {
        const none = await server.request<{ error: string }>(method, base + at, { key: null });
        expect([at, none.status, Object.keys(none.body)]).toEqual([at, 403, ['error']]);
        if (access === 'any') continue;
        const refused = await server.request<{ error: string }>(method, base + at, { key: powerless });
        expect([at, refused.status, Object.keys(refused.body)]).toEqual([at, 403, ['error']]);
      }
    }
    const multi = await server.request('GET', '/api/v1/admin/is-multi-user-mode');
    expect([multi.status, multi.text]).toEqual([200, '{"isMultiUser":false}']);
    const unknown = await server.request<object>('GET', '/api/v1/admin/no-such-thing');
    expect([unknown.status, Object.keys(unknown.body)]).toEqual([404, ['error']]);
  });
});
