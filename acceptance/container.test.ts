import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAN_RUN_DOCKER, startDocker, type Docker } from '../server/test/docker.ts';
import { freePort } from '../server/test/traffic/free-ports.ts';
import { blocksIn } from './docs.ts';
import { REPOSITORY, temporaryFolder } from './server.ts';

/*
 * The container file of docs/deployment.md, built and run. Two things are not as there: the base image has no programs, and so the
 * steps RUN are left out. The container has the programs and the packages of this machine in their place.
 */

const [file = ''] = blocksIn('docs/deployment.md', 'Container', 'dockerfile');
const BASE = 'keyward-base:1';
const SECRETS = [
  'data/master.key',
  'server/data/master.key',
  '.env',
  'server/.env',
  'console/.env.local',
  'keyward.backup',
  '.local/key.json',
  'v2/.local/key.json',
];

test('The container file copies each package that npm installs, and the settings of npm', () => {
  const { workspaces } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  for (const name of workspaces) expect(file).toContain(`COPY ${name}/package.json ${name}/`);
  // Without it packages run code while they are installed.
  expect(readFileSync(join(REPOSITORY, '.npmrc'), 'utf8')).toContain('ignore-scripts=true');
  expect(file).toMatch(/^FROM .* AS base\nWORKDIR .*\nCOPY .*\.npmrc.*\n(COPY .*\n)*\nFROM base/m);
  expect(file.split(/^FROM /m).filter((stage) => stage.includes('npm ci'))).toEqual([
    expect.stringMatching(/^base /),
    expect.stringMatching(/^base\n/),
  ]);
});

describe.skipIf(!CAN_RUN_DOCKER)('The container of docs/deployment.md (needs root)', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = await startDocker();
    await build();
  }, 120_000);
  afterAll(() => docker?.remove());

  /** A clone in which Keyward has been used. */
  async function build(): Promise<void> {
    const folder = temporaryFolder();
    const root = temporaryFolder();
    for (const name of ['clone', 'etc', 'tmp', 'data']) await mkdir(join(root, name));
    const clone = join(root, 'clone');
    execFileSync(
      'sh',
      [
        '-c',
        'git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$0"',
        clone,
      ],
      { cwd: REPOSITORY },
    );
    for (const path of SECRETS) {
      await mkdir(join(clone, path, '..'), { recursive: true });
      writeFileSync(join(clone, path), 'secret');
    }
    const built = file
      .replace(/^FROM .*$/m, `FROM ${BASE} AS base`)
      .replaceAll(/^(?:RUN|COPY --from=console) .*\n/gm, '');
    writeFileSync(join(clone, 'Containerfile'), built);
    writeFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/tmp:/bin/sh\n');
    const script = `chown 1000 "$1/data"; chmod 1777 "$1/tmp"
      tar -c -C "$1" etc tmp data | docker --host "$2" import - ${BASE}`;
    execFileSync('sh', ['-euc', script, 'sh', root, docker.address], { cwd: folder });
    await docker.cli('build', '--file', join(clone, 'Containerfile'), '--tag', 'keyward', clone);
  }

  test('Its image has the programs, and no data, credentials or backups of the clone', async () => {
    await docker.cli('create', '--name', 'shown', 'keyward');
    const target = join(docker.folder, 'shown');
    await docker.cli('cp', 'shown:/opt/keyward', target);
    const files = execFileSync('find', ['.', '-type', 'f'], { cwd: target, encoding: 'utf8' }).split('\n');
    expect(files).toEqual(
      expect.arrayContaining(['./keyward', './server/src/main.ts', './.npmrc', './LICENSE']),
    );
    for (const path of SECRETS) expect(files).not.toContain(`./${path}`);
    expect(files.filter((path) => /^\.\/(\.git|data)\/|node_modules|\.test\.ts$/.test(path))).toEqual([]);
  });

  test('Its step that builds the console works with the files that .dockerignore lets in', async () => {
    const target = join(docker.folder, 'shown');
    await symlink(await realpath(join(REPOSITORY, 'node_modules')), join(target, 'node_modules'));
    const [, step = ''] = /^RUN (.*vite build.*)$/m.exec(file) ?? [];
    execFileSync('sh', ['-c', step], { cwd: target });
    expect(readFileSync(join(target, 'console/dist/index.html'), 'utf8')).toContain('<script');
  });

  test('It serves, makes the first admin key by the command of the page, and ends within its time', async () => {
    const port = await freePort();
    const packages = await realpath(join(REPOSITORY, 'node_modules'));
    const shared = ['/bin', '/lib', '/lib64', '/usr', `${packages}:/opt/keyward/node_modules`];
    const volumes = shared.map((path) => `--volume=${path.includes(':') ? path : `${path}:${path}`}:ro`);
    const settings = [`--env=KEYWARD_PORT=${port}`, '--env=KEYWARD_LOCAL_MODEL=off'];
    const options = ['--detach', '--init', '--name=keyward', '--network=host', '--volume=keyward:/data'];
    await docker.cli('run', ...options, ...volumes, ...settings, 'keyward');
    const answers = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(answers, { timeout: 60_000 }).toBe(200);
    const image = async (of: string): Promise<string> =>
      (await docker.cli('inspect', '--format', `{{${of}}}`, 'keyward')).trim();
    expect([await image('.Config.User'), await image('json .Config.Volumes')]).toEqual([
      'node',
      '{"/data":{}}',
    ]);
    const [kind, ...check] = JSON.parse(await image('json .Config.Healthcheck.Test')) as string[];
    expect([kind, await docker.cli('exec', 'keyward', ...check)]).toEqual([
      'CMD',
      expect.stringContaining('"ready"'),
    ]);
    // As the user of the image.
    expect(await docker.cli('exec', 'keyward', 'stat', '-c', '%u %a', '/data/keyward')).toMatch(
      /^1000 700$/m,
    );
    const [, , make = ''] = blocksIn('docs/deployment.md', 'Container', 'sh')[0]?.split('\ndocker ') ?? [];
    const said = await docker.cli(...make.trim().split(' '));
    const secret = /sk-kw1[0-9A-Za-z]{50}/.exec(said)?.[0] ?? '';
    const self = await fetch(`http://127.0.0.1:${port}/v1/keys/self`, { headers: { 'x-api-key': secret } });
    expect(self.status).toBe(200);
    await docker.cli('stop', '--time', '40', 'keyward');
    expect(await image('.State.ExitCode')).toBe('0');
  }, 120_000);
});
