import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('a few at once, the others in the order they came, and not too many of them', async () => {
  const turns = new Turns({ atOnce: 2, waitingMax: 2 });
  const first = await turns.take();
  const second = await turns.take();
  const order: number[] = [];
  const third = turns.take().then((release) => (order.push(3), release));
  const fourth = turns.take().then((release) => (order.push(4), release));
  expect(await turns.take()).toBeUndefined();
  expect(order).toEqual([]);
  first?.();
  (await third)?.();
  await fourth;
  expect(order).toEqual([3, 4]);
  second?.();
  (await fourth)?.();
  expect(await turns.take()).toBeTypeOf('function');
});

test('whoever goes away waits no longer, and leaves the turn to the next', async () => {
  const turns = new Turns({ atOnce: 1, waitingMax: 2 });
  const first = await turns.take();
  const controller = new AbortController();
  const gone = turns.take(controller.signal);
  const next = turns.take();
  controller.abort();
  expect(await gone).toBeUndefined();
  first?.();
  expect(await next).toBeTypeOf('function');
});
