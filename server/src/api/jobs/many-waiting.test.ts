import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { callerOfKey } from '../../keys/index.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream } from '../../../test/upstream.ts';
import { JobClient, newOwnerKey, TestWorker } from './jobs.fixture.ts';

/** They are ended in several parts. */
const MANY = 2_100;

describeOnBothServers('many waiting jobs of one key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_WEBHOOK_PRIVATE: '127.0.0.1', KEYWARD_JOB_SWEEP_SECONDS: '1' });
  });

  /** Below the routes, which takes a tenth of the time. */
  async function submitMany(keyId: string, fields: object): Promise<void> {
    const { jobs, keys } = server.app.core;
    const caller = await callerOfKey(keys, keyId);
    if (caller === undefined) throw new Error('no key');
    const numbers = Array.from({ length: MANY }).keys();
    const submitNext = async (): Promise<void> => {
      for (const _ of numbers) await jobs.submissions.submit(caller, { prompt: 'x', ...fields }, undefined);
    };
    await Promise.all(Array.from({ length: 100 }, submitNext));
  }

  async function newClient() {
    const { id, secret, key } = await newOwnerKey(server, 'client', { role: 'client' });
    // Reads the jobs of the owner when the first key has ended.
    const { secret: other } = await server.mint({ role: 'client', owner: key.owner.id });
    return { id, client: new JobClient(server, secret), reader: new JobClient(server, other) };
  }

  const total = async (reader: JobClient, query: string): Promise<number> =>
    (await reader.ask<{ total: number }>('GET', `/v1/jobs?${query}`)).body.total;

  test('when their key is revoked all are canceled, those that run lose their lease, and each webhook is sent', async () => {
    const { id, client, reader } = await newClient();
    const receiver = await startTestUpstream();
    const worker = new TestWorker(server, (await newOwnerKey(server, 'm', { role: 'miner' })).secret, 'w');
    await worker.register({ models: ['revoked'] });
    const running = await client.id({ model: 'revoked' });
    const taken = await worker.take();
    await submitMany(id, { model: 'revoked' });
    const webhook_url = `${receiver.baseUrl}/hook`;
    const last = (await client.submit({ model: 'revoked', webhook_url }, { 'idempotency-key': 'once' })).body;
    const events = reader.ask<string>('GET', `/v1/jobs/${last.job_id}/events`);
    expect((await server.request('POST', `/v1/keys/${id}/revoke`)).status).toBe(200);
    expect((await worker.chunks(taken, [{ text: 'late' }])).body.code).toBe('lease_lost');
    expect((await worker.result(taken)).body.code).toBe('already_finished');
    expect((await worker.poll()).status).toBe(204);
    await expect.poll(() => total(reader, 'state=CANCELED'), { timeout: 20_000 }).toBe(MANY + 2);
    expect(await reader.get(running)).toMatchObject({ state: 'CANCELED', error: { code: 'key_revoked' } });
    expect((await events).text).toMatch(/"state":"CANCELED"[^\n]*"key_revoked"/);
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
    // The idempotency key still names the same job, and the place in the queue is free.
    const again = await reader.submit({ model: 'revoked', webhook_url }, { 'idempotency-key': 'once' });
    expect([again.status, again.body.job_id, again.body.state]).toEqual([200, last.job_id, 'CANCELED']);
    expect(await total(reader, 'state=QUEUED')).toBe(0);
    await receiver.close();
  });

  test('a server that starts cancels those that a killed one has left', async () => {
    const { id, reader } = await newClient();
    await submitMany(id, { model: 'left' });
    expect((await server.request('POST', `/v1/keys/${id}/revoke`)).status).toBe(200);
    await expect.poll(() => total(reader, 'state=CANCELED'), { timeout: 20_000 }).toBe(MANY);
    await server.app.core.storage.transaction((tx) =>
      sql`update jobs set state = 'QUEUED', finished_at = null where key_id = ${id}`.execute(tx),
    );
    expect(await total(reader, 'state=QUEUED')).toBe(MANY);
    await start(server.environment);
    await expect.poll(() => total(reader, 'state=CANCELED'), { timeout: 20_000 }).toBe(MANY);
  });

  test('those whose model their key loses are canceled, and those of another model go on', async () => {
    const { id, client, reader } = await newClient();
    await submitMany(id, { model: 'lost' });
    const kept = await client.id({ model: 'kept' });
    const selectors = { models: { allow: ['kept'], deny: [] } };
    expect((await server.request('PATCH', `/v1/keys/${id}`, { body: { selectors } })).status).toBe(200);
    await expect.poll(() => total(reader, 'state=CANCELED'), { timeout: 20_000 }).toBe(MANY);
    expect((await reader.get(kept)).state).toBe('QUEUED');
  });

  test('all whose time is over expire', async () => {
    const { id, reader } = await newClient();
    await submitMany(id, { model: 'late', ttl_seconds: 1 });
    await expect.poll(() => total(reader, 'state=EXPIRED'), { timeout: 20_000 }).toBe(MANY);
  });
});
