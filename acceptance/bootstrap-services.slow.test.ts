import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { meilisearch, startDouble } from '../server/src/bootstrap/minters/service-doubles.fixture.ts';
import { startDevOpenBao, type OpenBao } from '../server/test/openbao.ts';
import { afterwards, KEYWARD, machineEnvironment, temporaryFolder, type Ended } from './server.ts';
import { startVerdaccio, type Verdaccio } from './verdaccio.ts';

const PASSWORD = 'canary-Passw0rd-7f2c';
const MASTER = 'canary-master-key-51be';

let bao: OpenBao;
let verdaccio: Verdaccio;
let mounts = 0;

beforeAll(async () => {
  bao = await startDevOpenBao();
  afterwards(() => bao.remove());
  verdaccio = await startVerdaccio(PASSWORD);
});

/** `keyward bootstrap` on a manifest of docs/services as it stands, with a mount of its own. */
async function stack(name: string, variables: Record<string, string>) {
  const folder = temporaryFolder();
  const mount = `kv${++mounts}`;
  await bao.call('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } });
  const text = readFileSync(new URL(`../docs/services/${name}.yaml`, import.meta.url), 'utf8');
  writeFileSync(join(folder, 'keyward.bootstrap.yaml'), text.replace('mount: kv', `mount: ${mount}`));
  const environment = { VAULT_ADDR: bao.address, VAULT_TOKEN: 'root', ...variables };
  let said = '';
  const start = (args: string[], more: Record<string, string> = {}): ChildProcess => {
    const env = { ...machineEnvironment(), ...environment, ...more, KEYWARD_DATA_DIR: join(folder, 'data') };
    return spawn(KEYWARD, ['bootstrap', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const run = async (...args: string[]): Promise<Ended> => {
    const child = start(args);
    const ended = { code: 0, stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (ended.stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (ended.stderr += chunk));
    [ended.code] = (await once(child, 'close')) as [number];
    said += ended.stdout + ended.stderr;
    return ended;
  };
  const stored = async () => {
    const { data } = (await bao.call('GET', `${mount}/data/services/${name}`)) as {
      data: { data: Record<string, string>; metadata: { version: number } };
    };
    return { key: Object.values(data.data)[0] ?? '', version: data.metadata.version };
  };
  return { folder, start, run, stored, said: () => said };
}

const npmStack = (url = verdaccio.url) =>
  stack('verdaccio', { VERDACCIO_URL: url, VERDACCIO_USER: verdaccio.user, VERDACCIO_PASSWORD: PASSWORD });

/**
 * Stands before a service, and kills the child with SIGKILL at the request that mints.
 * @param isForwarded whether the service gets this request before
 */
async function killingProxy(
  target: string,
  { path, isForwarded }: { path: string; isForwarded: boolean },
): Promise<{ url: string; victim: (child: ChildProcess) => void }> {
  let child: ChildProcess | undefined;
  const proxy = createServer((request, response) => {
    const forward = async (): Promise<Response> =>
      fetch(target + (request.url ?? ''), {
        method: request.method ?? 'GET',
        headers: { ...forwardable(request) },
        ...(request.method === 'GET' ? {} : { body: await textOf(request) }),
      });
    const answer = async (): Promise<void> => {
      if (request.method === 'POST' && request.url === path) {
        if (isForwarded) await (await forward()).text();
        child?.kill('SIGKILL');
        return;
      }
      const { status, headers, body } = await forward().then(async (got) => ({
        status: got.status,
        headers: { 'content-type': got.headers.get('content-type') ?? 'application/json' },
        body: await got.text(),
      }));
      response.writeHead(status, headers).end(body);
    };
    void answer();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { url, victim: (victim) => (child = victim) };
}

function forwardable({ headers: { authorization, 'content-type': type } }: IncomingMessage) {
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(type === undefined ? {} : { 'content-type': type }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const clean = async () => {
  for (const { key } of await verdaccio.tokens()) await verdaccio.revoke(key);
};

describe('docs/services/verdaccio.yaml against a real Verdaccio', () => {
  test('plans, mints one token that publishes a package, and a second run writes nothing', async () => {
    await clean();
    const { run, stored, folder, said } = await npmStack();
    expect((await run('plan', '--detailed-exitcode')).code).toBe(2);
    expect(await verdaccio.tokens()).toEqual([]);
    const applied = await run('apply');
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    const { key, version } = await stored();
    expect(await verdaccio.tokens()).toMatchObject([
      { cidr: ['0.0.0.0/0', expect.stringMatching(/^keyward:verdaccio:/)] },
    ]);

    const host = verdaccio.url.slice('http:'.length);
    writeFileSync(join(folder, '.npmrc'), `registry=${verdaccio.url}\n${host}/:_authToken=${key}\n`);
    writeFileSync(join(folder, 'package.json'), '{ "name": "published-by-keyward", "version": "1.0.0" }');
    const npm = { cwd: folder, env: { ...machineEnvironment(), HOME: folder } };
    await promisify(execFile)('npm', ['publish', '--no-progress'], npm);
    const { stdout } = await promisify(execFile)('npm', ['view', 'published-by-keyward', 'version'], npm);
    expect(stdout.trim()).toBe('1.0.0');

    expect((await run('apply')).code).toBe(0);
    expect(await stored()).toEqual({ key, version });
    expect(await verdaccio.tokens()).toHaveLength(1);
    expect((await run('verify')).code).toBe(0);
    for (const secret of [PASSWORD, key]) expect(said()).not.toContain(secret);
  });

  test('a token that was revoked in the service is refused there, and replaced', async () => {
    await clean();
    const { run, stored } = await npmStack();
    await run('apply');
    const { key } = await stored();
    await clean();
    expect(await verdaccio.opens(key)).toBe(false);
    expect((await run('verify')).code).toBe(1);
    expect((await run('apply')).code).toBe(0);
    const next = await stored();
    expect(next.key).not.toBe(key);
    expect(await verdaccio.opens(next.key)).toBe(true);
    expect(await verdaccio.tokens()).toHaveLength(1);
  });

  test('a run that is killed between minting and storing leaves a token that the next run revokes', async () => {
    await clean();
    const { url, victim } = await killingProxy(verdaccio.url, {
      path: '/-/npm/v1/tokens',
      isForwarded: true,
    });
    const { start, run, stored } = await npmStack();
    const child = start(['apply'], { VERDACCIO_URL: url });
    victim(child);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const [orphan] = await verdaccio.tokens();
    expect(orphan).toBeDefined();
    await expect(stored()).rejects.toThrow(/404/);
    expect((await run('apply')).code).toBe(0);
    const left = await verdaccio.tokens();
    expect(left).toHaveLength(1);
    expect(left[0]?.key).not.toBe(orphan?.key);
    expect(await verdaccio.opens((await stored()).key)).toBe(true);
  });

  test('destroy revokes the token and removes the value; the tokens of others stay', async () => {
    await clean();
    const one = await npmStack();
    await one.run('apply');
    const { key } = await one.stored();
    const others = await fetch(`${verdaccio.url}/-/npm/v1/tokens`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${verdaccio.user}:${PASSWORD}`).toString('base64')}`,
      },
      body: JSON.stringify({ password: PASSWORD, readonly: true, cidr_whitelist: [] }),
    });
    expect(others.status).toBe(200);
    expect((await one.run('destroy', '--yes')).code).toBe(0);
    expect(await verdaccio.opens(key)).toBe(false);
    expect(await verdaccio.tokens()).toMatchObject([{ cidr: [] }]);
    await expect(one.stored()).rejects.toThrow(/404/);
    expect((await one.run('destroy', '--yes')).code).toBe(0);
  });
});

describe('a key that is chosen before it is registered', () => {
  test.for([
    ['before the service hears of it', false],
    ['after the service has registered it', true],
  ] as const)('of a run that is killed %s, one good key remains, and no orphan', async ([, isForwarded]) => {
    const double = await startDouble(meilisearch({ master: MASTER }));
    onTestFinished(() => double.stop());
    const { url, victim } = await killingProxy(double.url, { path: '/keys', isForwarded });
    const { start, run, stored, said } = await stack('meilisearch', {
      MEILI_URL: double.url,
      MEILI_MASTER_KEY: MASTER,
    });
    const child = start(['apply'], { MEILI_URL: url });
    victim(child);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const killed = await stored();
    expect(double.service.keys.map(({ key }) => key)).toEqual(isForwarded ? [killed.key] : []);
    expect((await run('apply')).code).toBe(0);
    const { key } = await stored();
    expect(double.service.keys).toMatchObject([{ key }]);
    expect(key === killed.key).toBe(isForwarded);
    expect((await run('plan', '--detailed-exitcode')).code).toBe(0);
    for (const secret of [MASTER, key, killed.key]) expect(said()).not.toContain(secret);
  });
});
