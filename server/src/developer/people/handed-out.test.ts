import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, login, PASSWORD } from './identity.fixture.ts';

interface Invites {
  invites: { id: number; status: string }[];
}
interface Acknowledged {
  acknowledged: { requests_ended: number };
}

const SCOPES = ['users:manage', 'workspaces:read', 'workspaces:chat', 'keys:read'];

describeOnBothServers('what was handed out and not used yet', (start, dialect) => {
  let server: TestServer;
  let made = 0;
  const idOf = async (username: string) =>
    (await login(server, { username, password: PASSWORD })).body.user?.id ?? 0;

  beforeAll(async () => {
    server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    await enableUsers(server);
    await server.request('POST', '/v1/admin/users/new', { body: { username: 'sam', password: PASSWORD } });
  });

  const invite = async (key: string, path = '/v1/admin/invite/new') => {
    const { body } = await server.request<{ invite: { id: number; code: string } }>('POST', path, {
      key,
      body: {},
    });
    return body.invite;
  };
  const accept = async (code: string, username = `invited-${++made}`) => {
    const body = { username, password: PASSWORD };
    const answer = await server.request<{ success: boolean }>('POST', `/api/invite/${code}`, {
      key: null,
      body,
    });
    return answer.body.success;
  };
  const shown = async (code: string) =>
    (await server.request('GET', `/api/invite/${code}`, { key: null })).text;
  const statusOf = async (id: number) => {
    const { body } = await server.request<Invites>('GET', '/v1/admin/invites');
    return body.invites.find((one) => one.id === id)?.status;
  };
  const tokenBy = async (key: string): Promise<string> => {
    const { body } = await server.request<{ token: string }>(
      'GET',
      `/v1/users/${await idOf('sam')}/issue-auth-token`,
      { key },
    );
    return body.token;
  };
  const redeem = async (token: string) =>
    (
      await server.request<{ valid: boolean }>('GET', `/api/request-token/sso/simple?token=${token}`, {
        key: null,
      })
    ).body.valid;

  /** A key of an owner of its own, that may invite and log in users. */
  async function maker(): Promise<NewKey> {
    const owner = `maker ${++made}`;
    await server.request('POST', '/v1/owners', { body: { name: owner, kind: 'team' } });
    return server.mint({ scopes: SCOPES, owner });
  }

  const change = (path: string, body: object = {}) => server.request('POST', path, { body });
  const ENDINGS: [string, (key: NewKey) => Promise<unknown>][] = [
    ['revoked', ({ id }) => change(`/v1/keys/${id}/revoke`)],
    ['disabled', ({ id }) => change(`/v1/keys/${id}/disable`)],
    ['quarantined', ({ id }) => change(`/v1/keys/${id}/quarantine`)],
    ['reported', ({ secret }) => change('/v1/keys/report', { token: secret })],
    [
      'narrowed',
      ({ id }) => server.request('PATCH', `/v1/keys/${id}`, { body: { scopes: ['users:manage'] } }),
    ],
    [
      'given an end',
      ({ id }) => server.request('PATCH', `/v1/keys/${id}`, { body: { expires_in_seconds: 3_600 } }),
    ],
    [
      'of an owner that is suspended',
      ({ key }) => server.request('PATCH', `/v1/owners/${key.owner.id}`, { body: { state: 'suspended' } }),
    ],
    ['of an owner that is deleted', ({ key }) => server.request('DELETE', `/v1/owners/${key.owner.id}`)],
  ];

  test.for(ENDINGS)('by a key ends with it when the key is %s: invites and login tokens', async ([, end]) => {
    const key = await maker();
    const { id, code } = await invite(key.secret);
    const token = await tokenBy(key.secret);
    expect([await shown(code), await statusOf(id)]).toEqual([expect.stringContaining('pending'), 'pending']);
    await end(key);
    expect(await shown(code)).toBe('{"invite":null,"error":"Invite is no longer valid."}');
    expect([await accept(code), await redeem(token), await statusOf(id)]).toEqual([false, false, 'disabled']);
  });

  test('by a key that goes on is good', async () => {
    const { secret } = await maker();
    const { code } = await invite(secret);
    const token = await tokenBy(secret);
    expect([await accept(code), await redeem(token)]).toEqual([true, true]);
  });

  const PARTINGS: [string, (id: number) => Promise<unknown>][] = [
    ['suspended', (id) => change(`/v1/admin/users/${id}`, { suspended: 1 })],
    ['demoted', (id) => change(`/v1/admin/users/${id}`, { role: 'default' })],
    ['deleted', (id) => server.request('DELETE', `/v1/admin/users/${id}`)],
  ];
  test.for(PARTINGS)('by a user ends when the user is %s', async ([how, end]) => {
    const session = await enterAs(server, 'manager', `manager-${how}`);
    const userId = await idOf(`manager-${how}`);
    const path = '/api/admin/invite/new';
    const [used, left] = [await invite(session, path), await invite(session, path)];
    expect(await accept(used.code)).toBe(true);
    await end(userId);
    expect([await accept(left.code), await statusOf(left.id)]).toEqual([false, 'disabled']);
    expect(await statusOf(used.id)).toBe('claimed');
  });

  // Where one writes at a time, the revocation waits for the user and takes nothing away before.
  test.runIf(dialect === 'postgres')(
    'makes no user where its maker ends at the very moment, before the commit',
    async () => {
      const key = await maker();
      const { id, code } = await invite(key.secret);
      const { storage, nodes } = server.app.core;
      const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const holding = storage.transaction(async (tx) => {
        await sql`select id from invites where id = ${id} for update`.execute(tx);
        locked.resolve();
        await release.promise;
      });
      await locked.promise;
      const accepting = accept(code, 'too-late');
      await expect.poll(() => nodes.runs.newest().some((run) => run.isUnder(key.id))).toBe(true);
      const { body } = await server.request<Acknowledged>('POST', `/v1/keys/${key.id}/revoke`);
      expect(body.acknowledged.requests_ended).toBe(1);
      release.resolve();
      await holding;
      expect(await accepting).not.toBe(true);
      expect((await login(server, { username: 'too-late', password: PASSWORD })).body.valid).toBe(false);
    },
  );
});
