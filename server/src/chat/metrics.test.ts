import { expect, test } from 'vitest';
import { summed } from './metrics.ts';

const report = { outcome: 'ok' as const, tokensIn: 10, tokensOut: 5, usdNano: 0, estimated: false };

test('several requests to a model are one sum, estimated where one of them is', () => {
  expect(summed([report, { ...report, tokensOut: 1, usdNano: 7, estimated: true }])).toEqual({
    outcome: 'ok',
    tokensIn: 20,
    tokensOut: 6,
    usdNano: 7,
    estimated: true,
  });
});
