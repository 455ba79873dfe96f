import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('sessions end in session-ends.ts alone, which gives the changes that end their requests', () => {
  const folder = new URL('../..', import.meta.url).pathname;
  const ending = globSync('**/*.ts', { cwd: folder }).filter(
    (file) =>
      !file.endsWith('.test.ts') &&
      /\b(revokeSession(sOf)?|dropOldestSessions)\b|deleteFrom\('sessions'\)|updateTable\('sessions'\)/.test(
        readFileSync(`${folder}/${file}`, 'utf8'),
      ),
  );
  expect(ending.sort()).toEqual(['identity/login/session-ends.ts', 'identity/store/session-store.ts']);
});
