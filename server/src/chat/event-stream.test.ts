import { expect, test } from 'vitest';
import { EventReader } from './event-stream.ts';

function dataOf(pieces: Iterable<string | Buffer>): string[] {
  const reader = new EventReader();
  const data: string[] = [];
  for (const piece of pieces) data.push(...reader.push(Buffer.from(piece)));
  return [...data, ...reader.end()];
}

function* repeated(text: string, times: number): Generator<string> {
  for (let i = 0; i < times; i++) yield text;
}

test('Events are read wherever the bytes are cut, with either line end and without comments', () => {
  const text = ': hello\r\n\r\ndata: {"a":"ü🌍"}\r\n\r\nevent: x\ndata:b\ndata: two\n\ndata: [DONE]';
  const expected = ['{"a":"ü🌍"}', 'b\ntwo', '[DONE]'];
  const bytes = Buffer.from(text);
  expect(dataOf([bytes])).toEqual(expected);
  expect(dataOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  for (let at = 1; at < bytes.length; at++)
    expect(dataOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
});

test('An event is returned with the piece that ends it', () => {
  const reader = new EventReader();
  expect(reader.push(Buffer.from('data: one\n'))).toEqual([]);
  expect(reader.push(Buffer.from('\ndata: two'))).toEqual(['one']);
  expect(reader.end()).toEqual(['two']);
});

test.for([
  ['a line without an end', 'x'.repeat(64 * 1024)],
  ['lines of data without an end of the event', `data: ${'x'.repeat(64 * 1024)}\n`],
  ['empty lines of data', 'data:\n'.repeat(1_024)],
] as const)('An event that is longer than 8 MiB is an error: %s', ([, text]) => {
  expect(() => dataOf(repeated(text, 1_000_000))).toThrow('an event of more than 8 MiB');
});

test('Many events together may be longer than the limit of one', () => {
  expect(dataOf(repeated(`data: ${'x'.repeat(1024 * 1024)}\n\n`, 20))).toHaveLength(20);
});
