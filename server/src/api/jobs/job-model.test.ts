import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { CONCURRENCY, verbs, World } from './job-model.fixture.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

/*
 * Random sequences of all verbs by two clients and three workers, compared with a small model of the states. Time plays no
 * part in it: job-clocks.test.ts.
 */

const RUNS = process.env['KEYWARD_SLOW'] === '1' ? 200 : 12;
describeOnBothServers('the states of jobs', (start) => {
  let server: TestServer;
  let clients: JobClient[];
  let workers: TestWorker[];
  beforeAll(async () => {
    server = await start();
    const keys = [];
    for (const name of ['a', 'b']) keys.push(await newOwnerKey(server, name, { role: 'client' }));
    clients = keys.map(({ secret }) => new JobClient(server, secret));
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    workers = [0, 1, 2].map((number) => new TestWorker(server, miner.secret, `w${number}`));
  });

  let number = 0;
  test('follow the model for every sequence of verbs, and what it forbids is refused with 409', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(verbs, { minLength: 10, maxLength: 60 }), async (steps) => {
        const model = `m${++number}`;
        for (const worker of workers)
          await worker.register({ models: [model] }, { concurrency: CONCURRENCY });
        const world = new World(model, { clients, workers });
        for (const step of steps) await world.carryOut(step);
        await world.check();
        // Nothing of it is left for the next sequence.
        await world.end();
      }),
      { numRuns: RUNS },
    );
    expect(number).toBeGreaterThanOrEqual(RUNS);
  });
});
