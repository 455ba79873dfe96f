import { describe, expect, test } from 'vitest';
import { chunksOf, type ChunkRule } from './chunks.ts';
import { chunkHeader } from './header.ts';
import { estimatingMeter, type TokenMeter } from './tokens.ts';

const RULE = { size: 40, overlap: 10 };
const ENDLESS: TokenMeter = { count: async (texts) => ({ counts: texts.map(() => 0), limit: Infinity }) };
const cut = (text: string, rule: ChunkRule): Promise<string[]> =>
  chunksOf(text, { rule, metadata: {}, meter: ENDLESS });
const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');

describe('cutting texts', () => {
  test('A short text is one chunk without the white space around it, and an empty text has no chunks', async () => {
    expect(await cut('  short text \n', RULE)).toEqual(['short text']);
    expect(await cut('', RULE)).toEqual([]);
    expect(await cut(' \n\n \n ', RULE)).toEqual([]);
  });

  test('Paragraphs are not cut where they fit, and are joined while they fit', async () => {
    const text = ['one one one', 'two two two', 'three three three three three'].join('\n\n');
    expect(await cut(text, RULE)).toEqual(['one one one\n\ntwo two two', 'three three three three three']);
  });

  test('No chunk is longer than the limit, and every word is in one', async () => {
    const text = Array.from(
      { length: 300 },
      (_, at) => `w${at}${at % 7 === 0 ? '\n' : ''}${at % 31 === 0 ? '\n\n' : ''}`,
    ).join(' ');
    const chunks = await cut(text, RULE);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(RULE.size);
    const found = new Set(chunks.join(' ').split(/\s+/));
    for (let at = 0; at < 300; at++) expect(found).toContain(`w${at}`);
  });

  test('A chunk begins with the end of the one before it', async () => {
    const [first = '', second = ''] = await cut('aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll', RULE);
    expect(first.endsWith(second.slice(0, 7))).toBe(true);
    expect((await cut(words(30), { size: 40, overlap: 0 })).join(' ')).toBe(words(30));
  });

  test('A very long word is cut, but no character in two', async () => {
    const chunks = await cut('🌍'.repeat(100), { size: 21, overlap: 5 });
    expect(chunks.every((chunk) => chunk.isWellFormed() && chunk.length <= 21)).toBe(true);
    expect((await cut('x'.repeat(100), { size: 30, overlap: 0 })).join('')).toBe('x'.repeat(100));
  });

  test('A text of a million characters gives few chunks', async () => {
    expect((await cut('x'.repeat(1_000_000), { size: 1_000, overlap: 20 })).length).toBeLessThan(1_100);
    expect((await cut(words(200_000), { size: 1_000, overlap: 20 })).length).toBeLessThan(1_100);
  });
});

describe('cutting texts of any length', () => {
  const rule = { size: 1_000, overlap: 20 };

  test('A text that is not long is cut at its paragraphs', async () => {
    const text = Array.from({ length: 200 }, (_, at) => words(20, `w${at}`)).join('\n\n');
    const chunks = await cut(text, rule);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('\n\n')).toBe(text);
  });

  test('A long text loses nothing, and other work runs meanwhile', async () => {
    const text = Array.from({ length: 100_000 }, (_, at) => `w${at}`).join(' ');
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const chunks = await cut(text, rule);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    const found = new Set(chunks.join(' ').split(/\s+/));
    expect(found.size).toBe(100_000);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(rule.size);
  });

  test('No character of a text without separators is cut in two', async () => {
    const chunks = await cut(`x${'🌍'.repeat(250_000)}`, { size: 1_000, overlap: 0 });
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

const REMOTE = estimatingMeter(120);
const inTokens = (text: string, metadata = {}): Promise<string[]> =>
  chunksOf(text, { rule: { size: 1_000, overlap: 20 }, metadata, meter: REMOTE });
const numbered = (count: number, part: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => part(at)).join('');
const LATIN = 'Words of a sentence that goes on for a while. ';

describe('cutting by tokens', () => {
  test.for([
    ['prose', LATIN.repeat(60)],
    ['Chinese', '公司全体员工应当遵守本办法。'.repeat(80)],
    ['Korean', '직원은 매년 유급 휴가를 받을 수 있습니다 '.repeat(40)],
    ['code', numbered(40, (at) => `for(let i=${at};i<n;i++){a[i]+=b[i]*c[i];}\n`)],
    ['letters without spaces', 'q0Xz9'.repeat(400)],
    ['pictures', '🌍🚀'.repeat(200)],
    ['lone surrogates', numbered(100, (at) => `\ud800x${at} `)],
  ] as const)(
    'No chunk of %s has more tokens than the model reads, and nothing is lost',
    async ([, text]) => {
      const chunks = await inTokens(text, { title: 'a title' });
      const { counts } = await REMOTE.count(chunks);
      expect(Math.max(...counts)).toBeLessThanOrEqual(120);
      const bare = (part: string) => part.replaceAll(/\s/g, '');
      let from = 0;
      for (const chunk of chunks.map((one) => bare(one.replace(/<document[^]*metadata>/, '')))) {
        const at = bare(text).indexOf(chunk, Math.max(0, from - 20));
        expect(at).toBeLessThanOrEqual(from);
        from = at + chunk.length;
      }
      expect(from).toBe(bare(text).length);
    },
  );

  test('A chunk that has more tokens than its words together is cut again', async () => {
    const dense: TokenMeter = {
      count: async (texts) => ({ counts: texts.map((text) => Math.ceil(text.length ** 1.3)), limit: 200 }),
    };
    const rule = { size: 1_000, overlap: 0 };
    const chunks = await chunksOf(words(300), { rule, metadata: {}, meter: dense });
    expect(Math.max(...chunks.map((chunk) => chunk.length ** 1.3))).toBeLessThanOrEqual(200);
    expect(chunks.join(' ')).toBe(words(300));
  });

  test('A title that would fill a chunk is shortened', async () => {
    const [first = ''] = await inTokens(LATIN.repeat(10), { title: '标题'.repeat(200) });
    expect(first).toContain('标题');
    expect(first).toContain('Words of a sentence');
  });
});

const rows = (count: number, delimiter: string): string =>
  Array.from({ length: count }, (_, at) => ['item', at, at * 3, `place ${at}`].join(delimiter)).join('\n');

describe('cutting tables', () => {
  const headed = (head: string, chunks: string[]) => chunks.filter((chunk) => chunk.startsWith(`${head}\n`));

  test.for([
    ['commas', 'name,number,price,room\n', ','],
    ['semicolons', 'name;number;price;room\n', ';'],
    ['tabs', 'name\tnumber\tprice\troom\n', '\t'],
    ['strokes', '| name | number | price | room |\n|---|---|---|---|\n', ' | '],
  ] as const)(
    'Each piece of a table with %s begins with its sheet and the names of its columns',
    async ([, head, sign]) => {
      const body = sign === ' | ' ? rows(200, sign).replaceAll(/^|$/gm, '|') : rows(200, sign);
      const text = `Some words.\n\nStock\n${head}${body}\n\nOther words.`;
      const chunks = await cut(text, { size: 400, overlap: 20 });
      const pieces = headed(`Stock\n${head.trim()}`, chunks);
      expect(pieces.length).toBeGreaterThan(5);
      expect(chunks.filter((chunk) => !pieces.includes(chunk))).toEqual(['Some words.', 'Other words.']);
      for (let at = 0; at < 200; at++)
        expect(pieces.some((piece) => piece.includes(`place ${at}`))).toBe(true);
      expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(400);
    },
  );

  test('A table longer than a block keeps its head to its end, also with short rows and cells of several lines', async () => {
    const odd = Array.from({ length: 6_000 }, (_, at) =>
      at % 7 === 0 ? `item,${at}` : at % 11 === 0 ? `item,${at},"two\nlines",x` : `item,${at},3,place`,
    );
    const chunks = await cut(`name,number,price,room\n${odd.join('\n')}`, { size: 400, overlap: 0 });
    expect(headed('name,number,price,room', chunks)).toHaveLength(chunks.length);
    expect(chunks.at(-1)).toContain('5999');
  });

  test('A small table stays with the text around it', async () => {
    const text = `Some words.\n\nname,number,price,room\n${rows(5, ',')}\n\nOther words.`;
    expect(await cut(text, { size: 1_000, overlap: 20 })).toEqual([text]);
  });

  test('A long row of delimiters before a letter is read in one pass', async () => {
    const line = `${','.repeat(40_000)}x\n`;
    const chunks = await cut(line.repeat(50), { size: 1_000, overlap: 0 });
    expect(chunks.join('').replaceAll(/[^x]/g, '').length).toBeGreaterThanOrEqual(50);
  });

  test('Sentences, code and logs have no head', async () => {
    const prose = Array.from({ length: 40 }, (_, at) => `First, second, and ${at}th, then the rest.`).join(
      '\n',
    );
    const code = Array.from({ length: 40 }, (_, at) => `call(a${at}, b); other();`).join('\n');
    const log = Array.from(
      { length: 40 },
      (_, at) => `2026-03-14T08:00:${at} node-3 kernel: link is up`,
    ).join('\n');
    for (const text of [prose, code, log]) {
      const chunks = await cut(text, { size: 300, overlap: 0 });
      expect(chunks.join('\n')).toBe(text);
    }
  });
});
