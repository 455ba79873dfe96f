import { expect, test } from 'vitest';
import { BASE62, newId, newOrderedId, randomBase62 } from './ids.ts';

test('ids have their kind and 12 characters of base62', () => {
  for (const kind of ['key', 'sec', 'own'] as const)
    expect(newId(kind)).toMatch(new RegExp(`^${kind}_[0-9A-Za-z]{12}$`));
});

test('ordered ids sort by their time, and differ within one', () => {
  const times = [0, 35, 36, 1_798_761_600_000, 2_821_109_907_456];
  const ids = times.map((ms) => newOrderedId('job', ms));
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^job_[0-9a-z]{9}[0-9A-Za-z]{12}$/);
  expect(newOrderedId('job', 5)).not.toBe(newOrderedId('job', 5));
});

test('200,000 ids are all different', () => {
  expect(new Set(Array.from({ length: 200_000 }, () => newId('key'))).size).toBe(200_000);
});

test('every character of an id is equally likely', () => {
  const length = 620_000;
  const counts = new Map<string, number>();
  for (const character of randomBase62(length)) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(new Set(counts.keys())).toEqual(new Set(BASE62.split('')));
  const expected = length / 62;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 61 degrees of freedom: beyond 130 once in some million runs; a plain remainder of 256 gives thousands.
  expect(chiSquare).toBeLessThan(130);
});

test.each([0, 1, 12, 1_000])('an id of %i characters has that length', (length) => {
  expect(randomBase62(length)).toHaveLength(length);
});
