import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Completion } from './completion.ts';
import { eventData } from './event-stream.ts';

async function dataOf(pieces: (string | Buffer)[]): Promise<string[]> {
  const data: string[] = [];
  for await (const event of eventData(Readable.from(pieces.map((piece) => Buffer.from(piece)))))
    data.push(event);
  return data;
}

test('events are read wherever the bytes are cut, with any line ends, comments left out', async () => {
  const bytes = Buffer.from(
    ': hello\n\ndata: {"a":"ü🌍"}\r\n\r\nevent: x\ndata:one\ndata: two\n\ndata: [DONE]',
  );
  for (let at = 1; at < bytes.length; at++) {
    const read = await dataOf([bytes.subarray(0, at), bytes.subarray(at)]);
    expect(read).toEqual(['{"a":"ü🌍"}', 'one\ntwo', '[DONE]']);
  }
});

test('an event without end is given up', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  await expect(dataOf(Array<Buffer>(10).fill(chunk))).rejects.toThrow('an event of more than 8 MiB');
});

test('thoughts are put between tags, opened once and closed before the text or at the end', () => {
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

test('tool calls come in pieces, several at once', () => {
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

test('text may come as a list of parts', () => {
  const parts = [{ type: 'text', text: 'One ' }, { type: 'reference' }, null, { type: 'text', text: 'two.' }];
  expect(new Completion().add({ content: parts })).toBe('One two.');
});

test('whatever else stands in a chunk is passed over', () => {
  const completion = new Completion();
  expect(completion.add({ content: null, tool_calls: [null, 7, { function: 'x' }] })).toBe('');
  expect(completion.toolCalls).toEqual([]);
});
