import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function run(args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 128), stdout, stderr }),
    );
  });
}

describe('the command of the wrapper', () => {
  test('--help names every variable that is read', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    const read = ['settings.ts', 'vault-settings.ts'].flatMap((file) => {
      const source = readFileSync(new URL(file, import.meta.url), 'utf8');
      return [...source.matchAll(/read\('([A-Z_]+)'\)|secretLogin\(read, '([A-Z_]+)'/g)];
    });
    const names = read.map(([, plain, secret]) => plain ?? secret ?? '');
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !stdout.includes(name))).toEqual([]);
  });

  test('a wrong setting ends it with 78, in two lines, without the value', async () => {
    const { code, stdout, stderr } = await run([], { WRAPPER_UPSTREAM: 'canary' });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^WRAPPER_UPSTREAM: must be .*\n.*--help\n$/);
    expect(stderr).not.toContain('canary');
  });

  test('an argument ends it with 64: a secret on a command line would be seen by everybody', async () => {
    expect((await run(['--token=canary'])).code).toBe(64);
  });
});
