import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoTime } from './clock.ts';

test('a time as text is the one that a Date gives, whichever time came before', () => {
  const times = fc.array(fc.integer({ min: -8.64e15, max: 8.64e15 }), { minLength: 1 });
  const close = fc
    .tuple(fc.integer({ min: 0, max: 2e12 }), times)
    .map(([at, list]) => list.map((t) => at + (t % 70_000)));
  fc.assert(
    fc.property(fc.oneof(times, close), (list) => {
      for (const ms of list) expect(isoTime(ms)).toBe(new Date(ms).toISOString());
    }),
  );
  for (const ms of [0, -1, 59_999, 60_000, 1.9, 60_000.9, 8.64e15, -8.64e15])
    expect(isoTime(ms)).toBe(new Date(ms).toISOString());
  expect(isoTime(null)).toBe(null);
});

test('a time that no Date has is refused', () => {
  for (const ms of [NaN, Infinity, 8.7e15]) expect(() => isoTime(ms)).toThrow(RangeError);
});
