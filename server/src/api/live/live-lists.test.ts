import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from '../jobs/jobs.fixture.ts';
import { LiveReader, SOON, type Row } from './live-reader.fixture.ts';

const stateOf = ({ job_id: id, state }: Row): unknown => [id, state];
const idOf = ({ job_id: id }: Row): unknown => id;

describeOnBothServers('live lists', (start) => {
  let server: TestServer;
  let miner: NewKey;
  beforeAll(async () => {
    server = await start();
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  const follow = (path: string, key = server.adminKey, { url } = server) =>
    LiveReader.open(url + path, { authorization: `Bearer ${key}` });
  const newClient = async (): Promise<JobClient> =>
    new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
  const workerOf = async (model: string): Promise<TestWorker> => {
    const worker = new TestWorker(server, miner.secret, model);
    await worker.register({ models: [model] });
    return worker;
  };

  test('a live list begins with the page that the list has, then sends only rows that are new or changed', async () => {
    const client = await newClient();
    const first = await client.id({ model: 'whole' });
    const live = await follow('/v1/jobs/live', client.key);
    const { body } = await server.request<{ items: Row[] }>(
      'GET',
      `/v1/admin/jobs?owner=${String(live.items[0]?.['owner_id'])}`,
    );
    expect(live.seen).toEqual([{ event: 'list', data: { items: body.items, next_cursor: null } }]);
    const second = await client.id({ model: 'whole' });
    await expect.poll(() => live.items.map(idOf), SOON).toEqual([second, first]);
    expect(live.seen.at(-1)?.data.items[1]).toBe(0);
    const worker = await workerOf('whole');
    const taken = await worker.take();
    await expect
      .poll(() => live.items.map(stateOf), SOON)
      .toEqual([
        [second, 'QUEUED'],
        [first, 'RUNNING'],
      ]);
    expect(live.seen.at(-1)).toMatchObject({ event: 'change', data: { items: [0, { job_id: first }] } });
    await worker.result(taken);
    await client.ask('POST', `/v1/jobs/${second}/cancel`);
    await expect
      .poll(() => live.items.map(stateOf), SOON)
      .toEqual([
        [second, 'CANCELED'],
        [first, 'COMPLETED'],
      ]);
    await client.ask('DELETE', `/v1/jobs/${second}`);
    await expect.poll(() => live.items.map(idOf), SOON).toEqual([first]);
  });

  test('a live list of one state has a job while it is in that state, and no more rows than its limit', async () => {
    const client = await newClient();
    const worker = await workerOf('filtered');
    const running = await follow('/v1/jobs/live?state=RUNNING&type=inference', client.key);
    const newest = await follow('/v1/jobs/live?limit=1', client.key);
    const id = await client.id({ model: 'filtered' });
    await expect.poll(() => newest.items.map(idOf), SOON).toEqual([id]);
    const taken = await worker.take();
    await expect.poll(() => running.items.map(idOf), SOON).toEqual([id]);
    await worker.result(taken);
    await expect.poll(() => running.items.map(idOf), SOON).toEqual([]);
    const later = await client.id({ model: 'filtered' });
    await expect.poll(() => newest.items.map(idOf), SOON).toEqual([later]);
    expect(newest.seen.at(-1)?.data.next_cursor).toEqual(expect.any(String));
  });

  test('a live list of own jobs never has the job of another owner; that of all owners has both', async () => {
    const [client, other] = [await newClient(), await newClient()];
    const own = await follow('/v1/jobs/live', client.key);
    const all = await follow('/v1/admin/jobs/live');
    const foreign = await other.id({ model: 'nobody', metadata: { note: 'canary-metadata' } });
    await expect.poll(() => all.items.map(idOf), SOON).toContain(foreign);
    const id = await client.id({ model: 'nobody' });
    await expect.poll(() => own.items.map(idOf), SOON).toEqual([id]);
    await expect.poll(() => all.items.map(idOf), SOON).toContain(id);
    expect(own.text).not.toContain(foreign);
    expect(all.text).not.toContain('canary');
    const ofOther = await follow(`/v1/admin/jobs/live?owner=${String(all.items.at(1)?.['owner_id'])}`);
    expect(ofOther.items.map(idOf)).toEqual([foreign]);
  });

  test('a change at another node arrives', async () => {
    const other = await start(server.environment);
    const client = await newClient();
    const live = await follow('/v1/jobs/live', client.key, other);
    const id = await client.id({ model: 'far' });
    await expect.poll(() => live.items.map(stateOf), SOON).toEqual([[id, 'QUEUED']]);
    await client.ask('POST', `/v1/jobs/${id}/cancel`);
    await expect.poll(() => live.items.map(stateOf), SOON).toEqual([[id, 'CANCELED']]);
    await other.stop();
    await expect.poll(() => live.isOver, SOON).toBe(true);
  });

  test('many changes arrive as few events: at most four a second', async () => {
    const client = await newClient();
    const live = await follow('/v1/jobs/live', client.key);
    const startedMs = performance.now();
    const ids: string[] = [];
    for (let job = 0; job < 40; job++) ids.unshift(await client.id({ model: 'many' }));
    await expect.poll(() => live.items.map(idOf), SOON).toEqual(ids);
    expect(live.seen.length).toBeLessThanOrEqual((performance.now() - startedMs) / 250 + 2);
  });

  test('a live list of workers has all of them with workers:read, otherwise those of the owner', async () => {
    const stranger = await newOwnerKey(server, 'stranger', { role: 'miner' });
    const [own, all] = [await follow('/v1/workers/live', stranger.secret), await follow('/v1/workers/live')];
    await workerOf('machine');
    const nameOf = ({ name }: Row): unknown => name;
    await expect.poll(() => all.items.map(nameOf), SOON).toContain('machine');
    const mine = new TestWorker(server, stranger.secret, 'mine');
    await mine.register();
    await expect.poll(() => own.items.map(nameOf), SOON).toEqual(['mine']);
    expect(own.text).not.toContain('machine');
  });

  test('a live list of running requests has all of them with keys:read, otherwise those of the key', async () => {
    const client = await newClient();
    const [own, all] = [await follow('/v1/running/live', client.key), await follow('/v1/running/live')];
    const routeOf = ({ route }: Row): unknown => route;
    const jobs = await follow('/v1/jobs/live', client.key);
    await expect.poll(() => own.items.map(routeOf), SOON).toEqual(['jobs.live', 'running.live']);
    await expect.poll(() => all.items.map(routeOf), SOON).toContain('jobs.live');
    jobs.leave();
    await expect.poll(() => own.items.map(routeOf), SOON).toEqual(['running.live']);
    expect(own.items[0]?.['age_seconds']).toEqual(expect.any(Number));
    // Its age alone is no change: each event has a row more or less.
    expect(new Set(own.seen.map(({ data }) => data.items.length)).size).toBe(2);
    expect(own.seen).toHaveLength(3);
  });
});
