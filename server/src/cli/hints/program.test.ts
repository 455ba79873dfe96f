import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { KEYWARD, testHome } from '../cli.fixture.ts';
import type { Command } from '../command.ts';
import { root } from '../root.ts';

const SYSTEM = process.env['PATH'] ?? '';

describe('the commands of a hint', () => {
  test.for([
    ['not installed, in the folder of the clone', './keyward', '', './keyward'],
    ['not installed, elsewhere', KEYWARD, '', KEYWARD],
    ['installed', 'keyward', 'installed', 'keyward'],
    ['installed, and called by its path', KEYWARD, 'installed', 'keyward'],
    ['beside an installed one of another clone', './keyward', 'other', './keyward'],
  ] as const)(
    'The hint of a program that is %s runs this program',
    { timeout: 30_000 },
    async ([, called, onPath, shown]) => {
      const home = testHome();
      const folders = {
        installed: join(home.folder, 'here'),
        other: join(home.folder, 'other'),
        '': '/nowhere',
      };
      for (const name of ['here', 'other']) mkdirSync(join(home.folder, name));
      symlinkSync(KEYWARD, join(folders.installed, 'keyward'));
      writeFileSync(join(folders.other, 'keyward'), '#!/bin/sh\nexit 99\n');
      chmodSync(join(folders.other, 'keyward'), 0o755);
      if (called.startsWith('./')) symlinkSync(KEYWARD, join(home.folder, 'keyward'));
      const env = { ...home.env, PATH: `${folders[onPath]}:${SYSTEM}` };
      const shell = (line: string): string =>
        execFileSync('sh', ['-c', `{ ${line}; } 2>&1`], { cwd: home.folder, env, encoding: 'utf8' });
      const said = shell(`${called} status || true`);
      const hint = /To start it: (.*) up$/m.exec(said)?.[1] ?? said;
      expect(hint).toBe(shown);
      expect(shell(`${hint} version --json`)).toContain('"version"');
      // The examples of the help, and of a failure.
      const help = shell(`${called} keys rotate --help`);
      expect(help).toContain(`  ${shown} keys rotate key_`);
      expect(shell(`${called} keys create || true`)).toContain(`Example: ${shown} keys create "my app"`);
    },
  );

  test('Each command in a text of the command line exists', () => {
    const folder = fileURLToPath(new URL('../', import.meta.url));
    const files = globSync('**/*.ts', { cwd: folder }).filter(
      (file) => !/test|fixture|^completion/.test(file),
    );
    const unknown = files.flatMap((file) => {
      const text = readFileSync(folder + file, 'utf8').replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
      const commands = text.match(/(?<![\w./-])keyward [a-z][a-z-]+(?: [a-z][a-z-]+)?/g) ?? [];
      return commands
        .filter((command) => !isKnown(command.split(' ').slice(1)))
        .map((command) => `${file}: ${command}`);
    });
    expect(unknown).toEqual([]);
  });
});

/** Words after the command may be arguments. */
function isKnown([noun = '', verb = '']: string[]): boolean {
  const command: Command | undefined = root.commands?.[noun];
  return command !== undefined && (command.commands === undefined || verb === '' || verb in command.commands);
}
