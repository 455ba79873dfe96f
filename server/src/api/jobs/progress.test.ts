import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { eventsAt, JobClient, newOwnerKey, TestWorker, type Assigned } from './jobs.fixture.ts';

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

  test('A piece that is cut off is named by its line in the body, and nothing of it is stored', async () => {
    const { secret } = await newOwnerKey(server, 'miner', { role: 'miner' });
    const jobs = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    const worker = new TestWorker(server, secret, 'cut');
    await worker.register({ models: ['cut'] });
    await jobs.id({ model: 'cut' });
    const held = await worker.take();
    const headers = { 'x-lease-token': held.lease_token, 'content-type': 'application/x-ndjson' };
    const cut = await worker.post(`${held.job_id}/chunks`, '{"text":"a"}\n\n{"tex', headers);
    expect([cut.status, cut.text]).toEqual([422, expect.stringContaining('"field":"line 3"')]);
    expect((await worker.chunks(held, ['a'], '?from=0')).status).toBe(202);
  });

  test('Pieces with their number are stored once however often they are sent, and a gap is refused', async () => {
    const { secret } = await newOwnerKey(server, 'miner', { role: 'miner' });
    const jobs = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    const worker = new TestWorker(server, secret, 'streams');
    await worker.register({ models: ['streams'] });
    const id = await jobs.id({ model: 'streams' });
    const first = await worker.take();
    await worker.chunks(first, ['void']);
    await worker.fail(first, 'interrupted');
    const held = await worker.take();
    const send = async (pieces: string[], from?: number) => {
      const query = from === undefined ? '' : `?from=${from}`;
      const { status, body } = await worker.chunks(held, pieces, query);
      return [status, (body as unknown as { expected?: number }).expected];
    };
    expect(await send(['a', 'b'], 0)).toEqual([202, undefined]);
    expect(await send(['a', 'b'], 0)).toEqual([202, undefined]);
    expect(await send(['d'], 3)).toEqual([409, 2]);
    expect(await send(['b', 'c'], 1)).toEqual([202, undefined]);
    expect(await send(['d'])).toEqual([202, undefined]);
    expect(await send(['b'], 1)).toEqual([202, undefined]);
    expect((await worker.chunks(held, ['x'], '?from=-1')).status).toBe(422);
    const stranger = { ...held, lease_token: '0'.repeat(32) };
    expect((await worker.chunks(stranger, ['x'], '?from=9')).body.code).toBe('lease_lost');
    await worker.result(held);
    const outputs = [];
    for await (const { event, data } of eventsAt(server, `/v1/jobs/${id}/events`, { key: jobs.key }))
      if (event === 'output') outputs.push(data['output']);
    expect(outputs).toEqual(['a', 'b', 'c', 'd']);
  });
});
