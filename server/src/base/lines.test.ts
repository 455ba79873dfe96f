import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

async function* inPieces(text: string, length: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function lines(text: string, length: number, maxBytes = 100): Promise<string[]> {
  const all: string[] = [];
  for await (const { bytes, isCut, hasEnd } of linesOf(inPieces(text, length), maxBytes))
    all.push(`${bytes.toString()}${isCut ? '…' : ''}${hasEnd ? '$' : ''}`);
  return all;
}

test('lines are the same however the bytes are cut, and end at LF alone', async () => {
  const text = 'ein ü\r\n\nzwei\u2028drei\nrest';
  for (let length = 1; length <= text.length + 2; length++)
    expect(await lines(text, length)).toEqual(['ein ü\r$', '$', 'zwei\u2028drei$', 'rest']);
});

test('an end behind the last line makes no further line', async () => {
  expect(await lines('a\n', 1)).toEqual(['a$']);
  expect(await lines('', 1)).toEqual([]);
});

test('a line of the limit is whole, and a longer one is cut there and skipped up to its end', async () => {
  const text = '12345\n123456\n1234567890\n1\n123456';
  for (let length = 1; length <= text.length; length++)
    expect(await lines(text, length, 5)).toEqual(['12345$', '12345…', '12345…', '1$', '12345…']);
});

test('a line that is too long is told before its end comes', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.alloc(1_000, 'x');
  }
  for await (const { bytes, isCut } of linesOf(endless(), 1_500)) {
    expect([bytes.length, isCut]).toEqual([1_500, true]);
    break;
  }
});

test('a stream that breaks off gives no half line', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('a\nb');
    throw new Error('gone');
  }
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { bytes } of linesOf(broken(), 10)) seen.push(bytes.toString());
  })();
  await expect(reading).rejects.toThrow('gone');
  expect(seen).toEqual(['a']);
});
