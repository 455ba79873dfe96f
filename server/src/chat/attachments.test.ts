import { expect, test } from 'vitest';
import { readAttachments, refuseTooLarge } from './attachments.ts';

const picture = { name: 'a.png', mime: 'image/png', contentString: 'data:image/png;base64,AAAA' };

test.for([undefined, null, 'x', 7, {}, [null, 7, 'x', {}, { contentString: '' }, { contentString: 7 }]])(
  'what has no content is no attachment: %j',
  (value) => {
    expect(readAttachments(value)).toEqual([]);
  },
);

test('an attachment without a name or a type is one all the same', () => {
  expect(readAttachments([{ contentString: 'x' }])).toEqual([
    { name: 'attachment', mime: '', contentString: 'x' },
  ]);
});

test('32 attachments are read, and what comes after them is left out', () => {
  expect(readAttachments(Array.from({ length: 40 }, () => picture))).toHaveLength(32);
});

test('attachments of more than 32 MiB together are refused', () => {
  const half = { ...picture, contentString: 'x'.repeat(16 * 1024 * 1024) };
  expect(() => refuseTooLarge([half, half])).not.toThrow();
  expect(() => readAttachments([half, half, picture])).toThrow('more than 32 MiB together');
});
