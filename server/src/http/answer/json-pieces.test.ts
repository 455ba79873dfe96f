import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turnsDuring } from '../../../test/turns.ts';
import { isLong, jsonBytes } from './json-pieces.ts';

const textOf = async (value: object): Promise<string> => Buffer.concat(await jsonBytes(value)).toString();

test('a long answer has the same bytes as from JSON.stringify', async () => {
  const rows = Array.from({ length: 3_000 }, (_, id) => ({
    id,
    name: `Zoë ${id} 😀`,
    at: new Date(id),
    no: undefined,
  }));
  for (const value of [
    rows,
    { items: rows, none: undefined, left: () => 1 },
    [[rows]],
    [undefined, ...rows],
    {},
    [],
  ])
    expect(await textOf(value)).toBe(JSON.stringify(value));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 4 })), async (value) => {
      const many = Array.from({ length: 1_001 }, (_, at) => value[at % Math.max(value.length, 1)]);
      expect(await textOf(many)).toBe(JSON.stringify(many));
    }),
    { numRuns: 50 },
  );
});

test('a long answer leaves turns to other requests while it is written', async () => {
  const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `key ${id}`, tags: ['a', 'b'] }));
  expect(await turnsDuring(() => jsonBytes({ items: rows }))).toBeGreaterThan(1);
});

test('an answer counts as long by its values at any depth, or by its texts', () => {
  const many = Array.from({ length: 2_000 }, () => 1);
  expect([{ a: 1 }, [1, 2], { a: 'x'.repeat(1_000) }].map(isLong)).toEqual([false, false, false]);
  expect([many, { a: [[{ b: many }]] }, { a: 'x'.repeat(1_000_000) }].map(isLong)).toEqual([
    true,
    true,
    true,
  ]);
});
