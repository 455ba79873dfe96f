import { expect, test } from 'vitest';
import { historyTurns, wantedPassages } from './context.ts';

test('A prompt has as many turns as the workspace sets, 20 for 0, and at most 200', () => {
  expect([0, 1, 7, 200, 201, 1e9].map(historyTurns)).toEqual([20, 1, 7, 200, 200, 200]);
});

test('A prompt has as many passages as the workspace sets, and 4 for less than 1', () => {
  expect([-1, 0, 1, 12].map(wantedPassages)).toEqual([4, 4, 1, 12]);
});
