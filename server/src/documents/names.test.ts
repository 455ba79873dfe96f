import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedName, cleanFileName, noteSlug, slugOf } from './names.ts';

test.for([
  ['My Note.v2', 'My-Note.v2'],
  ['日本語 メモ.v1.2.txt', '日本語-メモ.v1.2.txt'],
  ['हिन्दी.txt', 'हिन्दी.txt'],
  ['Größe & Maß', 'Größe-and-Maß'],
  ['../../etc/passwd', 'etcpasswd'],
  ['a"b:c*.txt', 'abc.txt'],
  ['...', 'document'],
] as const)('the name %s becomes %s', ([text, slug]) => {
  expect(slugOf(text)).toBe(slug);
});

test('a note keeps its dots, and .txt once', () => {
  expect(['My Note.v2', 'My Note.v2.txt', 'ABC.TXT'].map(noteSlug)).toEqual([
    'my-note.v2',
    'my-note.v2',
    'abc',
  ]);
});

test('a slug of any text is a name in a folder, with room for what follows', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const slug = slugOf(text);
      expect(checkedName(`raw-${slug}-e05e47f8-ac38-17937f3a0691-000000000000.json`)).toBeDefined();
      expect(slug).not.toContain('�'.repeat(2));
    }),
  );
});

test('the name of a file keeps every script, every dot and every sign that is no separator', () => {
  for (const name of ['日本語.v1.2.txt', 'what? “now”.txt', 'a"b.txt', '.hidden.txt'])
    expect(cleanFileName(name)).toBe(name);
  expect(['..', '', '\u0000', 'a\u0007b'].map(cleanFileName)).toEqual(['file', 'file', 'file', 'ab']);
});
