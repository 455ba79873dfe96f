import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import type { KeyScopes, KeyView } from '../../keys/index.ts';
import { setCreated } from '../../keys/keys.fixture.ts';
import { JobClient, TestWorker } from '../jobs/jobs.fixture.ts';

const DAY_MS = 86_400_000;

describeOnBothServers('the scopes of a key', (start) => {
  let server: TestServer;
  const scopesOf = ({ id }: { id: string }, key?: string) =>
    server.request<KeyScopes & { code?: string }>(
      'GET',
      `/v1/keys/${id}/scopes`,
      key === undefined ? {} : { key },
    );
  const used = async (key: NewKey): Promise<string[]> => {
    await server.app.core.keys.lastUsed.flush();
    const { body } = await scopesOf(key);
    return body.scopes.filter(({ last_used_on: on }) => on !== null).map(({ scope }) => scope);
  };

  beforeAll(async () => {
    server = await start();
    await server.request('POST', '/v1/owners', { body: { name: 'Bob', kind: 'team' } });
  });

  test('are the ones that its requests needed and had', async () => {
    const key = await server.mint({ name: 'reader', scopes: ['usage:read', 'jobs:read', 'workers:read'] });
    const options = { key: key.secret };
    expect((await server.request('GET', '/v1/usage', options)).status).toBe(200);
    expect((await server.request('GET', '/v1/audit', options)).status).toBe(403);
    expect((await server.request('GET', '/v1/auth', options)).status).toBe(200);
    expect(await used(key)).toEqual(['usage:read']);
  });

  test('have those that widen an answer, only where they do', async () => {
    const key = await server.mint({ name: 'wide', owner: 'Bob', scopes: ['usage:read', 'owners:manage'] });
    expect((await server.request('GET', '/v1/usage', { key: key.secret })).status).toBe(200);
    expect(await used(key)).toEqual(['owners:manage', 'usage:read']);
    const plain = await server.mint({ name: 'own', owner: 'Bob', scopes: ['keys:read', 'owners:manage'] });
    await server.request('GET', `/v1/keys/${key.id}`, { key: plain.secret });
    expect(await used(plain)).toEqual(['keys:read']);
    const foreign = await server.mint({ name: 'of the administrator' });
    const seen = await server.request('GET', `/v1/keys/${foreign.id}`, { key: plain.secret });
    expect(seen.status).toBe(200);
    expect(await used(plain)).toEqual(['keys:read', 'owners:manage']);
  });

  test('have those of a job that starts after its request, on another node', async () => {
    const key = await server.mint({ name: 'client', scopes: ['jobs:submit', 'jobs:read'] });
    await new JobClient(server, key.secret).id();
    expect(await used(key)).toEqual(['jobs:submit']);
    // As if the job had waited for days: the record begins again with its start.
    await server.app.core.storage.transaction((tx) => sql`delete from key_scope_uses`.execute(tx));
    const other = await start(server.environment);
    const miner = await server.mint({ name: 'miner', role: 'miner' });
    const worker = new TestWorker(other, miner.secret, 'starter');
    await worker.register();
    await worker.take();
    await other.app.core.keys.lastUsed.flush();
    expect(await used(key)).toEqual(['jobs:submit']);
  });

  test('are listed by one that may see the key: anybody else finds no such key', async () => {
    const key = await server.mint({ name: 'seen', role: 'client' });
    const stranger = await server.mint({ name: 'stranger', owner: 'Bob', scopes: ['keys:read'] });
    expect(await scopesOf(key, stranger.secret)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const weak = await server.mint({ name: 'weak', scopes: ['jobs:read'] });
    expect(await scopesOf(key, weak.secret)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
    expect((await server.request('GET', `/v1/keys/${key.id}/scopes`, { key: null })).status).toBe(401);
    expect((await scopesOf({ id: 'key_000000000000' })).status).toBe(404);
    const bound = await server.mint({
      name: 'bound',
      scopes: ['keys:read'],
      selectors: { workspaces: { allow: ['a'] } },
    });
    expect((await scopesOf(key, bound.secret)).status).toBe(404);
  });

  test('are called unused after 30 days, and a key without them leaves the list', async () => {
    const key = await server.mint({ name: 'too much', scopes: ['usage:read', 'jobs:*'] });
    const list = async () =>
      (await server.request<{ items: KeyView[] }>('GET', '/v1/keys?scopes=unused')).body.items.map(
        ({ id }) => id,
      );
    await server.request('GET', '/v1/usage', { key: key.secret });
    expect(await used(key)).toEqual(['usage:read']);
    expect(await list()).toEqual([]);
    await setCreated(server.app.core.storage, key.id, Date.now() - 31 * DAY_MS);
    const { body } = await server.request<{ key: KeyView }>('PATCH', `/v1/keys/${key.id}`, {
      body: { tags: ['seen'] },
    });
    expect(body.key.tags).toEqual(['seen']);
    expect(await list()).toEqual([key.id]);
    const { body: answer } = await scopesOf(key);
    expect(answer.scopes.filter(({ unused }) => unused).map(({ scope }) => scope)).toEqual([
      'jobs:submit',
      'jobs:read',
      'jobs:cancel',
    ]);
    expect(answer.narrowed).toEqual(['usage:read']);
    await server.request('PATCH', `/v1/keys/${key.id}`, { body: { scopes: answer.narrowed } });
    expect(await list()).toEqual([]);
  });

  test('refuses another value of the filter by its name', async () => {
    const { status, body } = await server.request<{ errors: { field: string }[] }>(
      'GET',
      '/v1/keys?scopes=used',
    );
    expect([status, body.errors[0]?.field]).toEqual([422, 'query.scopes']);
  });
});
