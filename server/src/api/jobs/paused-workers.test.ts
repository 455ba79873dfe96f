import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { SCOPES } from '../../access/index.ts';
import { eventsAt, JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

interface WorkerView {
  worker_id: string;
  state: string;
  paused_at: string | null;
  has_twin: boolean;
}

describeOnBothServers('workers that are paused, removed, or have a twin', (start) => {
  let server: TestServer;
  let jobs: JobClient;
  let count = 0;
  beforeAll(async () => {
    server = await start();
    jobs = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
  });

  /** A worker of an owner of its own, with a model of its own. */
  const newWorker = async () => {
    const model = `model-${++count}`;
    const miner: NewKey = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, miner.secret, 'machine');
    const { worker_id: id } = (await worker.register({ models: [model] }, { concurrency: 2 })).body;
    return { worker, id, model, miner };
  };
  const change = (verb: 'pause' | 'resume', id: string, key?: string) =>
    server.request<WorkerView>('POST', `/v1/workers/${id}/${verb}`, key === undefined ? {} : { key });
  const viewOf = async (id: string): Promise<WorkerView | undefined> =>
    (await server.request<{ items: WorkerView[] }>('GET', '/v1/workers')).body.items.find(
      ({ worker_id: known }) => known === id,
    );

  test('a paused worker finishes what it has, gets no more, and gets jobs again when it is resumed', async () => {
    const { worker, id, model } = await newWorker();
    await jobs.id({ model });
    const held = await worker.take();
    const { status, body } = await change('pause', id);
    expect([status, typeof body.paused_at]).toEqual([200, 'string']);
    const next = await jobs.id({ model });
    const idle = await worker.poll();
    expect([idle.status, idle.headers.get('x-skipped')]).toEqual([204, 'paused=1']);
    expect((await jobs.get(next)).waiting?.excluded).toMatchObject({ paused: 1 });
    expect((await worker.result(held)).status).toBe(200);
    // A worker that comes back does not end the pause, and neither does a repeat.
    await worker.register({ models: [model] }, { concurrency: 2 });
    expect((await change('pause', id)).body.paused_at).toBe(body.paused_at);
    expect(await viewOf(id)).toMatchObject({ state: 'paused', paused_at: body.paused_at });
    const waiting = worker.take();
    expect((await change('resume', id)).body).toEqual({ worker_id: id, paused_at: null });
    expect((await waiting).job_id).toBe(next);
    expect((await viewOf(id))?.state).toBe('online');
  });

  test('its control stream says that it is paused and resumed, and the audit record says by whom', async () => {
    const { id, miner } = await newWorker();
    const over = new AbortController();
    const events = eventsAt(server, `/v1/workers/${id}/control`, { key: miner.secret, signal: over.signal });
    const seen: string[] = [];
    for await (const { event } of events) {
      seen.push(event);
      if (event === 'ready') await change('pause', id);
      if (event === 'pause') await change('resume', id);
      if (event === 'resume') over.abort();
    }
    expect(seen).toEqual(['ready', 'pause', 'resume']);
    const { body } = await server.request<{ items: { action: string }[] }>('GET', `/v1/audit?target=${id}`);
    expect(body.items.map(({ action }) => action)).toEqual([
      'workers.resume',
      'workers.pause',
      'workers.register',
    ]);
  });

  test('only workers:manage pauses and resumes, until the key is revoked', async () => {
    const { id, miner } = await newWorker();
    const others = await server.mint({ scopes: SCOPES.filter((scope) => scope !== 'workers:manage') });
    const alone = await server.mint({ scopes: ['workers:manage'] });
    for (const verb of ['pause', 'resume'] as const) {
      for (const { secret } of [miner, others])
        expect([verb, (await change(verb, id, secret)).status]).toEqual([verb, 403]);
      const unknown = await change(verb, 'wrk_4fT9aBcDeF12');
      expect([unknown.status, unknown.body]).toMatchObject([404, { code: 'worker_not_found' }]);
      expect((await change(verb, 'machine')).status).toBe(404);
      expect([verb, (await change(verb, id, alone.secret)).status]).toEqual([verb, 200]);
    }
    await server.request('POST', `/v1/keys/${alone.id}/revoke`);
    expect((await change('pause', id, alone.secret)).status).toBe(401);
    expect((await viewOf(id))?.state).toBe('online');
  });

  test('an administrator removes a worker of any owner by its id, and others only their own', async () => {
    const { worker, id } = await newWorker();
    const remove = async (named: string, key?: string): Promise<number> =>
      (await server.request('DELETE', `/v1/workers/${named}`, key === undefined ? {} : { key })).status;
    const { secret: stranger } = await newOwnerKey(server, 'stranger', { role: 'miner' });
    expect([await remove(id, stranger), await remove('machine')]).toEqual([404, 404]);
    expect(await remove(id)).toBe(200);
    expect(await viewOf(id)).toBeUndefined();
    expect((await worker.poll()).status).toBe(404);
  });

  test('two programs under one name are told of it, and one that is replaced drains nobody', async () => {
    const { worker, id, model } = await newWorker();
    const as = (process: string, status = 'online') =>
      worker.post<{ has_twin: boolean }>('heartbeat', { status }, { 'x-miner-process': process });
    const register = (process: string) =>
      worker.post('register', { capabilities: { models: [model] } }, { 'x-miner-process': process });
    await register('first');
    expect((await as('first')).body.has_twin).toBe(false);
    await register('second');
    // The first one is replaced: it finishes its jobs, and ends.
    expect((await as('first', 'draining')).body.has_twin).toBe(false);
    expect(await viewOf(id)).toMatchObject({ state: 'online', has_twin: false });
    // The first one goes on.
    expect((await as('first')).body.has_twin).toBe(true);
    expect((await as('second')).body.has_twin).toBe(true);
    expect((await viewOf(id))?.has_twin).toBe(true);
    expect((await as('second', 'draining')).status).toBe(200);
    expect((await viewOf(id))?.state).toBe('draining');
    const bad = await worker.post('heartbeat', {}, { 'x-miner-process': 'a b' });
    expect(bad.status).toBe(422);
    // A program that says nothing of itself is nobody's twin.
    expect((await worker.post<{ has_twin: boolean }>('heartbeat')).status).toBe(200);
  });
});
