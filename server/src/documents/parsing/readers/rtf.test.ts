import { describe, expect, test } from 'vitest';
import { PARSE_LIMITS } from '../limits.ts';
import { parseAll } from '../parser.fixture.ts';
import { Source } from '../source.ts';
import { readRtf } from './rtf.ts';

describe('The text of an RTF file', () => {
  const rtf = (body: string): string =>
    String.raw`{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset128 MS Mincho;}{\f2\fcharset238 Arial CE;}}{\stylesheet{\s0 Normal;}}{\info{\title On Turnips}{\author Ada}{\operator Eve}}{\*\generator Riched20;}` +
    `${body}}`;

  test.for([
    ['of the code page of the file', String.raw`\'d0\'e5\'ef\'e0\par`, 'Репа'],
    ['of the code page of a font', String.raw`{\f1 \'93\'fa\'96\'7b}\par`, '日本'],
    ['of another font', String.raw`\f2 \'f8epa\par`, 'řepa'],
    [
      'of Unicode with characters for old readers',
      String.raw`\uc2\u26085 ??\u-27034\'3f\'3f!\par`,
      '日陦!'.replace('陦', String.fromCharCode(65536 - 27034)),
    ],
    ['that are special', String.raw`a\{b\}\\c\~d\emdash e`, 'a{b}\\c\u00a0d—e'],
    ['of a link, not of its code', String.raw`{\field{\*\fldinst HYPERLINK "x"}{\fldrslt here}}`, 'here'],
    ['after binary data', String.raw`{\pict\bin5 }}}}}}White`, 'White'],
    ['that are not deleted', String.raw`White {\deleted black }turnips`, 'White turnips'],
    ['of its headers', String.raw`{\header Draft\par}White\par`, 'White\n\nDraft'],
    [
      'of its rows',
      String.raw`\trowd\cellx1\cellx2\pard\intbl Crop\cell White, round\par red\cell\row\pard Done\par`,
      'Crop,"White, round\nred"\nDone',
    ],
  ] as const)('Characters %s are read', ([, body, text]) => {
    const source = new Source(Buffer.from(rtf(body), 'latin1'), { limits: PARSE_LIMITS });
    source.end(readRtf(source));
    expect(source.parts).toEqual([
      { text: expect.any(String), properties: { title: 'On Turnips', author: 'Ada' } },
    ]);
    expect(source.parts[0]?.text.trim()).toBe(text);
  });

  test('A warning says that the images of an RTF file are not read', async () => {
    expect(await parseAll(rtf(String.raw`White{\pict\pngblip 89504e47}`), 'a.rtf')).toMatchObject({
      called: 'an rtf file',
      warnings: ['1 image was not read.'],
    });
  });
});
