import { describe, expect, test } from 'vitest';
import {
  docx,
  eml,
  epub,
  mbox,
  odp,
  ods,
  odt,
  odtWithChanges,
  odtWithPassword,
  pdf,
  pdfForm,
  pptx,
  xlsx,
} from '../files.fixture.ts';
import { acceptedTypes } from './formats.ts';
import { parseAll, parseBytes } from './parser.fixture.ts';

const ADA = { title: 'On Turnips', author: 'Ada' };

describe('The text of a file', () => {
  test.for([
    ['a.txt', 'Turnips.\n', 'Turnips.\n', {}],
    ['a.md', '# Turnips\n', '# Turnips\n', {}],
    ['a.csv', 'crop,kg\nturnip,3\n', 'crop,kg\nturnip,3\n', {}],
    ['a.json', '{"crop":"turnip"}', '{"crop":"turnip"}', {}],
    ['a.py', 'print("turnip")\n', 'print("turnip")\n', {}],
    ['README', 'Turnips.\n', 'Turnips.\n', {}],
    ['utf16.txt', Buffer.from('\ufeffRüben', 'utf16le'), 'Rüben', {}],
    ['latin1.txt', Buffer.from('R\xfcben', 'latin1'), 'Rüben', {}],
    ['nul.docx', docx(['White', 'and round']), 'White\n\nand round\n\n', ADA],
    ['a.pptx', pptx(['First', 'Second'], 'Say hello'), 'First\nSay hello\n\nSecond\n\n', ADA],
    [
      'a.xlsx',
      xlsx(),
      'Harvest\nCrop,,Picked\n"Turnips, white",12.5,2023-03-15\n,12:00:00,30:00:00\n\n',
      ADA,
    ],
    [
      'old-mac.xlsx',
      xlsx({ date1904: true }),
      'Harvest\nCrop,,Picked\n"Turnips, white",12.5,2027-03-16\n,12:00:00,30:00:00\n\n',
      ADA,
    ],
    ['changed.odt', odtWithChanges(), 'Turnips\n', ADA],
    [
      'form.pdf',
      pdfForm({ Name: 'Ada', Crop: 'Turnips' }),
      'Order\nName: Ada\nCrop: Turnips\n\n',
      { title: 'Order' },
    ],
    ['a.odt', odt(), 'Turnips\nWhite  and\tround\n', ADA],
    ['a.odp', odp(), 'First slide\n\nSecond slide\n\n', ADA],
    ['a.ods', ods(), 'Harvest\nCrop,"1,5","1,5"\n', ADA],
    ['a.epub', epub(['White.', 'Round.']), 'Chapter 1\n\nWhite.\n\nChapter 2\n\nRound.\n\n', ADA],
    ['a.pdf', pdf(['White turnips', 'Round turnips']), 'White turnips\n\nRound turnips\n\n', ADA],
    [
      'a.eml',
      eml('Turnips', 'They are ripe.'),
      'Subject: Turnips\nFrom: Ada <ada@example.org>\nTo: Bob <bob@example.org>\nDate: 2026-11-21T10:00:00.000Z\n\nThey are ripe.',
      { title: 'Turnips', author: 'Ada <ada@example.org>' },
    ],
  ] as const)('The text and the properties of %s are read', async ([name, bytes, text, properties]) => {
    expect(await parseBytes(bytes, name)).toMatchObject({ text, properties });
  });

  test('Each message of a mailbox is a part of its own', async () => {
    const mails = [eml('One', 'First.\r\n>From afar.'), eml('', 'Second.')];
    expect(await parseAll(mbox(mails), 'a.mbox')).toEqual({
      called: 'a mailbox',
      warnings: [],
      parts: [
        {
          text: expect.stringMatching(/^Subject: One\n[^]*\n\nFirst\.\nFrom afar\.$/),
          properties: { part: 'One', author: 'Ada <ada@example.org>' },
        },
        {
          text: expect.stringMatching(/^From: Ada[^]*\n\nSecond\.$/),
          properties: { part: 'Message 2', author: 'Ada <ada@example.org>' },
        },
      ],
    });
  });

  test('A text is read in the encoding that its server declares', async () => {
    const bytes = Buffer.from('c8eae9e0', 'hex');
    expect(await parseBytes(bytes, 'a.txt', { charset: 'windows-1251' })).toMatchObject({ text: 'Икйа' });
    expect(await parseBytes(bytes, 'a.html', { charset: 'windows-1251' })).toMatchObject({ text: 'Икйа' });
    const japanese = Buffer.from('1b2442467c4b5c1b2842', 'hex');
    expect(await parseBytes(japanese, 'a.txt', { charset: 'iso-2022-jp' })).toMatchObject({ text: '日本' });
    for (const charset of ['latin1', 'utf-16', 'nonsense'])
      expect(await parseBytes('Rüben', 'a.txt', { charset })).toMatchObject({ text: 'Rüben' });
    const page = '<meta charset="utf-16"><p>Rüben</p>';
    expect(await parseBytes(page, 'a.html')).toMatchObject({ text: 'Rüben' });
  });

  test('The article of a page is read without its menu, with its title', async () => {
    const article = Array.from(
      { length: 8 },
      (_, i) => `<p>Turnips are sown in row ${i}, and watered each day, as they need it.</p>`,
    );
    const page = `<html><head><title>Turnips</title><script>var turnip = 1;</script></head><body><nav><a href="/">Home</a></nav><article>${article.join('')}</article></body></html>`;
    const outcome = await parseBytes(page, 'a.html');
    expect(outcome).toMatchObject({ properties: { title: 'Turnips' } });
    const { text } = outcome as { text: string };
    expect(text).toContain('Turnips are sown in row 7');
    expect(text).not.toMatch(/Home|var turnip|</);
  });

  test('A page without an article is read as a whole', async () => {
    const page = '<title>List</title><ul><li>White</li><li>Round &amp; red</li></ul>';
    expect(await parseBytes(page, 'a.html')).toMatchObject({ text: 'List\n\nWhite\n\nRound & red' });
  });
});

describe('The text of a page', () => {
  const rows = Array.from(
    { length: 6 },
    (_, i) => `<p>Hold the red button for ${i} seconds, then let it go, and wait for the light.</p>`,
  );
  const page = `<html><head><title>Widget 3000 manual</title></head><body><nav><h2>Menu</h2><a href="/">Home</a></nav><main><h1>Widget 3000</h1>${rows.join('')}<h2>Battery</h2><table><tr><th>Cells</th><td>Two AAA cells</td></tr></table>${rows.join('')}</main><footer>Imprint</footer></body></html>`;

  test('The title, the headings and the tables of an article are read, its menu is not', async () => {
    const { text } = (await parseBytes(page, 'a.html')) as { text: string };
    expect(text).toMatch(
      /^Widget 3000 manual\n\nWidget 3000\n\nHold the red[^]*Battery\n[^]*Cells\s+Two AAA cells/,
    );
    expect(text).not.toMatch(/Menu|Home|Imprint/);
    expect(text.match(/Battery/g)).toHaveLength(1);
  });

  test('A short page keeps its title and its heading', async () => {
    const short =
      '<title>Widget 3000 manual</title><h1>Widget 3000</h1><p>Hold the red button for five seconds.</p><h2>Battery</h2><p>Use two AAA cells.</p>';
    expect(await parseBytes(short, 'a.html')).toMatchObject({
      text: expect.stringMatching(
        /^Widget 3000 manual\n+Widget 3000\n+Hold the red button for five seconds\.\n+Battery\n+Use two AAA cells\.$/,
      ),
    });
  });

  test('A warning says how much of a page beside its article was not read', async () => {
    const aside = Array.from(
      { length: 8 },
      (_, i) => `<li><a href="/${i}">Another product ${i}</a></li>`,
    ).join('');
    const outcome = await parseAll(
      page.replace('<footer>', `<nav><ul>${aside}</ul></nav><footer>`),
      'a.html',
    );
    expect(outcome).toMatchObject({
      warnings: [
        expect.stringMatching(
          /^\d+ % of the text of the page was not read: menus and such beside its article\.$/,
        ),
      ],
    });
  });
});

describe('A refused file', () => {
  test.for([
    [
      'a.bin',
      Buffer.from([1, 0, 2]),
      'File extension .bin not supported for parsing and cannot be assumed as text file type.',
    ],
    ['a.mp3', 'x', 'a.mp3: Sound is not read here: it takes an upstream for transcription.'],
    ['a.mp4', 'x', 'a.mp4: Video is not read here: it takes an upstream for transcription of its sound.'],
    ['a.png', 'x', 'a.png: Images are not read here: it takes an upstream for text recognition (OCR).'],
    ['a.doc', 'x', 'a.doc: Old Office files are not read here: save it as .docx, .xlsx or .pptx.'],
    ['a.txt', Buffer.from([1, 0, 2]), 'a.txt is not text that can be read here: save it as UTF-8.'],
    [
      'locked.xlsx',
      Buffer.from('d0cf11e0a1b11ae100000000', 'hex'),
      'locked.xlsx is encrypted, or an old Office file: save it again, without a password.',
    ],
    ['locked.odt', odtWithPassword(), 'locked.odt is encrypted: save it without a password.'],
    ['empty.txt', '', 'empty.txt has no text in it.'],
    [
      'scan.pdf',
      pdf(['', '']),
      'scan.pdf is a PDF without readable text, such as a scan. Convert it with text recognition (OCR) first.',
    ],
    ['a.docx', 'no zip', 'a.docx is damaged: it is not a zip archive, as files of its kind are.'],
    ['a.txt', pdf(['x']), 'a.txt is a PDF, but is not named so: name it .pdf.'],
    ['a.txt', String.raw`{\rtf1 x}`, 'a.txt is RTF, but is not named so: name it .rtf.'],
    ['a.rtf', 'no rtf', 'a.rtf is damaged: it is not RTF.'],
    ['deep.rtf', `{\\rtf1${'{'.repeat(1000)}`, 'deep.rtf is nested deeper than 500 groups.'],
    ['a.pdf', 'no pdf', 'a.pdf is damaged: it cannot be read as a PDF.'],
    [
      'cut.pptx',
      pptx(['a'], 'b').subarray(0, 300),
      'cut.pptx is damaged: it is not a zip archive, as files of its kind are.',
    ],
    ['odd.xlsx', odt(), 'odd.xlsx is damaged: it has no xl/workbook.xml.'],
    ['odd.epub', odt(), 'odd.epub is damaged: it has no META-INF/container.xml.'],
  ] as const)('The file %s is refused with the reason', async ([name, bytes, refusal]) => {
    expect(await parseBytes(bytes, name)).toEqual({ refusal });
  });
});

test('The accepted types are in the order of clients, with our own types last', () => {
  const types = Object.entries(acceptedTypes()).map(([mime, extensions]) => `${mime} ${extensions.join()}`);
  expect(types.slice(0, 4)).toEqual([
    'text/plain .txt,.md,.org,.adoc,.rst',
    'text/html .html',
    'text/csv .csv',
    'application/json .json',
  ]);
  expect(types.at(-1)).toBe('message/rfc822 .eml');
  for (const type of ['audio/ogg .ogg,.oga', 'video/mp4 .mp4', 'image/jpeg .jpg'])
    expect(types).toContain(type);
});
