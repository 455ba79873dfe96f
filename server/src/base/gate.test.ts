import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

test('a gate lets a few in at once, the others in the order they came, and not too many of them wait', async () => {
  const gate = new Gate(2, { waitingMax: 2 });
  const first = await gate.enter();
  const second = await gate.enter();
  const order: number[] = [];
  const third = gate.enter().then((release) => (order.push(3), release));
  const fourth = gate.enter().then((release) => (order.push(4), release));
  expect(await gate.enter()).toBeUndefined();
  expect(order).toEqual([]);
  first?.();
  (await third)?.();
  await fourth;
  expect(order).toEqual([3, 4]);
  second?.();
  (await fourth)?.();
  expect(await gate.enter()).toBeTypeOf('function');
});

test('one who goes away waits no longer, and leaves the place to the next', async () => {
  const gate = new Gate(1, { waitingMax: 2 });
  const first = await gate.enter();
  const controller = new AbortController();
  const gone = gate.enter(controller.signal);
  const next = gate.enter();
  controller.abort();
  expect(await gone).toBeUndefined();
  first?.();
  expect(await next).toBeTypeOf('function');
});

test('work that fails gives its place to the next', async () => {
  const gate = new Gate(1);
  const failing = gate.run(async () => {
    throw new Error('failed');
  });
  const next = gate.run(async () => 'done');
  await expect(failing).rejects.toThrow('failed');
  expect(await next).toBe('done');
});

test('a place that is handed over is not given twice: no more run at once than the limit', async () => {
  const gate = new Gate(2);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await nextTurn();
    running--;
  };
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, () => gate.run(work)));
  expect([most, running]).toEqual([2, 0]);
});
