import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

describeOnBothServers('jobs of a key that is narrowed', (start) => {
  let server: TestServer;
  let miner: { id: string; secret: string };
  let number = 0;
  beforeAll(async () => {
    server = await start();
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  const newClient = async () => {
    const { id, secret } = await newOwnerKey(server, 'client', { role: 'client' });
    return { id, client: new JobClient(server, secret) };
  };
  const workerOf = async (models: string[], key = miner.secret): Promise<TestWorker> => {
    const worker = new TestWorker(server, key, `worker-${++number}`);
    await worker.register({ models });
    return worker;
  };
  const narrow = async (id: string, body: object): Promise<void> => {
    expect((await server.request('PATCH', `/v1/keys/${id}`, { body })).status).toBe(200);
  };
  const seen = async (client: JobClient, id: string): Promise<[string, string | undefined]> => {
    const { state, error } = await client.get(id);
    return [state, error?.code];
  };

  test('jobs that wait or run are canceled when their key may submit none any more, and no result is taken', async () => {
    const { id, client } = await newClient();
    const model = `m${++number}`;
    const worker = await workerOf([model]);
    const ids = [await client.id({ model }), await client.id({ model })];
    const taken = await worker.take();
    await narrow(id, { scopes: ['jobs:read', 'jobs:cancel'] });
    expect((await worker.chunks(taken, [{ text: 'late' }])).body.code).toBe('lease_lost');
    expect((await worker.result(taken)).body.code).toBe('already_finished');
    for (const one of ids) expect(await seen(client, one)).toEqual(['CANCELED', 'insufficient_scope']);
    expect((await worker.poll()).status).toBe(204);
  });

  test('a job whose model its key loses is canceled, and one whose model it keeps goes on', async () => {
    const { id, client } = await newClient();
    const [kept, lost] = [`kept${++number}`, `lost${number}`];
    const [worker, other] = [await workerOf([kept]), await workerOf([lost])];
    const [goesOn, waits] = [await client.id({ model: kept }), await client.id({ model: kept })];
    const [ends, never] = [await client.id({ model: lost }), await client.id({ model: lost })];
    const [taken, gone] = [await worker.take(), await other.take()];
    await narrow(id, { selectors: { models: { allow: [kept], deny: [] } } });
    for (const one of [ends, never])
      expect(await seen(client, one)).toEqual(['CANCELED', 'forbidden_resource']);
    expect((await other.result(gone)).status).toBe(409);
    expect((await worker.result(taken)).status).toBe(200);
    expect((await worker.result(await worker.take())).status).toBe(200);
    expect([await seen(client, goesOn), await seen(client, waits)]).toEqual([
      ['COMPLETED', undefined],
      ['COMPLETED', undefined],
    ]);
  });

  test('a worker whose key may not report any more loses its job to another', async () => {
    const { client } = await newClient();
    const key = await newOwnerKey(server, 'weak', { role: 'miner' });
    const model = `m${++number}`;
    const weak = await workerOf([model], key.secret);
    const job = await client.id({ model });
    const taken = await weak.take();
    await narrow(key.id, { scopes: ['workers:register', 'workers:poll'] });
    const worker = await workerOf([model]);
    const again = await worker.take();
    expect([again.job_id, again.attempt]).toEqual([job, 2]);
    expect((await weak.result(taken)).status).toBe(403);
    expect((await worker.result(again)).status).toBe(200);
  });

  test('the job of a key that is quarantined is canceled, as it may only read', async () => {
    const { id, client } = await newClient();
    const job = await client.id({ model: `m${++number}` });
    await server.request('POST', `/v1/keys/${id}/quarantine`);
    expect(await seen(client, job)).toEqual(['CANCELED', 'insufficient_scope']);
  });

  test('a job leaves a worker that its key excludes before that is acknowledged, and one on another worker stays', async () => {
    const { id, client } = await newClient();
    const friend = await newOwnerKey(server, 'friend', { role: 'miner' });
    const model = `m${++number}`;
    const [theirs, mine] = [await workerOf([model]), await workerOf([model], friend.secret)];
    const [moves, stays] = [await client.id({ model }), await client.id({ model })];
    const [lost, kept] = [await theirs.take(), await mine.take()];
    await narrow(id, { selectors: { workers: { owners: [friend.key.owner.id], deny: [] } } });
    expect([await seen(client, moves), await seen(client, stays)]).toEqual([
      ['QUEUED', undefined],
      ['RUNNING', undefined],
    ]);
    expect((await theirs.heartbeat([lost])).body.code).toBe('lease_lost');
    expect((await theirs.chunks(lost, [{ text: 'late' }])).body.code).toBe('lease_lost');
    expect((await theirs.result(lost)).body.code).toBe('lease_lost');
    expect((await theirs.poll()).status).toBe(204);
    expect((await mine.result(kept)).status).toBe(200);
    const again = await mine.take();
    expect([again.job_id, again.attempt]).toEqual([moves, 2]);
    expect((await mine.result(again)).status).toBe(200);
  });
});
