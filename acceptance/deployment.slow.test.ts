import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { blocksIn } from './docs.ts';
import {
  afterwards,
  Home,
  KEYWARD,
  keyward,
  machineEnvironment,
  newHome,
  temporaryFolder,
  type Server,
} from './server.ts';
import { freePort } from '../server/test/traffic/free-ports.ts';

/* The configurations of docs/deployment.md, with other ports, folders and certificates. */

const blocks = (heading: string, language: string): string[] =>
  blocksIn('docs/deployment.md', heading, language);
const block = (heading: string, language: string): string => blocks(heading, language)[0] ?? '';

function started(program: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    env: { ...machineEnvironment(), ...environment },
    stdio: 'ignore',
  });
  const gone = once(child, 'close');
  afterwards(async () => {
    child.kill();
    await gone;
  });
  return child;
}

async function untilAnswering(url: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const ok = await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
  }
  throw new Error(`${url} does not answer.`);
}

async function shell(script: string, cwd: string, environment: Record<string, string>): Promise<string> {
  const options = { cwd, env: { ...machineEnvironment(), ...environment }, timeout: 60_000 };
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-euo', 'pipefail', '-c', script.replaceAll('./keyward', KEYWARD)],
    options,
  );
  return stdout + stderr;
}

describe('A reverse proxy of docs/deployment.md', () => {
  let server: Server;
  beforeAll(async () => {
    server = await (await newHome({ localModel: true })).serve({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1/32' });
    await server.untilModelReady();
  }, 120_000);

  async function nginx(): Promise<string> {
    const [folder, port] = [temporaryFolder(), await freePort()];
    const site = block('nginx', 'nginx')
      .replace('127.0.0.1:5390', new URL(server.url).host)
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replaceAll(/^\s*ssl_certificate.*\n/gm, '');
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const whole = `daemon off; pid ${folder}/pid; error_log stderr; events {}
      http { access_log off; ${temp.join(' ')} ${site} }`;
    writeFileSync(join(folder, 'nginx.conf'), whole);
    started('/usr/sbin/nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder]);
    return `http://127.0.0.1:${port}`;
  }

  async function caddy(): Promise<string> {
    const [folder, port] = [temporaryFolder(), await freePort()];
    const site = block('Caddy', 'caddyfile')
      .replace('127.0.0.1:5390', new URL(server.url).host)
      .replace('ai.example.com {', `http://127.0.0.1:${port} {`);
    writeFileSync(join(folder, 'Caddyfile'), `{\nadmin off\n}\n${site}`);
    const environment = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    started('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], environment);
    return `http://127.0.0.1:${port}`;
  }

  test.for([
    ['nginx', nginx],
    ['Caddy', caddy],
  ] as const)(
    '%s passes a stream piece by piece, and a large document',
    { timeout: 90_000 },
    async ([, proxy]) => {
      const url = await proxy();
      await untilAnswering(url);
      const headers = { authorization: `Bearer ${server.home.adminKey}`, 'content-type': 'application/json' };
      const body = {
        model: 'smollm2-135m-instruct',
        stream: true,
        max_tokens: 60,
        messages: [{ role: 'user', content: 'Count to fifty.' }],
      };
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      let pieces = 0;
      for await (const _ of answer.body ?? []) pieces++;
      expect(pieces).toBeGreaterThan(5);

      const form = new FormData();
      form.append('file', new Blob(['A sentence about gates. '.repeat(250_000)]), 'large.txt');
      const upload = await fetch(`${url}/api/v1/document/upload`, {
        method: 'POST',
        headers: { authorization: headers.authorization },
        body: form,
      });
      expect([upload.status, await upload.text()]).toEqual([200, expect.stringContaining('"success":true')]);
    },
  );
});

test('The service of docs/deployment.md starts with its variables, and stops within its time', async () => {
  const folder = temporaryFolder();
  const unit = block('systemd', 'ini');
  const valuesOf = (name: string): string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) =>
      value.replaceAll('/var/lib/keyward', folder),
    );
  const environment = Object.fromEntries(
    valuesOf('Environment').map((one) => one.split(/=(.*)/s).slice(0, 2)),
  );
  const port = await freePort();
  const [command = ''] = valuesOf('ExecStart');
  expect(command).toBe('/opt/keyward/keyward serve');
  const child = started(KEYWARD, ['serve'], {
    ...(environment as Record<string, string>),
    KEYWARD_PORT: String(port),
    KEYWARD_LOCAL_MODEL: 'off',
  });
  await untilAnswering(`http://127.0.0.1:${port}`);
  const [, first = ''] = blocks('systemd', 'sh')[0]?.split('/opt/keyward/keyward ') ?? [];
  const minted = await keyward(first.trim().split(' '), {
    environment: environment as Record<string, string>,
  });
  expect([minted.code, minted.stdout]).toEqual([0, expect.stringContaining('sk-kw1')]);
  const begun = Date.now();
  child.kill();
  await once(child, 'close');
  expect(Date.now() - begun).toBeLessThan(Number(valuesOf('TimeoutStopSec')[0]) * 1_000);
});

describe('The data of an instance', () => {
  /** In a folder as a user has it: `data` in it, commands run there. */
  const localHome = async (): Promise<Home> => {
    const folder = temporaryFolder();
    const home = new Home(folder, {
      KEYWARD_CONFIG_DIR: join(folder, 'config'),
      KEYWARD_PORT: String(await freePort()),
      KEYWARD_LOCAL_MODEL: 'off',
    });
    afterwards(() => home.keyward(['down'], { mayFail: true }));
    return home;
  };
  const secretIn = (text: string): string => /sk-kw1[0-9A-Za-z]{50}/.exec(text)?.[0] ?? '';
  const addressOf = (home: Home): string => `http://127.0.0.1:${home.environment['KEYWARD_PORT']}`;
  const statusWith = async (home: Home, key: string): Promise<number> =>
    (await fetch(`${addressOf(home)}/v1/keys/self`, { headers: { 'x-api-key': key } })).status;

  test('moves to PostgreSQL by the steps of the documentation, and its keys still work', async () => {
    const home = await localHome();
    const key = secretIn((await home.keyward(['up'])).stdout);
    const name = `test_${randomBytes(8).toString('hex')}`;
    const admin = new URL(inject('postgresAdminUrl'));
    const url = Object.assign(new URL(admin), { pathname: `/${name}` });
    const script = block('From SQLite to PostgreSQL', 'sh')
      .replace('createdb keyward', `createdb --maintenance-db="${admin.href}" ${name}`)
      .replace('postgres://localhost/keyward', `"${url.href}"`);
    const output = await shell(script, home.folder, home.environment);
    afterwards(async () => {
      await shell('./keyward down', home.folder, home.environment);
      await shell(`dropdb --force --maintenance-db="${admin.href}" ${name}`, home.folder, {});
    });
    expect(output).toContain('is ready at');
    expect(await statusWith(home, key)).toBe(200);
  }, 120_000);

  test('is restored on another machine by the steps of the documentation, and its keys still work', async () => {
    const [before, after] = [await localHome(), await localHome()];
    const key = secretIn((await before.keyward(['up'])).stdout);
    await before.keyward(['backup', join(after.folder, 'keyward.backup')]);
    mkdirSync(join(after.folder, 'safe'));
    copyFileSync(join(before.dataDir, 'master.key'), join(after.folder, 'safe/master.key'));
    const script = block('Restore on another machine', 'sh').replace('/media/safe', 'safe');
    expect(await shell(script, after.folder, after.environment)).toContain('is ready at');
    expect(await statusWith(after, key)).toBe(200);
  }, 120_000);

  test('is served on another port by the steps of the documentation', async () => {
    const home = await localHome();
    const script = block('Another port', 'sh').replace('8080', String(home.environment['KEYWARD_PORT']));
    expect(await shell(script, home.folder, home.environment)).toContain('"status":"ok"');
  }, 60_000);

  test('is served by two processes by the steps of the documentation', async () => {
    const home = await localHome();
    const key = secretIn((await home.keyward(['up'])).stdout);
    await home.keyward(['down']);
    const ports = [await freePort(), await freePort()];
    const lines = block('Several processes', 'sh').trim().split('\n');
    for (const [at, port] of ports.entries()) {
      const line = (lines[at] ?? '')
        .replace(/539[01]/, String(port))
        .replace(/ &$/, '')
        .replace('./keyward', `exec ${KEYWARD}`);
      started('bash', ['-c', `cd ${home.folder}; ${line}`], home.environment);
      await untilAnswering(`http://127.0.0.1:${port}`);
    }
    const statuses = await Promise.all(
      ports.map(
        async (port) =>
          (await fetch(`http://127.0.0.1:${port}/v1/keys/self`, { headers: { 'x-api-key': key } })).status,
      ),
    );
    expect(statuses).toEqual([200, 200]);
  }, 60_000);
});
