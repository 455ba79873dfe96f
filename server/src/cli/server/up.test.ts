import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeInstance } from '../../../test/instance.ts';
import { KEYWARD, testHome, type Home } from '../cli.fixture.ts';
import { beganOf, findProcess } from './pid-file.ts';

const SECRET = /sk-kw1[0-9A-Za-z]{50}/g;
const urlIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
const pidOf = async (home: Home): Promise<number> => (await findProcess(home.dataDir))?.pid ?? 0;
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const logOf = (home: Home): string => join(home.dataDir, 'keyward.log');

interface Report {
  status: string;
  url: string;
  pid: number;
  admin_key: string | null;
}

describe('up and down', { timeout: 60_000 }, () => {
  test('up shows the key once and in no file, a second up reports the running server, and up after down starts it again', async () => {
    const home = testHome();
    const { PATH = '' } = process.env;
    const notInstalled = { env: { PATH } };
    const first = await home.run(['up'], notInstalled);
    expect(first.code).toBe(0);
    const [secret = '', ...more] = first.stdout.match(SECRET) ?? [];
    expect(more).toEqual([]);
    expect(first.stdout).toMatch(
      /^ {2}Keyward \d+\.\d+\.\d+( \([0-9a-f]{12}\))? is ready at http:\/\/127\.0\.0\.1:\d+ \(.*API: \/api\/docs\)$/m,
    );
    expect(first.stdout).toMatch(/^ {2}Admin key, shown once: sk-kw1/m);
    expect(first.stdout).toContain(`To store it: ${KEYWARD} auth login `);
    expect(first.stdout).toMatch(/^ {2}Try it: {2}curl http.*\$KEYWARD_API_KEY"/m);
    expect(first.stderr).toMatch(/local model is off.*upstreams add/s);
    expect(first.stderr).not.toMatch(SECRET);
    expect(first.stderr.match(/make install/g)).toEqual(['make install']);
    const files = readdirSync(home.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const holding = files.filter(({ parentPath, name }) =>
      readFileSync(join(parentPath, name)).includes(secret),
    );
    expect([files.length > 3, holding]).toEqual([true, []]);
    expect([mode(home.dataDir), mode(logOf(home))]).toEqual(['700', '600']);
    expect(mode(join(home.dataDir, 'keyward.pid'))).toBe('600');

    const url = urlIn(first.stdout);
    const self = await fetch(`${url}/v1/keys/self`, { headers: { authorization: `Bearer ${secret}` } });
    expect(self.status).toBe(200);
    const second = await home.run(['up'], notInstalled);
    expect(second.stderr.match(/make install/g)).toEqual(['make install']);
    expect([second.code, urlIn(second.stdout)]).toEqual([0, url]);
    const installed = await home.run(['up']);
    expect([installed.code, installed.stderr]).toEqual([0, '']);
    expect(installed.stdout).toMatch(
      /is running at.*Admin key: made before\. If it is lost: keyward keys create --local/s,
    );

    const pid = await pidOf(home);
    expect(await home.json(['status'])).toMatchObject({ status: 'ready', pid, url, local_model: 'off' });
    expect(await home.json(['down'])).toEqual({ status: 'stopped', pid });
    expect(await beganOf(pid)).toBeUndefined();
    expect(existsSync(join(home.dataDir, 'keyward.pid'))).toBe(false);
    expect(await home.json(['down'])).toEqual({ status: 'stopped', pid: null });
    const stopped = await home.run(['status']);
    expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([
      7,
      expect.objectContaining({ status: 'stopped' }),
    ]);

    const third = await home.json<Report>(['up', '-o', 'json']);
    expect(third).toMatchObject({ status: 'ready', admin_key: null, local_model: null });
    const items = await home.json<{ items: unknown[] }>(['keys', 'list'], {
      env: { KEYWARD_URL: third.url, KEYWARD_API_KEY: secret },
    });
    expect(items.items).toHaveLength(1);
  });

  test('up starts again after the server was killed', async () => {
    const home = testHome();
    const { pid } = await home.json<Report>(['up', '-o', 'json']);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => beganOf(pid)).toBeUndefined();
    expect((await home.run(['status'])).code).toBe(7);
    expect(await home.json(['up', '-o', 'json'])).toMatchObject({ status: 'ready', admin_key: null });
  });

  test('a process that reused the pid of the server is neither reported nor ended', async () => {
    const home = testHome();
    const { pid } = await home.json<Report>(['up', '-o', 'json']);
    const file = join(home.dataDir, 'keyward.pid');
    const before = readFileSync(file, 'utf8');
    await home.json(['down']);
    const stranger = spawn('sleep', ['60']);
    onTestFinished(() => void stranger.kill('SIGKILL'));
    writeFileSync(file, before.replace(`"pid":${pid}`, `"pid":${stranger.pid}`));
    expect((await home.run(['status'])).code).toBe(7);
    expect(await home.json(['down'])).toMatchObject({ pid: null });
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('a failed start shows the end of the log, and the key that was made', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    onTestFinished(() => void blocker.close());
    const home = testHome({ KEYWARD_PORT: String((blocker.address() as AddressInfo).port) });
    const { code, stdout, stderr } = await home.run(['up']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The server has ended.*Port \d+ of 127\.0\.0\.1 is in use.*KEYWARD_PORT/s);
    expect(stdout.match(SECRET)).toHaveLength(1);
    const again = await home.run(['up', '-o', 'json']);
    expect([again.code, again.stdout]).toEqual([1, '']);
    // Of this start alone.
    expect(again.stderr.match(/is in use/g)).toHaveLength(1);
  });

  test('Ctrl-C during the start shows the key, and the server continues', async () => {
    const home = testHome();
    const child = home.spawn(['up']);
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('starting')) setTimeout(() => child.kill('SIGINT'), 50);
    });
    await once(child, 'close');
    expect(stdout.match(SECRET)).toHaveLength(1);
    await expect.poll(() => pidOf(home), { timeout: 10_000 }).toBeGreaterThan(0);
  });

  test('up starts a server of another build anew, and says so; the one of this build stays', async () => {
    const home = testHome();
    interface Built {
      url: string;
      pid: number;
      version: string;
      commit: string | null;
    }
    const { url, pid, version, commit } = await home.json<Built>(['up', '-o', 'json']);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok', version, commit });
    expect(await home.json(['up', '-o', 'json'])).toMatchObject({ status: 'running', pid });
    const file = join(home.dataDir, 'keyward.pid');
    const known = JSON.parse(readFileSync(file, 'utf8')) as object;
    for (const former of [{ commit: 'f'.repeat(12) }, { commit: undefined, version: '0.0.9' }]) {
      const before = await pidOf(home);
      writeFileSync(
        file,
        JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...former }),
      );
      const { code, stdout, stderr } = await home.run(['up', '-o', 'json']);
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        expect.objectContaining({ status: 'ready', version, commit }),
      ]);
      expect(stderr).toMatch(/The server runs Keyward .*; this is /);
      expect(await pidOf(home)).not.toBe(before);
    }
    expect(await home.json(['status'])).toMatchObject({ status: 'ready', version, commit });
    expect(known).toMatchObject({ version, commit });
  });

  test('a server whose log cannot be written goes on', async () => {
    const home = testHome();
    const { PATH = '' } = process.env;
    const child = spawn('sh', ['-c', `exec ${KEYWARD} serve >/dev/full 2>&1`], {
      cwd: home.folder,
      env: { PATH, ...home.env, KEYWARD_LOG_LEVEL: 'trace' },
    });
    await expect.poll(() => pidOf(home), { timeout: 30_000 }).toBeGreaterThan(0);
    const { url } = JSON.parse(readFileSync(join(home.dataDir, 'keyward.pid'), 'utf8')) as { url: string };
    for (let i = 0; i < 20; i++) expect((await fetch(`${url}/v1/keys`)).status).toBe(401);
    expect(child.exitCode).toBeNull();
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await gone)[0]).toBe(0);
  });

  test('a log that is too long is renamed', async () => {
    const home = testHome();
    await home.json(['up', '-o', 'json']);
    await home.json(['down']);
    truncateSync(logOf(home), 11 * 1024 * 1024);
    await home.json(['up', '-o', 'json']);
    expect(statSync(`${logOf(home)}.1`).size).toBeGreaterThanOrEqual(11 * 1024 * 1024);
    expect(statSync(logOf(home)).size).toBeLessThan(1024 * 1024);
  });

  test('invalid settings end with 78 and start nothing', async () => {
    const home = testHome({ KEYWARD_MASTER_KEY: 'short' });
    for (const command of ['up', 'serve']) {
      const { code, stdout, stderr } = await home.run([command]);
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(
        /^(starting\n)?keyward: KEYWARD_MASTER_KEY must be .*openssl rand -base64 32\n$/,
      );
    }
  });
});

describe('the local model', { timeout: 120_000 }, () => {
  test('up waits until the local model answers, with a short-lived key if it made no admin key', async () => {
    const home = testHome({ KEYWARD_LOCAL_MODEL: 'on' });
    const secret = await makeInstance(home.env);
    const { code, stdout, stderr } = await home.run(['up']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/It just answered: "[^\n]*Paris[^\n]*\(smollm2-135m-instruct, \d+\.\d s\)/),
    ]);
    expect(stdout).toContain('Admin key: made before');
    expect(stdout + stderr).not.toMatch(SECRET);
    expect(stderr).toMatch(/local model: loading/);
    const { items } = await home.json<{ items: object[] }>(['keys', 'list'], {
      env: { KEYWARD_URL: urlIn(stdout), KEYWARD_API_KEY: secret },
    });
    expect(items).toMatchObject([{ name: 'tests' }]);
    const { items: records } = await home.json<{ items: { action: string }[] }>(
      ['audit', 'list', '--action', 'keys.*'],
      {
        env: { KEYWARD_URL: urlIn(stdout), KEYWARD_API_KEY: secret },
      },
    );
    expect(records.map(({ action }) => action)).toEqual(['keys.revoke', 'keys.mint', 'keys.mint']);
    expect(await home.json(['status'])).toMatchObject({ local_model: 'ready' });
  });
});

describe('serve', { timeout: 60_000 }, () => {
  const serve = async (home: Home, env: Record<string, string> = {}) => {
    const child = home.spawn(['serve'], env);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [ready] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const ended = once(child, 'close') as Promise<[number | null, string | null]>;
    return { child, ready: ready.toString(), ended, stderr: () => stderr };
  };

  test.for(['SIGTERM', 'SIGINT'] as const)(
    'serve prints its URL, and stops gracefully on %s',
    async (signal) => {
      const home = testHome();
      const { child, ready, ended, stderr } = await serve(home);
      expect(ready).toMatch(
        /^Keyward \d+\.\d+\.\d+( \([0-9a-f]{12}\))? is ready at http:\/\/127\.0\.0\.1:\d+ \(API: \/api\/docs\)\n$/,
      );
      expect(await home.json(['status'])).toMatchObject({ status: 'ready', pid: expect.any(Number) });
      expect(stderr()).toContain('keyward keys create --local');
      child.kill(signal);
      expect((await ended)[0]).toBe(0);
      expect(existsSync(join(home.dataDir, 'keyward.pid'))).toBe(false);
    },
  );

  test('a second signal ends serve at once, with running requests', async () => {
    const home = testHome();
    const { child, ready, ended } = await serve(home);
    const { port } = new URL(urlIn(ready));
    const { connect } = await import('node:net');
    // A request without an end delays the stop; `100 Continue` shows that the server has read it.
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    const headers = [
      'Host: x',
      'Content-Type: application/json',
      'Content-Length: 9',
      'Expect: 100-continue',
    ];
    socket.write(`POST /v1/keys/report HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('100 Continue');
    child.kill('SIGTERM');
    // The server has received the first signal once it refuses connections; two earlier ones would count as one.
    const connects = () =>
      fetch(`${urlIn(ready)}/healthz`).then(
        () => true,
        () => false,
      );
    await expect.poll(connects, { interval: 20 }).toBe(false);
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(143);
  });

  test('up warns about an address that others can reach without TLS', async () => {
    const { code, stderr } = await testHome({ KEYWARD_HOST: '0.0.0.0' }).run(['up', '-o', 'json']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('Warning: keys and prompts travel UNENCRYPTED'),
    ]);
  });

  test('serve warns about an address that others can reach without TLS', async () => {
    const { stderr, child, ended } = await serve(testHome({ KEYWARD_HOST: '0.0.0.0' }));
    expect(stderr()).toContain('UNENCRYPTED');
    child.kill('SIGTERM');
    await ended;
  });

  test('serve shows the first admin key on a terminal', async () => {
    const home = testHome();
    const { code, stdout } = await home.runOnTerminal('serve', [{ at: 'Admin key', text: '\u0003' }]);
    expect(code).toBe(0);
    expect(stdout.match(SECRET)).toHaveLength(1);
  });
});
