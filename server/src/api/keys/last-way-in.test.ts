import { expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { mintLocally } from '../../keys/index.ts';
import {
  enableUsers,
  firstSession,
  login,
  PASSWORD,
  tokenOf,
} from '../../developer/people/identity.fixture.ts';

interface Said {
  code?: string;
  hint?: string;
  error?: string;
}

const send = (server: TestServer, line: string, { key, body }: { key?: string; body?: object } = {}) => {
  const [method = '', path = ''] = line.split(' ');
  return server.request<Said>(method, path, { ...(key && { key }), ...(body && { body }) });
};

const idOf = async (server: TestServer, key = server.adminKey): Promise<string> =>
  (await server.request<{ key: { id: string } }>('GET', '/v1/keys/self', { key })).body.key.id;

const works = async (server: TestServer, key: string): Promise<boolean> =>
  (await server.request('GET', '/v1/keys/self', { key })).status === 200;

describeOnBothServers('the last way in', (start) => {
  const ENDINGS: [string, object][] = [
    ['POST /v1/keys/:id/revoke', {}],
    ['POST /v1/keys/:id/disable', {}],
    ['POST /v1/keys/:id/quarantine', {}],
    ['DELETE /v1/keys/:id', {}],
    ['PATCH /v1/keys/:id', { scopes: ['keys:*'] }],
    ['PATCH /v1/keys/:id', { role: 'client' }],
    ['PATCH /v1/keys/:id', { expires_in_seconds: 10 }],
    ['PATCH /v1/keys/:id', { limits: [{ name: 'l', requests: 1, window_seconds: 60 }] }],
    ['PATCH /v1/keys/:id', { budgets: [{ name: 'b', unit: 'requests', amount: '1', period: 'total' }] }],
    ['PATCH /v1/keys/:id', { selectors: { workspaces: { allow: ['docs'] } } }],
    ['POST /v1/keys/self/revoke', {}],
  ];

  test('nobody else ends the last way in, with or without last_admin, and not by suspending its owner', async () => {
    const server = await start();
    const id = await idOf(server);
    const owner = (await server.request<{ owner: { id: string } }>('GET', `/v1/keys/${id}`)).body.owner.id;
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    const limits = [{ name: 'l', requests: 1_000, window_seconds: 60 }];
    const others = [
      await server.mint({ role: 'admin', owner: 'others', limits }),
      await server.mint({ role: 'admin', owner: 'others', expires_in_seconds: 600 }),
      await server.mint({ role: 'admin', owner: 'others', selectors: { models: { deny: ['x'] } } }),
      await server.mint({ scopes: ['keys:*', 'owners:manage'], owner: 'others' }),
    ];
    for (const { secret: key } of others) {
      for (const [line, body] of ENDINGS.slice(0, -1)) {
        const answer = await send(server, line.replace(':id', id), {
          key,
          body: { ...body, last_admin: true },
        });
        expect([line, answer.status >= 400]).toEqual([line, true]);
        expect(['last_admin', 'scope_escalation']).toContain(answer.body.code);
      }
      for (const [line, body] of [
        [`PATCH /v1/owners/${owner}`, { state: 'suspended' }],
        [`DELETE /v1/owners/${owner}`, undefined],
      ] as const) {
        const answer = await send(server, line, { key, ...(body && { body }) });
        expect(['last_admin', 'scope_escalation']).toContain(answer.body.code);
      }
    }
    const manager = others.at(-1)?.secret ?? '';
    const refused = await send(server, `POST /v1/keys/${id}/revoke`, {
      key: manager,
      body: { last_admin: true },
    });
    expect([refused.status, refused.body.code]).toEqual([409, 'last_admin']);
    expect(await works(server, server.adminKey)).toBe(true);
  });

  test('the last way in ends itself only with last_admin, and another key can be made on the machine', async () => {
    const server = await start();
    const id = await idOf(server);
    for (const [line, body] of ENDINGS) {
      const answer = await send(server, line.replace(':id', id), { body });
      expect([line, answer.status, answer.body.code]).toEqual([line, 409, 'last_admin']);
      expect(answer.body.hint).toContain('"last_admin": true');
    }
    const session = await firstSession(server);
    const listed = await server.request<{ apiKeys: { id: number }[] }>('GET', '/api/system/api-keys', {
      key: session,
    });
    const number = listed.body.apiKeys[0]?.id ?? 0;
    const paths: [string, string][] = [
      [`/api/system/api-key/${number}`, session],
      [`/v1/admin/delete-api-key/${number}`, server.adminKey],
    ];
    for (const [path, key] of paths) expect((await send(server, `DELETE ${path}`, { key })).status).toBe(409);
    const renamed = await send(server, `PATCH /v1/keys/${id}`, { body: { name: 'still here' } });
    expect(renamed.status).toBe(200);
    const done = await send(server, `POST /v1/keys/${id}/revoke`, { body: { last_admin: true } });
    expect(done.status).toBe(200);
    expect(await works(server, server.adminKey)).toBe(false);
    const { secret } = await mintLocally(server.app.core.keys, 'way back');
    expect(await works(server, secret)).toBe(true);
  });

  test('the last way in is quarantined if it leaked, and the log says how to make another key', async () => {
    const server = await start();
    const body = { token: server.adminKey };
    expect((await server.request('POST', '/v1/keys/report', { key: null, body })).status).toBe(202);
    await expect
      .poll(async () => (await send(server, 'POST /v1/keys', { body: { name: 'x', role: 'admin' } })).status)
      .toBe(403);
    await expect.poll(() => server.log.join('')).toContain('keyward keys create --local');
  });

  test('of two last ways in that end each other at the same moment on two nodes one is left', async () => {
    const server = await start();
    const other = await start(server.environment);
    let left = await server.mint({ role: 'admin' });
    await send(server, `POST /v1/keys/${await idOf(server)}/revoke`, { key: left.secret });
    for (let round = 0; round < 6; round++) {
      const mint = await server.request<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
        key: left.secret,
        body: { name: 'second', role: 'admin' },
      });
      const second = { id: mint.body.key.id, secret: mint.body.secret } as NewKey;
      const narrow = { scopes: ['keys:read'] };
      const [line, body] =
        round % 2 === 0 ? ['POST /v1/keys/:id/revoke', {}] : ['PATCH /v1/keys/:id', narrow];
      const answers = await Promise.all([
        send(server, line.replace(':id', second.id), { key: left.secret, body }),
        send(other, line.replace(':id', left.id), { key: second.secret, body }),
      ]);
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2);
      const mintsStill = async ({ secret }: NewKey) =>
        (
          await send(server, 'POST /v1/keys', {
            key: secret,
            body: { name: 'x', role: 'admin', expires_in_seconds: 60 },
          })
        ).status === 201;
      const both = [left, second];
      const open = await Promise.all(both.map(mintsStill));
      expect(open).toContain(true);
      left = both[open.indexOf(true)] ?? left;
    }
  });

  test('the last way in bounds its owner only with last_admin, because nobody could revert that', async () => {
    const server = await start();
    const owner = (await server.request<{ owner: { id: string } }>('GET', `/v1/keys/${await idOf(server)}`))
      .body.owner.id;
    const path = `PATCH /v1/owners/${owner}`;
    const limits = [{ name: 'l', requests: 1_000, window_seconds: 1 }];
    const budgets = [{ name: 'b', unit: 'requests', amount: '1000', period: 'hour' }];
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    const { secret: key } = await server.mint({ scopes: ['owners:manage', 'keys:*'], owner: 'others' });
    for (const bounds of [{ limits }, { budgets }]) {
      expect((await send(server, path, { body: bounds })).body.code).toBe('last_admin');
      expect((await send(server, path, { key, body: { ...bounds, last_admin: true } })).body.code).toBe(
        'last_admin',
      );
    }
    // Another one that nothing bounds: then it may be; and that one is the last of its kind.
    const free = await server.mint({ role: 'admin', owner: 'others' });
    expect((await send(server, path, { body: { limits } })).status).toBe(200);
    for (const line of [`POST /v1/keys/${free.id}/revoke`, `POST /v1/keys/${free.id}/disable`])
      expect((await send(server, line)).body.code).toBe('last_admin');
    const theirs = `PATCH /v1/owners/${free.key.owner.id}`;
    expect((await send(server, theirs, { body: { state: 'suspended' } })).body.code).toBe('last_admin');
    expect((await send(server, theirs, { key: free.secret, body: { budgets } })).body.code).toBe(
      'last_admin',
    );
    const word = { key: free.secret, body: { budgets, last_admin: true } };
    expect((await send(server, theirs, word)).status).toBe(200);
    // Of those that are left the last one stays, and the machine makes one that nothing bounds.
    expect((await send(server, `POST /v1/keys/${free.id}/revoke`)).status).toBe(200);
    expect((await send(server, `POST /v1/keys/${await idOf(server)}/revoke`)).body.code).toBe('last_admin');
    const { secret } = await mintLocally(server.app.core.keys, 'way back');
    expect((await send(server, path, { key: secret, body: { limits: [] } })).status).toBe(200);
  });

  test('neither the owner of the one password nor that of the last administrator can be bounded', async () => {
    const server = await start();
    const limits = [{ name: 'l', requests: 1_000, window_seconds: 1 }];
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    const { secret: key } = await server.mint({ scopes: ['owners:manage', 'keys:*'], owner: 'others' });
    const bound = async (name: string, bounds: object = { limits }) => {
      const { body } = await server.request<{ items: { id: string; name: string }[] }>('GET', '/v1/owners', {
        key,
      });
      const id = body.items.find((owner) => owner.name.startsWith(name))?.id ?? '';
      return send(server, `PATCH /v1/owners/${id}`, { key, body: bounds });
    };
    const session = await firstSession(server);
    const password = { usePassword: true, newPassword: PASSWORD };
    await send(server, 'POST /api/system/update-password', { key: session, body: password });
    await send(server, `POST /v1/keys/${await idOf(server)}/revoke`);
    expect((await bound('admin')).body.code).toBe('last_admin');
    const users = { username: 'first', password: PASSWORD };
    const entered = await tokenOf(server, { password: PASSWORD });
    await send(server, 'POST /api/system/enable-multi-user', { key: entered, body: users });
    expect((await bound('first')).body.code).toBe('last_admin');
    const admin = await tokenOf(server, users);
    const second = { username: 'second', password: PASSWORD, role: 'admin' };
    await send(server, 'POST /api/admin/users/new', { key: admin, body: second });
    expect((await bound('second')).status).toBe(200);
    for (const bounds of [{ limits }, { state: 'suspended' }])
      expect((await bound('first', bounds)).body.code).toBe('last_admin');
    expect((await bound('second', { limits: [] })).status).toBe(200);
    expect((await bound('first')).status).toBe(200);
  });

  test('the last way in can be made on the machine even if the owner admin is suspended', async () => {
    const server = await start();
    const owner = (await server.request<{ owner: { id: string } }>('GET', `/v1/keys/${await idOf(server)}`))
      .body.owner.id;
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    const other = await server.mint({ role: 'admin', owner: 'others' });
    const suspend = { key: other.secret, body: { state: 'suspended' } };
    expect((await send(server, `PATCH /v1/owners/${owner}`, suspend)).status).toBe(200);
    for (let round = 0; round < 2; round++) {
      const { secret } = await mintLocally(server.app.core.keys, 'way back');
      expect(await works(server, secret)).toBe(true);
    }
  });

  test('the last way in is the password if one is set, and it is not removed without last_admin', async () => {
    const server = await start();
    const change = async (body: object) => {
      const key = await firstSession(server).catch(() => tokenOf(server, { password: PASSWORD }));
      return send(server, 'POST /api/system/update-password', { key, body });
    };
    await change({ usePassword: true, newPassword: PASSWORD });
    expect((await send(server, `POST /v1/keys/${await idOf(server)}/revoke`)).status).toBe(200);
    const refused = await change({ usePassword: false });
    expect([refused.status, refused.body.error]).toEqual([
      409,
      expect.stringContaining('last_admin') as string,
    ]);
    expect((await login(server, { password: PASSWORD })).body.valid).toBe(true);
    expect((await change({ usePassword: false, last_admin: true })).status).toBe(200);
    expect((await login(server, { password: PASSWORD })).body.valid).toBe(false);
  });

  test('the last way in is the last administrator if there are users, also through the owner of its keys', async () => {
    const server = await start();
    await enableUsers(server);
    await server.request('POST', '/v1/owners', { body: { name: 'others', kind: 'team' } });
    const { secret: key } = await server.mint({ scopes: ['owners:manage', 'keys:read'], owner: 'others' });
    const { body } = await server.request<{ items: { id: string; name: string }[] }>('GET', '/v1/owners');
    const owner = body.items.find(({ name }) => name.startsWith('admin (user'))?.id ?? '';
    // Somebody is left: the first key.
    const suspend = { key, body: { state: 'suspended' } };
    expect((await send(server, `PATCH /v1/owners/${owner}`, suspend)).status).toBe(200);
    const self = `POST /v1/keys/${await idOf(server)}/revoke`;
    expect((await send(server, self)).body.code).toBe('last_admin');
    expect((await send(server, `PATCH /v1/owners/${owner}`, { body: { state: 'active' } })).status).toBe(200);
    expect((await send(server, self)).status).toBe(200);
    expect((await send(server, `PATCH /v1/owners/${owner}`, suspend)).body.code).toBe('last_admin');
    expect((await send(server, `DELETE /v1/owners/${owner}`, { key })).body.code).toBe('last_admin');
    expect((await login(server, { username: 'admin', password: PASSWORD })).body.valid).toBe(true);
  });

  test('a user whose owner is suspended does not count as another administrator', async () => {
    const server = await start();
    const session = await enableUsers(server);
    const made = { username: 'second', password: PASSWORD, role: 'admin' };
    await server.request('POST', '/v1/admin/users/new', { body: made });
    const { body } = await server.request<{ items: { id: string; name: string }[] }>('GET', '/v1/owners');
    const owner = body.items.find(({ name }) => name.startsWith('second'))?.id ?? '';
    await send(server, `PATCH /v1/owners/${owner}`, { body: { state: 'suspended' } });
    for (const change of [{ suspended: 1 }, { role: 'default' }]) {
      const answer = await send(server, 'POST /api/admin/user/1', { key: session, body: change });
      expect(answer.body.error).toContain('No system admins will remain');
    }
    expect((await login(server, { username: 'admin', password: PASSWORD })).body.valid).toBe(true);
  });
});
