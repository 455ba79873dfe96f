import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { TestWorker } from './jobs/jobs.fixture.ts';

interface Name {
  name: string | null;
  slug: string | null;
  exists: boolean;
}
interface Listed {
  items: { seq: number; actor: string; target: string }[];
  names: Record<string, Name>;
}

const there = (name: string, slug: string | null = null): Name => ({ name, slug, exists: true });
const GONE: Name = { name: null, slug: null, exists: false };

describeOnBothServers('the names in the audit record', (start) => {
  let server: TestServer;
  const namesOf = async (target: string, key?: string): Promise<Listed['names']> => {
    const options = key === undefined ? {} : { key };
    return (await server.request<Listed>('GET', `/v1/audit?target=${target}`, options)).body.names;
  };
  const admin = async (): Promise<string> =>
    (await server.request<{ key: { id: string } }>('GET', '/v1/keys/self')).body.key.id;
  let reports: NewKey;

  beforeAll(async () => {
    server = await start();
    reports = await server.mint({ name: 'reports' });
  });

  test('a record and a list of records name the keys in them, by actor and by target', async () => {
    const names = await namesOf(reports.id);
    const author = `key:${await admin()}`;
    expect(names).toEqual({ [reports.id]: there('reports'), [author]: there(names[author]?.name ?? '') });
    const { items } = (await server.request<Listed>('GET', `/v1/audit?target=${reports.id}`)).body;
    const one = await server.request<Listed>('GET', `/v1/audit/${items[0]?.seq}`);
    expect(one.body.names).toEqual(names);
  });

  test('a key that was renamed and revoked has its name of today', async () => {
    const { id } = await server.mint({ name: 'before' });
    await server.request('PATCH', `/v1/keys/${id}`, { body: { name: 'after' } });
    await server.request('POST', `/v1/keys/${id}/revoke`, { body: {} });
    expect((await namesOf(id))[id]).toEqual(there('after'));
  });

  test('owners, users, workspaces, workers and upstreams are named, and what was deleted is said to be gone', async () => {
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Ada', kind: 'person' },
    });
    const space = await server.request<{ workspace: { id: number; slug: string } }>(
      'POST',
      '/v1/workspace/new',
      { body: { name: 'House rules' } },
    );
    const upstream = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'models', base_url: 'http://127.0.0.1:9/v1', models: ['m'] },
    });
    const miner = await server.mint({ role: 'miner' });
    const worker = (await new TestWorker(server, miner.secret, 'gpu').register()).body.worker_id;
    const { id, slug } = space.body.workspace;
    expect((await namesOf(owner.body.id))[owner.body.id]).toEqual(there('Ada'));
    expect((await namesOf(`workspace:${id}`))[`workspace:${id}`]).toEqual(there('House rules', slug));
    expect((await namesOf(upstream.body.id))[upstream.body.id]).toEqual(there('models'));
    expect((await namesOf(worker))[worker]).toEqual(there('gpu'));
    await server.request('DELETE', `/v1/owners/${owner.body.id}`);
    await server.request('DELETE', `/v1/workspace/${slug}`);
    await server.request('DELETE', `/v1/upstreams/${upstream.body.id}`);
    expect((await namesOf(owner.body.id))[owner.body.id]).toEqual({ ...there('Ada'), exists: false });
    expect((await namesOf(`workspace:${id}`))[`workspace:${id}`]).toEqual(GONE);
    expect((await namesOf(upstream.body.id))[upstream.body.id]).toEqual(GONE);
  });

  test('a reader of the record learns no name that another route would refuse', async () => {
    const holding = async (...scopes: string[]): Promise<string> =>
      (await server.mint({ scopes: ['audit:read', ...scopes] })).secret;
    expect(await namesOf(reports.id, await holding())).toEqual({});
    expect(await namesOf(reports.id, await holding('keys:read'))).toEqual({});
    const wide = await namesOf(reports.id, await holding('keys:read', 'owners:manage'));
    expect(wide[reports.id]).toEqual(there('reports'));
  });
});
