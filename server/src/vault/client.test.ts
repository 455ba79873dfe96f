import { describe, expect, onTestFinished, test } from 'vitest';
import { initialize, startStoredOpenBao, startTlsOpenBao, unseal, useOpenBao } from '../../test/openbao.ts';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.fixture.ts';
import { Kv } from './kv.ts';
import { Vault, type VaultOptions } from './vault.ts';

const CANARY = 'canary-8f3b1c';

const bao = useOpenBao();
let number = 0;
const fresh = () => ({ mount: 'secret', path: `faults/${++number}` });

function open(address: string, options: Partial<VaultOptions> = {}): { vault: Vault; kv: Kv } {
  const vault = new Vault({ address, login: { method: 'token', token: 'root' }, ...options });
  onTestFinished(() => vault.stop());
  return { vault, kv: new Kv(vault) };
}

/** Logged in already, so that faults meet what the test does. */
async function behindProxy(
  options: Partial<VaultOptions> = {},
): Promise<{ proxy: FaultyProxy; vault: Vault; kv: Kv }> {
  const proxy = await startFaultyProxy(bao.address);
  const opened = open(proxy.address, options);
  await opened.vault.requireKv2('secret');
  proxy.seen.length = 0;
  return { proxy, ...opened };
}

describe('a passing fault', () => {
  test.for([429, 412, 500, 502, 503, 504])('%s is survived by a read', async (status) => {
    const { proxy, kv } = await behindProxy();
    proxy.faults.push({ status, body: { errors: ['later'] } }, { status, body: { errors: ['later'] } });
    expect(await kv.read(fresh())).toEqual({ state: 'absent', version: 0 });
    expect(proxy.seen).toHaveLength(3);
  });

  test.for([
    [429, ['too many']],
    [412, ['required index state not present']],
    [
      400,
      ['Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period'],
    ],
    [500, ['local node not active but active cluster node not found']],
  ] as const)('%s is survived by a write: nothing was done', async ([status, errors]) => {
    const { proxy, kv } = await behindProxy();
    proxy.faults.push({ status, body: { errors } });
    expect(await kv.write(fresh(), { KEY: CANARY }, 0)).toBe(1);
    expect(proxy.seen).toHaveLength(2);
  });

  test.for([500, 502, 503, 504])('a write that was answered %s is not sent again', async (status) => {
    const { proxy, kv } = await behindProxy();
    proxy.faults.push({ status, body: { errors: ['later'] } });
    await expect(kv.write(fresh(), { KEY: CANARY }, 0)).rejects.toMatchObject({ fault: 'failed', status });
    expect(proxy.seen).toHaveLength(1);
  });

  test('a fault that lasts ends after five attempts', async () => {
    const { proxy, kv } = await behindProxy();
    proxy.faults.push(...Array.from({ length: 9 }, () => ({ status: 429, body: {} })));
    await expect(kv.read(fresh())).rejects.toMatchObject({ fault: 'throttled', status: 429 });
    expect(proxy.seen).toHaveLength(5);
  });
});

describe('a write without an answer', () => {
  test('a write that took place counts as done once, without a second version', async () => {
    const { proxy, kv } = await behindProxy();
    const at = fresh();
    proxy.faults.push('cut after');
    expect(await kv.write(at, { KEY: CANARY }, 0)).toBe(1);
    expect(await kv.read(at)).toMatchObject({ version: 1 });
    proxy.faults.push('cut after');
    expect(await kv.writeFields(at, await kv.read(at), { TWO: 'b' }).catch(String)).toBe(2);
  });

  test('a write that never arrived is sent again', async () => {
    const { proxy, kv } = await behindProxy({ timeoutMs: 300 });
    proxy.faults.push('never answer');
    expect(await kv.write(fresh(), { KEY: CANARY }, 0)).toBe(1);
  });

  test('a write that met the write of somebody else does not count as done', async () => {
    const { proxy, kv } = await behindProxy({ timeoutMs: 300 });
    const at = fresh();
    await open(bao.address).kv.write(at, { KEY: 'of somebody else' }, 0);
    proxy.faults.push('never answer');
    await expect(kv.write(at, { KEY: CANARY }, 0)).rejects.toMatchObject({ fault: 'cas_mismatch' });
    expect(await kv.read(at)).toMatchObject({ version: 1, data: { KEY: 'of somebody else' } });
  });
});

describe('a redirect', () => {
  test.for([301, 302, 307, 308])(
    '%s to another origin is not followed, and the token stays here',
    async (status) => {
      const { proxy, kv } = await behindProxy();
      const stranger = await startFaultyProxy(bao.address);
      proxy.faults.push({ status, headers: { location: `${stranger.address}/v1/secret/data/x` } });
      await expect(kv.read(fresh())).rejects.toMatchObject({ fault: 'standby' });
      expect(stranger.seen).toEqual([]);
    },
  );

  test('a redirect to a peer is followed, with method, body and token', async () => {
    const peer = await startFaultyProxy(bao.address);
    const { proxy, kv } = await behindProxy({ peers: [peer.address] });
    const at = fresh();
    proxy.faults.push({ status: 307, headers: { location: `${peer.address}/v1/secret/data/${at.path}` } });
    expect(await kv.write(at, { KEY: CANARY }, 0)).toBe(1);
    expect(peer.seen).toEqual([{ method: 'POST', path: `/v1/secret/data/${at.path}`, token: 'root' }]);
  });

  test('a cluster without an active server is named so', async () => {
    const { proxy, kv } = await behindProxy();
    const errors = ['local node not active but active cluster node not found'];
    proxy.faults.push(...Array.from({ length: 9 }, () => ({ status: 500, body: { errors } })));
    await expect(kv.write(fresh(), { KEY: CANARY }, 0)).rejects.toMatchObject({
      fault: 'standby',
      status: 500,
    });
  });

  test('peers that redirect to each other end with an error', async () => {
    const { proxy, kv } = await behindProxy();
    const location = `${proxy.address}/v1/sys/health`;
    proxy.faults.push(...Array.from({ length: 9 }, () => ({ status: 307, headers: { location } })));
    await expect(kv.read(fresh())).rejects.toMatchObject({ fault: 'standby' });
  });
});

describe('states of the server', () => {
  test('a server that is not there is unreachable, with the next step', async () => {
    const { vault, kv } = open('http://127.0.0.1:1');
    await expect(vault.health()).rejects.toMatchObject({ fault: 'unreachable' });
    await expect(kv.write(fresh(), { KEY: CANARY }, 0)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
  });

  test('a name that does not resolve is unreachable', async () => {
    await expect(open('http://no-such-host.invalid').vault.health()).rejects.toMatchObject({
      fault: 'unreachable',
    });
  });

  test('a server is trusted by the certificate authority that was given, and by no other', async () => {
    const server = await startTlsOpenBao();
    onTestFinished(() => server.remove());
    const trusting = open(server.address, { ca: server.ca });
    expect((await trusting.vault.health()).state).toBe('active');
    const { vault } = open(server.address);
    await expect(vault.health()).rejects.toMatchObject({ fault: 'unreachable' });
    await expect(vault.health()).rejects.toThrow(/certificate of https:.* is not trusted/);
  });

  test('an answer that is not JSON is no Vault', async () => {
    const proxy = await startFaultyProxy(bao.address);
    proxy.faults.push({ status: 200, headers: { 'content-type': 'text/html' } });
    const { vault } = open(proxy.address);
    expect(await vault.health()).toEqual({ state: 'unknown', version: '' });
  });

  test(
    'a server is followed from uninitialized over sealed to active, also after kill -9',
    { timeout: 60_000 },
    async () => {
      const server = await startStoredOpenBao();
      onTestFinished(() => server.remove());
      const state = async () => (await open(server.address).vault.health()).state;
      expect(await state()).toBe('uninitialized');
      const key = await initialize(server);
      expect(await state()).toBe('sealed');
      const { kv } = open(server.address, { login: { method: 'token', token: server.rootToken } });
      await expect(kv.read({ mount: 'kv', path: 'a' })).rejects.toMatchObject({
        fault: 'sealed',
        status: 503,
      });
      await expect(kv.read({ mount: 'kv', path: 'a' })).rejects.toThrow(/Unseal it/);
      await unseal(server, key);
      await server.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
      expect(await kv.write({ mount: 'kv', path: 'a' }, { KEY: CANARY }, 0)).toBe(1);
      await server.kill();
      await expect(kv.write({ mount: 'kv', path: 'a' }, { KEY: CANARY }, 1)).rejects.toMatchObject({
        fault: 'unreachable',
      });
      await server.start();
      expect(await state()).toBe('sealed');
      await server.call('POST', 'sys/unseal', { key });
      expect(await kv.read({ mount: 'kv', path: 'a' })).toMatchObject({ version: 1, data: { KEY: CANARY } });
    },
  );
});

test.for([
  'vault.example',
  'ftp://vault',
  'https://vault.example/v1',
  'http://user:pass@vault',
  'http://vault?x',
])('the address %s is refused with the allowed form', (address) => {
  expect(() => new Vault({ address, login: { method: 'token', token: 'root' } })).toThrow(
    /such as https:\/\//,
  );
});

test("a cloud's metadata service cannot be named as a Vault", async () => {
  await expect(open('http://169.254.169.254').vault.health()).rejects.toMatchObject({ fault: 'unreachable' });
});
