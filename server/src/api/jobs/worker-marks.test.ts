import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, SHORT_CLOCKS, TestWorker, type Assigned } from './jobs.fixture.ts';

/** Lost jobs after which a worker rests. */
const JOBS = 3;

describeOnBothServers('workers that lose jobs', (start) => {
  let server: TestServer;
  let client: JobClient;
  let number = 0;
  beforeAll(async () => {
    server = await start(SHORT_CLOCKS);
    client = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
  });
  /** A worker that has jobs, which it takes at this server, and the states of these. */
  const busy = async (at: TestServer) => {
    const model = `lost-${++number}`;
    const { secret } = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, secret, 'one');
    await worker.register({ models: [model] }, { concurrency: 2 * JOBS });
    const ids: string[] = [];
    for (let job = 0; job < JOBS; job++) ids.push(await client.id({ model, max_attempts: 1 }));
    const taker = new TestWorker(at, secret, 'one');
    const taken: Assigned[] = [];
    while (taken.length < JOBS) taken.push(await taker.take());
    const states = async () =>
      new Set((await Promise.all(ids.map((id) => client.get(id)))).map(({ state }) => state));
    const workerState = async () => {
      const { body } = await server.request<{
        items: { worker_id: string; state: string; owner_id: string }[];
      }>('GET', '/v1/workers', { key: secret });
      return body.items[0]?.state;
    };
    return { worker, taken, states, workerState, model };
  };

  test('a worker that drops its jobs silently, and goes on to poll, rests: they count as failures', async () => {
    const { worker, states, workerState } = await busy(server);
    await expect
      .poll(
        async () => {
          await worker.poll();
          return workerState();
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe('resting');
    expect(await states()).toEqual(new Set(['FAILED']));
  });

  // The last one: a server that is away excuses all workers of its time.
  test('jobs that were taken at a server which is away since cost neither their worker nor themselves', async () => {
    const gone = await start({ ...server.environment, ...SHORT_CLOCKS });
    const { worker, states, workerState, model } = await busy(gone);
    await gone.stop();
    // It polls the other server, for other work, and knows nothing of them.
    await worker.register({ models: [`${model}-other`] });
    await expect
      .poll(
        async () => {
          await worker.poll();
          return states();
        },
        { timeout: 20_000, interval: 100 },
      )
      .toEqual(new Set(['QUEUED']));
    expect(await workerState()).toBe('online');
  });
});
