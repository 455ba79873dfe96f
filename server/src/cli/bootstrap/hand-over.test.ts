import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { Home } from '../cli.fixture.ts';

const CANARY = 'canary-handed-19c4';
const TOKEN = /^(s|hvs|bao)\.[\w-]+$/;
const bao = useOpenBao();

beforeAll(async () => {
  await bao.call('POST', 'sys/auth/userpass', { type: 'userpass' });
  await bao.call('PUT', 'sys/policies/acl/reader', {
    policy: 'path "secret/*" { capabilities = ["read"] }',
  });
  await bao.call('POST', 'auth/userpass/users/ann', { password: 'canary-pw', token_policies: ['reader'] });
  await bao.call('POST', 'secret/data/handed', { data: { API_KEY: CANARY, OTHER: 'canary-other' } });
});

function world(more = '') {
  const home = new Home();
  onTestFinished(() => home.remove());
  writeFileSync(
    join(home.folder, 'keyward.bootstrap.yaml'),
    `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', ${more}login: { method: userpass, username: ann, password: { env: PW } } }
  files: { type: files, directory: secrets }
keys:
  api: { sources: [{ env: API_KEY }], store: [{ sink: main, mount: secret, path: handed, field: API_KEY }] }
  absent: { sources: [{ env: A }], store: [{ sink: main, mount: secret, path: nothing, field: A }] }
  local: { sources: [{ env: B }], store: [{ sink: files, name: b }] }
`,
  );
  const run = (args: string[], stdin = '', env: Record<string, string> = {}) =>
    home.run(['bootstrap', ...args], { stdin, env: { PW: 'canary-pw', ...env } });
  const receive = (token: string, ...more: string[]) =>
    run(['receive', '--address', bao.address, ...more], token);
  const handOver = async () =>
    JSON.parse((await run(['hand-over', 'api'])).stdout) as Record<string, string> & { token: string };
  return { home, run, receive, handOver };
}

test(
  'one receiver gets the field, alone and once; a second one gets an alarm',
  { timeout: 60_000 },
  async () => {
    const { home, receive, handOver, run } = world();
    const handed = await handOver();
    expect(handed).toEqual({
      id: 'api',
      token: expect.stringMatching(TOKEN),
      ttl_seconds: 300,
      creation_path: 'sys/wrapping/wrap',
      address: bao.address,
      receive: `keyward bootstrap receive --address ${bao.address} --file api`,
    });
    const path = join(home.folder, 'api');
    const received = await receive(`${handed.token}\n`, '--file', 'api');
    expect([received.code, received.stdout, received.stderr]).toEqual([
      0,
      '',
      `The value is in ${path}. Only its owner may read it.\n`,
    ]);
    expect(readFileSync(path, 'utf8')).toBe(CANARY);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await receive(handed.token, '--file', 'api2');
    expect([again.code, again.stdout]).toEqual([3, '']);
    expect(again.stderr).toMatch(
      /was used already, or has expired\. .*\n {2}If you expected it to be good, this is an ALARM/,
    );
    expect(existsSync(join(home.folder, 'api2'))).toBe(false);
    const { token } = await handOver();
    const shown = await run(['receive', '--address', bao.address, '--stdout'], '', { WRAPPING_TOKEN: token });
    expect([shown.code, shown.stdout]).toEqual([0, `${CANARY}\n`]);
    expect(home.said).not.toMatch(/canary|hvs\.|s\.[\w-]{10}/);
  },
);

test(
  'a value in a namespace is handed over with its namespace in the command',
  { timeout: 60_000 },
  async () => {
    const inTeam = (method: string, path: string, body: object) => bao.call(method, `team/${path}`, body);
    await bao.call('POST', 'sys/namespaces/team', {});
    await inTeam('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
    await inTeam('POST', 'sys/auth/userpass', { type: 'userpass' });
    await inTeam('PUT', 'sys/policies/acl/reader', {
      policy: 'path "secret/*" { capabilities = ["read"] }',
    });
    await inTeam('POST', 'auth/userpass/users/ann', { password: 'canary-pw', token_policies: ['reader'] });
    await inTeam('POST', 'secret/data/handed', { data: { API_KEY: `${CANARY}-team` } });
    const { handOver, receive } = world('namespace: team, ');
    const { token, receive: command } = await handOver();
    expect(command).toBe(`keyward bootstrap receive --address ${bao.address} --namespace team --file api`);
    expect((await receive(token, '--namespace', 'team', '--stdout')).stdout).toBe(`${CANARY}-team\n`);
  },
);

test('a token that was made elsewhere is refused before it is used', { timeout: 60_000 }, async () => {
  const { receive } = world();
  const forged = await fetch(`${bao.address}/v1/secret/data/handed`, {
    headers: { 'x-vault-token': 'root', 'x-vault-wrap-ttl': '60s' },
  });
  const { wrap_info: info } = (await forged.json()) as { wrap_info: { token: string } };
  const refused = await receive(info.token, '--stdout');
  expect([refused.code, refused.stdout]).toEqual([3, '']);
  expect(refused.stderr).toMatch(/was not made by sys\/wrapping\/wrap\. Treat its value as compromised/);
  const { code } = await receive('hvs.never', '--stdout');
  expect(code).toBe(3);
});

test(
  'a value stays receivable where the file cannot be written, or no place is named',
  { timeout: 60_000 },
  async () => {
    const { home, receive, handOver } = world();
    const { token } = await handOver();
    expect((await receive(token)).stderr).toContain('Say where the value goes: --file PATH, or --stdout.');
    writeFileSync(join(home.folder, 'there'), 'x', { mode: 0o600 });
    expect((await receive(token, '--file', 'there')).stderr).toMatch(/there exists already\.\n {2}Remove it/);
    writeFileSync(join(home.folder, 'open'), 'x', { mode: 0o644 });
    mkdirSync(join(home.folder, 'folder'));
    symlinkSync('nothing', join(home.folder, 'link'));
    for (const name of ['open', 'folder', 'link'])
      expect((await receive(token, '--file', name)).stderr).toContain(`${name} exists already.`);
    const unwritable = await receive(token, '--file', '/proc/api');
    expect([unwritable.code, unwritable.stderr]).toEqual([
      1,
      expect.stringMatching(
        /\/proc\/api cannot be written.*\n {2}Name another file\. The wrapping token is still good/,
      ),
    ]);
    expect((await receive('', '--stdout')).stderr).toContain('The wrapping token is missing.');
    expect((await receive(token, '--stdout')).stdout).toBe(`${CANARY}\n`);
  },
);

test.for<[args: string[], code: number, says: RegExp]>([
  [['absent'], 1, /secret\/data\/nothing has no value\. Run keyward bootstrap apply/],
  [['local'], 1, /local lies in files:b\. Only a value whose first place is in a sink of the type vault/],
  [['nothing'], 2, /The manifest has no key nothing\.\n {2}Its keys: api/],
  [['api', '--ttl', '0'], 2, /--ttl must be whole seconds from 1 to 86400, such as 300/],
])('hand-over %j prints no token, and says why', { timeout: 30_000 }, async ([args, wanted, says]) => {
  const { code, stdout, stderr } = await world().run(['hand-over', ...args]);
  expect([code, stdout]).toEqual([wanted, '']);
  expect(stderr).toMatch(says);
});
