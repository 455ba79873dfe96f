import { expect, test } from 'vitest';
import { metricsOf, summed } from './metrics.ts';

const report = { outcome: 'ok' as const, tokensIn: 10, tokensOut: 5, usdNano: 0, estimated: false };
const measured = { usage: report, durationMs: 500, model: 'm', provider: 'p', nowMs: 0 };

test('an answer is measured in tokens, seconds and tokens a second', () => {
  expect(metricsOf(measured)).toEqual({
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
  expect(metricsOf({ ...measured, durationMs: 0.2 })).toMatchObject({ duration: 0.001, outputTps: 5_000 });
});

test('an answer that cost something says how many dollars', () => {
  expect(metricsOf({ ...measured, usage: { ...report, usdNano: 1_500_000 } })).toMatchObject({
    cost: 0.0015,
  });
});

test('several requests to a model are one sum, estimated where one of them is', () => {
  expect(summed([report, { ...report, tokensOut: 1, usdNano: 7, estimated: true }])).toEqual({
    outcome: 'ok',
    tokensIn: 20,
    tokensOut: 6,
    usdNano: 7,
    estimated: true,
  });
});
