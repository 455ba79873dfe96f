import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { BUILD, COMMIT, commitOf, VERSION } from './version.ts';

const GIVEN = '4f9c2a7b18d3e6504f9c2a7b18d3e6504f9c2a7b';
const SHORT = '4f9c2a7b18d3';

function clone(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'keyward-clone-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test.each<[string, Record<string, string>, string | null]>([
  ['of a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${GIVEN}\n` }, SHORT],
  [
    'of a packed branch',
    { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${GIVEN} refs/heads/main\n` },
    SHORT,
  ],
  ['that is checked out alone', { '.git/HEAD': `${GIVEN}\n` }, SHORT],
  [
    'of a worktree',
    {
      '.git': 'gitdir: main/.git/worktrees/one\n',
      'main/.git/worktrees/one/HEAD': 'ref: refs/heads/one\n',
      'main/.git/worktrees/one/commondir': '../..\n',
      'main/.git/refs/heads/one': GIVEN,
    },
    SHORT,
  ],
  ['of a branch without one', { '.git/HEAD': 'ref: refs/heads/main\n' }, null],
  ['of a folder without git', { 'package.json': '{}' }, null],
  ['of something else in its place', { '.git/HEAD': '../../secret' }, null],
])('the commit %s is found without git', (_what, files, commit) => {
  expect(commitOf(clone(files))).toBe(commit);
});

test('the build of this process names the commit of its clone', () => {
  const commit = commitOf(fileURLToPath(new URL('../../../', import.meta.url)));
  expect([COMMIT, BUILD]).toEqual([commit, commit === null ? VERSION : `${VERSION} (${commit})`]);
});
