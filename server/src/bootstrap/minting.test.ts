import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { Bootstrap } from './bootstrap.ts';
import { readManifest } from './manifest/read-manifest.ts';
import { openMinters, openSinks } from './open-sinks.ts';
import type { KeyReport } from './report.ts';
import type { Provenance } from './sinks/sink.ts';

/** A process id that no process has. */
const NO_PROCESS = 99_999_999;

const bao = useOpenBao();
let number = 0;

/** Keyward as the service that mints, described by its own API. */
const manifestOf = (path: string, url: string) => `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
services:
  keyward: { url: '${url}' }
keys:
  app-${path}:
    phase: derived
    service: keyward
    sources:
      - env: APP_KEY
      - mint:
          type: http
          secrets: { admin: { env: ADMIN_KEY } }
          headers: { authorization: 'Bearer {admin}' }
          verify: { path: /v1/keys/self, headers: { authorization: 'Bearer {key}' } }
          find: { path: '/v1/keys?state=active&q={prefix}', items: /items, id: /id, label: /name }
          mint: { path: /v1/keys, body: { name: '{label}', role: client }, id: /key/id, key: /secret, format: '^sk-' }
          revoke: { method: POST, path: '/v1/keys/{id}/revoke' }
    store: [{ sink: main, mount: secret, path: ${path}, field: APP_KEY }]
`;

describeOnServer('sqlite', 'a key that a service mints', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  function world(url = server.url) {
    const path = `minted${++number}`;
    const variables: Record<string, string> = { VAULT_TOKEN: 'root', ADMIN_KEY: server.adminKey };
    const run = async (verb: 'plan' | 'apply' = 'apply', stack = ''): Promise<KeyReport[]> => {
      const surroundings = { folder: '/', variables };
      const manifest = readManifest(
        manifestOf(path, url).replace(
          'version: 1',
          stack === '' ? 'version: 1' : `version: 1\nstack: ${stack}`,
        ),
        'm.yaml',
        variables,
      );
      const sinks = await openSinks(manifest, surroundings);
      const minters = await openMinters(manifest, Object.keys(manifest.keys), surroundings);
      try {
        return await new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now })[verb]();
      } finally {
        for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
      }
    };
    const stored = async () => {
      const { data } = (await bao.call('GET', `secret/data/${path}`)) as {
        data: {
          data: { APP_KEY: string };
          metadata: { version: number; custom_metadata: Record<string, string> | null };
        };
      };
      const custom = JSON.parse(data.metadata.custom_metadata?.['keyward.APP_KEY'] ?? '{}') as Provenance;
      return { key: data.data.APP_KEY, version: data.metadata.version, custom };
    };
    /** Names of the keys in the service that are good. */
    const active = async (after = ':') => {
      const { body } = await server.request<{ items: { name: string }[] }>(
        'GET',
        `/v1/keys?state=active&q=keyward:app-${path}${after}`,
      );
      return body.items.map(({ name }) => name);
    };
    const opens = async (key: string) =>
      (await server.request('GET', '/v1/keys/self', { key })).status === 200;
    const intent = (value: object) =>
      bao.call('POST', `secret/data/keyward/bootstrap/intents/app-${path}`, {
        data: { intent: JSON.stringify(value) },
      });
    return { path, variables, run, stored, active, opens, intent };
  }

  test('is minted once, opens the service, and has its provenance in Vault', async () => {
    const { run, stored, active, opens } = world();
    expect(await run('plan')).toMatchObject([{ action: 'create', source: 'mint:http', reason: 'absent' }]);
    expect(await active()).toEqual([]);
    expect(await run()).toMatchObject([{ action: 'create', source: 'mint:http' }]);
    const { key, custom } = await stored();
    expect(await opens(key)).toBe(true);
    expect(await active()).toHaveLength(1);
    expect(custom).toMatchObject({
      'managed-by': 'keyward',
      source: 'mint:http',
      'service-key-id': expect.stringMatching(/^key_/),
    });
    expect(JSON.stringify(custom)).not.toContain(key.slice(8));
  });

  test('a second run asks the service, mints nothing and writes nothing', async () => {
    const { run, stored, active } = world();
    await run();
    const before = await stored();
    expect(await run()).toMatchObject([{ action: 'none' }]);
    expect(await stored()).toEqual(before);
    expect(await active()).toHaveLength(1);
  });

  test('ten runs at the same time mint one key', { timeout: 60_000 }, async () => {
    const { run, stored, active, opens } = world();
    await Promise.all(Array.from({ length: 10 }, () => run()));
    expect(await active()).toHaveLength(1);
    expect(await opens((await stored()).key)).toBe(true);
  });

  test('two stacks with the same id of a key at one service leave the keys of each other alone', async () => {
    const { path, run, stored, opens, active } = world();
    await run('apply', 'shop');
    const { key } = await stored();
    await bao.call('DELETE', `secret/metadata/${path}`);
    await run('apply', 'office');
    expect((await stored()).key).not.toBe(key);
    expect(await opens(key)).toBe(true);
    expect(await active('@')).toHaveLength(2);
  });

  test('a key that was revoked in the service is replaced', async () => {
    const { run, stored, active, opens } = world();
    await run();
    const { key, custom } = await stored();
    await server.request('POST', `/v1/keys/${custom['service-key-id']}/revoke`);
    expect(await run('plan')).toMatchObject([{ action: 'update', reason: 'refused by the service' }]);
    await run();
    const next = await stored();
    expect(next.key).not.toBe(key);
    expect(await opens(next.key)).toBe(true);
    expect(await active()).toHaveLength(1);
  });

  test('what a run left that was killed between minting and storing is revoked, and one key is good', async () => {
    const { run, stored, active, opens, intent, path } = world();
    await intent({
      attempt: 'dead',
      by: `${hostname()}:${NO_PROCESS}`,
      until: Date.now() + 60_000,
      state: 'minting',
    });
    const orphan = await server.mint({ name: `keyward:app-${path}:dead`, role: 'client', scopes: undefined });
    await run();
    expect(await opens(orphan.secret)).toBe(false);
    expect(await active()).toHaveLength(1);
    expect(await opens((await stored()).key)).toBe(true);
  });

  test('a run that was killed between storing and its provenance is completed, with the id in the service', async () => {
    const { run, stored, path } = world();
    await run();
    const { key, custom } = await stored();
    const id = custom['service-key-id'];
    await bao.call('POST', `secret/metadata/${path}`, { custom_metadata: {} });
    expect(await run()).toMatchObject([{ action: 'note' }]);
    expect(await stored()).toMatchObject({ key, custom: { 'service-key-id': id } });
  });

  test('a run of another machine that is under way is waited for, and taken over after its time', async () => {
    const { run, active, intent } = world();
    await intent({ attempt: 'other', by: 'elsewhere:1', until: Date.now() + 1_500, state: 'minting' });
    const startMs = performance.now();
    await run();
    expect(performance.now() - startMs).toBeGreaterThan(1_000);
    expect(await active()).toHaveLength(1);
  });

  test("the operator's own key is stored if the service accepts it, and nothing is minted", async () => {
    const { run, stored, active, variables } = world();
    const own = await server.mint();
    variables['APP_KEY'] = own.secret;
    expect(await run()).toMatchObject([{ action: 'create', source: 'env:APP_KEY' }]);
    expect((await stored()).key).toBe(own.secret);
    variables['APP_KEY'] = 'sk-wrong';
    expect(await run()).toMatchObject([
      { action: 'blocked', reason: 'keyward does not accept the given value', steps: 'Correct APP_KEY.' },
    ]);
    expect((await stored()).key).toBe(own.secret);
    expect(await active()).toEqual([]);
  });

  test.for([429, 500, 502, 503])(
    'a service that answers %i is never taken for one that refuses the key',
    { timeout: 60_000 },
    async (status) => {
      const { run, stored, active } = world();
      await run();
      const before = await stored();
      const broken = createServer((_request, response) => response.writeHead(status).end()).listen(
        0,
        '127.0.0.1',
      );
      await once(broken, 'listening');
      onTestFinished(() => void broken.close());
      const elsewhere = world(`http://127.0.0.1:${(broken.address() as AddressInfo).port}`);
      expect(await stored()).toEqual(before);
      expect(await elsewhere.run()).toMatchObject([{ action: 'failed', is_unavailable: true }]);
      await expect(elsewhere.stored()).rejects.toThrow(/404/);
      expect(await active()).toHaveLength(1);
    },
  );

  test('a stored key stays where the service cannot be reached', { timeout: 60_000 }, async () => {
    const { path, stored, run } = world();
    await run();
    const before = await stored();
    const variables = { VAULT_TOKEN: 'root', ADMIN_KEY: server.adminKey };
    const manifest = readManifest(manifestOf(path, 'http://127.0.0.1:1'), 'm.yaml', variables);
    const surroundings = { folder: '/', variables };
    const sinks = await openSinks(manifest, surroundings);
    const minters = await openMinters(manifest, Object.keys(manifest.keys), surroundings);
    const bootstrap = new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now });
    expect(await bootstrap.apply()).toMatchObject([
      { action: 'blocked', reason: 'keyward could not say whether the key is good' },
    ]);
    expect(await stored()).toEqual(before);
    for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
  });

  test('an administrator without the right is refused before anything is written', async () => {
    const { run, stored, variables } = world();
    variables['ADMIN_KEY'] = (await server.mint()).secret;
    expect(await run()).toMatchObject([
      {
        action: 'failed',
        reason: expect.stringMatching(/answers 403 .* Check the administrator's credential/),
      },
    ]);
    await expect(stored()).rejects.toThrow(/404/);
  });
});
