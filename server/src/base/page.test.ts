import { expect, test } from 'vitest';
import { pageOf, readCursor, readPlace } from './page.ts';

const [third, second, first] = [3, 2, 1].map((n) => ({ createdAt: n, id: `key_00000000000${n}` }));
const placeOf = ({ createdAt, id }: { createdAt: number; id: string }) => [createdAt, id];

test('a page has no more than its limit, and its cursor leads behind its last item', () => {
  const found = [third!, second!, first!];
  expect(pageOf(found, 3, placeOf)).toEqual({ items: found, next_cursor: null });
  const { items, next_cursor } = pageOf(found, 2, placeOf);
  expect(items).toEqual([third, second]);
  expect(readPlace(next_cursor ?? '')).toEqual(second);
  expect(pageOf([], 2, placeOf)).toEqual({ items: [], next_cursor: null });
});

test('a list without a cursor begins at the newest', () => {
  expect(readPlace(undefined)).toBe(undefined);
});

test('the id of a request, which names its node, is a place too', () => {
  const running = { createdAt: 5, id: 'req_000000000000_ab12' };
  expect(readPlace(pageOf([running, first!], 1, placeOf).next_cursor ?? '')).toEqual(running);
});

test.for(['', 'x', '1 key_1', '-1 key_000000000000', `${'9'.repeat(16)} key_000000000000`, "1 ' or 1=1"])(
  'what no list gave out is refused, and the field is named: %s',
  (text) => {
    const cursor = Buffer.from(text).toString('base64url');
    expect(() => readPlace(cursor)).toThrow('query.cursor: is not a cursor of this list');
  },
);

test('a cursor is one text: what decodes to the same is refused', () => {
  const cursor = Buffer.from('5').toString('base64url');
  expect(readCursor(cursor, /^\d$/)).toEqual(['5']);
  for (const other of [`${cursor}=`, ` ${cursor}`, `${cursor}!`])
    expect(() => readCursor(other, /^\d$/)).toThrow('is not a cursor');
});
