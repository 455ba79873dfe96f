import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './server.ts';
import { COMMAND_TIMEOUT_MS, V2 } from './v2.ts';

describe('make v2-backup and v2-restore', { timeout: 2 * COMMAND_TIMEOUT_MS }, () => {
  const backup = join(temporaryFolder(), 'backup');
  let v2: V2;
  /** Everything that the service reads at its start. */
  let secrets: string;
  const secretsOf = (): string => readFileSync(join(v2.state, 'service/.env'), 'utf8');

  beforeAll(async () => {
    v2 = await V2.onFreePorts();
    await v2.run('up');
    secrets = secretsOf();
  }, COMMAND_TIMEOUT_MS);

  test('A backup is made while v2 runs; its data part holds no secret in clear text', async () => {
    const { code, stdout, stderr } = await v2.run('backup', { TO: backup });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Keep ${backup}/keys elsewhere`);
    const files = readdirSync(join(backup, 'data'));
    expect(files.sort()).toEqual(['openbao.snapshot', 'service.gz']);
    const values = [...secrets.matchAll(/=(\w{40,})/g)].map(([, value = '']) => value);
    expect(values).toHaveLength(5);
    for (const file of files) {
      const content = readFileSync(join(backup, 'data', file), 'latin1');
      expect(values.filter((value) => content.includes(value))).toEqual([]);
    }
  });

  test('A backup never goes into a folder that exists', async () => {
    const { code, stderr } = await v2.run('backup', { TO: backup });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/exists\.\n {2}Name a new folder in TO\./)]);
  });

  test('A restore never replaces a state that exists', async () => {
    const { code, stderr } = await v2.run('restore', { FROM: backup });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/exists\.\n {2}Remove it \(make v2-down PURGE=1\)/),
    ]);
  });

  test('Without the key of the backup nothing is restored, and nothing is left behind', async () => {
    await v2.run('down', { PURGE: '1' });
    const wrong = join(temporaryFolder(), 'wrong');
    cpSync(backup, wrong, { recursive: true });
    writeFileSync(join(wrong, 'keys/unseal.key'), randomBytes(32));
    const { code, stderr } = await v2.run('restore', { FROM: wrong });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^v2-restore: OpenBao: .*of this key\?/)]);
    expect(readdirSync(join(v2.state, '..'))).toEqual([]);
    expect(v2.processes()).toEqual([]);
  });

  test('After everything was lost the backup brings it back: the same keys, accepted by the service', async () => {
    expect(existsSync(v2.state)).toBe(false);
    const restored = await v2.run('restore', { FROM: backup });
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    const { code, stdout } = await v2.run('up');
    expect(code).toBe(0);
    // The minted key is in the restored OpenBao, and the restored service accepts it.
    expect(stdout).toMatch(/derived keys +1 in step, nothing written/);
    expect(secretsOf()).toBe(secrets);
  });
});
