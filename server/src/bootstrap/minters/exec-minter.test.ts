import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CAN_RUN_DOCKER, startDocker, type Docker } from '../../../test/docker.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openMinters } from '../open-sinks.ts';
import type { Minter } from './minter.ts';

const run = promisify(execFile);
const CANARY = 'canary-7f31c2';
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];
/** Keys are files in the container, by their label. */
const FRAME = 'printf "%s %s\\n" "$KEYWARD_FRAME"';
const VERBS = {
  verify: {
    command: sh(
      `read -r key; grep -qsxF "$key" /tmp/keys/* && v=valid || v=invalid; ${FRAME} "{\\"verdict\\":\\"$v\\"}"`,
    ),
    stdin: '{key}\n',
  },
  find: {
    command: sh(
      `list=; cd /tmp/keys && for f in "$1"*; do [ -f "$f" ] && list="$list,{\\"id\\":\\"$f\\",\\"label\\":\\"$f\\"}"; done; ${FRAME} "[\${list#,}]"`,
      '{prefix}',
    ),
  },
  mint: {
    command: sh(
      `mkdir -p /tmp/keys; read -r key </proc/sys/kernel/random/uuid; echo "$key" >"/tmp/keys/$1"; ${FRAME} "{\\"id\\":\\"$1\\",\\"key\\":\\"$key\\"}"`,
      '{label}',
    ),
  },
  revoke: { command: sh('rm -f "/tmp/keys/$1"', '{id}') },
};

const DOCUMENTATION = new URL('../../../../docs/bootstrap-minting.md', import.meta.url);
/** The program of its example, with one key at most. */
const TOOL = `#!/bin/sh
[ ! -e /tmp/broken ] || exit 9
case "$1" in
check-key) read -r key; [ "$key" = "$(cat /tmp/key 2>/dev/null)" ] || exit 3 ;;
list-keys) [ -e /tmp/key ] && echo "[{\\"id\\":7,\\"name\\":\\"$(cat /tmp/name)\\"}]" || echo "[]" ;;
new-key) echo sk-1234567890 >/tmp/key; echo "$3" >/tmp/name; echo "{\\"id\\":7,\\"secret\\":\\"sk-1234567890\\"}" ;;
delete-key) [ -e /tmp/key ] || exit 4; rm /tmp/key ;;
esac
`;

const manifestOf = (mint: object) =>
  JSON.stringify({
    version: 1,
    sinks: { files: { type: 'files', directory: 'secrets' } },
    services: { service: { url: 'http://127.0.0.1:1' } },
    keys: {
      app: {
        phase: 'derived',
        service: 'service',
        sources: [{ mint: { type: 'exec', container: 'box', ...VERBS, ...mint } }],
        store: [{ sink: 'files', name: 'app' }],
      },
    },
  });

describe.skipIf(!CAN_RUN_DOCKER)('a minter of commands in a container (its tests need root)', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = await startDocker();
    await docker.run('box', '--', 'sleep', 'infinity');
  });
  afterAll(() => docker.remove());

  async function open(changes: object = {}): Promise<Minter> {
    const surroundings = { folder: '/', variables: { ADMIN: `${CANARY}-admin` } };
    const manifest = readManifest(manifestOf({ docker: docker.address, ...changes }), 'm.yaml', {});
    const minter = (await openMinters(manifest, ['app'], surroundings)).get('app');
    if (minter === undefined) throw new Error('The manifest has no minter.');
    onTestFinished(() => minter.stop());
    return minter;
  }

  const messageOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'It did not fail.',
      (error: Error) => error.message,
    );

  test('a key is minted, found by its label, good, and bad after its revocation, which may be repeated', async () => {
    const minter = await open();
    await minter.probe();
    const { id, key } = await minter.mint('keyward:app:one');
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    expect(await minter.verify(key)).toBe('valid');
    expect(await minter.find('keyward:app:')).toEqual([{ id, label: 'keyward:app:one' }]);
    expect(await minter.find('keyward:other:')).toEqual([]);
    expect(minter.origin?.()).toEqual({ container: 'box', image: expect.stringMatching(/^sha256:/) });
    await minter.revoke(id);
    await minter.revoke(id);
    expect(await minter.verify(key)).toBe('invalid');
  });

  test.for<[what: string, verdict: string, verify: object]>([
    ['another word', 'unknown', { command: sh(`${FRAME} '{"verdict":"good"}'`), env: { K: '{key}' } }],
    [
      'a word without the frame',
      'unknown',
      { command: sh('echo \'{"verdict":"invalid"}\''), stdin: '{key}' },
    ],
    [
      'a failure behind its word',
      'unknown',
      { command: sh(`${FRAME} '{"verdict":"invalid"}'; exit 1`), stdin: '{key}' },
    ],
    ['a program that is missing', 'unknown', { command: ['gitea'], stdin: '{key}' }],
    ['its time', 'unknown', { command: ['sleep', '20'], env: { K: '{key}' } }],
    ['an exit code for good', 'valid', { command: sh('exit 0'), stdin: '{key}', valid: [0], invalid: [3] }],
    ['an exit code for bad', 'invalid', { command: sh('exit 3'), stdin: '{key}', valid: [0], invalid: [3] }],
    ['any other exit code', 'unknown', { command: sh('exit 1'), stdin: '{key}', valid: [0], invalid: [3] }],
    [
      'a missing program with exit codes',
      'unknown',
      { command: ['gitea'], stdin: '{key}', valid: [0], invalid: [3] },
    ],
  ])('a verify that ends with %s says %s', async ([what, verdict, verify]) => {
    const timeout = what === 'its time' ? { timeout_seconds: 0.5 } : {};
    expect(await (await open({ verify, ...timeout })).verify('k')).toBe(verdict);
  });

  const secret = `${CANARY}-0123456789abcdef`;
  const good = `{"id":"1","key":"${secret}"}`;
  test.for<[what: string, mint: object, says: string]>([
    [
      'prints a key without the frame',
      { command: sh(`echo ${secret} # {label}`) },
      'printed no line that begins with the value of KEYWARD_FRAME. Nothing else of its output is used.',
    ],
    [
      'prints the frame twice',
      { command: sh(`for n in 1 2; do ${FRAME} '${good}'; done # {label}`) },
      'printed 2 lines that begin with the value of KEYWARD_FRAME. Nothing else of its output is used.',
    ],
    [
      'stops in the middle of the frame',
      { command: sh(`printf '%s {"id":"1","key":"${secret}' "$KEYWARD_FRAME" # {label}`) },
      'printed no JSON object or list behind the value of KEYWARD_FRAME. Nothing else of its output is used.',
    ],
    [
      'prints all its variables',
      { command: ['env', 'A={label}', `KEY=${secret}`] },
      'printed no line that begins with the value of KEYWARD_FRAME. Nothing else of its output is used.',
    ],
    [
      'fails behind the frame',
      { command: sh(`${FRAME} '${good}'; exit 5 # {label}`) },
      'ended with exit code 5: the service is asleep.',
    ],
    ['is missing', { command: ['gitea', '{label}'] }, 'gitea is missing there or cannot be started.'],
    [
      'gives no id',
      { command: sh(`${FRAME} '{"key":"${secret}"}' # {label}`), id: '/number', key: '/secret' },
      'lacks a key at /secret. Check mint in the manifest.',
    ],
    [
      'gives a key of another format',
      { command: sh(`${FRAME} '${good}' # {label}`), format: '^sk-' },
      'lacks a key of the declared format at /key. Check mint in the manifest.',
    ],
    [
      'prints a banner before the bare key',
      { command: sh(`echo hello; echo ${secret} # {label}`), frame: 'none', format: '[0-9a-z-]+' },
      'printed something else than one line of the declared format. Check mint.format in the manifest.',
    ],
    [
      'prints nothing for a bare key',
      { command: ['true', '{label}'], frame: 'none', format: '.*[a-f]+' },
      'printed something else than one line of the declared format. Check mint.format in the manifest.',
    ],
  ])('a mint that %s gives no key, and an error without its output', async ([, mint, says]) => {
    const message = await messageOf(
      (await open({ mint, exit_codes: { 5: 'the service is asleep' } })).mint('keyward:app:x'),
    );
    expect(message).toMatch(/^The (command|output) of mint in the container box /);
    expect(message.endsWith(says) ? says : message).toBe(says);
    expect(message).not.toContain(CANARY);
  });

  test('a program that prints the key alone is read by its format, and the label is the id', async () => {
    const mint = { command: ['echo', '0123456789abcdef{label}'], frame: 'none', format: '[0-9a-f]{16}\\S+' };
    expect(await (await open({ mint })).mint('keyward:app:x')).toEqual({
      id: 'keyward:app:x',
      key: '0123456789abcdefkeyward:app:x',
    });
  });

  test('an id that could be read as an option or by a shell is not put into a command', async () => {
    const minter = await open();
    for (const id of ['--all', 'a b', '$(id)', "';id", ''])
      await expect(minter.revoke(id)).rejects.toThrow('lacks an id of letters, digits and . _ : @ / -');
  });

  test('a revocation that fails is an error, and exit codes that mean gone are not', async () => {
    const revoke = { command: sh('exit 4', '{id}') };
    expect(await messageOf((await open({ revoke })).revoke('1'))).toBe(
      'The command of revoke in the container box ended with exit code 4.',
    );
    await (await open({ revoke: { ...revoke, ok: [0, 4] } })).revoke('1');
  });

  test('the program of the example in the documentation mints, and its exit codes say what is good', async () => {
    const program = join(docker.folder, 'tool');
    writeFileSync(program, TOOL, { mode: 0o755 });
    await docker.run(
      'tool',
      `--volume=${program}:/opt/tool:ro`,
      '--env=PATH=/opt:/usr/bin:/bin',
      '--',
      'sleep',
      'infinity',
    );
    const [example = ''] =
      /```yaml\nversion: 1\n[^`]*type: exec\n[^`]*/.exec(readFileSync(DOCUMENTATION, 'utf8')) ?? [];
    const text = example.replace('```yaml\n', '');
    const manifest = readManifest(text, 'bootstrap.md', { DOCKER_HOST: docker.address });
    const minter = (await openMinters(manifest, ['tool'], { folder: '/', variables: {} })).get('tool');
    if (minter === undefined) throw new Error('The example has no minter.');
    onTestFinished(() => minter.stop());
    await minter.probe();
    const { id, key } = await minter.mint('keyward:tool:one');
    expect(await minter.find('keyward:tool:')).toEqual([{ id, label: 'keyward:tool:one' }]);
    expect(await minter.verify(key)).toBe('valid');
    await minter.revoke(id);
    await minter.revoke(id);
    expect(await minter.verify(key)).toBe('invalid');
    await docker.cli('exec', 'tool', 'touch', '/tmp/broken');
    expect(await messageOf(minter.find('keyward:'))).toMatch('printed no line');
    expect(await minter.verify(key)).toBe('unknown');
  });

  test('probe fails where its command does, and where the container is another one', async () => {
    await expect((await open({ probe: { command: ['false'] } })).probe()).rejects.toMatchObject({
      fault: 'unavailable',
      message: 'The command of probe in the container box ended with exit code 1.',
    });
    await expect((await open({ container: 'absent' })).probe()).rejects.toMatchObject({
      fault: 'unavailable',
    });
    await expect((await open({ image: 'other' })).probe()).rejects.toMatchObject({ fault: 'refused' });
  });

  test('keys are looked for only when the command of a run that gave up has ended', async () => {
    const [script = ''] = VERBS.mint.command.slice(2);
    const mint = { command: sh(`sleep 1.5; ${script}`, '{label}') };
    const minter = await open({ mint, timeout_seconds: 0.4 });
    expect(await messageOf(minter.mint('keyward:app:late'))).toMatch('did not end within 0.4 s');
    const after = await open({ mint });
    expect(await after.find('keyward:other:')).toEqual([]);
    const [found] = await after.find('keyward:app:');
    expect(found?.label).toBe('keyward:app:late');
    await after.revoke(found?.id ?? '');
  });

  test('secrets in stdin and env are in no argument, event or description of the engine', async () => {
    const script = 'read -r line; [ "$line" = "$ADMIN {key}" ] || exit 3; sleep 2.7';
    const command = [...sh(script.replace('{key}', '$KEY'))];
    const verify = {
      command,
      stdin: '{admin} {key}\n',
      env: { ADMIN: '{admin}', KEY: '{key}' },
      valid: [0],
      invalid: [3],
    };
    const minter = await open({ verify, secrets: { admin: { env: 'ADMIN' } } });
    const since = String(Math.floor(Date.now() / 1000) - 1);
    const verdict = minter.verify(`${CANARY}-key`);
    const ps = async () => (await run('ps', ['-eww', '-o', 'args'])).stdout;
    await expect.poll(ps, { interval: 20 }).toContain('sleep 2.7');
    const seen = [
      await ps(),
      await docker.cli('top', 'box', '-eww', '-o', 'pid,args'),
      await docker.cli('inspect', 'box'),
      ...(await Promise.all(
        (JSON.parse(await docker.cli('inspect', '--format', '{{json .ExecIDs}}', 'box')) as string[]).map(
          async (id) =>
            (await run('curl', ['-s', '--unix-socket', docker.socketPath, `http://d/exec/${id}/json`]))
              .stdout,
        ),
      )),
    ];
    expect(await verdict).toBe('valid');
    const until = String(Math.ceil(Date.now() / 1000));
    seen.push(
      await docker.cli('events', '--since', since, '--until', until),
      await docker.cli('logs', 'box'),
    );
    expect(seen.join('\n')).toContain('exec_start: sh -c');
    expect(seen.join('\n')).toContain('"entrypoint":"sh"');
    expect(seen.join('\n')).not.toContain(CANARY);
  });
});
