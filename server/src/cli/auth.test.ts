import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  chmodSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startServer, testHome, type Home } from './cli.fixture.ts';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Status {
  status: string;
  stored_credentials: string[];
  source?: string;
  key?: { name: string };
}

/** A home with the URL of the server and without a key. */
const fresh = (env: Record<string, string> = {}): Home => testHome({ KEYWARD_URL: server.url, ...env });

const credentials = (home: Home): string => join(home.configDir, 'credentials.json');
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A key with one changed character. */
const damaged = (key: string): string => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;

describe('auth login', { timeout: 60_000 }, () => {
  test('auth login stores a known key in a file that only its user can read, and every command uses it', async () => {
    const home = fresh();
    const { code, stdout, stderr } = await home.run(['auth', 'login', '--key-stdin'], {
      stdin: `${server.adminKey}\n`,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'authenticated',
      credential: 'client@default',
      url: server.url,
    });
    expect(stderr).toContain(credentials(home));
    expect(stdout + stderr).not.toContain(server.adminKey);
    expect([mode(home.configDir), mode(credentials(home))]).toEqual(['700', '600']);
    expect(readdirSync(home.configDir)).toEqual(['credentials.json']);

    expect(await home.json<Status>(['auth', 'status'])).toMatchObject({
      status: 'authenticated',
      stored_credentials: ['client@default'],
      source: 'file',
      key: { name: 'tests' },
    });
    await home.json(['keys', 'list']);
    expect((await home.run(['auth', 'token'])).stdout).toBe(`${server.adminKey}\n`);
    expect(await home.json(['auth', 'token', '-o', 'json'])).toEqual({ token: server.adminKey });

    expect(await home.json(['auth', 'logout'])).toMatchObject({ removed: true });
    expect(await home.json(['auth', 'logout'])).toMatchObject({ removed: false });
    expect(readFileSync(credentials(home), 'utf8')).not.toContain('sk-');
    const after = await home.run(['auth', 'status']);
    expect(after.code).toBe(3);
    expect(JSON.parse(after.stdout)).toMatchObject({ status: 'not_authenticated', stored_credentials: [] });
  });

  test('a key in an argument is accepted with a warning, and - reads stdin', async () => {
    const home = fresh();
    const { code, stderr } = await home.run(['auth', 'login', server.adminKey]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Warning.*history/s);
    const variable = await home.run(['auth', 'login'], { env: { KEYWARD_API_KEY: server.adminKey } });
    expect([variable.code, variable.stderr]).toEqual([
      0,
      expect.stringContaining('Stored the key of KEYWARD_API_KEY in'),
    ]);
    const again = await home.run(['auth', 'login', '-'], { stdin: server.adminKey });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
    const both = await home.run(['auth', 'login', server.adminKey, '--key-stdin'], {
      stdin: server.adminKey,
    });
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('twice')]);
    expect(home.said).not.toContain(server.adminKey);
  });

  test('auth login asks on a terminal without echo', async () => {
    const home = fresh();
    const { code, stdout } = await home.runOnTerminal('auth login', [
      { at: 'Key: ', text: `${server.adminKey}x\u007f\r` },
    ]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Key: ')]);
    expect(stdout).not.toContain(server.adminKey.slice(0, 20));
    expect(await home.json<Status>(['auth', 'status'])).toMatchObject({ status: 'authenticated' });
  });

  test('a damaged key is refused before anything is sent', async () => {
    const home = fresh({ KEYWARD_URL: 'http://127.0.0.1:1' });
    const bad = damaged(server.adminKey);
    for (const [args, options] of [
      [['auth', 'login', '-'], { stdin: bad }],
      [['keys', 'list', '--key-stdin'], { stdin: bad }],
      [['keys', 'list'], { env: { KEYWARD_API_KEY: bad } }],
      [['keys', 'list'], { env: { KEYWARD_API_KEY: bad.slice(0, 30) } }],
      [['keys', 'verify', '-'], { stdin: bad }],
    ] as const) {
      const { code, stderr } = await home.run([...args], options);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/damaged.*checksum.*[Nn]othing was sent/s)]);
    }
    expect(home.said).not.toContain(bad);
    expect(existsSync(credentials(home))).toBe(false);
  });

  test('a key that the server refuses is not stored', async () => {
    const home = fresh();
    const wrong = 'a-key-from-elsewhere-0123456789';
    const { code, stderr, stdout } = await home.run(['auth', 'login', '-'], { stdin: wrong });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/refuses this key.*revoked/s);
    expect(stderr).not.toContain(wrong);
    expect(existsSync(credentials(home))).toBe(false);
  });

  test('no key without a terminal, and more than a key on stdin, end with 2', async () => {
    const home = fresh();
    for (const [args, stdin] of [
      [['auth', 'login'], ''],
      [['auth', 'login', '-'], ''],
      [['auth', 'login', '-'], `${server.adminKey}\nand more`],
    ] as const)
      expect((await home.run([...args], { stdin })).code).toBe(2);
  });

  test('auth login without a server ends with 7 and a hint how to start one', async () => {
    const home = testHome({ KEYWARD_PORT: '1' });
    const { code, stderr } = await home.run(['auth', 'login', '-'], {
      stdin: server.adminKey,
      env: { KEYWARD_URL: 'http://127.0.0.1:9' },
    });
    expect([code, stderr]).toEqual([7, expect.stringMatching(/127\.0\.0\.1:9/)]);
    expect(existsSync(credentials(home))).toBe(false);
  });

  test('a stored key is sent to its own server only', async () => {
    const home = testHome();
    await home.json(['auth', 'login', '-', '--url', server.url, '--environment', 'work'], {
      stdin: server.adminKey,
    });
    await home.json(['keys', 'list', '--environment', 'work']);
    const received: (string | undefined)[] = [];
    const stranger = createServer((request, response) => {
      received.push(request.headers.authorization);
      response.writeHead(404).end('not here');
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const { code, stderr } = await home.run(['keys', 'list', '--environment', 'work', '--url', url]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('is not sent to')]);
    expect(received).toEqual([]);
    // The command finds that this server is not Keyward, and sends it no stored key.
    const other = await home.run(['keys', 'list', '--url', url], {
      env: { KEYWARD_API_KEY: 'key-for-the-stranger' },
    });
    expect([other.code, other.stderr]).toEqual([5, expect.stringContaining('is not Keyward')]);
    expect((await home.run(['keys', 'list', '--environment', 'nowhere'])).code).toBe(3);
    expect(
      (await home.run(['auth', 'login', '-', '--environment', '../x'], { stdin: server.adminKey })).code,
    ).toBe(2);
  });

  test('KEYWARD_API_KEY takes precedence over a stored key', async () => {
    const home = fresh();
    await home.json(['auth', 'login', '-'], { stdin: server.adminKey });
    const { code } = await home.run(['keys', 'list'], {
      env: { KEYWARD_API_KEY: 'some-other-key-0123456789' },
    });
    expect(code).toBe(3);
  });

  test('a credentials file that others can read gets the mode 0600, with a warning', async () => {
    const home = fresh();
    await home.json(['auth', 'login', '-'], { stdin: server.adminKey });
    chmodSync(credentials(home), 0o644);
    const { code, stderr } = await home.run(['auth', 'status']);
    expect([code, stderr, mode(credentials(home))]).toEqual([0, expect.stringContaining('0600'), '600']);
    writeFileSync(credentials(home), `{"environments": ${server.adminKey}`);
    const broken = await home.run(['auth', 'status']);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('not JSON')]);
    expect(home.said).not.toContain(server.adminKey);
  });
});

describe('with a keyring', { timeout: 60_000 }, () => {
  // Works like secret-tool of libsecret: the secret comes on stdin, never in an argument.
  const TOOL = `#!/bin/sh
verb=$1; shift
case $1 in --label=*) shift ;; esac
place="$KEYRING/$(echo "$*" | tr -c 'a-z0-9\\n' _)"
echo "$verb $*" >> "$KEYRING/arguments"
case $verb in
  store) cat > "$place" ;;
  lookup) cat "$place" ;;
  clear) rm -f "$place" ;;
esac
`;

  function keyringHome(tool: string): Home {
    const home = fresh();
    const keyring = join(home.folder, 'keyring');
    mkdirSync(join(home.folder, 'bin'));
    mkdirSync(keyring);
    writeFileSync(join(home.folder, 'bin/secret-tool'), tool, { mode: 0o755 });
    home.env['PATH'] = `${join(home.folder, 'bin')}:${process.env['PATH']}`;
    home.env['KEYRING'] = keyring;
    return home;
  }

  test('the key is stored in the keyring and in no file of Keyward', async () => {
    const home = keyringHome(TOOL);
    const result = await home.json(['auth', 'login', '-'], { stdin: server.adminKey });
    expect(result).toMatchObject({ stored_in: 'keyring' });
    expect(readFileSync(credentials(home), 'utf8')).not.toContain(server.adminKey);
    expect(readFileSync(join(home.folder, 'keyring/arguments'), 'utf8')).not.toContain(server.adminKey);
    expect(await home.json<Status>(['auth', 'status'])).toMatchObject({ source: 'keyring' });
    await home.json(['auth', 'logout']);
    expect(readdirSync(join(home.folder, 'keyring'))).toEqual(['arguments']);
  });

  test('a key goes to the file if the keyring is locked or does not keep it', async () => {
    for (const tool of ['#!/bin/sh\nexit 1\n', '#!/bin/sh\ncat > /dev/null; echo something else\n']) {
      const home = keyringHome(tool);
      expect(await home.json(['auth', 'login', '-'], { stdin: server.adminKey })).toMatchObject({
        stored_in: credentials(home),
      });
    }
  });
});
