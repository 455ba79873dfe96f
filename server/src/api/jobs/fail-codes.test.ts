import { beforeAll, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { FAIL_CODES } from '../../jobs/index.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

/** The third of different jobs lets a worker rest. */
const JOBS = 3;

describeOnBothServers('failures that workers report', (start) => {
  let server: TestServer;
  let client: JobClient;
  let miner: NewKey;
  beforeAll(async () => {
    server = await start();
    client = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
  });

  test.concurrent.for(Object.entries(FAIL_CODES))(
    '%s costs the job, the worker and its model what its row says',
    async ([code, { attempt, mark, model }], { expect }) => {
      const worker = new TestWorker(server, miner.secret, code);
      const states = [];
      for (let job = 0; job < JOBS; job++) {
        const name = `${code}-${job}`;
        await worker.register({ models: [name] });
        await client.submit({ model: name, max_attempts: 1 });
        states.push((await worker.fail(await worker.take(), code)).body.state);
        await client.submit({ model: name });
        const next = await worker.poll();
        const isLast = job === JOBS - 1;
        expect([code, job, next.status]).toEqual([code, job, model || (mark && isLast) ? 204 : 200]);
        if (next.status === 200) await worker.fail(next.body, 'interrupted');
      }
      expect([code, new Set(states)]).toEqual([code, new Set([attempt ? 'FAILED' : 'QUEUED'])]);
      const { body } = await server.request<{ items: { name: string; state: string }[] }>(
        'GET',
        '/v1/workers',
      );
      const { state } = body.items.find(({ name }) => name === code) ?? {};
      expect([code, state]).toEqual([code, mark ? 'resting' : 'online']);
    },
  );
});
