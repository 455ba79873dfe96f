import { expect, test } from 'vitest';
import { historyTurns, wantedPassages } from './context.ts';

test('a model is shown as many turns of the history as the workspace says, 20 where it says nothing, 200 at most', () => {
  expect([0, 1, 7, 200, 201, 1e9].map(historyTurns)).toEqual([20, 1, 7, 200, 200, 200]);
});

test('as many passages are wanted as the workspace says, and 4 where it says none', () => {
  expect([-1, 0, 1, 12].map(wantedPassages)).toEqual([4, 4, 1, 12]);
});
