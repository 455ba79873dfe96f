import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { collected } from './collected.ts';

const tooLong = (): Error => new Error('too long');
const pieces = (...texts: string[]): Readable => Readable.from(texts.map((text) => Buffer.from(text)));

test('all of a stream is kept up to the limit, and the limit itself is no excess', async () => {
  expect((await collected(pieces('ab', 'c'), 3, tooLong)).toString()).toBe('abc');
  expect(await collected(pieces(), 0, tooLong)).toHaveLength(0);
});

test('one byte more is refused, and the stream is given up', async () => {
  const stream = pieces('ab', 'cd', 'e');
  await expect(collected(stream, 3, tooLong)).rejects.toThrow('too long');
  expect(stream.destroyed).toBe(true);
});
