import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream } from '../../../test/upstream.ts';
import { isSigned, JobClient, newOwnerKey, TestWorker, type Problem } from './jobs.fixture.ts';

describeOnBothServers('webhooks of jobs', (start) => {
  let server: TestServer;
  let client: JobClient;
  let worker: TestWorker;
  beforeAll(async () => {
    server = await start({ KEYWARD_WEBHOOK_PRIVATE: '127.0.0.1' });
    client = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    worker = new TestWorker(server, (await newOwnerKey(server, 'miner', { role: 'miner' })).secret, 'one');
    await worker.register({ models: ['m'] }, { concurrency: 10 });
  });
  const secretOf = async (key = client) =>
    (await key.ask<{ secret: string }>('GET', '/v1/webhooks/secret')).body.secret;

  test('the end of a job is reported once, signed after Standard Webhooks', async () => {
    const receiver = await startTestUpstream();
    const webhook_url = `${receiver.baseUrl}/hook?x=1`;
    const id = await client.id({ model: 'm', webhook_url });
    await worker.result(await worker.take());
    const canceled = await client.id({ model: 'none', webhook_url });
    await client.ask('POST', `/v1/jobs/${canceled}/cancel`);
    await expect.poll(() => receiver.received.length).toBe(2);
    const secret = await secretOf();
    const bodies = receiver.received.map((received) => {
      expect([received.path, isSigned(received, secret)]).toEqual(['/v1/hook?x=1', true]);
      return JSON.parse(received.body.toString()) as { type: string; data: { job_id: string } };
    });
    expect(new Map(bodies.map(({ type, data }) => [type, data.job_id]))).toEqual(
      new Map([
        ['job.canceled', canceled],
        ['job.completed', id],
      ]),
    );
    expect(await secretOf()).toBe(secret);
    const other = new JobClient(server, (await newOwnerKey(server, 'other', { role: 'client' })).secret);
    expect(await secretOf(other)).not.toBe(secret);
    await receiver.close();
  });

  test('a receiver that fails is asked again; a redirect is not followed', async () => {
    let answers = 0;
    const receiver = await startTestUpstream();
    receiver.answer((response) => {
      answers++;
      if (answers > 1) response.writeHead(204).end();
      else response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    });
    await client.submit({ model: 'm', webhook_url: receiver.baseUrl });
    await worker.result(await worker.take());
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(2);
    const [first, second] = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(first).toBe(second);
    await receiver.close();
  });

  test('a private address gets nothing unless it is allowed, and a worker key has no secret', async () => {
    const guarded = await start();
    const receiver = await startTestUpstream();
    const key = (await newOwnerKey(guarded, 'client', { role: 'client' })).secret;
    const there = new JobClient(guarded, key);
    const literal = await there.submit({ webhook_url: receiver.baseUrl });
    expect([literal.status, literal.text]).toEqual([422, expect.stringContaining('"field":"webhook_url"')]);
    const { port } = new URL(receiver.baseUrl);
    const named = await there.id({ webhook_url: `http://localhost:${port}/` });
    await there.ask('POST', `/v1/jobs/${named}/cancel`);
    await expect.poll(() => guarded.log.join('\n')).toContain('a webhook is tried again later');
    expect(receiver.received).toHaveLength(0);
    const refused = await server.request<Problem>('GET', '/v1/webhooks/secret', { key: worker.key });
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    await receiver.close();
  });

  test('a receiver that never answers does not hold up the reports to other owners', async () => {
    const [silent, quick] = [await startTestUpstream(), await startTestUpstream()];
    silent.answer(() => undefined);
    const end = async (by: JobClient, webhook_url: string): Promise<void> => {
      const id = await by.id({ model: 'none', webhook_url });
      await by.ask('POST', `/v1/jobs/${id}/cancel`);
    };
    for (let i = 0; i < 60; i++) await end(client, silent.baseUrl);
    await expect.poll(() => silent.received.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const other = new JobClient(server, (await newOwnerKey(server, 'other', { role: 'client' })).secret);
    await end(other, quick.baseUrl);
    await expect.poll(() => quick.received.length, { timeout: 60_000 }).toBe(1);
    // Not after all of them.
    expect(silent.received.length).toBeLessThan(60);
    await Promise.all([silent.close(), quick.close()]);
  });
});
