import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Home } from '../cli.fixture.ts';
import { root } from '../root.ts';
import { entriesOf, type Entry } from './entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-completion-'));
const scriptOf = (shell: string): string => join(folder, `keyward.${shell}`);
const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
let entries: Entry[];

beforeAll(async () => {
  const home = new Home();
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await home.run(['completion', shell]);
    if (code !== 0 || stderr !== '')
      throw new Error(`keyward completion ${shell} ended with ${code}: ${stderr}`);
    writeFileSync(scriptOf(shell), stdout);
  }
  home.remove();
  entries = await entriesOf(root);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash would offer after these words; each line is one question. */
function inBash(...lines: string[][]): string[][] {
  const asked = lines.map((words) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(keyward ${list}); COMP_CWORD=${words.length}; _keyward; echo "\${COMPREPLY[*]}"`;
  });
  const script = `source ${scriptOf('bash')}\n${asked.join('\n')}`;
  const output = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  return output.split('\n').map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('the completion of bash', () => {
  test('Bash completes every word and every flag of every command', () => {
    const questions = entries.map(({ path }) => [...path.split(' ').filter((word) => word !== ''), '']);
    const words = inBash(...questions);
    const flags = inBash(...questions.map((question) => [...question.slice(0, -1), '-']));
    for (const [at, entry] of entries.entries()) {
      expect([entry.path, words[at]]).toEqual([entry.path, entry.words.map(({ name }) => name)]);
      expect([entry.path, flags[at]]).toEqual([entry.path, entry.flags.map(({ name }) => name)]);
    }
  });

  test.for<[string[], string[]]>([
    [['ke'], ['keys']],
    [
      ['keys', 're'],
      ['revoke', 'restore'],
    ],
    [['keys', 'create', 'app', '--ro'], ['--role']],
    [
      ['keys', 'create', '--role', ''],
      ['client', 'miner', 'admin'],
    ],
    [['keys', 'create', '--role', 'cl'], ['client']],
    [['keys', 'list', '--format', '=', 'c'], ['csv']],
    [
      ['keys', 'list', '--format', '='],
      ['table', 'json', 'yaml', 'csv'],
    ],
    [['keys', 'get', '-o', 'j'], ['json']],
    [['marketplace', 'gpu', 'b'], ['book']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['backup', ''], []],
    [['nothing', ''], expect.arrayContaining(['keys', 'up']) as string[]],
    [['keys', 'create', '--metadata', ''], []],
  ])('Bash completes %j', ([words, offered]) => {
    const [found] = inBash(words);
    expect(found?.toSorted()).toEqual(Array.isArray(offered) ? offered.toSorted() : offered);
  });

  test('The script of bash prints nothing and asks no server when it is read', () => {
    expect(spawnSync('bash', ['--norc', '-c', `source ${scriptOf('bash')}`]).output.join('')).toBe('');
  });
});

describe.runIf(hasShell('zsh'))('the completion of zsh', () => {
  test('Zsh accepts the script, and offers words, flags and values', () => {
    const offers = (...words: string[]): string => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const script = `compdef() { :; }; compadd() { print -r -- $@; }; _files() { print files; }
        _describe() { print -r -- \${(P)@[-1]}; }
        source ${scriptOf('zsh')}; words=(keyward ${list}); CURRENT=${words.length + 1}; PREFIX=${words.at(-1)}; _keyward`;
      return execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' });
    };
    expect(offers('keys', '')).toContain('revoke:Revoke');
    expect(offers('keys', 'create', '-')).toContain('--role:');
    expect(offers('keys', 'list', '--format', '')).toContain('csv');
    expect(offers('backup', '')).toBe('files\n');
  });
});

describe.runIf(hasShell('fish'))('the completion of fish', () => {
  test('Fish offers words, flags and values', () => {
    const offers = (line: string): string => {
      const script = `source ${scriptOf('fish')}; complete -C '${line}'`;
      const { stdout, stderr } = spawnSync('fish', ['-N', '-c', script], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout;
    };
    expect(offers('keyward keys re')).toMatch(/^revoke\t.*\n?/m);
    expect(offers('keyward keys create --ro')).toContain('--role');
    expect(offers('keyward keys list --format ')).toContain('csv');
  });
});
