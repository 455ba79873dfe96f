import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { browserAs, type Browser } from '../sessions/browser.fixture.ts';
import { TestWorker } from './jobs.fixture.ts';

interface Joined {
  key: { id: string; parent: string | null; owner: { id: string }; scopes: string[] };
  secret: string;
}

describeOnBothServers('enrolment of machines in a session', (start) => {
  let server: TestServer;
  let names = 0;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });
  const enter = (role = 'admin'): Promise<Browser> => browserAs(server, role, `user${++names}`);
  const enroll = (browser: Browser) =>
    browser.send<{ token: string }>('POST', '/v1/workers/enroll', { body: { name: 'gpu-1' } });
  const tokenOf = async (browser: Browser): Promise<string> => (await enroll(browser)).body.token;
  const join = (token: string) =>
    server.request<Joined>('POST', '/v1/workers/join', { key: null, body: { token } });

  test('the machine gets a key of the owner of the person, with the scopes of a worker only', async () => {
    const browser = await enter();
    const { owner_id: ownerId } = (await browser.state()).session!;
    const { status, body } = await join(await tokenOf(browser));
    expect([status, body.key.owner.id, body.key.parent]).toEqual([201, ownerId, null]);
    expect(body.key.scopes.toSorted()).toEqual(['workers:poll', 'workers:register', 'workers:report']);
    const worker = new TestWorker(server, body.secret, 'gpu-1');
    expect((await worker.register()).status).toBe(200);
    // As other keys of the person, it goes on after the session.
    await browser.send('DELETE', '/v1/session');
    expect((await worker.poll()).status).toBe(204);
  });

  test('a token is worthless after the sign-out, the end of the session by another one, or a new password', async () => {
    const out = await enter();
    const first = await tokenOf(out);
    await out.send('DELETE', '/v1/session');
    const ended = await enter();
    const second = await tokenOf(ended);
    await (await enter()).send('DELETE', `/v1/sessions/${(await ended.state()).session!.id}`);
    const changed = await enter();
    const third = await tokenOf(changed);
    await changed.send('POST', '/v1/session/password', {
      body: { current: PASSWORD, password: `${PASSWORD} again` },
    });
    expect(await Promise.all([first, second, third].map(async (one) => (await join(one)).status))).toEqual([
      404, 404, 404,
    ]);
  });

  test('a token is worthless for a person who was suspended, and one who is no administrator any more', async () => {
    const user = async (browser: Browser): Promise<number> => (await browser.state()).session!.user!.id;
    const suspended = await enter();
    const first = await tokenOf(suspended);
    await server.request('POST', `/v1/admin/users/${await user(suspended)}`, { body: { suspended: 1 } });
    expect((await join(first)).status).toBe(404);
    const lowered = await enter();
    const second = await tokenOf(lowered);
    await server.request('POST', `/v1/admin/users/${await user(lowered)}`, { body: { role: 'manager' } });
    expect([403, 404]).toContain((await join(second)).status);
  });

  test('a manager and a member cannot enroll machines', async () => {
    for (const role of ['manager', 'default']) expect((await enroll(await enter(role))).status).toBe(403);
  });
});
