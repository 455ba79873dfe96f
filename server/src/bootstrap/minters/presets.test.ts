import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openMinters, openSinks } from '../open-sinks.ts';

const PASSWORD = 'canary-Passw0rd!';
const USER = { username: 'ada', password: PASSWORD };
const bao = useOpenBao();
let number = 0;

describeOnServer('sqlite', 'services that the bootstrap knows', (start) => {
  let server: TestServer;
  let shared: TestServer;
  beforeAll(async () => {
    server = await start();
    shared = await start();
    // The first user.
    const login = await shared.request<{ token: string }>('POST', '/api/request-token', {
      key: null,
      body: { password: shared.adminKey },
    });
    await shared.request('POST', '/api/system/enable-multi-user', { key: login.body.token, body: USER });
  });

  /** Stores the key of a service with this minter. */
  async function bootstrap(url: string, minter: string, variables: Record<string, string>) {
    const path = `preset${++number}`;
    const all = { VAULT_TOKEN: 'root', ...variables };
    const text = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
services: { service: { url: '${url}' } }
keys:
  ${path}:
    phase: derived
    service: service
    sources: [{ mint: ${minter} }]
    store: [{ sink: main, mount: secret, path: ${path}, field: KEY }]
`;
    const surroundings = { folder: '/', variables: all };
    const manifest = readManifest(text, 'm.yaml', all);
    const sinks = await openSinks(manifest, surroundings);
    const minters = await openMinters(manifest, [path], surroundings);
    onTestFinished(async () => {
      for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
    });
    const boot = new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now });
    const stored = async () => {
      const { data } = (await bao.call('GET', `secret/data/${path}`)) as { data: { data: { KEY: string } } };
      return data.data.KEY;
    };
    return { boot, stored, path };
  }

  test.for([
    ['keyward', () => server, '{ type: keyward, admin: { env: ADMIN } }', 'mint:keyward'],
    [
      'anythingllm without users',
      () => server,
      '{ type: anythingllm, password: { env: ADMIN } }',
      'mint:anythingllm',
    ],
    [
      'anythingllm with users',
      () => shared,
      '{ type: anythingllm, username: ada, password: { env: PASSWORD } }',
      'mint:anythingllm',
    ],
  ] as const)(
    'a key of %s is minted once, opens it, and is minted anew after its revocation',
    async ([, of, minter, source]) => {
      const { url, adminKey } = of();
      const { boot, stored } = await bootstrap(url, minter, { ADMIN: adminKey, PASSWORD });
      expect(await boot.apply()).toMatchObject([{ action: 'create', source }]);
      const key = await stored();
      expect((await of().request('GET', '/api/v1/auth', { key })).body).toEqual({ authenticated: true });
      expect(await boot.apply()).toMatchObject([{ action: 'none' }]);
      expect(await boot.status()).toMatchObject([
        { verdict: 'valid', service_key_id: expect.stringMatching(/./) },
      ]);
      const { body } = await of().request<{ items: { id: string; name: string }[] }>(
        'GET',
        '/v1/keys?state=active&q=keyward:preset',
        { key: adminKey },
      );
      for (const { id: one } of body.items)
        await of().request('POST', `/v1/keys/${one}/revoke`, { key: adminKey });
      expect(await boot.apply()).toMatchObject([{ action: 'update', reason: 'refused by the service' }]);
      const next = await stored();
      expect(next).not.toBe(key);
      expect((await of().request('GET', '/api/v1/auth', { key: next })).status).toBe(200);
    },
  );

  test('a key that a killed run left in Keyward, whose lists shorten keys, is revoked, and a new one is minted', async () => {
    const { url, adminKey } = server;
    const minter = '{ type: anythingllm, password: { env: ADMIN } }';
    const { boot, stored, path } = await bootstrap(url, minter, { ADMIN: adminKey });
    const orphan = await server.mint({ name: `keyward:${path}:dead`, role: 'client', scopes: undefined });
    expect(await boot.apply()).toMatchObject([{ action: 'create' }]);
    expect((await server.request('GET', '/api/v1/auth', { key: orphan.secret })).status).toBe(403);
    expect((await server.request('GET', '/api/v1/auth', { key: await stored() })).status).toBe(200);
  });

  test('a wrong password is refused before anything is written, and is in no error', async () => {
    const minter = '{ type: anythingllm, username: ada, password: { env: PASSWORD } }';
    const { boot, stored } = await bootstrap(shared.url, minter, { PASSWORD: 'canary-wrong' });
    expect(await boot.apply()).toMatchObject([
      { action: 'failed', reason: expect.stringMatching(/gives no token|answers 401/) },
    ]);
    expect(JSON.stringify(await boot.apply())).not.toContain('canary');
    await expect(stored()).rejects.toThrow(/404/);
  });
});
