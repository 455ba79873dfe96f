import { expect, test } from 'vitest';
import { metricsOf } from './chat-metrics.ts';

const usage = { tokensIn: 10, tokensOut: 5, usdNano: 0 };
const measured = { usage, durationMs: 500, model: 'm', provider: 'p', nowMs: 0 };

test('an answer is measured in tokens, seconds and tokens a second', () => {
  expect(metricsOf(false)(measured)).toEqual({
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    duration: 0.5,
    outputTps: 10,
    model: 'm',
    provider: 'p',
    timestamp: '1970-01-01T00:00:00.000Z',
  });
});

test('an answer of no time took a millisecond, and no number is infinite', () => {
  expect(metricsOf(false)({ ...measured, durationMs: 0.2 })).toMatchObject({
    duration: 0.001,
    outputTps: 5_000,
  });
});

test('an answer that cost something says how many dollars', () => {
  expect(metricsOf(false)({ ...measured, usage: { ...usage, usdNano: 1_500_000 } })).toMatchObject({
    cost: 0.0015,
  });
});

test('the members of a streamed answer stand in another order', () => {
  const names = (isStream: boolean) => Object.keys(metricsOf(isStream)(measured)).slice(0, 5);
  expect(names(false)).toEqual([
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'duration',
    'outputTps',
  ]);
  expect(names(true)).toEqual([
    'completion_tokens',
    'prompt_tokens',
    'total_tokens',
    'outputTps',
    'duration',
  ]);
});
