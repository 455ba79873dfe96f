import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from './server.ts';

let home: string;
let folder: string;
let link: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyward-install-'));
  folder = join(home, 'a folder/bin');
  link = join(folder, 'keyward');
});
afterEach(() => rmSync(home, { recursive: true }));

const PATH = process.env['PATH'] ?? '';

/** As `make install` and `make uninstall` do, whose further step installs the packages. */
function run(verb: 'install' | 'uninstall', path = PATH): { status: number | null; said: string } {
  const { status, output } = spawnSync('sh', ['.ci/link.sh', verb, folder], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { PATH: path, HOME: home },
  });
  return { status, said: output.join('') };
}

test('The command keyward runs by its name after the install step, from any folder', () => {
  expect(run('install', `${PATH}:${folder}`)).toEqual({
    status: 0,
    said: expect.stringMatching(
      /^Linked \S.*\/keyward\. To remove it: make uninstall\nCompletion for bash: .*\n$/,
    ),
  });
  const env = { PATH: `${folder}:${PATH}`, HOME: home };
  const said = execFileSync('keyward', ['version'], { cwd: '/', env, encoding: 'utf8' });
  expect(said).toMatch(/^keyward \d+\.\d+\.\d+/);
});

test('The install step says how to put its folder on PATH, and a second run changes nothing', () => {
  expect(run('install').said).toContain(`export PATH="${folder}:$PATH"`);
  expect(run('install')).toEqual({ status: 0, said: expect.stringContaining('is linked to') });
  expect(run('uninstall')).toEqual({ status: 0, said: expect.stringContaining('Removed') });
  expect(existsSync(link)).toBe(false);
  expect(run('uninstall')).toEqual({ status: 0, said: expect.stringContaining('nothing to remove') });
});

test('A program that is not of this clone is neither replaced nor removed; a link to nothing is replaced', () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(link, 'of somebody else');
  for (const verb of ['install', 'uninstall'] as const)
    expect(run(verb)).toEqual({ status: 1, said: expect.stringContaining('it stays') });
  rmSync(link);
  symlinkSync('/nowhere/keyward', link);
  expect(run('uninstall').status).toBe(1);
  expect(run('install').status).toBe(0);
  expect(readlinkSync(link)).toBe(join(REPOSITORY, 'keyward'));
});

test('The Makefile has both steps, and the help names them', () => {
  const help = execFileSync('make', ['help'], { cwd: REPOSITORY, encoding: 'utf8' });
  expect(help).toMatch(/make install +\S/);
  expect(help).toMatch(/make uninstall +\S/);
  const dry = execFileSync('make', ['-n', 'uninstall', `BINDIR=${folder}`], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  expect(dry).toContain(`sh .ci/link.sh uninstall '${folder}'`);
});
