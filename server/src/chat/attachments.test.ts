import { expect, test } from 'vitest';
import { readAttachments, refuseTooLarge } from './attachments.ts';

const picture = { name: 'a.png', mime: 'image/png', contentString: 'data:image/png;base64,AAAA' };

test.for([undefined, null, 'x', 7, {}, [null, 7, 'x', {}, { contentString: '' }, { contentString: 7 }]])(
  'An attachment without content is ignored: %j',
  (value) => {
    expect(readAttachments(value)).toEqual([]);
  },
);

test('An attachment needs neither a name nor a type', () => {
  expect(readAttachments([{ contentString: 'x' }])).toEqual([
    { name: 'attachment', mime: '', contentString: 'x' },
  ]);
});

test('At most 32 attachments are read', () => {
  expect(readAttachments(Array.from({ length: 40 }, () => picture))).toHaveLength(32);
});

test('Attachments of more than 32 MiB together are refused', () => {
  const half = { ...picture, contentString: 'x'.repeat(16 * 1024 * 1024) };
  expect(() => refuseTooLarge([half, half])).not.toThrow();
  expect(() => readAttachments([half, half, picture])).toThrow('more than 32 MiB together');
});
