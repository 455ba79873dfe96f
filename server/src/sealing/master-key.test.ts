import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartupError } from '../base/errors.ts';
import { findMasterKey, loadMasterKey, makeMasterKey, type MasterKeySource } from './index.ts';

const KEY = randomBytes(32).toString('base64');

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-master-key-'));
  dataDir = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keyFile(text: string, mode = 0o600): string {
  const path = join(folder, 'key');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function refusal(source: Omit<MasterKeySource, 'dataDir'>): Promise<string> {
  const error: unknown = await loadMasterKey({ ...source, dataDir }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(StartupError);
  const { message, cause } = error as StartupError;
  expect(message).not.toContain('\n');
  const given = [source.value, source.file].filter((text) => text !== undefined && text !== '');
  for (const text of given) expect(`${message} ${String(cause)}`).not.toContain(text);
  return message;
}

describe('a master key from the environment', () => {
  it('a master key from the environment is taken from KEYWARD_MASTER_KEY, and nothing is written', async () => {
    const { key, source } = await loadMasterKey({ value: KEY, dataDir });
    expect(key.toString('base64')).toBe(KEY);
    expect(source).toBe('variable');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a master key from the environment is taken from the file named by KEYWARD_MASTER_KEY_FILE', async () => {
    const { key, source } = await loadMasterKey({ file: keyFile(`${KEY}\n`, 0o400), dataDir });
    expect(key.toString('base64')).toBe(KEY);
    expect(source).toBe('file');
  });

  it.each([
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['hex', randomBytes(32).toString('hex')],
    ['words', 'correct horse battery staple'],
    ['spare bits', `${'A'.repeat(42)}B=`],
    ['a repeated byte', Buffer.alloc(32).toString('base64')],
    ['nothing', ''],
  ])(
    'a master key from the environment is refused when it is %s, without repeating it',
    async (_what, value) => {
      expect(await refusal({ value })).toContain('KEYWARD_MASTER_KEY');
      const file = keyFile(value);
      const message = await refusal({ file });
      expect(message).toContain('KEYWARD_MASTER_KEY_FILE');
      expect(value === '' || !message.includes(value)).toBe(true);
    },
  );

  it('a master key from the environment is refused when both variables are set', async () => {
    expect(await refusal({ value: KEY, file: keyFile(KEY) })).toContain('unset one');
  });

  it('a master key from the environment is refused when the file is missing, a folder or huge', async () => {
    expect(await refusal({ file: join(folder, 'none') })).toContain('ENOENT');
    expect(await refusal({ file: folder })).toContain('KEYWARD_MASTER_KEY_FILE');
    expect(await refusal({ file: keyFile(KEY.repeat(1000)) })).toContain('too large');
  });

  it('a master key from the environment is refused when the group or others can read the file, saying how to solve it', async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o644]) {
      expect(await refusal({ file: keyFile(KEY, mode) })).toContain('chmod 600');
    }
  });

  it('no message repeats a master key that was pasted into KEYWARD_MASTER_KEY_FILE', async () => {
    expect(await refusal({ file: KEY })).toContain('where a path belongs');
  });
});

describe('a generated master key', () => {
  it('a generated master key is made once, 0600 in a folder of 0700, and stays', async () => {
    const first = await makeMasterKey(dataDir);
    const second = await makeMasterKey(dataDir);
    expect(first.source).toBe('generated');
    expect(first.key).toHaveLength(32);
    expect(second.key).toEqual(first.key);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['master.key']);
  });

  it('a generated master key is refused when others can read it, and when it is damaged; it is never replaced', async () => {
    await makeMasterKey(dataDir);
    const path = join(dataDir, 'master.key');
    const text = readFileSync(path, 'utf8');
    chmodSync(path, 0o644);
    expect(await refusal({})).toContain(`chmod 600 ${path}`);
    expect(readFileSync(path, 'utf8')).toBe(text);
    chmodSync(path, 0o600);
    writeFileSync(path, text.slice(0, 20));
    const message = await refusal({});
    expect(message).toContain('32 bytes');
    expect(message).not.toContain(text.slice(0, 20));
    expect(readFileSync(path, 'utf8')).toBe(text.slice(0, 20));
  });

  it('a generated master key that cannot be written is a start-up error naming KEYWARD_DATA_DIR', async () => {
    writeFileSync(dataDir, 'a file where the folder should be');
    expect(await refusal({})).toContain('KEYWARD_DATA_DIR');
    await expect(makeMasterKey(dataDir)).rejects.toThrow('KEYWARD_DATA_DIR');
  });

  it('a missing master key is found to be missing, is required by others, and is not made by either', async () => {
    expect(await findMasterKey({ dataDir })).toBeUndefined();
    expect(await refusal({})).toContain(`put the one of this database into ${join(dataDir, 'master.key')}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a generated master key is the same for processes that start at the same moment', async () => {
    const module = new URL('./index.ts', import.meta.url).href;
    const program = `const { makeMasterKey } = await import(${JSON.stringify(module)});
      while (Date.now() < Number(process.argv[2])) ;
      const { key } = await makeMasterKey(process.argv[1]);
      process.stdout.write(key.toString('hex'));`;
    for (let round = 0; round < 3; round++) {
      const shared = join(folder, `shared-${round}`);
      mkdirSync(shared);
      const startAt = String(Date.now() + 1_000);
      const args = ['--input-type=module', '-e', program, shared, startAt];
      const runs = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args));
      const keys = (await Promise.all(runs)).map((run) => run.stdout);
      expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(keys).size).toBe(1);
      expect(readdirSync(shared)).toEqual(['master.key']);
    }
  });
});
