import { describe, expect, test } from 'vitest';
import { pdfInEncoding } from '../files.fixture.ts';
import { decodeText } from './encoding.ts';
import { parseAll, parseBytes } from './parser.fixture.ts';

/** Encoded by Python, in base64. */
const TEXTS = [
  [
    'GBK',
    'ztLDx7TTMjAxOcTqv6rKvM/ywt62+7mks6e5usLyt6fDxaGjtsm0rNTnyc++xbXjwOu/qqGj',
    '我们从2019年开始向罗尔工厂购买阀门。渡船早上九点离开。',
  ],
  [
    'Shift-JIS',
    'g3SDRoOKgVuCzZKpi+OOnoLJk4eC1o9vlK2CtYLcgreBQpDYlYSCzY5sj1yDToONgVuDaYLFgreBQg==',
    'フェリーは朝九時に島へ出発します。切符は四十クローナです。',
  ],
  [
    'EUC-JP',
    'pdWlp6Xqobykz8SrtuW7/qTLxeek2L3QyK+kt6TepLmho8DayeSkz7vNvb2lr6XtobylyqTHpLmhow==',
    'フェリーは朝九時に島へ出発します。切符は四十クローナです。',
  ],
  [
    'ISO-2022-JP',
    'GyRCJVUlJyVqITwkT0QrNmU7fiRLRWckWD1QSC8kNyReJDkhIxsoQg==',
    'フェリーは朝九時に島へ出発します。',
  ],
  [
    'Big5',
    'tOey7qatpFekRcJJwve2fb1YwFmhQatlqbmuccCsoUOyvLv5pXykUadKrtShQw==',
    '渡船早上九點離開碼頭，前往島嶼。票價四十克朗。',
  ],
  [
    'EUC-KR',
    'xuS4rrTCIL7GxKcgvsbIqSC9w7+hILy2wLi3ziC2sLOztM+02S4gx6W0wiC7573KIMWpt86zqsDUtM+02S4=',
    '페리는 아침 아홉 시에 섬으로 떠납니다. 표는 사십 크로나입니다.',
  ],
  [
    'Windows-1251',
    'z+Dw7uwg7vL17uTo8iDt4CDu8fLw7uIg4iDk5eL/8vwg9+Dx7uIg8/Lw4C4gwejr5fIg8fLu6PIg8e7w7uog6vDu7S4=',
    'Паром отходит на остров в девять часов утра. Билет стоит сорок крон.',
  ],
  [
    'KOI8-R',
    '8MHSz80gz9TIz8TJ1CDOwSDP09TSz9cg1yDExdfR1Ngg3sHTz9cg1dTSwS4g4snMxdQg09TPydQg08/Sz8sgy9LPzi4=',
    'Паром отходит на остров в девять часов утра. Билет стоит сорок крон.',
  ],
  [
    'Windows-1252',
    'RGllIEbkaHJlIGbkaHJ0IGZy/GggbmFjaCBS5OUuIEdy9t9lIHVuZCBQcmVpczogNDAggA==',
    'Die Fähre fährt früh nach Räå. Größe und Preis: 40 €',
  ],
] as const;

describe('A text without a declared encoding', () => {
  test.for(TEXTS)(
    'A text in %s is read by its characters, also behind a long beginning in ASCII',
    ([, base64, text]) => {
      const bytes = Buffer.from(base64, 'base64');
      expect(decodeText(bytes)).toBe(text);
      const beginning = 'x'.repeat(100_000);
      expect(decodeText(Buffer.concat([Buffer.from(beginning), bytes]))).toBe(beginning + text);
    },
  );

  test('A text, a page and a mail are read in the encoding of their characters', async () => {
    const [, base64, text] = TEXTS[0];
    const bytes = Buffer.from(base64, 'base64');
    const around = (before: string, after: string): Buffer =>
      Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
    expect(await parseBytes(bytes, 'a.txt')).toMatchObject({ text });
    expect(await parseBytes(around('<p>', '</p>'), 'a.html')).toMatchObject({ text });
    const mail = Buffer.concat([around('From: Ada <ada@example.org>\r\nSubject: ', '\r\n\r\n'), bytes]);
    expect(await parseBytes(mail, 'a.eml')).toMatchObject({
      text: `Subject: ${text}\nFrom: Ada <ada@example.org>\n\n${text}`,
    });
  });

  test('A few characters that may be of any language are refused, not guessed', async () => {
    const bytes = Buffer.from('vNuwog==', 'base64');
    expect(await parseBytes(bytes, 'a.txt')).toEqual({
      refusal: 'a.txt is not text that can be read here: save it as UTF-8.',
    });
  });
});

test('A part of a mail is read in its declared encoding, and so is an attached text that declares none', async () => {
  const [, base64, text] = TEXTS[0];
  const mail = [
    'From: Ada <ada@example.org>',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=gbk',
    'Content-Transfer-Encoding: base64',
    '',
    base64,
    '--b',
    'Content-Type: text/plain; name=a.txt',
    'Content-Disposition: attachment; filename=a.txt',
    'Content-Transfer-Encoding: base64',
    '',
    base64,
    '--b--',
    '',
  ].join('\r\n');
  expect(await parseAll(mail, 'a.eml')).toMatchObject({
    warnings: [],
    parts: [{ text: `From: Ada <ada@example.org>\n\n${text}\n\nAttachment a.txt:\n\n${text}` }],
  });
});

test.for([
  ['GBK-EUC-H', 'GB1', 'd6d0cec4', '中文'],
  ['GBK-EUC-V', 'GB1', 'd6d0cec4', '中文'],
  ['UniGB-UCS2-H', 'GB1', '4e2d6587', '中文'],
  ['ETen-B5-H', 'CNS1', 'a4a4a4e5', '中文'],
  ['90ms-RKSJ-H', 'Japan1', '93fa967b8cea', '日本語'],
  ['UniJIS-UTF16-H', 'Japan1', '65e5672c8a9e', '日本語'],
  ['KSCms-UHC-H', 'Korea1', 'c7d1b1db', '한글'],
  ['Identity-H', 'Japan1', '0e8b', '翻'],
] as const)(
  'a PDF whose font is not in the file is read in %s of %s',
  async ([encoding, ordering, hex, text]) => {
    const outcome = await parseAll(pdfInEncoding(encoding, ordering, hex), 'a.pdf');
    expect(outcome).toMatchObject({
      warnings: [],
      parts: [{ text: expect.stringContaining(text) as string }],
    });
  },
);

test('text in a font that cannot be read is named in a warning, beside the rest of the page', async () => {
  expect(await parseAll(pdfInEncoding('No-Such-H', 'GB1', 'd6d0cec4'), 'a.pdf')).toMatchObject({
    warnings: ['Text in a font that cannot be read is missing, first on page 1.'],
    parts: [{ text: 'Plain\n\n' }],
  });
});
