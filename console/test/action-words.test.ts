import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { actionWords } from '../src/audit/action-words.ts';

const SERVER = fileURLToPath(new URL('../../server/src/', import.meta.url));
/** Actions that are reports of the bootstrap, no records. */
const REPORTS = new Set(['keys.none']);
/** Codes that are put together: each with its part. */
const COMPOSED = [
  ...['disable', 'enable', 'quarantine', 'restore', 'revoke'].map((verb) => `keys.${verb}`),
  ...['create', 'update', 'delete'].flatMap((verb) => [`threads.${verb}`, `prompt_variables.${verb}`]),
  'bootstrap.create',
];

/** The actions that the server writes into the record. */
const actions = globSync('**/*.ts', { cwd: SERVER })
  .filter((name) => !/\.(test|fixture)\.ts$/.test(name))
  .flatMap((name) => [
    ...readFileSync(SERVER + name, 'utf8').matchAll(/(?:action: |entryOf\()'([a-z_]+\.[a-z_]+)'/g),
  ])
  .map(([, action = '']) => action)
  .filter((action) => !REPORTS.has(action));

test('every action of the audit record has words', () => {
  expect(actions.length).toBeGreaterThan(60);
  const without = [...new Set([...actions, ...COMPOSED])].filter((one) => actionWords(one) === undefined);
  expect(without).toEqual([]);
});

test('a refused request is named by what its route does, and a code of another version is not made up', () => {
  expect(actionWords('models.list')).toBe('List the models that the key may use');
  expect(actionWords('jobs.teleport')).toBeUndefined();
});
