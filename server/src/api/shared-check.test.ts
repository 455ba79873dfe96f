import { expect, test } from 'vitest';
import { sharedCheck } from './shared-check.ts';

test('a storm of probes makes one check a second, which all of them share', async () => {
  let checks = 0;
  const ask = sharedCheck(async () => ++checks, 0);
  const beganMs = performance.now();
  while (performance.now() - beganMs < 900) await Promise.all(Array.from({ length: 50 }, ask));
  expect(checks).toBe(1);
  await expect.poll(ask, { interval: 20 }).toBe(2);
});

test('a check that hangs is answered for after 2 s, at once for those that ask later, and is not begun again', async () => {
  const hanging = Promise.withResolvers<string>();
  let checks = 0;
  const ask = sharedCheck(() => (++checks, hanging.promise), 'late');
  const beganMs = performance.now();
  expect(await ask()).toBe('late');
  expect(performance.now() - beganMs).toBeGreaterThan(1_900);
  const againMs = performance.now();
  expect(await ask()).toBe('late');
  expect(performance.now() - againMs).toBeLessThan(500);
  expect(checks).toBe(1);
  hanging.resolve('done');
  await expect.poll(ask).toBe('done');
});
