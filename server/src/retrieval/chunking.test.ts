import { describe, expect, test } from 'vitest';
import { chunkHeader, chunksOf, splitText } from './chunking.ts';

const RULE = { size: 40, overlap: 10 };
const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');

describe('cutting texts', () => {
  test('A short text is one chunk without the white space around it, and an empty text has no chunks', () => {
    expect(splitText('  short text \n', RULE)).toEqual(['short text']);
    expect(splitText('', RULE)).toEqual([]);
    expect(splitText(' \n\n \n ', RULE)).toEqual([]);
  });

  test('Paragraphs are not cut where they fit, and are joined while they fit', () => {
    const text = ['one one one', 'two two two', 'three three three three three'].join('\n\n');
    expect(splitText(text, RULE)).toEqual(['one one one\n\ntwo two two', 'three three three three three']);
  });

  test('No chunk is longer than the limit, and every word is in one', () => {
    const text = Array.from(
      { length: 300 },
      (_, at) => `w${at}${at % 7 === 0 ? '\n' : ''}${at % 31 === 0 ? '\n\n' : ''}`,
    ).join(' ');
    const chunks = splitText(text, RULE);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(RULE.size);
    const found = new Set(chunks.join(' ').split(/\s+/));
    for (let at = 0; at < 300; at++) expect(found).toContain(`w${at}`);
  });

  test('A chunk begins with the end of the one before it', () => {
    const [first = '', second = ''] = splitText('aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll', RULE);
    expect(first.endsWith(second.slice(0, 7))).toBe(true);
    expect(splitText(words(30), { size: 40, overlap: 0 }).join(' ')).toBe(words(30));
  });

  test('A very long word is cut, but no character in two', () => {
    const chunks = splitText('🌍'.repeat(100), { size: 21, overlap: 5 });
    expect(chunks.every((chunk) => chunk.isWellFormed() && chunk.length <= 21)).toBe(true);
    expect(splitText('x'.repeat(100), { size: 30, overlap: 0 }).join('')).toBe('x'.repeat(100));
  });

  test('A text of a million characters gives few chunks', () => {
    expect(splitText('x'.repeat(1_000_000), { size: 1_000, overlap: 20 }).length).toBeLessThan(1_100);
    expect(splitText(words(200_000), { size: 1_000, overlap: 20 }).length).toBeLessThan(1_100);
  });
});

describe('cutting texts of any length', () => {
  const rule = { size: 1_000, overlap: 20 };

  test('A text that is not long is cut as a whole', async () => {
    const text = Array.from({ length: 200 }, (_, at) => words(20, `w${at}`)).join('\n\n');
    expect(await chunksOf(text, rule)).toEqual(splitText(text, rule));
    expect(await chunksOf('', rule)).toEqual([]);
  });

  test('A long text loses nothing, and other work runs meanwhile', async () => {
    const text = Array.from({ length: 100_000 }, (_, at) => `w${at}`).join(' ');
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const chunks = await chunksOf(text, rule);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    const found = new Set(chunks.join(' ').split(/\s+/));
    expect(found.size).toBe(100_000);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(rule.size);
  });

  test('No character of a text without separators is cut in two', async () => {
    const chunks = await chunksOf(`x${'🌍'.repeat(250_000)}`, { size: 1_000, overlap: 0 });
    expect(chunks.every((chunk) => chunk.isWellFormed())).toBe(true);
    expect(chunks.join('')).toHaveLength(500_001);
  });
});

describe('the header of a chunk', () => {
  test('The header of a chunk names the document, its date and its page', () => {
    const metadata = { title: 'T', published: 'P', chunkSource: 'link://https://example.com/a' };
    expect(chunkHeader(metadata)).toBe(
      '<document_metadata>\nsourceDocument: T\npublished: P\nsource: https://example.com/a\n</document_metadata>\n\n',
    );
    expect(chunkHeader({ title: 'T', published: '', chunkSource: 'a.txt' })).toBe(
      '<document_metadata>\nsourceDocument: T\n</document_metadata>\n\n',
    );
    expect(chunkHeader({})).toBe('');
  });

  test('The header of a chunk is short also with a long title', () => {
    const header = chunkHeader({ title: `x${'🌍'.repeat(500_000)}` });
    expect(header.length).toBeLessThan(400);
    expect(header.isWellFormed()).toBe(true);
  });
});
