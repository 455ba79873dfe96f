import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { isSigned, JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

interface Report {
  type: string;
  data: { models: string[]; waiting_since: string };
}

describeOnBothServers('the webhook of waiting work', (start) => {
  let receiver: TestUpstream;
  let server: TestServer;
  let client: JobClient;
  const reports = (): Report[] => receiver.received.map(({ body }) => JSON.parse(body.toString()) as Report);
  const modelsOf = (): string[] => reports().flatMap(({ data }) => data.models);

  beforeAll(async () => {
    receiver = await startTestUpstream();
    const settings = {
      KEYWARD_QUEUE_WEBHOOK: `${receiver.baseUrl}/wake?token=t`,
      KEYWARD_WEBHOOK_PRIVATE: '127.0.0.1',
      KEYWARD_JOB_SWEEP_SECONDS: '1',
    };
    server = await start(settings);
    // Of two servers one reports.
    await start({ ...server.environment, ...settings });
    client = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    return () => receiver.close();
  });

  test('work that waits without a worker is reported once for its model, signed, and again in a later period', async () => {
    const key = (await newOwnerKey(server, 'miner', { role: 'miner' })).secret;
    const worker = new TestWorker(server, key, 'one');
    const sleeper = new TestWorker(server, key, 'two');
    await worker.register({ models: ['served'] });
    await client.id({ model: 'served' });
    const ids = [await client.id({ model: 'asleep' }), await client.id({ model: 'asleep' })];
    await expect.poll(modelsOf, { timeout: 10_000 }).toEqual(['asleep']);
    const [first] = receiver.received;
    const secret = (await server.request<{ secret: string }>('GET', '/v1/webhooks/secret')).body.secret;
    expect([first?.path, first !== undefined && isSigned(first, secret)]).toEqual(['/v1/wake?token=t', true]);
    const [report] = reports();
    expect(report).toMatchObject({ type: 'queue.waiting', data: { models: ['asleep'] } });
    expect(JSON.stringify(report)).not.toContain(ids[0]);
    // The machine wakes and does them: the period ends.
    await sleeper.register({ models: ['asleep'] });
    for (const _ of ids) await sleeper.result(await sleeper.take());
    await server.request('DELETE', '/v1/workers/two', { key });
    const last = await client.id({ model: 'other' });
    await expect.poll(modelsOf, { timeout: 10_000 }).toEqual(['asleep', 'other']);
    await client.id({ model: 'asleep' });
    await expect.poll(modelsOf, { timeout: 10_000 }).toEqual(['asleep', 'other', 'asleep']);
    await client.ask('POST', `/v1/jobs/${last}/cancel`);
  });

  test('a private address gets nothing unless it is allowed, and a bad URL is refused at the start', async () => {
    const guarded = await start({
      KEYWARD_QUEUE_WEBHOOK: `${receiver.baseUrl}/secret-path`,
      KEYWARD_JOB_SWEEP_SECONDS: '1',
    });
    const there = new JobClient(guarded, (await newOwnerKey(guarded, 'client', { role: 'client' })).secret);
    await there.id({ model: 'asleep' });
    await expect
      .poll(() => guarded.log.join('\n'), { timeout: 10_000 })
      .toContain('a webhook is tried again later');
    expect(guarded.log.join('\n')).not.toContain('secret-path');
    expect(receiver.received.map(({ path }) => path)).not.toContain('/v1/secret-path');
    await expect(start({ KEYWARD_QUEUE_WEBHOOK: 'ftp://example.org' })).rejects.toThrow(
      'KEYWARD_QUEUE_WEBHOOK',
    );
  });
});
