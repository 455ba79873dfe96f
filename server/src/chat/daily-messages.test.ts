import { expect, test } from 'vitest';
import { DailyMessages } from './daily-messages.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;
const sent = (...times: number[]) => ({
  timesOf: async (_userId: number, sinceMs: number) => times.filter((time) => time > sinceMs),
});
const user = { id: 1, dailyMessageLimit: 2 };

test('A message is admitted if fewer than the limit were sent within 24 hours', async () => {
  const one = new DailyMessages(sent(NOW_MS - DAY_MS, NOW_MS - 1_000));
  expect(await one.admit(user, NOW_MS)).toHaveProperty('release');
});

test('A message over the limit gets the time at which the earliest one is a day old', async () => {
  const full = new DailyMessages(sent(NOW_MS - DAY_MS + 5_000, NOW_MS - 1_000));
  expect(await full.admit(user, NOW_MS)).toEqual({ retryAfterMs: 5_000 });
});

test('A message that is being answered counts once, until it is released', async () => {
  const messages = new DailyMessages(sent());
  const admit = async () => {
    const admission = await messages.admit(user, NOW_MS);
    return 'release' in admission ? admission.release : undefined;
  };
  const [first, second, third] = await Promise.all([admit(), admit(), admit()]);
  expect([first, second, third].map((release) => release !== undefined)).toEqual([true, true, false]);
  expect(await admit()).toBeUndefined();
  first?.();
  first?.();
  expect(await admit()).toBeDefined();
  expect(await admit()).toBeUndefined();
});

test('A user without a limit is always admitted', async () => {
  const messages = new DailyMessages(sent(NOW_MS - 1));
  expect(await messages.admit({ id: 1, dailyMessageLimit: null }, NOW_MS)).toHaveProperty('release');
});

test('A message whose count could not be read does not count as running', async () => {
  let isBroken = true;
  const messages = new DailyMessages({
    timesOf: () => (isBroken ? Promise.reject(new Error('no database')) : Promise.resolve([])),
  });
  await expect(messages.admit({ id: 1, dailyMessageLimit: 1 }, NOW_MS)).rejects.toThrow('no database');
  isBroken = false;
  expect(await messages.admit({ id: 1, dailyMessageLimit: 1 }, NOW_MS)).toHaveProperty('release');
});
