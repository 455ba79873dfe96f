import { beforeAll, expect, test } from 'vitest';
import {
  describeOnBothServers,
  describeOnServer,
  type StartServer,
  type TestServer,
} from '../../../test/server.ts';
import { enableUsers, firstSession, PASSWORD, type Login } from './identity.fixture.ts';

const BEHIND_A_PROXY = { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' };
const ATTACKER = '203.0.113.9';
const ATTACKER_V6 = (i: number): string => `2001:db8:bad:1::${(i + 1).toString(16)}`;

/** The most that one address tries: more than the name as a whole may be tried in a hurry. */
const ATTEMPTS = 110;

const from = (ip: string) => ({ 'x-forwarded-for': ip });
const enter = (server: TestServer, body: object, ip: string) =>
  server.request<Login>('POST', '/api/request-token', { key: null, body, headers: from(ip) });

async function attack(each: (i: number) => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < ATTEMPTS; i += 10)
    statuses.push(
      ...(await Promise.all(Array.from({ length: 10 }, (_, j) => each(i + j)))).map((a) => a.status),
    );
  return statuses;
}

describeOnBothServers('an address that guesses', (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start(BEHIND_A_PROXY);
    await enableUsers(server);
  });

  const admin = { username: 'admin', password: PASSWORD };

  test('is refused itself, and locks the administrator out from nowhere else', async () => {
    const wrong = { ...admin, password: 'wrong horse' };
    for (const ip of [() => ATTACKER, ATTACKER_V6]) {
      const statuses = await attack((i) => enter(server, wrong, ip(i)));
      expect(statuses.filter((status) => status === 429)).toHaveLength(ATTEMPTS - 10);
    }
    expect((await enter(server, admin, ATTACKER)).status).toBe(429);
    expect((await enter(server, admin, '198.51.100.1')).body).toMatchObject({ valid: true });
    // Another network of the same provider is another address.
    expect((await enter(server, admin, '2001:db8:bad:2::1')).body).toMatchObject({ valid: true });
  });

  test('with recovery codes locks nobody out either', async () => {
    const body = { username: 'admin', recoveryCodes: ['a', 'b'] };
    const recover = (ip: string) =>
      server.request('POST', '/api/system/recover-account', { key: null, body, headers: from(ip) });
    const statuses = await attack(() => recover('203.0.113.10'));
    expect(statuses.filter((status) => status === 429)).toHaveLength(ATTEMPTS - 10);
    expect((await recover('198.51.100.2')).status).toBe(400);
    expect((await enter(server, admin, '198.51.100.2')).body).toMatchObject({ valid: true });
  });

  test('under many names leaves other addresses alone', async () => {
    const statuses = await attack((i) => enter(server, { ...admin, username: `u${i}` }, '203.0.113.11'));
    expect(statuses.filter((status) => status === 429)).toHaveLength(ATTEMPTS - 50);
    expect((await enter(server, admin, '198.51.100.3')).body).toMatchObject({ valid: true });
  });
});

/** On one database: the queue for hashing is in memory. */
describeOnServer('sqlite', 'a stranger who makes this server hash', (start: StartServer) => {
  const many = (count: number, each: (i: number) => Promise<{ text: string }>) =>
    Promise.all(Array.from({ length: count }, (_, i) => each(i)));
  const addUser = (server: TestServer, username: string) =>
    server.request('POST', '/v1/admin/users/new', { body: { username, password: PASSWORD } });

  test(
    'from hundreds of networks of one customer lets others in all the same',
    { timeout: 180_000 },
    async () => {
      const server = await start(BEHIND_A_PROXY);
      await enableUsers(server);
      const flood = many(300, (i) =>
        enter(server, { username: 'x', password: 'wrong horse' }, `2001:db8:bad:${i.toString(16)}::1`),
      );
      const admin = { username: 'admin', password: PASSWORD };
      const entered = await many(5, (i) => enter(server, admin, `198.51.100.${i}`));
      for (const { text } of entered) expect(JSON.parse(text)).toMatchObject({ valid: true });
      await flood;
    },
  );

  test('with an invite waits behind itself and not before those who are let in', async () => {
    const server = await start(BEHIND_A_PROXY);
    await enableUsers(server);
    const { body } = await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new');
    const taken = { username: 'admin', password: PASSWORD };
    const flood = many(90, () =>
      server.request('POST', `/api/invite/${body.invite.code}`, {
        key: null,
        body: taken,
        headers: from(ATTACKER),
      }),
    );
    const added = await many(20, (i) => addUser(server, `ann${i}`));
    for (const { text } of added) expect(text).toContain('"error":null');
    await flood;
  });
});

describeOnBothServers('an address that guesses the one password', (start: StartServer) => {
  test('locks the administrator out from nowhere else', async () => {
    const server = await start(BEHIND_A_PROXY);
    const key = await firstSession(server);
    await server.request('POST', '/api/system/update-password', {
      key,
      body: { usePassword: true, newPassword: PASSWORD },
    });
    const statuses = await attack(() => enter(server, { password: 'wrong horse' }, ATTACKER));
    expect(statuses.filter((status) => status === 429)).toHaveLength(ATTEMPTS - 10);
    for (const password of [PASSWORD, server.adminKey])
      expect((await enter(server, { password }, '198.51.100.1')).body).toMatchObject({ valid: true });
  });
});
