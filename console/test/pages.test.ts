import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CONSOLE_PAGES } from '../../server/src/api/pages/console.ts';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

test('the server delivers every page of the router, and no other', () => {
  const routes = globSync('*/routes.ts', { cwd: SOURCES }).map((file) =>
    readFileSync(SOURCES + file, 'utf8'),
  );
  const paths = routes.flatMap((text) => [...text.matchAll(/path: '\/([\w-]*)/g)].map(([, name]) => name));
  const pages = new Set(paths.filter((name) => name !== ''));
  expect(pages).toEqual(new Set(CONSOLE_PAGES));
});
