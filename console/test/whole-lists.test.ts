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
};

/** Operations whose query has a size of the answer. */
const limited = new Set(
  [...CONTRACT.matchAll(/^ {4}"?([\w.]+)"?: \{\n {8}parameters: \{\n {12}query\?: \{([\s\S]*?)^ {12}\}/gm)]
    .filter(([, , query = '']) => /^ {16}limit\?/m.test(query))
    .map(([, operation = '']) => operation),
);

const limitedPaths = [
  ...CONTRACT.matchAll(/^ {4}"(\/[^"]+)": \{[\s\S]*?^ {8}get(?:\?: never|: operations\["([\w.]+)"\])/gm),
]
  .filter(([, , operation = '']) => limited.has(operation))
  .map(([, path = '']) => path);

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
