import { expect, test } from 'vitest';
import { GroupCommit } from './group-commit.ts';

function recording() {
  const batches: number[][] = [];
  const group = new GroupCommit<number, number>((items) => {
    batches.push(items);
    return Promise.resolve(items.map((item) => -item));
  });
  return { batches, group };
}

test('items of several callbacks of one turn go together, as those of several requests', async () => {
  const { batches, group } = recording();
  // Node runs the promises of each callback before the next one.
  const added = await Promise.all(
    [1, 2, 3].map((item) => new Promise<number>((resolve) => setImmediate(() => resolve(group.add(item))))),
  );
  expect(added).toEqual([-1, -2, -3]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('items that come in while a batch runs are the next batch, and an error is of its batch alone', async () => {
  const held = Promise.withResolvers<void>();
  const batches: number[][] = [];
  const group = new GroupCommit<number, number>(async (items) => {
    batches.push(items);
    if (batches.length === 1) await held.promise;
    if (items.includes(3)) throw new Error('the second batch');
    return items;
  });
  const first = group.add(1);
  await expect.poll(() => batches).toEqual([[1]]);
  const later = Promise.allSettled([group.add(2), group.add(3)]);
  held.resolve();
  expect(await first).toBe(1);
  expect((await later).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(batches).toEqual([[1], [2, 3]]);
  expect(await group.add(4)).toBe(4);
  await group.idle();
});
