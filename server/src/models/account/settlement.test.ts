import { expect, test } from 'vitest';
import { NO_USAGE, summed } from './settlement.ts';

test('The usage of two requests is their sum, estimated if one of them is, with the first failure', () => {
  const one = { ...NO_USAGE, tokensIn: 10, tokensOut: 5 };
  const other = {
    ...NO_USAGE,
    outcome: 'timeout' as const,
    tokensIn: 10,
    tokensOut: 1,
    usdNano: 7,
    estimated: true,
  };
  const sum = { outcome: 'timeout', tokensIn: 20, tokensOut: 6, usdNano: 7, estimated: true };
  expect(summed(one, other)).toEqual(sum);
  expect(summed(other, { ...one, outcome: 'client_gone' })).toEqual(sum);
  expect(summed(NO_USAGE, one)).toEqual(one);
});
