import { expect, test } from 'vitest';
import { similar } from './nearest.ts';

const FLAGS = ['output', 'format', 'group-by', 'to', 'id', 'end-running', 'deny-workspace', 'state'];

test.for([
  ['keys', ['models', 'key', 'usage'], ['key']],
  ['kyes', ['models', 'keys', 'usage'], ['keys']],
  ['LIST', ['list', 'get'], ['list']],
  ['stat', FLAGS, ['state']],
] as const)('A typing error of few letters, %s, gets the word that was meant', ([given, known, meant]) => {
  expect(similar(given, known)).toEqual(meant);
});

test.for([
  ['smollm', ['all-minilm-l6-v2', 'smollm2-135m-instruct'], 'smollm2-135m-instruct'],
  ['llama3.2', ['gpt-4o-mini', 'llama3.2:3b'], 'llama3.2:3b'],
  ['by', FLAGS, 'group-by'],
  ['end', FLAGS, 'end-running'],
  ['workspace', FLAGS, 'deny-workspace'],
  ['keys:fly', ['keys:read', 'models:use'], 'keys:read'],
] as const)('The beginning or a part of a word, %s, gets the whole word', ([given, known, meant]) => {
  expect(similar(given, known)).toEqual([meant]);
});

test.for(['workspace', 'wrokspace', 'delete', 'x', '', 'hunter2hunter2'])(
  'The word "%s", which is like none, gets no suggestion that would mislead',
  (given) => {
    expect(similar(given, ['output', 'format', 'create', 'list', 'key', 'to'])).toEqual([]);
  },
);

test('of words that are equally near the one that begins most alike comes first', () => {
  expect(similar('liss', ['miss', 'list'])[0]).toBe('list');
  expect(similar('x', [])).toEqual([]);
});
