import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../../test/server.ts';
import { SCOPES } from '../../../access/index.ts';
import { JobClient, newOwnerKey, TestWorker } from '../jobs.fixture.ts';

interface Details {
  job_id: string;
  state: string;
  owner_id: string;
  key_id: string;
  assigned_worker: string | null;
  error_code: string | null;
  waiting: { reason: string; excluded: Record<string, number> } | null;
  is_possible: boolean;
  impossible_because: string[];
  attempts: { attempt: number; worker_id: string; outcome: string; error_code: string | null }[];
  receipt: { outcome: string; signature: string } | null;
}
interface WorkerDetails {
  key_id: string;
  owner_id: string;
  jobs: number;
  running: { job_id: string }[];
  ended: { job_id: string; state: string }[];
}

/** Texts that clients and workers write. */
const CANARIES = ['canary-prompt', 'canary-metadata', 'canary-output', 'canary-result', 'canary-message'];

describeOnBothServers('one job and one worker, as administrators see them', (start) => {
  let server: TestServer;
  let client: NewKey;
  let miner: NewKey;
  let worker: TestWorker;
  let workerId: string;
  beforeAll(async () => {
    server = await start();
    client = await newOwnerKey(server, 'client', { role: 'client' });
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    worker = new TestWorker(server, miner.secret, 'machine');
    workerId = (await worker.register({ models: ['m'] }, { concurrency: 3 })).body.worker_id;
  });
  const submit = (body: object = {}): Promise<string> =>
    new JobClient(server, client.secret).id({
      prompt: CANARIES[0],
      metadata: { note: CANARIES[1] },
      model: 'm',
      ...body,
    });
  const job = (id: string, key?: string | null) =>
    server.request<Details>('GET', `/v1/admin/jobs/${id}`, key === undefined ? {} : { key });
  const machine = () => server.request<WorkerDetails>('GET', `/v1/admin/miners/${workerId}`);

  test('a job of another owner shows its way, its attempts and its receipt, and none of its texts', async () => {
    const id = await submit();
    const first = await worker.take();
    await worker.chunks(first, [{ text: CANARIES[2] }]);
    await worker.post(`${id}/fail`, {
      lease_token: first.lease_token,
      error_code: 'upstream_error',
      error_message: CANARIES[4],
    });
    const waiting = await job(id);
    expect(waiting.body).toMatchObject({ state: 'QUEUED', error_code: null, receipt: null });
    expect(waiting.body.waiting?.reason).toBe('backoff');
    const second = await worker.take();
    expect((await job(id)).body).toMatchObject({ state: 'RUNNING', assigned_worker: workerId });
    await worker.result(second, CANARIES[3]);
    const { status, body, text } = await job(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      job_id: id,
      state: 'COMPLETED',
      owner_id: client.key.owner.id,
      key_id: client.id,
      waiting: null,
      attempts: [
        { attempt: 1, worker_id: workerId, outcome: 'failed', error_code: 'upstream_error' },
        { attempt: 2, worker_id: workerId, outcome: 'completed', error_code: null },
      ],
      receipt: { outcome: 'completed' },
    });
    for (const canary of [...CANARIES, first.lease_token, second.lease_token])
      expect(waiting.text + text).not.toContain(canary);
  });

  test('a job that nobody can do says which constraint no worker meets', async () => {
    const { body } = await job(await submit({ model: 'nobody-serves' }));
    expect(body).toMatchObject({ is_possible: false, impossible_because: ['model'] });
    expect(body.waiting?.excluded).toEqual({ model: 1 });
  });

  test('a worker of another owner shows the jobs that it has and those that it had', async () => {
    const ended = await submit();
    await worker.result(await worker.take());
    const running = await submit();
    const held = await worker.take();
    const { body, text } = await machine();
    expect(body).toMatchObject({ owner_id: miner.key.owner.id, key_id: miner.id, jobs: 1 });
    expect(body.running.map(({ job_id: id }) => id)).toEqual([running]);
    expect(body.ended[0]).toMatchObject({ job_id: ended, state: 'COMPLETED' });
    for (const canary of [...CANARIES, held.lease_token]) expect(text).not.toContain(canary);
    await worker.result(held);
  });

  test('a job whose texts its owner deleted, and ids that do not exist, are 404', async () => {
    const id = await submit();
    await worker.result(await worker.take());
    await server.request('DELETE', `/v1/jobs/${id}`, { key: client.secret });
    for (const unknown of [id, 'job_0mh8gx3k04fT9aBcDeF12'])
      expect([unknown, (await job(unknown)).body]).toMatchObject([unknown, { code: 'job_not_found' }]);
    const none = await server.request('GET', '/v1/admin/miners/wrk_4fT9aBcDeF12');
    expect([none.status, none.body]).toMatchObject([404, { code: 'worker_not_found' }]);
    expect((await server.request('GET', '/v1/admin/miners/machine')).status).toBe(404);
  });

  test('only workers:manage opens them, until the key is revoked', async () => {
    const id = await submit();
    const paths = [`/v1/admin/jobs/${id}`, `/v1/admin/miners/${workerId}`];
    const others = await server.mint({ scopes: SCOPES.filter((scope) => scope !== 'workers:manage') });
    const alone = await server.mint({ scopes: ['workers:manage'] });
    const status = async (path: string, key: string | null): Promise<number> =>
      (await server.request('GET', path, { key })).status;
    for (const path of paths) {
      expect([path, await status(path, null)]).toEqual([path, 401]);
      // The owners of the job and of the worker have routes of their own.
      for (const { secret } of [client, miner, others])
        expect([path, await status(path, secret)]).toEqual([path, 403]);
      expect([path, await status(path, alone.secret)]).toEqual([path, 200]);
    }
    await server.request('POST', `/v1/keys/${alone.id}/revoke`);
    for (const path of paths) expect([path, await status(path, alone.secret)]).toEqual([path, 401]);
  });
});
