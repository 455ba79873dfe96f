import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  Bootstrap,
  openMinters,
  openSinks,
  readManifest,
  type RotationReport,
} from '../../bootstrap/index.ts';
import { useOpenBao } from '../../../test/openbao.ts';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { startFaultyProxy } from '../../vault/faulty-proxy.fixture.ts';
import { Home, type Ended } from '../cli.fixture.ts';

const CONSUMER = fileURLToPath(new URL('consumer.fixture.ts', import.meta.url));
const bao = useOpenBao();
let number = 0;

describeOnServer('sqlite', 'keyward bootstrap rotate', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  /** A minted key with a copy in a file, and a random one. @param consumers of the minted key, in YAML */
  function stack(consumers = '[]', more = '') {
    const home = new Home();
    onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
    const path = `rotate${++number}`;
    const env: Record<string, string> = { VAULT_TOKEN: 'root', ADMIN_KEY: server.adminKey };
    const write = (list: string): void =>
      writeFileSync(
        join(home.folder, 'keyward.bootstrap.yaml'),
        `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
services:
  keyward: { url: '${server.url}', ready: { path: /healthz, timeout_seconds: 5 } }
keys:
  app-${path}:
    phase: derived
    service: keyward
    sources: [{ env: APP_KEY }, { mint: { type: keyward, admin: { env: ADMIN_KEY } } }]
    store:
      - { sink: main, mount: secret, path: ${path}/app, field: APP_KEY }
      - { sink: files, name: app_key }
    consumers: ${list}
    ${more}
  session:
    sources: [{ random: { length: 32 } }]
    store: [{ sink: main, mount: secret, path: ${path}/session, field: SECRET }]
    consumers: [{ name: touched, run: [touch, informed], proof: { run: [test, -e, informed] } }]
  given:
    sources: [{ env: GIVEN }]
    store: [{ sink: files, name: given }]
`,
      );
    write(consumers);
    const id = `app-${path}`;
    const run = (...args: string[]): Promise<Ended> => home.run(['bootstrap', ...args], { env });
    /** The report on the minted key. */
    const rotate = async (...args: string[]) => {
      const { code, stdout } = await run('rotate', '--only', id, ...args);
      const [report] = (JSON.parse(stdout) as { keys: RotationReport[] }).keys;
      return { code, report };
    };
    const prepare = async () => {
      expect(await run('apply', '--only', id, '--only', 'session')).toMatchObject({ code: 0, stderr: '' });
      // A value of this second would be taken for one of another run.
      await sleep(1_000);
    };
    const secret = async (name: 'app' | 'session') =>
      (
        (await bao.call('GET', `secret/data/${path}/${name}`)) as {
          data: { data: Record<string, string>; metadata: { version: number } };
        }
      ).data;
    const key = () => readFileSync(join(home.folder, 'secrets/app_key'), 'utf8');
    const isGood = async (secretText: string) =>
      (await server.request('GET', '/v1/keys/self', { key: secretText })).status === 200;
    const active = async () =>
      (await server.request<{ items: { id: string }[] }>('GET', `/v1/keys?state=active&q=keyward:${id}:`))
        .body.items;
    return { home, env, id, path, write, run, rotate, prepare, secret, key, isGood, active };
  }

  type World = ReturnType<typeof stack>;

  /** @returns the url of its health. */
  async function consumer({ home }: World): Promise<string> {
    const files = [join(home.folder, 'secrets/app_key'), join(home.folder, 'app.pid')];
    const child = spawn(process.execPath, [CONSUMER, server.url, ...files], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
    return `http://127.0.0.1:${port}/healthz`;
  }
  const signalled = (url: string, proof = "equals: '{id}'"): string =>
    `[{ name: app, signal: { pid_file: app.pid }, proof: { url: '${url}', pointer: /key/id, ${proof}, timeout_seconds: 3 } }]`;

  test('A consumer gets the new key without a failed call, and then the former one is revoked and destroyed', async () => {
    const world = stack();
    const { write, prepare, rotate, key, isGood, active, secret, path } = world;
    await prepare();
    const former = key();
    const [formerId] = (await active()).map(({ id }) => id);
    const url = await consumer(world);
    write(signalled(url));
    const { code, report } = await rotate();
    expect({ code, report }).toMatchObject({
      code: 0,
      report: {
        action: 'rotated',
        source: 'mint:keyward',
        copies: ['files:app_key'],
        consumers: [{ name: 'app' }],
        revoked: [formerId],
        left: [],
        versions_destroyed: 1,
      },
    });
    expect(report?.consumers[0]).not.toHaveProperty('problem');
    expect(key()).not.toBe(former);
    expect([await isGood(former), await isGood(key())]).toEqual([false, true]);
    expect((await active()).map(({ id }) => id)).toEqual([report?.service_key_id]);
    expect((await secret('app')).data['APP_KEY']).toBe(key());
    await expect(bao.call('GET', `secret/data/${path}/app?version=1`)).rejects.toThrow(/404/);
    expect(await (await fetch(url)).json()).toMatchObject({
      failures: 0,
      key: { id: report?.service_key_id },
    });
  });

  test('Without a proof both keys stay good, the next run mints no further one, and --unproved ends the former one', async () => {
    const { prepare, rotate, run, key, isGood, active, id } = stack('[{ name: nobody }]');
    await prepare();
    const former = key();
    const first = await rotate();
    expect(first).toMatchObject({
      code: 1,
      report: {
        action: 'open',
        consumers: [{ name: 'nobody', problem: 'has no proof in the manifest' }],
        reason: 'not all consumers prove that they use the new value',
        steps: expect.stringContaining(`rotate --only ${id} --unproved`),
        left: [expect.stringMatching(/^key_/)],
      },
    });
    const next = key();
    expect([await isGood(former), await isGood(next)]).toEqual([true, true]);
    expect((await run('gc', '--yes')).code).toBe(0);
    expect((await run('apply', '--only', id)).code).toBe(0);
    expect(await isGood(former)).toBe(true);
    const verified = await run('verify', '--only', id);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('a rotation is not finished');
    expect(await rotate()).toMatchObject({ code: 1, report: { action: 'open' } });
    expect(key()).toBe(next);
    expect(await rotate('--unproved')).toMatchObject({
      code: 0,
      report: { action: 'rotated', revoked: first.report?.left, left: [], versions_destroyed: 1 },
    });
    expect([await isGood(former), await isGood(next)]).toEqual([false, true]);
    expect(await active()).toHaveLength(1);
    expect((await run('verify', '--only', id)).code).toBe(0);
  });

  test(
    'A consumer that goes on with the former key keeps it from being revoked',
    { timeout: 60_000 },
    async () => {
      const world = stack();
      const { write, prepare, rotate, key, isGood, home } = world;
      await prepare();
      const former = key();
      const url = await consumer(world);
      // Its process id is not known: it gets no signal.
      rmSync(join(home.folder, 'app.pid'));
      write(signalled(url));
      expect(await rotate()).toMatchObject({
        code: 1,
        report: {
          action: 'open',
          consumers: [
            {
              name: 'app',
              problem: expect.stringMatching(
                /^gave no proof within 3 s: http:\/\/127\.0\.0\.1:\d+ does not answer with the new \{id\} at \/key\/id$/,
              ),
            },
          ],
        },
      });
      expect([await isGood(former), await isGood(key())]).toEqual([true, true]);
      expect(await (await fetch(url)).json()).toMatchObject({ failures: 0 });
    },
  );

  test('A former key without a use for quiet_seconds is ended without another proof', async () => {
    const { prepare, rotate, key, isGood } = stack('[]', 'quiet_seconds: 1');
    await prepare();
    const former = key();
    expect(await rotate()).toMatchObject({ code: 0, report: { action: 'rotated' } });
    expect([await isGood(former), await isGood(key())]).toEqual([false, true]);
  });

  test('Several rotations at the same time, or within a second, mint one key', async () => {
    const { prepare, home, env, id, active, key, isGood } = stack();
    await prepare();
    const startedMs = Date.now();
    const rotate = async (at: number) => {
      const surroundings = { folder: home.folder, variables: env };
      const text = readFileSync(join(home.folder, 'keyward.bootstrap.yaml'), 'utf8');
      const manifest = readManifest(text, 'm.yaml', env);
      const [sinks, minters] = [
        await openSinks(manifest, surroundings),
        await openMinters(manifest, [id], surroundings),
      ];
      const bootstrap = new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now });
      const options = { startedMs: at, isUnproved: true, onWait: () => undefined };
      const [report] = await bootstrap.rotate([id], options);
      for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
      return report;
    };
    const all = await Promise.all(Array.from({ length: 4 }, () => rotate(startedMs)));
    const now = await rotate(startedMs + 900);
    const ids = new Set([...all, now].map((report) => report?.service_key_id));
    expect(ids.size).toBe(1);
    expect([...all, now].filter((report) => report?.action === 'none').length).toBeGreaterThan(0);
    expect((await active()).map((one) => one.id)).toEqual([...ids]);
    expect(await isGood(key())).toBe(true);
  });

  test('A random value is replaced, its consumers are informed, and former versions are destroyed', async () => {
    const { prepare, run, secret, home, path } = stack();
    await prepare();
    const former = (await secret('session')).data['SECRET'];
    expect(existsSync(join(home.folder, 'informed'))).toBe(false);
    const { code, stdout } = await run('rotate', '--only', 'session');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { keys: [{ action: 'rotated', consumers: [{ name: 'touched' }], versions_destroyed: 1 }] },
    ]);
    expect(existsSync(join(home.folder, 'informed'))).toBe(true);
    expect((await secret('session')).data['SECRET']).not.toBe(former);
    await expect(bao.call('GET', `secret/data/${path}/session?version=1`)).rejects.toThrow(/404/);
  });

  test('A consumer that cannot be informed is named, and is informed by the next apply', async () => {
    const { prepare, write, rotate, run, id, home, key, isGood } = stack();
    await prepare();
    const former = key();
    write('[{ name: app, run: [test, -e, ready], proof: { run: ["true"] } }]');
    expect(await rotate()).toMatchObject({
      code: 1,
      report: {
        action: 'open',
        reason: 'not all consumers were informed',
        consumers: [{ name: 'app', problem: 'test ended with exit code 1' }],
      },
    });
    expect((await run('apply', '--only', id)).code).toBe(1);
    writeFileSync(join(home.folder, 'ready'), '');
    const applied = await run('apply', '--only', id);
    expect([applied.code, JSON.parse(applied.stdout)]).toMatchObject([
      0,
      { keys: [{ consumers: [{ name: 'app' }] }] },
    ]);
    rmSync(join(home.folder, 'ready'));
    // It is informed once.
    expect((await run('apply', '--only', id)).code).toBe(0);
    expect(await isGood(former)).toBe(true);
    expect(await rotate()).toMatchObject({ code: 0, report: { action: 'rotated' } });
    expect(await isGood(former)).toBe(false);
  });

  test('A value that the operator gives is not rotated, and the next step is named', async () => {
    const { env, prepare, rotate, run, key } = stack();
    await prepare();
    const before = key();
    env['APP_KEY'] = before;
    expect(await rotate()).toMatchObject({
      code: 78,
      report: { action: 'blocked', reason: 'APP_KEY is set, and a given value wins over a rotated one' },
    });
    const { code, stdout } = await run('rotate', '--only', 'given');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      78,
      { keys: [{ action: 'blocked', steps: 'Give a new one in GIVEN, then run keyward bootstrap apply.' }] },
    ]);
    expect(key()).toBe(before);
    expect((await run('rotate')).code).toBe(2);
  });

  test('Without the credential of the administrator nothing is replaced, and destroy names what is left', async () => {
    const { env, prepare, rotate, run, key, isGood, id, active } = stack();
    await prepare();
    const before = key();
    const [keyId] = (await active()).map((one) => one.id);
    env['ADMIN_KEY'] = 'sk-canary-gone';
    expect(await rotate()).toMatchObject({
      code: 1,
      report: { action: 'failed', reason: expect.stringContaining("Check the administrator's credential") },
    });
    expect([key(), await isGood(before)]).toEqual([before, true]);
    const ended = await run('destroy', '--only', id, '--yes');
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      keys: [
        { revoked: [], removed: [], left: [keyId, 'files:app_key', expect.stringContaining('#APP_KEY')] },
      ],
    });
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('canary');
    expect(await isGood(before)).toBe(true);
  });

  describe('a rotation that is killed', () => {
    test(
      'at any moment is finished by the next one: one key, in Vault and good',
      { timeout: 180_000 },
      async () => {
        const { home, env, id, prepare, rotate, run, key, isGood, active, secret } = stack(
          '[{ name: app, run: ["true"], proof: { run: ["true"] } }]',
        );
        await prepare();
        const wires = [await startFaultyProxy(bao.address), await startFaultyProxy(server.url)] as const;
        const file = join(home.folder, 'keyward.bootstrap.yaml');
        const text = readFileSync(file, 'utf8').replace(bao.address, wires[0].address);
        writeFileSync(file, text.replaceAll(server.url, wires[1].address));
        let kills = 0;
        // faults.test.ts lets more requests of a rotation fail.
        for (const wire of wires)
          for (let at = 1, isKilled = true; isKilled; at += 7) {
            isKilled = await home.killedAt(['bootstrap', 'rotate', '--only', id], { env, wire, at });
            if (isKilled) kills++;
            expect(await isGood((await secret('app')).data['APP_KEY'] ?? '')).toBe(true);
          }
        expect(kills).toBeGreaterThan(2);
        expect((await run('apply', '--only', id)).code).toBe(0);
        await sleep(1_000);
        expect(await rotate()).toMatchObject({ code: 0, report: { left: [] } });
        expect((await secret('app')).data['APP_KEY']).toBe(key());
        expect(await isGood(key())).toBe(true);
        expect(await active()).toHaveLength(1);
        expect((await run('verify', '--only', id)).code).toBe(0);
      },
    );
  });
});
