import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';
import type { OwnerView } from '../keys/index.ts';

interface Problem {
  code: string;
  errors?: { field: string }[];
}
type Owner = OwnerView & Problem & { owner: OwnerView };

describeOnBothServers('owners', (start) => {
  let server: TestServer;
  const create = (name: string, kind = 'person') =>
    server.request<Owner>('POST', '/v1/owners', { body: { name, kind } });
  const patch = (id: string, body: object) => server.request<Owner>('PATCH', `/v1/owners/${id}`, { body });
  const works = async (secret: string) =>
    (await server.request('GET', '/v1/keys/self', { key: secret })).status === 200;

  beforeAll(async () => {
    server = await start();
  });

  test('an owner can be made, read, renamed, listed and deleted', async () => {
    const made = await create('Ann');
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/owners/${made.body.id}`]);
    expect(made.body).toMatchObject({ name: 'Ann', kind: 'person', state: 'active' });
    expect((await server.request('GET', `/v1/owners/${made.body.id}`)).body).toEqual({
      ...made.body,
      limits_left: [],
    });
    const renamed = await patch(made.body.id, { name: 'Anna', kind: 'team' });
    expect(renamed.body.owner).toEqual({ ...made.body, name: 'Anna', kind: 'team' });
    const list = await server.request<{ items: Owner[] }>('GET', '/v1/owners');
    expect(list.body.items.map(({ name }) => name)).toEqual(['Anna', 'admin']);
    expect((await server.request('DELETE', `/v1/owners/${made.body.id}`)).status).toBe(200);
    expect((await server.request('GET', `/v1/owners/${made.body.id}`)).status).toBe(404);
    expect((await create('Anna')).status).toBe(201);
  });

  test('the name of an owner is unique, also under simultaneous requests', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('Twin')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, body } of refused) expect([status, body.errors?.[0]?.field]).toEqual([422, 'name']);
    const other = await create('Other');
    expect((await patch(other.body.id, { name: 'Twin' })).body.errors?.[0]?.field).toBe('name');
  });

  test('an owner says what all its keys together have left of its limits, and reading it takes nothing', async () => {
    const limits = [
      { name: 'minute', requests: 5, window_seconds: 60 },
      { name: 'at_once', concurrent: 3 },
      { name: 'jobs', max_running: 2 },
    ];
    const { body: owner } = await server.request<Owner>('POST', '/v1/owners', {
      body: { name: 'Bounded', kind: 'team', limits },
    });
    for (const key of await Promise.all([1, 2].map(() => server.mint({ owner: owner.id, role: 'client' }))))
      expect(await works(key.secret)).toBe(true);
    for (const _ of [1, 2])
      expect((await server.request('GET', `/v1/owners/${owner.id}`)).body).toMatchObject({
        limits_left: [
          { name: 'minute', requests: 5, window_seconds: 60, remaining: 3 },
          { name: 'at_once', concurrent: 3, remaining: 3 },
        ],
      });
  });

  test('suspending an owner ends all its keys at once, and reactivating it brings them back', async () => {
    const { body: owner } = await create('Suspended');
    const keys = await Promise.all([1, 2].map(() => server.mint({ owner: owner.id })));
    for (const { secret } of keys) expect(await works(secret)).toBe(true);
    expect((await patch(owner.id, { state: 'suspended' })).body.owner.state).toBe('suspended');
    for (const { secret } of keys) expect(await works(secret)).toBe(false);
    const minted = await server.request<Problem>('POST', '/v1/keys', {
      body: { name: 'x', role: 'client', owner: owner.id },
    });
    expect(minted.body.errors?.[0]?.field).toBe('owner');
    await patch(owner.id, { state: 'active' });
    for (const { secret } of keys) expect(await works(secret)).toBe(true);
  });

  test('deleting an owner ends all its keys permanently', async () => {
    const { body: owner } = await create('Deleted');
    const { id, secret } = await server.mint({ owner: owner.id });
    expect(await works(secret)).toBe(true);
    await server.request('DELETE', `/v1/owners/${owner.id}`);
    expect(await works(secret)).toBe(false);
    const restored = await server.request('POST', `/v1/keys/${id}/enable`);
    expect([restored.status < 500, await works(secret)]).toEqual([true, false]);
    expect((await server.request('DELETE', `/v1/owners/${owner.id}`)).status).toBe(404);
  });

  test('a key cannot end its own owner', async () => {
    const self = await server.request<{ key: { owner: { id: string } } }>('GET', '/v1/keys/self');
    const { id } = self.body.key.owner;
    expect((await patch(id, { state: 'suspended' })).status).toBe(409);
    expect((await server.request('DELETE', `/v1/owners/${id}`)).status).toBe(409);
    expect(await works(server.adminKey)).toBe(true);
  });

  test('a key cannot end the owner of an ancestor', async () => {
    const { body: above } = await create('Above');
    const parent = await server.mint({ scopes: ['*'], owner: above.id, expires_in_seconds: 600 });
    await create('Elsewhere');
    const fields = { name: 'child', scopes: ['*'], owner: 'Elsewhere' };
    const made = await server.request<{ secret: string }>('POST', '/v1/keys', {
      key: parent.secret,
      body: fields,
    });
    const { secret: key } = made.body;
    expect((await server.request('DELETE', `/v1/owners/${above.id}`, { key })).status).toBe(409);
    const suspend = { key, body: { state: 'suspended' } };
    expect((await server.request('PATCH', `/v1/owners/${above.id}`, suspend)).status).toBe(409);
    expect(await works(parent.secret)).toBe(true);
  });

  test('the owner of logins without users keeps its name and cannot be deleted', async () => {
    await create('Manager');
    const { secret: key } = await server.mint({ scopes: ['owners:manage', 'keys:read'], owner: 'Manager' });
    await server.mint({ role: 'admin', owner: 'Manager' });
    const { body } = await server.request<{ items: Owner[] }>('GET', '/v1/owners', { key });
    const id = body.items.find(({ name }) => name === 'admin')?.id ?? '';
    const renamed = await server.request('PATCH', `/v1/owners/${id}`, { key, body: { name: 'old' } });
    expect([renamed.status, (await server.request('DELETE', `/v1/owners/${id}`, { key })).status]).toEqual([
      409, 409,
    ]);
    expect((await patch(id, { name: 'admin', kind: 'person' })).status).toBe(200);
    expect(await works(server.adminKey)).toBe(true);
  });

  test('without owners:manage a key sees only its own owner', async () => {
    const { body: owner } = await create('Small');
    const { secret: key } = await server.mint({ owner: owner.id, scopes: ['keys:*'] });
    const list = await server.request<{ items: Owner[] }>('GET', '/v1/owners', { key });
    expect(list.body.items.map(({ name }) => name)).toEqual(['Small']);
    expect((await server.request('GET', `/v1/owners/${owner.id}`, { key })).status).toBe(200);
    const foreign = await server.request<Problem>('POST', '/v1/keys', {
      key,
      body: { name: 'x', scopes: ['keys:read'], owner: 'admin' },
    });
    expect([foreign.status, foreign.body.errors?.[0]?.field]).toEqual([422, 'owner']);
  });

  test('every change of an owner has its audit record', async () => {
    const { body: owner } = await create('Recorded');
    await patch(owner.id, { state: 'suspended' });
    await server.request('DELETE', `/v1/owners/${owner.id}`);
    const { body } = await server.request<{ items: { action: string }[] }>(
      'GET',
      `/v1/audit?target=${owner.id}`,
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      'owners.delete',
      'owners.update',
      'owners.create',
    ]);
  });
});
