import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allRoutes } from '../app/routes.ts';
import { ROLE_GRANTS, SCOPES } from './scopes.ts';

const PAGE = readFileSync(new URL('../../../docs/keys.md', import.meta.url), 'utf8');

/** The rows of the table with this head: the words in backquotes of each, by its first cell. */
function rowsOf(head: string): [string, string[]][] {
  const [, table = ''] = PAGE.split(`${head}\n|---|---|\n`);
  const lines = table.split('\n\n', 1)[0]?.split('\n') ?? [];
  return lines.map((line) => {
    const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
    return [first, second.split(',').map((word) => word.replaceAll(/[`\s]/g, ''))];
  });
}

describe('the scopes in docs/keys.md', () => {
  test('the page lists exactly what each role holds', () => {
    expect(Object.fromEntries(rowsOf('| role | scopes |'))).toEqual(ROLE_GRANTS);
  });

  test('the page says of each scope what it opens, and of no other', () => {
    const named = rowsOf('| scope | opens |').flatMap(([scopes]) => scopes.match(/[a-z]+:[a-z]+/g) ?? []);
    expect(named.toSorted()).toEqual(SCOPES.toSorted());
  });

  test('each scope opens a route, or shows more in one', () => {
    const opening = new Set<string>(allRoutes('0.0.0').map(({ access }) => access));
    // Any miner sees its own workers: the scope shows those of all.
    expect(SCOPES.filter((scope) => !opening.has(scope))).toEqual(['workers:read']);
  });

  test('each scope that a role names exists', () => {
    const nouns = new Set(SCOPES.map((scope) => `${scope.split(':')[0]}:*`));
    const known = new Set<string>([...SCOPES, ...nouns, '*']);
    expect(
      Object.values(ROLE_GRANTS).flatMap((grants) => grants.filter((grant) => !known.has(grant))),
    ).toEqual([]);
  });
});
