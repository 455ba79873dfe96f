import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openMinters, openSinks } from '../open-sinks.ts';
import { startItemServer } from './item-server.fixture.ts';
import { ETAG_MANIFEST } from './stores.fixture.ts';

describeOnServer('sqlite', 'a key that a service mints into a store of the manifest', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  async function world(id: string) {
    const store = await startItemServer();
    const variables = { ITEM_SERVER: store.address, TOKEN: 'canary-token', ADMIN_KEY: server.adminKey };
    const [sinks = ''] = ETAG_MANIFEST.split('keys:');
    const yaml = `${sinks}services:
  keyward: { url: '${server.url}' }
keys:
  ${id}:
    phase: derived
    service: keyward
    sources: [{ mint: { type: keyward, admin: { env: ADMIN_KEY } } }]
    store: [{ sink: etag, name: APP_KEY }]
`;
    const apply = async () => {
      const surroundings = { folder: '/', variables };
      const manifest = readManifest(yaml, 'm.yaml', variables);
      const opened = await openSinks(manifest, surroundings);
      const minters = await openMinters(manifest, [id], surroundings);
      try {
        return await new Bootstrap({
          manifest,
          surroundings,
          sinks: opened,
          minters,
          nowMs: Date.now,
        }).apply();
      } finally {
        for (const one of [...opened.values(), ...minters.values()]) await one.stop();
      }
    };
    const active = async () =>
      (await server.request<{ items: object[] }>('GET', `/v1/keys?state=active&q=keyward:${id}:`)).body.items;
    const works = async () =>
      (await server.request('GET', '/v1/keys/self', { key: store.items.get('APP_KEY') ?? '' })).status ===
      200;
    return { store, apply, active, works };
  }

  test('is minted once by several runs at the same time, and a further run writes nothing', async () => {
    const { store, apply, active, works } = await world('parallel');
    await Promise.all(Array.from({ length: 5 }, apply));
    expect(await active()).toHaveLength(1);
    expect(await works()).toBe(true);
    store.seen.length = 0;
    await apply();
    expect(store.seen.filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  test.for([403, 500])(
    'is one and good after a write that was answered %s, and no orphan is left',
    async (status) => {
      const { store, apply, active, works } = await world(`refused-${status}`);
      store.onWrite = { status, name: '/APP_KEY' };
      expect(await apply()).toMatchObject([
        {
          action: 'failed',
          reason: expect.stringContaining(`answers ${status} to the request to create APP_KEY`),
        },
      ]);
      expect(store.items.has('APP_KEY')).toBe(false);
      store.onWrite = undefined;
      await apply();
      expect(await active()).toHaveLength(1);
      expect(await works()).toBe(true);
    },
  );
});
