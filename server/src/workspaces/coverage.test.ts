import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { NO_SELECTORS } from '../access/index.ts';
import type { Storage } from '../storage/index.ts';
import { coveredSlug, isCovered, isUnbound, type Viewer } from './coverage.ts';

const boundTo = (allow: string[], deny: string[]): Viewer => ({
  scopes: new Set(['workspaces:read']),
  selectors: { ...NO_SELECTORS, workspaces: { allow, deny } },
});

/** Short, so that patterns meet slugs often; with the wildcards of `like`, and characters of two UTF-16 units. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', '-', '_', '%', 'É', '😀', 'A'), maxLength: 4 });
const pattern = fc.tuple(word, fc.boolean()).map(([text, isOpen]) => (isOpen ? `${text}*` : `${text}x`));

describeOnBothDatabases('the workspaces that a key covers', (open) => {
  let storage: Storage;
  beforeAll(async () => {
    ({ storage } = await open());
  });

  test('lists in SQL have the same workspaces as the decision in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pattern, { maxLength: 3 }),
        fc.array(pattern, { maxLength: 2 }),
        fc.array(
          word.map((text) => `${text}x`),
          { minLength: 1, maxLength: 6 },
        ),
        async (allow, deny, slugs) => {
          const viewer = boundTo(allow, deny);
          const covered = await Promise.all(
            slugs.map(async (slug) => {
              const { rows } = await sql<{
                found: number;
              }>`select case when ${coveredSlug(viewer, sql`cast(${slug} as text)`)} then 1 else 0 end as found`.execute(
                storage.db,
              );
              return rows[0]?.found === 1;
            }),
          );
          expect(covered).toEqual(slugs.map((slug) => isCovered(viewer, slug)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a key without selectors covers everything, and one with an allow or a deny list is bound', () => {
    expect(
      [boundTo([], []), boundTo(['a'], []), boundTo([], ['a']), 'everything' as const].map(isUnbound),
    ).toEqual([true, false, false, true]);
    expect(isCovered(boundTo([], ['a*']), 'ab')).toBe(false);
    expect(isCovered(boundTo(['a*'], ['ab']), 'ac')).toBe(true);
  });
});
