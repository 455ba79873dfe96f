import { beforeAll, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

interface Full {
  code: string;
  detail: string;
  hint: string;
  limit: string;
  of: string;
  queued: number;
}

describeOnBothServers('limits of keys and owners on jobs', (start) => {
  let server: TestServer;
  let second: TestServer;
  let miner: NewKey;
  let number = 0;
  beforeAll(async () => {
    server = await start({ KEYWARD_JOB_SWEEP_SECONDS: '1' });
    second = await start(server.environment);
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  const running = (max: number) => [{ name: 'at once', max_running: max }];
  const queued = (max: number) => [{ name: 'waiting', max_queued: max }];
  const clientOf = ({ secret }: NewKey, at = server): JobClient => new JobClient(at, secret);
  const newWorker = async (model: string, at = server, key = miner): Promise<TestWorker> => {
    const worker = new TestWorker(at, key.secret, `worker-${model}`);
    await worker.register({ models: [model] }, { concurrency: 50 });
    return worker;
  };
  const taken = async (worker: TestWorker, max = 10): Promise<number> => {
    const { status, body } = await worker.poll({ max_jobs: max });
    return status === 204 ? 0 : body.jobs.length;
  };
  const newModel = (): string => `limited-${++number}`;

  test.concurrent(
    'a job past max_queued of its key is refused, and the refusal names the limit, its use and whose it is',
    async ({ expect }) => {
      const model = newModel();
      const key = await newOwnerKey(server, 'client', { role: 'client', limits: queued(2) });
      const client = clientOf(key);
      const first = await client.id({ model });
      expect((await client.submit({ model })).status).toBe(201);
      const { status, body, headers } = await client.submit({ model });
      const full = body as unknown as Full;
      expect([status, full.code, full.limit, full.of, full.queued]).toEqual([
        429,
        'queue_full',
        'waiting',
        'key',
        2,
      ]);
      expect(full.detail).toBe('The limit "waiting" of this key is reached: 2 of 2 jobs wait.');
      expect([full.hint, headers.get('retry-after')]).toEqual([expect.stringContaining('/cancel'), '5']);
      await client.ask('POST', `/v1/jobs/${first}/cancel`);
      expect((await client.submit({ model })).status).toBe(201);
      // A running job does not wait.
      await (await newWorker(model)).take();
      expect((await client.submit({ model })).status).toBe(201);
    },
  );

  test.concurrent(
    'jobs of children and of all keys of an owner count together, also at two servers at once',
    async ({ expect }) => {
      const model = newModel();
      const parent = await newOwnerKey(server, 'parent', { role: 'client', limits: queued(5) });
      const child = await server.mint({ role: 'client', parent: parent.id });
      const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
        body: { name: `bounded ${model}`, kind: 'team', limits: queued(5) },
      });
      const [one, two] = await Promise.all(
        [1, 2].map(() => server.mint({ role: 'client', owner: owner.id })),
      );
      for (const [keys, of] of [
        [[parent, child], 'ancestor'],
        [[one as NewKey, two as NewKey], 'owner'],
      ] as const) {
        const answers = await Promise.all(
          Array.from({ length: 24 }, (_, at) =>
            clientOf(keys[at % 2] as NewKey, at % 4 < 2 ? server : second).submit({ model }),
          ),
        );
        expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
        const refused = answers.filter(({ status }) => status === 429);
        expect(refused).toHaveLength(19);
        const last = await clientOf(keys[1]).submit({ model });
        expect((last.body as unknown as Full).of).toBe(of);
      }
    },
  );

  test.concurrent(
    'no more jobs run than max_running, also claimed at two servers at once; the others wait and hold up nobody',
    async ({ expect }) => {
      const model = newModel();
      const client = clientOf(await newOwnerKey(server, 'client', { role: 'client', limits: running(3) }));
      const ids = await Promise.all(Array.from({ length: 8 }, () => client.id({ model })));
      const workers = [await newWorker(model), await newWorker(model, second)];
      const polls = Array.from({ length: 8 }, (_, at) => taken(workers[at % 2] as TestWorker));
      expect((await Promise.all(polls)).reduce((sum, count) => sum + count, 0)).toBe(3);
      const views = await Promise.all(ids.map((id) => client.get(id)));
      expect(views.filter(({ state }) => state === 'RUNNING')).toHaveLength(3);
      expect(new Set(views.map(({ waiting }) => waiting?.reason))).toEqual(
        new Set([undefined, 'max_running']),
      );
      const other = clientOf(await newOwnerKey(server, 'other', { role: 'client' }));
      const id = await other.id({ model });
      expect((await (workers[0] as TestWorker).take()).job_id).toBe(id);
      const { headers } = await (workers[0] as TestWorker).poll();
      expect(headers.get('x-skipped')).toContain('max_running=1');
    },
  );

  test.concurrent(
    'an end and a lost lease free the place of a running job, at once for a poll of the same server',
    async ({ expect }) => {
      const model = newModel();
      const client = clientOf(await newOwnerKey(server, 'client', { role: 'client', limits: running(1) }));
      const own = await newOwnerKey(server, 'miner', { role: 'miner' });
      const worker = await newWorker(model, server, own);
      const ids = [await client.id({ model }), await client.id({ model }), await client.id({ model })];
      const first = await worker.take();
      const waiting = worker.take();
      await expect
        .poll(async () => (await worker.poll()).headers.get('x-skipped'))
        .toContain('max_running=1');
      await worker.result(first);
      const next = await waiting;
      expect([first.job_id, next.job_id]).toEqual(ids.slice(0, 2));
      // Its lease is lost at once.
      await server.request('POST', `/v1/keys/${own.id}/revoke`);
      const again = await (await newWorker(model)).take();
      expect([again.job_id, again.attempt]).toEqual([next.job_id, 2]);
    },
  );

  test.concurrent(
    'max_running of a parent and of an owner bounds all keys below, and a change counts for jobs that wait',
    async ({ expect }) => {
      const model = newModel();
      const parent = await newOwnerKey(server, 'parent', { role: 'client' });
      const child = await server.mint({ role: 'client', parent: parent.id });
      for (const key of [parent, child]) await Promise.all([1, 2, 3].map(() => clientOf(key).id({ model })));
      await server.request('PATCH', `/v1/keys/${parent.id}`, { body: { limits: running(2) } });
      const worker = await newWorker(model);
      expect(await taken(worker)).toBe(2);
      await server.request('PATCH', `/v1/keys/${parent.id}`, { body: { limits: running(4) } });
      await expect.poll(() => taken(worker)).toBe(2);
      await server.request('PATCH', `/v1/owners/${parent.key.owner.id}`, {
        body: { limits: running(1) },
      });
      await server.request('PATCH', `/v1/keys/${parent.id}`, { body: { limits: [] } });
      expect(await taken(worker)).toBe(0);
      await server.request('PATCH', `/v1/owners/${parent.key.owner.id}`, { body: { limits: [] } });
      await expect.poll(() => taken(worker)).toBe(2);
    },
  );

  test.concurrent(
    'a key with limits on jobs makes no key and widens none beyond them',
    async ({ expect }) => {
      const limits = [...running(2), ...queued(5)];
      const maker = await newOwnerKey(server, 'maker', {
        scopes: ['keys:read', 'keys:write', 'jobs:submit'],
        limits,
      });
      const made = await server.request<{ id: string; key: { parent: string } }>('POST', '/v1/keys', {
        key: maker.secret,
        body: { name: 'child', scopes: ['jobs:submit'] },
      });
      expect([made.status, made.body.key.parent]).toEqual([201, maker.id]);
      for (const wider of [[], running(3), queued(6)]) {
        const { status, body } = await server.request<{ code: string }>('PATCH', `/v1/keys/${maker.id}`, {
          key: maker.secret,
          body: { limits: wider },
        });
        expect([status, body.code]).toEqual([403, 'scope_escalation']);
      }
      for (const bad of [
        { name: 'x', max_running: 0 },
        { name: 'x', max_queued: 1.5 },
      ])
        expect(
          (await server.request('POST', '/v1/keys', { body: { name: 'x', limits: [bad] } })).status,
        ).toBe(422);
    },
  );

  test.concurrent(
    'the workers that a key allows count when a job starts, narrower or wider than at its submission',
    async ({ expect }) => {
      const model = newModel();
      const key = await newOwnerKey(server, 'client', { role: 'client' });
      const client = clientOf(key);
      const worker = await newWorker(model);
      const id = await client.id({ model });
      const narrow = (owners: string[]) =>
        server.request('PATCH', `/v1/keys/${key.id}`, { body: { selectors: { workers: { owners } } } });
      await narrow([key.key.owner.id]);
      expect(await taken(worker)).toBe(0);
      expect(await client.get(id)).toMatchObject({
        is_possible: false,
        impossible_because: expect.arrayContaining(['owner']) as string[],
      });
      const waiting = worker.take();
      await narrow([miner.key.owner.id]);
      const job = await waiting;
      expect(job.job_id).toBe(id);
      expect(JSON.stringify(job)).not.toContain('keys_workers');
    },
  );
});
