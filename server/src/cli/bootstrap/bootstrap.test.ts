import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { startFaultyProxy } from '../../vault/faulty-proxy.fixture.ts';
import { Home, type Ended } from '../cli.fixture.ts';

const CANARY = 'canary-4d0f9b1e';
const bao = useOpenBao();
let number = 0;

describeOnServer('sqlite', 'keyward bootstrap', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  function stack() {
    const home = new Home();
    onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
    const path = `cli${++number}`;
    const env: Record<string, string> = {
      VAULT_TOKEN: 'root',
      OPERATOR_KEY: `${CANARY}-operator`,
      ADMIN_KEY: server.adminKey,
    };
    const manifest = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
services:
  keyward: { url: '${server.url}', ready: { path: /healthz, timeout_seconds: 5 } }
keys:
  operator:
    sources: [{ env: OPERATOR_KEY }]
    store: [{ sink: main, mount: secret, path: ${path}, field: OPERATOR_KEY }, { sink: files, name: operator_key }]
  app-${path}:
    phase: derived
    service: keyward
    sources:
      - mint:
          type: http
          secrets: { admin: { env: ADMIN_KEY } }
          headers: { authorization: 'Bearer {admin}' }
          verify: { path: /v1/keys/self, headers: { authorization: 'Bearer {key}' } }
          find: { path: '/v1/keys?state=active&q={prefix}', items: /items, id: /id, label: /name }
          mint: { path: /v1/keys, body: { name: '{label}', role: client }, id: /key/id, key: /secret }
          revoke: { method: POST, path: '/v1/keys/{id}/revoke' }
    store: [{ sink: main, mount: secret, path: ${path}, field: APP_KEY }]
`;
    const write = (text: string) => writeFileSync(join(home.folder, 'keyward.bootstrap.yaml'), text);
    write(manifest);
    const run = (...args: string[]): Promise<Ended> => home.run(['bootstrap', ...args], { env });
    const stored = async () => {
      const { data } = (await bao.call('GET', `secret/data/${path}`)) as {
        data: { data: Record<string, string> };
      };
      return data.data;
    };
    const minted = async () => {
      const query = `/v1/keys?state=active&q=keyward:app-${path}:`;
      return (await server.request<{ items: { id: string }[] }>('GET', query)).body.items;
    };
    const active = async () => (await minted()).length;
    const revokeAll = async () => {
      for (const { id } of await minted()) await server.request('POST', `/v1/keys/${id}/revoke`);
    };
    return { home, env, manifest, write, run, stored, active, revokeAll, id: `app-${path}` };
  }

  test('plan, apply and plan again end with the exit codes of the documentation', async () => {
    const { run, stored, active } = stack();
    expect((await run('plan', '--detailed-exitcode')).code).toBe(2);
    expect((await run('plan')).code).toBe(0);
    expect(await active()).toBe(0);
    const applied = await run('apply');
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    expect((JSON.parse(applied.stdout) as { keys: object[] }).keys).toMatchObject([
      { id: 'operator', action: 'create', source: 'env:OPERATOR_KEY', copies: ['files:operator_key'] },
      { action: 'create', source: 'mint:http' },
    ]);
    expect(await stored()).toMatchObject({
      OPERATOR_KEY: `${CANARY}-operator`,
      APP_KEY: expect.stringMatching(/^sk-/),
    });
    expect((await run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  test('status and verify say what is stored, from where, and what the service says of it', async () => {
    const { run, home, revokeAll } = stack();
    expect((await run('verify')).code).toBe(1);
    await run('apply');
    const { code, stdout } = await run('verify');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { keys: object[] }).keys).toMatchObject([
      { action: 'none', verdict: null, stored_from: 'env:OPERATOR_KEY', service_key_id: null },
      {
        action: 'none',
        verdict: 'valid',
        stored_from: 'mint:http',
        service_key_id: expect.stringMatching(/^key_/),
      },
    ]);
    await revokeAll();
    rmSync(join(home.folder, 'secrets/operator_key'));
    const drifted = await run('verify', '--output', 'table');
    expect(drifted.code).toBe(1);
    expect(drifted.stdout).toMatch(/refused by the service +invalid/);
    expect((await run('status')).code).toBe(0);
    expect((await run('apply')).code).toBe(0);
    expect((await run('verify')).code).toBe(0);
  });

  test('gc revokes keys with the label that are not the stored one, and no other', async () => {
    const { run, id, active, stored } = stack();
    await run('apply');
    const orphan = await server.mint({ name: `keyward:${id}:dead`, role: 'client', scopes: undefined });
    const other = await server.mint({ name: `keyward:${id}x:other`, role: 'client', scopes: undefined });
    const shown = await run('gc', '--output', 'table');
    expect([shown.code, shown.stderr]).toEqual([
      0,
      'Nothing was done. To do it, repeat the command with --yes.\n',
    ]);
    expect(shown.stdout).toContain(orphan.id);
    expect(await active()).toBe(2);
    expect((await run('gc', '--yes')).code).toBe(0);
    expect(await active()).toBe(1);
    const { APP_KEY = '' } = await stored();
    for (const key of [APP_KEY, other.secret])
      expect((await server.request('GET', '/v1/keys/self', { key })).status).toBe(200);
    expect(JSON.parse((await run('gc')).stdout)).toMatchObject({ keys: [{ revoked: [] }, { revoked: [] }] });
  });

  test('gc names the keys that it could not revoke', async () => {
    const { run, id, manifest, write, active } = stack();
    await run('apply');
    const orphan = await server.mint({ name: `keyward:${id}:dead`, role: 'client', scopes: undefined });
    const refused = "revoke: { method: PATCH, path: '/v1/keys/{id}', body: { nothing: 1 } }";
    write(manifest.replace("revoke: { method: POST, path: '/v1/keys/{id}/revoke' }", refused));
    const { code, stdout } = await run('gc', '--yes');
    expect([code, (JSON.parse(stdout) as { keys: object[] }).keys]).toMatchObject([
      1,
      expect.arrayContaining([
        expect.objectContaining({
          id,
          revoked: [],
          left: [orphan.id],
          reason: expect.stringContaining('422'),
        }),
      ]),
    ]);
    expect(await active()).toBe(2);
  });

  test('destroy revokes minted keys and removes all values, asks first, and may be repeated', async () => {
    const { run, stored, active, home } = stack();
    await run('apply');
    expect(JSON.parse((await run('destroy')).stdout)).toMatchObject({
      dry_run: true,
      keys: [
        { revoked: [expect.stringMatching(/^key_/)] },
        { removed: ['files:operator_key', expect.stringContaining('main:')] },
      ],
    });
    expect(await active()).toBe(1);
    const { APP_KEY = '' } = await stored();
    expect((await run('destroy', '--yes')).code).toBe(0);
    expect((await server.request('GET', '/v1/keys/self', { key: APP_KEY })).status).toBe(401);
    expect(await active()).toBe(0);
    await expect(stored()).rejects.toThrow(/404/);
    expect(existsSync(join(home.folder, 'secrets/operator_key'))).toBe(false);
    const again = await run('destroy', '--yes');
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
      0,
      { keys: [{ revoked: [], removed: [] }, { removed: [] }] },
    ]);
    expect((await run('apply')).code).toBe(0);
    expect(await active()).toBe(1);
  });

  test(
    'destroy removes no value while the service that must revoke its key is away',
    { timeout: 30_000 },
    async () => {
      const { run, stored, write, manifest } = stack();
      await run('apply');
      write(manifest.replace('/healthz', '/nothing'));
      const { code, stderr } = await run('destroy', '--yes');
      expect([code, stderr]).toEqual([7, expect.stringContaining('keyward answers 404 to /nothing')]);
      expect(Object.keys(await stored()).sort()).toEqual(['APP_KEY', 'OPERATOR_KEY']);
    },
  );

  test('--phase and --only choose keys, and an unknown key is named', async () => {
    const { run, stored, id } = stack();
    await run('apply', '--phase', 'static');
    expect(Object.keys(await stored())).toEqual(['OPERATOR_KEY']);
    await run('apply', '--only', id);
    expect(Object.keys(await stored()).sort()).toEqual(['APP_KEY', 'OPERATOR_KEY']);
    const { code, stderr } = await run('apply', '--only', 'nothing');
    expect(code).toBe(2);
    expect(stderr).toContain(`The manifest has no key nothing.\n  Its keys: operator, ${id}.`);
  });

  test('a value that is missing ends with 78, and names the variable, the place and the steps', async () => {
    const { run, env, stored } = stack();
    delete env['OPERATOR_KEY'];
    const { code, stdout } = await run('apply');
    expect(code).toBe(78);
    expect(stdout).toMatch(/"steps": "Set OPERATOR_KEY or OPERATOR_KEY_FILE, then run this again\."/);
    expect(stdout).toMatch(/"place": "main:secret\/data\/cli\d+#OPERATOR_KEY"/);
    expect(Object.keys(await stored())).toEqual(['APP_KEY']);
  });

  test.for<[what: string, code: number, change: [string, string], says: RegExp]>([
    [
      'a fault of the manifest',
      78,
      ['type: files', 'type: filez'],
      /keyward\.bootstrap\.yaml:4:10 sinks\.files: must be one of/,
    ],
    ['a Vault that is away', 7, ['127.0.0.1', '127.0.0.2'], /cannot be reached \(ECONNREFUSED\)/],
    ['a mount that is missing', 1, ['mount: secret', 'mount: kv'], /The mount kv is missing/],
    [
      'a variable that is missing',
      78,
      ['env: VAULT_TOKEN', 'env: OTHER'],
      /OTHER is not set\. Set it, or OTHER_FILE\./,
    ],
    [
      'a service that does not start',
      7,
      ['/healthz', '/nothing'],
      /keyward answers 404 to \/nothing, not 200 after 5 s/,
    ],
  ])(
    '%s ends with the exit code %d, and with what to do',
    { timeout: 60_000 },
    async ([, wanted, [from, to], says]) => {
      const { run, write, manifest } = stack();
      write(manifest.replaceAll(from, to));
      const { code, stderr } = await run('apply');
      expect(stderr).toMatch(says);
      expect(code).toBe(wanted);
    },
  );

  test('no output, no file outside the sinks and no argument holds a value, also after failures', async () => {
    const { run, home, env, stored, write, manifest } = stack();
    const outputs: string[] = [];
    const keep = async (...args: string[]) => {
      const { stdout, stderr } = await run(...args);
      outputs.push(stdout, stderr);
    };
    await keep('plan', '--output', 'table');
    await keep('apply', '--output', 'table');
    await keep('apply', '--output', 'yaml');
    const { APP_KEY = '' } = await stored();
    expect(APP_KEY).toMatch(/^sk-/);
    env['OPERATOR_KEY'] = `${CANARY}-next`;
    await keep('apply');
    write(manifest.replace('mount: secret', 'mount: kv'));
    await keep('apply');
    write(manifest.replace('/v1/keys/{id}/revoke', '/v1/keys/{id}/revoke/'));
    env['ADMIN_KEY'] = `${CANARY}-admin`;
    await keep('apply');
    env['VAULT_TOKEN'] = `${CANARY}-token`;
    await keep('apply');
    const all = outputs.join('\n');
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain(APP_KEY.slice(8, 30));
    expect(readFileSync(join(home.folder, 'secrets/operator_key'), 'utf8')).toBe(`${CANARY}-next`);
    expect(readFileSync(join(home.folder, 'secrets/.keyward.json'), 'utf8')).not.toContain(CANARY);
  });

  describe('a run that is killed', () => {
    test(
      'at any moment leaves what the next run repairs: one key, in Vault and good',
      { timeout: 180_000 },
      async () => {
        const { home, env, manifest, write, run, stored, active, revokeAll } = stack();
        const wires = [await startFaultyProxy(bao.address), await startFaultyProxy(server.url)] as const;
        write(manifest.replace(bao.address, wires[0].address).replaceAll(server.url, wires[1].address));
        let kills = 0;
        for (const wire of wires)
          for (let at = 0, isKilled = true; isKilled; at += 6) {
            // Each run has to mint. faults.test.ts lets every request of a run fail.
            await revokeAll();
            isKilled = await home.killedAt(['bootstrap', 'apply'], { env, wire, at });
            if (isKilled) kills++;
          }
        expect(kills).toBeGreaterThan(2);
        expect((await run('apply')).code).toBe(0);
        expect(await active()).toBe(1);
        const { APP_KEY = '' } = await stored();
        expect((await server.request('GET', '/v1/keys/self', { key: APP_KEY })).status).toBe(200);
        expect((await run('plan', '--detailed-exitcode')).code).toBe(0);
      },
    );
  });
});
