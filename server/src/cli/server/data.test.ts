import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeInstance } from '../../../test/instance.ts';
import { testHome, type Home } from '../cli.fixture.ts';

interface Examined {
  ok: boolean;
  checks: { check: string; status: string; detail: string; fix: string | null }[];
}

const makeKey = (home: Home): Promise<string> => makeInstance(home.env);

describe('keys create --local', { timeout: 60_000 }, () => {
  test('keys create --local makes an admin key without a server and without a key, and a running server knows it', async () => {
    const home = testHome();
    const { url } = await home.json<{ url: string }>(['up', '-o', 'json']);
    const { stdout, stderr } = await home.run(['keys', 'create', '--local']);
    const { key, secret } = JSON.parse(stdout) as { key: object; secret: string };
    expect(key).toMatchObject({
      name: 'made locally',
      role: 'admin',
      owner: { name: 'admin' },
      created_by: 'cli',
    });
    expect(stderr).toContain('shown once');
    const self = await fetch(`${url}/v1/keys/self`, { headers: { 'x-api-key': secret } });
    expect(self.status).toBe(200);
  });

  test('keys create --local makes a key with the given role or scopes', async () => {
    const args = ['keys', 'create', 'worker', '--local', '--scope', 'models:use', '--expires-in', '1h'];
    const home = testHome();
    await makeKey(home);
    const { key } = await home.json<{ key: object }>(args);
    expect(key).toMatchObject({
      name: 'worker',
      role: null,
      scopes: ['models:use'],
      owner: { name: 'admin' },
    });
  });

  test('keys create --local is refused with another master key, and ends with 2 for wrong arguments', async () => {
    const home = testHome();
    await makeKey(home);
    const other = { KEYWARD_MASTER_KEY: Buffer.alloc(32, 'k0').toString('base64') };
    const { code, stdout, stderr } = await home.run(['keys', 'create', '--local'], { env: other });
    expect([code, stdout, stderr]).toEqual([78, '', expect.stringContaining('master key is not the one')]);
    const args = ['keys', 'create', 'x', '--local', '--owner', 'nobody', '--role', 'client'];
    expect(await home.run(args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('must be the id or name of an existing owner'),
    });
  });
});

describe('migrate', () => {
  test('migrate applies each migration once', async () => {
    const home = testHome();
    mkdirSync(home.dataDir);
    writeFileSync(join(home.dataDir, 'keyward.db'), '');
    const first = await home.json<{ applied: string[]; steps: number }>(['migrate']);
    expect(first.applied).toHaveLength(first.steps);
    expect(await home.json(['migrate'])).toMatchObject({ applied: [] });
  });
});

describe('backup and restore', { timeout: 120_000 }, () => {
  test('backup and restore bring every key to an empty directory with the master key', async () => {
    const home = testHome();
    const secret = await makeKey(home);
    const file = join(home.folder, 'b.gz');
    expect(await home.json(['backup', file])).toMatchObject({ file, rows: { keys: 1 } });
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(await home.run(['backup', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('exists'),
    });
    await home.json(['backup', file, '--force']);

    const other = testHome();
    mkdirSync(other.dataDir, { mode: 0o700 });
    copyFileSync(join(home.dataDir, 'master.key'), join(other.dataDir, 'master.key'));
    expect(await other.json(['restore', file])).toMatchObject({ rows: { keys: 1 }, master_key: 'ok' });
    const { url } = await other.json<{ url: string }>(['up', '-o', 'json']);
    const self = await fetch(`${url}/v1/keys/self`, { headers: { 'x-api-key': secret } });
    expect(self.status).toBe(200);
    // A restore is refused with a running server, and over existing rows.
    expect(await other.run(['restore', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('keyward down'),
    });
    await other.json(['down']);
    expect(await other.run(['restore', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds data'),
    });
  });

  test('backup and restore work through pipes, and a restore without the master key reports it and makes none', async () => {
    const home = testHome();
    await makeKey(home);
    const file = join(home.folder, 'piped.gz');
    const child = home.spawn(['backup', '-']);
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    writeFileSync(file, Buffer.concat(chunks));
    const other = testHome();
    const { code, stdout } = await other.run(['restore', file]);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ master_key: expect.stringContaining('no master key') }),
    ]);
    for (const args of [['up'], ['serve'], ['keys', 'create', '--local']])
      expect(await other.run(args)).toMatchObject({
        code: 78,
        stdout: '',
        stderr: expect.stringContaining(
          `put the one of this database into ${join(other.dataDir, 'master.key')}`,
        ),
      });
    expect(existsSync(join(other.dataDir, 'master.key'))).toBe(false);
    const bad = join(home.folder, 'cut.gz');
    writeFileSync(bad, Buffer.concat(chunks).subarray(0, 400));
    expect((await testHome().run(['restore', bad])).code).toBe(1);
    expect((await testHome().run(['restore', '/nowhere'])).code).toBe(1);
  });

  test('a command on local data makes no instance in a folder without one, and ends with 78', async () => {
    const home = testHome();
    for (const args of [
      ['keys', 'create', '--local'],
      ['keys', 'create', 'x', '--local', '--role', 'client'],
      ['migrate'],
      ['backup', join(home.folder, 'x.gz')],
      ['audit', 'verify', '--local'],
      ['audit', 'export', '--local'],
      ['import', 'anythingllm', home.folder, '--yes'],
    ])
      expect(await home.run(args)).toMatchObject({
        code: 78,
        stdout: '',
        stderr: expect.stringContaining('KEYWARD_DATA_DIR'),
      });
    expect(existsSync(home.dataDir)).toBe(false);
  });
});

describe('doctor', { timeout: 60_000 }, () => {
  const examine = async (home: Home): Promise<{ code: number | null; found: Examined; text: string }> => {
    const { code, stdout, stderr } = await home.run(['doctor']);
    return { code, found: JSON.parse(stdout) as Examined, text: stdout + stderr };
  };
  const finding = ({ checks }: Examined, name: string) => checks.find(({ check }) => check === name);

  test('doctor changes nothing, before the first start and after it', async () => {
    const home = testHome();
    expect(await examine(home)).toMatchObject({ code: 0, found: { ok: true } });
    expect(existsSync(home.dataDir)).toBe(false);
    await makeKey(home);
    const before = readdirSync(home.dataDir);
    const { found } = await examine(home);
    expect(found.ok).toBe(true);
    expect(finding(found, 'database')).toMatchObject({ status: 'ok' });
    expect(finding(found, 'master key')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('it fits the database'),
    });
    expect(readdirSync(home.dataDir).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(before);
  });

  test('doctor finds faults, names their fixes, and shows no secret', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    onTestFinished(() => void blocker.close());
    const home = testHome();
    await makeKey(home);
    const masterKey = Buffer.alloc(32, 'k1').toString('base64');
    Object.assign(home.env, {
      KEYWARD_PORT: String((blocker.address() as AddressInfo).port),
      KEYWARD_MASTER_KEY: masterKey,
      KEYWARD_API_KEY: 'a-key-of-mine-0123456789',
      KEYWARD_TLS_CERT_FILE: join(home.folder, 'none.pem'),
      KEYWARD_TLS_KEY_FILE: join(home.folder, 'none.key'),
      KEYWARD_LOCAL_MODEL: 'on',
      KEYWARD_MODELS_DIR: join(home.folder, 'models'),
      PATH: join(home.folder, 'bin'),
    });
    chmodSync(home.dataDir, 0o755);
    mkdirSync(join(home.folder, 'bin'));
    for (const tool of ['sh', 'dirname', 'readlink'])
      copyFileSync(`/usr/bin/${tool}`, join(home.folder, 'bin', tool));
    const { code, found, text } = await examine(home);
    expect([code, found.ok]).toEqual([1, false]);
    expect(finding(found, 'data directory')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('chmod 700'),
    });
    expect(finding(found, 'database')).toMatchObject({ status: 'ok' });
    expect(finding(found, 'master key')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('put the old one back'),
    });
    expect(finding(found, 'port')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('KEYWARD_PORT'),
    });
    expect(finding(found, 'tls')).toMatchObject({ status: 'fail' });
    expect(finding(found, 'local model')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('python3-pip'),
    });
    expect(text).not.toContain(masterKey);
    expect(text).not.toContain('a-key-of-mine');
  });

  test('doctor fails for a database without its master key', async () => {
    const home = testHome();
    await makeKey(home);
    const { rmSync } = await import('node:fs');
    rmSync(join(home.dataDir, 'master.key'));
    const { code, found } = await examine(home);
    expect([code, finding(found, 'master key')?.status]).toEqual([1, 'fail']);
    expect(existsSync(join(home.dataDir, 'master.key'))).toBe(false);
  });

  test('doctor finds a damaged database, and what to do', async () => {
    const home = testHome();
    await makeKey(home);
    const file = join(home.dataDir, 'keyward.db');
    const bytes = readFileSync(file);
    writeFileSync(
      file,
      Buffer.concat([bytes.subarray(0, 4_096 * 20), Buffer.alloc(bytes.length - 4_096 * 20, 0x5a)]),
    );
    const { code, found } = await examine(home);
    expect([code, finding(found, 'database')]).toEqual([
      1,
      expect.objectContaining({ status: 'fail', detail: expect.stringContaining('restore a backup') }),
    ]);
  });

  test('doctor finds a running server', async () => {
    const home = testHome();
    const { url } = await home.json<{ url: string }>(['up', '-o', 'json']);
    const { found } = await examine(home);
    expect(finding(found, 'port')).toMatchObject({ status: 'ok', detail: expect.stringContaining(url) });
  });
});
