import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test('the nearest word needs the fewest edits', () => {
  expect(nearest('keys', ['models', 'key', 'usage'])).toBe('key');
  expect(nearest('', ['abc', 'a'])).toBe('a');
  expect(nearest('x', [])).toBe('');
});

test('of words that are equally near the one that begins most alike is meant', () => {
  expect(nearest('liss', ['miss', 'list'])).toBe('list');
});
