import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers } from '../../developer/people/identity.fixture.ts';
import { browserAs } from '../sessions/browser.fixture.ts';
import { JobClient, newOwnerKey } from '../jobs/jobs.fixture.ts';
import { LiveReader, SOON } from './live-reader.fixture.ts';

const PATHS = ['jobs', 'admin/jobs', 'workers', 'running'].map((name) => `/v1/${name}/live`);

describeOnBothServers('the end of live lists', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const follow = (path: string, key: string) =>
    LiveReader.open(server.url + path, { authorization: `Bearer ${key}` });
  const followAll = (key: string) => Promise.all(PATHS.map((path) => follow(path, key)));
  const areOver = (lists: readonly LiveReader[]): boolean => lists.every(({ isOver }) => isOver);

  test('live lists end when their key is revoked, and have nothing of what happens after it was acknowledged', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const lists = await followAll(secret);
    const { body } = await server.request<{ acknowledged: { requests_ended: number } }>(
      'POST',
      `/v1/keys/${id}/revoke`,
    );
    expect(body.acknowledged.requests_ended).toBe(PATHS.length);
    const late = await new JobClient(server, server.adminKey).id();
    await expect.poll(() => areOver(lists), SOON).toBe(true);
    for (const { text } of lists) {
      expect(text).toContain('"code":"key_revoked"');
      expect(text).not.toContain(late);
    }
  });

  test('live lists end when their owner is suspended', async () => {
    const { key, secret } = await newOwnerKey(server, 'owner', { role: 'admin' });
    const lists = await followAll(secret);
    await server.request('PATCH', `/v1/owners/${key.owner.id}`, { body: { state: 'suspended' } });
    await expect.poll(() => areOver(lists), SOON).toBe(true);
  });

  test('live lists end when their key loses a scope that they need', async () => {
    const { id, secret } = await newOwnerKey(server, 'narrowed', {
      scopes: ['jobs:read', 'jobs:submit', 'workers:read'],
    });
    const [jobs, workers] = [await follow('/v1/jobs/live', secret), await follow('/v1/workers/live', secret)];
    const late = await newOwnerKey(server, 'late', { role: 'miner' });
    await server.request('PATCH', `/v1/keys/${id}`, { body: { scopes: ['jobs:submit'] } });
    await expect.poll(() => jobs.isOver, SOON).toBe(true);
    await server.request('POST', '/v1/workers/register', {
      key: late.secret,
      body: { capabilities: {} },
      headers: { 'x-miner-id': 'seen-by-all' },
    });
    const sees = await follow('/v1/workers/live', server.adminKey);
    expect(sees.text).toContain('seen-by-all');
    await expect.poll(() => workers.isOver, SOON).toBe(true);
    expect(workers.text).not.toContain('seen-by-all');
  });

  test('a live list ends when the secret that opened it ends', async () => {
    const { id, secret } = await newOwnerKey(server, 'rotated', { role: 'client' });
    const list = await follow('/v1/jobs/live', secret);
    await server.request('POST', `/v1/keys/${id}/rotate`, { body: { overlap_seconds: 0 } });
    await expect.poll(() => list.isOver, SOON).toBe(true);
  });

  test('live lists end with their session', async () => {
    await enableUsers(server);
    const browser = await browserAs(server, 'admin', 'anna');
    const headers = { cookie: browser.cookie, 'x-keyward-session': '1' };
    const lists = await Promise.all(PATHS.map((path) => LiveReader.open(server.url + path, headers)));
    await browser.send('DELETE', '/v1/session');
    await expect.poll(() => areOver(lists), SOON).toBe(true);
    for (const { text } of lists) expect(text).toContain('"code":"session_ended"');
  });

  test('live lists end at once when the server stops, and hold it up no longer than other requests', async () => {
    const stopping = await start(server.environment);
    const headers = { authorization: `Bearer ${server.adminKey}` };
    const lists = await Promise.all(PATHS.map((path) => LiveReader.open(stopping.url + path, headers)));
    await stopping.stop();
    await expect.poll(() => areOver(lists), SOON).toBe(true);
    // They came to their end, and were not cut off.
    for (const { text } of lists) expect(text).not.toContain('server_stopping');
  });

  test('an owner follows fifty lists at once, and no more', async () => {
    const { secret } = await newOwnerKey(server, 'many', { role: 'client' });
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const open = () =>
      fetch(`${server.url}/v1/jobs/live`, {
        headers: { authorization: `Bearer ${secret}` },
        signal: leaving.signal,
      });
    const answers = await Promise.all(Array.from({ length: 50 }, open));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await server.request<{ code: string }>('GET', '/v1/jobs/live', { key: secret });
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    leaving.abort();
    const again = new AbortController();
    onTestFinished(() => again.abort());
    await expect
      .poll(async () => {
        const { status } = await fetch(`${server.url}/v1/jobs/live`, {
          headers: { authorization: `Bearer ${secret}` },
          signal: again.signal,
        });
        return status;
      })
      .toBe(200);
  });

  test('live lists refuse callers without a key, without the scope, and questions that the list refuses', async () => {
    const { secret } = await server.mint({ scopes: ['models:use'] });
    for (const path of PATHS) {
      const { status } = await server.request('GET', path, { key: null });
      expect([path, status]).toEqual([path, 401]);
    }
    for (const path of ['/v1/jobs/live', '/v1/admin/jobs/live']) {
      const refused = await server.request<{ code: string }>('GET', path, { key: secret });
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'insufficient_scope']);
    }
    for (const query of ['state=GONE', 'limit=0', 'cursor=x', 'nothing=1'])
      expect((await server.request('GET', `/v1/jobs/live?${query}`)).status).toBe(422);
    expect((await server.request('POST', '/v1/jobs/live')).status).toBe(405);
  });
});
