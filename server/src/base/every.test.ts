import { expect, test } from 'vitest';
import { Every } from './every.ts';

test('work that takes longer than its interval is not overtaken, and stopping waits for it', async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const third = Promise.withResolvers<void>();
  const every = new Every(1, async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    if (++done === 3) third.resolve();
  });
  every.start();
  every.start();
  await third.promise;
  await every.stop();
  expect([most, running]).toEqual([1, 0]);
  const atStop = done;
  await every.stop();
  await every.run();
  expect(done).toBe(atStop + 1);
});

test('a run that is asked for during another joins it', async () => {
  let runs = 0;
  const every = new Every(60_000, async () => void runs++);
  await Promise.all([every.run(), every.run()]);
  expect(runs).toBe(1);
});
