import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { newOwnerKey, TestWorker } from './jobs.fixture.ts';

interface Enrolment {
  token: string;
  enrolment_id: string;
  expires_at: string;
  code: string;
}
interface Joined {
  key: { id: string; name: string; owner: { id: string }; scopes: string[] };
  secret: string;
  code: string;
}

describeOnBothServers('enrolment of machines', (start, dialect) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const miner = () => newOwnerKey(server, 'miner', { role: 'miner' });
  const enroll = (key: string, body: object = {}) =>
    server.request<Enrolment>('POST', '/v1/workers/enroll', { key, body });
  const joinWith = (token: string) =>
    server.request<Joined>('POST', '/v1/workers/join', { key: null, body: { token } });

  test('A token gives one key of a worker, which works and ends with the key that enrolled it', async () => {
    const { secret, id, key } = await miner();
    const { status, body } = await enroll(secret, { name: 'gpu-1' });
    expect(status).toBe(201);
    const leftMs = Date.parse(body.expires_at) - Date.now();
    expect(Math.round(leftMs / 60_000)).toBe(15);
    const joined = await joinWith(body.token);
    expect(joined.status).toBe(201);
    const { scopes, name, owner } = joined.body.key;
    expect([name, owner.id, scopes.toSorted()]).toEqual([
      'gpu-1',
      key.owner.id,
      ['workers:poll', 'workers:register', 'workers:report'],
    ]);
    const worker = new TestWorker(server, joined.body.secret, 'gpu-1');
    expect((await worker.register()).status).toBe(200);
    expect((await worker.poll()).status).toBe(204);
    const submit = await server.request<{ code: string }>('POST', '/v1/jobs', {
      key: joined.body.secret,
      body: { prompt: 'x' },
    });
    expect([submit.status, submit.body.code]).toEqual([403, 'insufficient_scope']);
    await server.request('POST', `/v1/keys/${id}/revoke`);
    expect((await worker.poll()).status).toBe(401);
  });

  test('A token works once, also for many exchanges at the same moment', async () => {
    const { secret } = await miner();
    const { token } = (await enroll(secret)).body;
    const answers = await Promise.all(Array.from({ length: 8 }, () => joinWith(token)));
    const good = answers.filter(({ status }) => status === 201);
    expect([good.length, answers.filter(({ status }) => status === 404).length]).toEqual([1, 7]);
    const late = await joinWith(token);
    expect([late.status, late.body.code]).toEqual([404, 'not_found']);
  });

  test('A token that is unknown, expired, or whose key was revoked, disabled or narrowed is worthless', async () => {
    expect((await joinWith('join_0000')).status).toBe(404);
    for (const change of ['revoke', 'disable']) {
      const { secret, id } = await miner();
      const { token } = (await enroll(secret)).body;
      await server.request('POST', `/v1/keys/${id}/${change}`);
      expect([change, (await joinWith(token)).status]).toEqual([change, 404]);
    }
    const { secret, id } = await miner();
    const { token } = (await enroll(secret)).body;
    const narrowed = await server.request('PATCH', `/v1/keys/${id}`, {
      body: { scopes: ['workers:register'] },
    });
    expect(narrowed.status).toBe(200);
    const refused = await joinWith(token);
    expect([refused.status, refused.body.code]).toEqual([403, 'scope_escalation']);
    // A refused exchange uses nothing up.
    await server.request('PATCH', `/v1/keys/${id}`, { body: { role: 'miner' } });
    expect((await joinWith(token)).status).toBe(201);
  });

  test('A token ends after 15 minutes', async () => {
    const { secret } = await miner();
    const { token } = (await enroll(secret)).body;
    await server.app.core.storage.transaction((tx) =>
      tx
        .withTables<{ worker_enrolments: { expires_at: number } }>()
        .updateTable('worker_enrolments')
        .set({ expires_at: Date.now() - 1 })
        .execute(),
    );
    expect((await joinWith(token)).status).toBe(404);
  });

  test('A key that lacks a scope of a worker cannot enroll, and a bounded one passes its bounds on', async () => {
    const { secret: client } = await newOwnerKey(server, 'client', { role: 'client' });
    expect((await enroll(client)).body.code).toBe('insufficient_scope');
    const { secret: weak } = await newOwnerKey(server, 'weak', { scopes: ['workers:register'] });
    expect((await enroll(weak)).body.code).toBe('scope_escalation');
    expect((await server.request('POST', '/v1/workers/enroll', { key: null, body: {} })).status).toBe(401);
    const selectors = { ips: ['192.0.2.0/24', '127.0.0.1'] };
    const fields = { role: 'miner', selectors, expires_in_seconds: 600 };
    const bounded = await newOwnerKey(server, 'bounded', fields);
    const joined = await joinWith((await enroll(bounded.secret)).body.token);
    expect(joined.status).toBe(201);
    const worker = new TestWorker(server, joined.body.secret, 'bounded');
    expect((await worker.register()).status).toBe(200);
    const narrower = { selectors: { ips: ['192.0.2.0/24'] } };
    await server.request('PATCH', `/v1/keys/${bounded.id}`, { body: narrower });
    expect((await worker.poll()).status).toBe(401);
  });

  test('A name that holds the text of a key, and too many open tokens, are refused', async () => {
    const { secret } = await miner();
    const named = await enroll(secret, { name: secret });
    expect([named.status, named.body.code]).toEqual([422, 'invalid_input']);
    for (let count = 0; count < 100; count++) expect((await enroll(secret)).status).toBe(201);
    expect((await enroll(secret)).body.code).toBe('conflict');
  });

  test('A token is in no log, audit record or database file', async () => {
    const { secret } = await miner();
    const { token, enrolment_id: id } = (await enroll(secret, { name: 'quiet' })).body;
    const joined = (await joinWith(token)).body;
    await joinWith(token);
    const audit = await server.request('GET', '/v1/audit?limit=200');
    expect(audit.text).toContain(id);
    const files =
      dialect === 'postgres' ? [] : readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' });
    const stored = files.map((file) => {
      try {
        return readFileSync(join(server.dataDir, file), 'latin1');
      } catch {
        return '';
      }
    });
    const everything = [audit.text, server.log.join(''), ...stored].join('');
    for (const text of [token, joined.secret]) expect(everything).not.toContain(text);
  });
});
