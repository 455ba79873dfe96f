import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { backfilled } from './backfill.ts';
import { Completion } from './completion.ts';
import { eventData } from './event-stream.ts';
import type { Source } from './message.ts';

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
  await expect(dataOf(Array<Buffer>(10).fill(chunk))).rejects.toThrow('too long');
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

test('whatever else stands in a chunk is passed over', () => {
  const completion = new Completion();
  expect(completion.add({ content: null, tool_calls: [null, 7, { function: 'x' }] })).toBe('');
  expect(completion.toolCalls).toEqual([]);
});

const source = (id: string, more: Source = {}): Source => ({ id, text: id, score: 0.5, title: id, ...more });
const turnWith = (...sources: Source[]) => ({ prompt: 'q', text: 'a', sources, attachments: [] });
const options = { wanted: 4, isPinned: ({ title }: Source) => title === 'pinned' };

test('sources of the latest answers fill up what is found', () => {
  const history = [turnWith(source('old')), turnWith(source('new'), source('found'))];
  const filled = backfilled([source('found')], history, options);
  expect(filled.map(({ id }) => id)).toEqual(['found', 'new', 'old']);
});

test('up to so many; not what is pinned, and not what was a whole document', () => {
  const { score: _score, ...whole } = source('whole');
  const history = [turnWith(source('a'), source('pinned'), whole, source('b'), source('c'), source('d'))];
  expect(backfilled([source('x')], history, options).map(({ id }) => id)).toEqual(['x', 'a', 'b', 'c']);
  const enough = ['1', '2', '3', '4', '5'].map((id) => source(id));
  expect(backfilled(enough, history, options)).toEqual(enough);
});
