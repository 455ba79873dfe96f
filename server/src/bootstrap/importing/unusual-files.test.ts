import { execFileSync } from 'node:child_process';
import { chownSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf } from './import-folder.fixture.ts';
import { seenByServices } from './seen-stack.fixture.ts';
import type { StackFixture } from './stacks.fixture.ts';

const STACK: StackFixture = {
  'compose.yaml': 'services:\n  app:\n    image: a/b\n    environment:\n      API_TOKEN: ${API_TOKEN}\n',
  '.env': 'API_TOKEN=canary-4d0f9b1e\n',
};
const NUMBER = /reads its value as a number/;
const NAME = /^the name has PASSWORD/;
const FILES = ['compose.yaml', '.env'];

describe('an import', () => {
  test('reads a file whose maps are merged a billion times at once', async () => {
    const maps = Array.from({ length: 12 }, (_, index) => {
      const former = Array.from({ length: 6 }, () => `*m${index}`).join(', ');
      return `x-${index + 1}: &m${index + 1} { <<: [${former}] }`;
    });
    const { prepare } = folderOf({
      'compose.yaml': `x-0: &m0 { API_TOKEN: canary-1 }\n${maps.join('\n')}\nservices:\n  app: { image: a/b, environment: { <<: *m12 } }\n`,
    });
    expect((await prepare(['compose.yaml'])).secrets.map(({ name }) => name)).toEqual(['API_TOKEN']);
  });

  test('takes the member of the first merge that has it, also where a later one brings the same map again', async () => {
    const { prepare, folder } = folderOf({
      'compose.yaml':
        'x-a: &a { API_TOKEN: canary-a }\nx-b: &b { <<: *a, API_TOKEN: canary-b }\n' +
        'services:\n  app: { image: a/b, environment: { <<: [*b, *a] } }\n  other: { image: a/b, environment: { <<: [*a, *b] } }\n',
    });
    const before = seenByServices(folder, ['compose.yaml']);
    await (await prepare(['compose.yaml'])).carryOut();
    expect(before).toEqual({ app: { API_TOKEN: 'canary-b' }, other: { API_TOKEN: 'canary-a' } });
    expect(seenByServices(folder, ['compose.yaml'])).toEqual(before);
  });

  test.for<[what: string, make: (path: string) => unknown, says: RegExp]>([
    ['a pipe', (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]), /\.env is not a file/],
    ['a device', (path) => symlinkSync('/dev/zero', path), /\.env is not a file/],
    [
      'a file of more than 1 MiB',
      (path) => writeFileSync(path, `A=${'a'.repeat(1024 * 1024)}`),
      /\.env has more than 1 MiB/,
    ],
  ])('refuses %s before it reads it', { timeout: 10_000 }, async ([, make, says]) => {
    const { prepare, folder } = folderOf(STACK);
    rmSync(join(folder, '.env'));
    make(join(folder, '.env'));
    await expect(prepare(FILES)).rejects.toThrow(says);
  });

  test.skipIf(process.getuid?.() !== 0)('leaves the files to their owner and their group', async () => {
    const { prepare, folder } = folderOf(STACK);
    for (const name of FILES) chownSync(join(folder, name), 12_345, 23_456);
    await (await prepare(FILES)).carryOut();
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('');
    const owners = FILES.map((name) => statSync(join(folder, name))).map(({ uid, gid }) => [uid, gid]);
    expect(owners).toEqual([
      [12_345, 23_456],
      [12_345, 23_456],
    ]);
  });

  test.for<[password: string, how: string, reason: RegExp]>([
    ['0123', 'kept', NUMBER],
    ['0x1F', 'kept', NUMBER],
    ['0b101', 'kept', NUMBER],
    ['1_000', 'kept', NUMBER],
    ['12.10', 'kept', NUMBER],
    ['12345678901234567890', 'kept', NUMBER],
    ['12345678', 'env_file', NAME],
    ['"0123"', 'env_file', NAME],
    ['12ab', 'env_file', NAME],
  ])(
    'of the password %s in a compose file says %s: compose may read it as another number',
    async ([password, how, reason]) => {
      const { prepare } = folderOf({
        'compose.yaml': `services:\n  app:\n    image: a/b\n    environment:\n      APP_PASSWORD: ${password}\n`,
      });
      const { secrets } = await prepare(['compose.yaml']);
      expect(secrets).toEqual([expect.objectContaining({ how, reason: expect.stringMatching(reason) })]);
    },
  );
});
