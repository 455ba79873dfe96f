import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { allRoutes } from '../app/routes.ts';
import { groupsOf } from './capabilities.ts';

interface Capabilities {
  version: string;
  groups: { name: string; version: string; path: string; aliases: string[]; endpoints: string[] }[];
}

describeOnServer('sqlite', 'GET /v1/capabilities', (start) => {
  let server: TestServer;
  let body: Capabilities;
  beforeAll(async () => {
    server = await start();
    ({ body } = await server.request<Capabilities>('GET', '/v1/capabilities', { key: null }));
  });

  test('capabilities names the version of the server, and its groups, to callers without a key', async () => {
    const health = await server.request<{ version: string }>('GET', '/healthz', { key: null });
    expect(body.version).toBe(health.body.version);
    const names = body.groups.map(({ name }) => name);
    for (const name of ['jobs', 'workers', 'marketplace', 'admin', 'keys', 'capabilities', 'chat'])
      expect(names).toContain(name);
    expect(body.groups.find(({ name }) => name === 'marketplace')).toMatchObject({
      version: 'v1',
      path: '/v1/marketplace',
      endpoints: expect.arrayContaining(['POST /v1/marketplace/gpu/{id}/book']),
    });
    expect((await server.request('POST', '/v1/capabilities', { key: null })).status).toBe(405);
  });

  test('capabilities has every declared endpoint once, and no other', () => {
    const declared = allRoutes('0.0.0')
      .filter(({ id }) => !/^(docs|console)\./.test(id))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(body.groups.flatMap(({ endpoints }) => endpoints).toSorted()).toEqual(declared.toSorted());
  });

  test('each alias answers as the group that it stands for', async () => {
    const aliased = body.groups.filter(({ aliases }) => aliases.length > 0);
    expect(aliased.map(({ name }) => name)).toEqual(['workers']);
    for (const { path, aliases } of aliased)
      for (const alias of aliases) {
        const [one, same] = [await server.request('GET', path), await server.request('GET', alias)];
        expect([same.status, same.body]).toEqual([200, one.body]);
      }
  });

  test('a server without a group does not name it', () => {
    const groups = groupsOf([
      { method: 'GET', path: '/v1/jobs/:id' },
      { method: 'POST', path: '/v1/jobs' },
      { method: 'GET', path: '/healthz' },
      { method: 'GET', path: '/api/docs' },
    ]);
    expect(groups.map(({ name, version, path }) => [name, version, path])).toEqual([
      ['docs', '', '/api/docs'],
      ['healthz', '', '/healthz'],
      ['jobs', 'v1', '/v1/jobs'],
    ]);
  });
});
