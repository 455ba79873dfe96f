import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker, type Assigned } from './jobs.fixture.ts';

describeOnBothServers('progress of jobs', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const report = ({ job_id, lease_token }: Assigned, progress: unknown, worker: TestWorker) =>
    worker.post('heartbeat', { leases: [{ job_id, lease_token, progress }] }) as Promise<
      Answer<{ errors: { field: string }[] }>
    >;

  test('Progress is shown with the job while it runs, and only the holder of its lease reports it', async () => {
    const [miner, other, client] = await Promise.all([
      newOwnerKey(server, 'miner', { role: 'miner' }),
      newOwnerKey(server, 'other', { role: 'miner' }),
      newOwnerKey(server, 'client', { role: 'client' }),
    ]);
    const jobs = new JobClient(server, client.secret);
    const worker = new TestWorker(server, miner.secret, 'one');
    const stranger = new TestWorker(server, other.secret, 'one');
    await worker.register();
    await stranger.register({ models: ['another'] });
    const id = await jobs.id({ model: 'm' });
    const held = await worker.take();
    const shown = async () => ((await jobs.get(id)) as unknown as { progress: unknown }).progress;
    expect((await report(held, { percent: 40 }, worker)).status).toBe(200);
    expect(await shown()).toEqual({ percent: 40 });
    await report(held, { percent: 99 }, stranger);
    await report({ ...held, lease_token: '0'.repeat(32) }, { percent: 98 }, worker);
    const long = await report(held, 'x'.repeat(4_096), worker);
    expect([long.status, long.body.errors[0]?.field]).toEqual([422, 'leases[0].progress']);
    expect(await shown()).toEqual({ percent: 40 });
    // Another attempt begins anew.
    await worker.fail(held, 'interrupted');
    await worker.take();
    expect(await shown()).toBeNull();
  });
});
