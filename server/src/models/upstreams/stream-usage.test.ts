import { expect, test } from 'vitest';
import { MovableClock } from '../models.fixture.ts';
import { StreamUsage } from './stream-usage.ts';

test('After an hour an upstream that refused stream_options is asked with them again', () => {
  const clock = new MovableClock();
  const usage = new StreamUsage(clock);
  usage.forbidden('up a');
  expect([usage.isForbidden('up a'), usage.isForbidden('up b')]).toEqual([true, false]);
  clock.aheadMs += 3_599_000;
  expect(usage.isForbidden('up a')).toBe(true);
  clock.aheadMs += 2_000;
  expect(usage.isForbidden('up a')).toBe(false);
  expect(usage.mayBeCause('up a', { status: 422, body: Buffer.from('{}') })).toBe(true);
});
