import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
const CONTRACT = readFileSync(
  fileURLToPath(new URL('../../sdk/src/generated/openapi.d.ts', import.meta.url)),
  'utf8',
);
/** Reads a list in pages of its own form: OpenAI batches, documents by their place, a conversation by its length. */
const OWN_PAGES: Record<string, string> = {
  '/v1/batches': 'has_more',
  '/v1/documents/folder/{folderName}': 'hasMore',
  '/v1/workspace/{slug}/chats': 'hasEarlier',
  '/v1/workspace/{slug}/thread/{threadSlug}/chats': 'hasEarlier',
};

/** Operations whose query has a size of the answer. */
const limited = new Set(
  [...CONTRACT.matchAll(/^ {4}"?([\w.]+)"?: \{\n {8}parameters: \{\n {12}query\?: \{([\s\S]*?)^ {12}\}/gm)]
    .filter(([, , query = '']) => /^ {16}limit\?/m.test(query))
    .map(([, operation = '']) => operation),
);

const CUT = /^ +(?:has_more|hasMore)\??: boolean;/m;

/** Objects that say whether there is more than they hold. */
const cutObjects = [...CONTRACT.matchAll(/^ {8}(\w+): \{\n([\s\S]*?)^ {8}\};/gm)]
  .filter(([, , members = '']) => CUT.test(members))
  .map(([, name = '']) => `components["schemas"]["${name}"]`);

/** Operations whose answer says whether there is more. */
const cut = new Set(
  (CONTRACT.split(/^export interface operations/m)[1] ?? '')
    .split(/^ {4}(?=")/m)
    .map((text) => text.split(/^ {12}4\d\d: /m)[0] ?? '')
    .filter((answer) => CUT.test(answer) || cutObjects.some((name) => answer.includes(`${name};`)))
    .map((text) => /^"([\w.]+)"/.exec(text)?.[1] ?? ''),
);

const pathsOf = (operations: ReadonlySet<string>): string[] =>
  [...CONTRACT.matchAll(/^ {4}"(\/[^"]+)": \{[\s\S]*?^ {8}get(?:\?: never|: operations\["([\w.]+)"\])/gm)]
    .filter(([, , operation = '']) => operations.has(operation))
    .map(([, path = '']) => path);
const limitedPaths = pathsOf(limited);

/** What a file declares at its outermost level, one after the other. */
const declarations = globSync('**/*.{ts,tsx}', { cwd: SOURCES })
  .filter((name) => name !== 'api/pages.ts')
  .flatMap((name) =>
    readFileSync(SOURCES + name, 'utf8')
      .split(/^(?=export |const |function |async function )/m)
      .map((text) => ({ name, text })),
  );

test('a list that the server gives in pages is read whole, or its reader is told that there is more', () => {
  expect(limitedPaths.length).toBeGreaterThan(10);
  const reads = declarations.flatMap(({ name, text }) =>
    limitedPaths
      .filter((path) => text.includes(`client.GET('${path}'`))
      .map((path) => ({
        place: `${name}: ${path}`,
        isWhole: new RegExp(OWN_PAGES[path] ?? String.raw`\b(pagesQuery|firstRows|fittingRows)\(`).test(text),
      })),
  );
  expect(reads.length).toBeGreaterThan(10);
  expect(reads.filter(({ isWhole }) => !isWhole)).toEqual([]);
});

test('where an answer says that there is more than it holds, its reader hears of it', () => {
  const paths = pathsOf(cut);
  expect(paths).toEqual(expect.arrayContaining(['/v1/workers', '/v1/admin/invites']));
  const readers = globSync('**/*.{ts,tsx}', { cwd: SOURCES }).flatMap((name) => {
    const text = readFileSync(SOURCES + name, 'utf8');
    return paths
      .filter((path) => text.includes(`client.GET('${path}'`))
      .map((path) => ({ place: `${name}: ${path}`, hears: /\b(has_more|hasMore)\b/.test(text) }));
  });
  expect(readers.length).toBeGreaterThan(2);
  expect(readers.filter(({ hears }) => !hears)).toEqual([]);
});
