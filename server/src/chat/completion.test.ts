import { expect, test } from 'vitest';
import { Completion } from './completion.ts';

test('Reasoning is put into one pair of tags, which closes before the text or at the end', () => {
  const completion = new Completion();
  const added = [
    completion.add({ role: 'assistant', content: '' }),
    completion.add({ reasoning_content: 'One' }),
    completion.add({ reasoning_content: ' and two' }),
    completion.add({ content: 'Three' }),
    completion.add({ content: '.' }),
    completion.end(),
  ];
  expect(added).toEqual(['', '<think>One', ' and two', '</think>Three', '.', '']);
  expect(completion.text).toBe('<think>One and two</think>Three.');
  const cut = new Completion();
  cut.add({ reasoning: 'Hm' });
  expect(cut.end()).toBe('</think>');
});

test('Tool calls are joined from their pieces, also several at once', () => {
  const completion = new Completion();
  const call = (index: number, fields: object, id?: string) =>
    completion.add({ tool_calls: [{ index, ...(id === undefined ? {} : { id }), function: fields }] });
  call(0, { name: 'search', arguments: '' }, 'a');
  call(1, { name: 'clock', arguments: '{}' }, 'b');
  call(0, { arguments: '{"q":' });
  call(0, { arguments: '"x"}' });
  expect(completion.toolCalls).toEqual([
    { id: 'a', type: 'function', function: { name: 'search', arguments: '{"q":"x"}' } },
    { id: 'b', type: 'function', function: { name: 'clock', arguments: '{}' } },
  ]);
});

test('The text of an answer may be a list of parts', () => {
  const parts = [{ type: 'text', text: 'One ' }, { type: 'reference' }, null, { type: 'text', text: 'two.' }];
  expect(new Completion().add({ content: parts })).toBe('One two.');
});

test('Unknown values in a chunk are ignored', () => {
  const completion = new Completion();
  expect(completion.add({ content: null, tool_calls: [null, 7, { function: 'x' }] })).toBe('');
  expect(completion.toolCalls).toEqual([]);
});
