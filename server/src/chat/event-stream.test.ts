import { expect, test } from 'vitest';
import { eventData } from './event-stream.ts';

async function* repeated(text: string, times: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < times; i++) yield Buffer.from(text);
}

const collected = async (body: AsyncIterable<Buffer>): Promise<string[]> => {
  const all: string[] = [];
  for await (const data of eventData(body)) all.push(data);
  return all;
};

test('events are read however they are cut, with either line end', async () => {
  const text = ': hello\r\n\r\ndata: {"a":1}\r\n\r\nevent: x\ndata:b\ndata: ü\n\ndata: [DONE]';
  const expected = ['{"a":1}', 'b\nü', '[DONE]'];
  expect(await collected(repeated(text, 1))).toEqual(expected);
  const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
  async function* single(): AsyncGenerator<Buffer> {
    yield* bytes;
  }
  expect(await collected(single())).toEqual(expected);
});

test.for([
  ['a line without an end', 'x'.repeat(64 * 1024)],
  ['lines of data without an end of the event', `data: ${'x'.repeat(64 * 1024)}\n`],
  ['empty lines of data', 'data:\n'.repeat(1_024)],
] as const)('an event that is longer than 8 MiB ends the reading: %s', async ([, text]) => {
  const endless = collected(repeated(text, 1_000_000));
  await expect(endless).rejects.toMatchObject({
    code: 'upstream_unavailable',
    message: 'The upstream sent an event of more than 8 MiB.',
  });
});

test('many events may together be longer than one', async () => {
  const all = await collected(repeated(`data: ${'x'.repeat(1024 * 1024)}\n\n`, 20));
  expect(all).toHaveLength(20);
});
