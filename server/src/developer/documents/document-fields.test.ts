import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { decoder } from '../../http/index.ts';
import { AddToWorkspaces, Metadata, MetadataText, pageFields } from './document-fields.ts';

const readPage = decoder(Type.Object(pageFields(100)));

test.each([
  [{}, { offset: 0, limit: 100 }],
  [
    { offset: '2', limit: '5' },
    { offset: 2, limit: 5 },
  ],
  [
    { offset: '-9', limit: 'x' },
    { offset: 0, limit: 100 },
  ],
  [
    { offset: '9'.repeat(20), limit: '0' },
    { offset: Number.MAX_SAFE_INTEGER, limit: 1 },
  ],
  [
    { offset: ['3'], limit: '5000' },
    { offset: 0, limit: 1_000 },
  ],
  [{ limit: 'all' }, { offset: 0 }],
])('a page %j of documents is read as %j', (query, page) => {
  expect(readPage(query)).toEqual(page);
});

test('a page of one folder holds all documents where no limit is given', () => {
  expect(decoder(Type.Object(pageFields()))({})).toEqual({ offset: 0 });
});

const readUpload = decoder(Type.Object({ slugs: AddToWorkspaces, said: Metadata, form: MetadataText }));

test('slugs of workspaces are cut at commas, each once, and too many are refused', () => {
  expect(readUpload({ slugs: ' a, b,,a,c\0 ' }).slugs).toEqual(['a', 'b', 'c\uFFFD']);
  expect(readUpload({}).slugs).toEqual([]);
  const many = Array.from({ length: 101 }, (_, index) => `w${index}`).join(',');
  expect(readUpload({ slugs: many }).slugs).toBe('addToWorkspaces must name at most 100 workspaces.');
  expect(readUpload({ slugs: ['a'] }).slugs).toContain('Got object');
});

test('what is said of a document is text that says something, cut, also where a form has it as JSON', () => {
  const said = { title: 'x'.repeat(20_000), docAuthor: ' ', description: 7, docSource: 'web', other: 'x' };
  expect(readUpload({ said }).said).toEqual({ title: 'x'.repeat(10_000), docSource: 'web' });
  expect(readUpload({ form: JSON.stringify({ docAuthor: 'A\0B' }) }).form).toEqual({ docAuthor: 'AB' });
  expect(readUpload({ form: '{"docAuthor":' }).form).toEqual({});
});
