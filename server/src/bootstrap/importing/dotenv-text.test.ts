import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dotenvFormat, FileSink } from '../sinks/file-sink.ts';
import { fitsDotenv, readDotenv } from './dotenv-text.ts';
import { interpolated } from './interpolation.ts';

const variables: Record<string, string> = { A: 'one', EMPTY: '', B: '${A}' };
const lookup = (name: string): string | undefined => variables[name];

describe('a text of compose', () => {
  test.for<[text: string, value: string | undefined, names: string[]]>([
    ['plain', 'plain', []],
    ['$A', 'one', ['A']],
    ['${A}x', 'onex', ['A']],
    ['$A$A', 'oneone', ['A']],
    ['$$A', '$A', []],
    ['$$$A', '$one', ['A']],
    ['${B}', '${A}', ['B']],
    ['${NO}', '', ['NO']],
    ['${NO:-x}', 'x', ['NO']],
    ['${NO-x}', 'x', ['NO']],
    ['${EMPTY:-x}', 'x', ['EMPTY']],
    ['${EMPTY-x}', '', ['EMPTY']],
    ['${A:?must be set}', 'one', ['A']],
    ['${A:+x}', 'x', ['A']],
    ['${NO+x}', '', ['NO']],
    ['${NO:-${A}-}', 'one-', ['NO', 'A']],
    ['${NO:-a:-b}', 'a:-b', ['NO']],
    ['${', undefined, []],
    ['${A', undefined, []],
    ['${1}', undefined, []],
    ['${A!}', undefined, []],
    ['cost: 5$', undefined, []],
  ])('%s is read as compose reads it', ([text, value, names]) => {
    const found = interpolated(text, lookup);
    expect([found?.value, [...(found?.names ?? [])]]).toEqual([value, names]);
  });

  test('is one reference only if nothing stands beside it', () => {
    const wholes = ['${A}', '$A', '${A:-x}', 'x${A}', '${A} ', '$$'].map(
      (text) => interpolated(text, lookup)?.whole,
    );
    expect(wholes).toEqual(['A', 'A', 'A', undefined, undefined, undefined]);
  });

  test('names what has no value and no default', () => {
    expect([...(interpolated('${NO}${NO2:-x}${NO3:-${NO4}}${A}', lookup)?.unset ?? [])]).toEqual([
      'NO',
      'NO4',
    ]);
  });
});

describe('a .env file', () => {
  const read = (text: string) =>
    Object.fromEntries(readDotenv(text, '.env', lookup).map(({ name, value }) => [name, value]));

  test.for<[text: string, values: Record<string, string>]>([
    ['X=1\n', { X: '1' }],
    ['X=1', { X: '1' }],
    ['\uFEFFX=1\r\nY=2\r\n', { X: '1', Y: '2' }],
    ['export X=1\n', { X: '1' }],
    ['exported=1\n', { exported: '1' }],
    ['X = 1 \n', { X: '1' }],
    ['X: yaml\n', { X: 'yaml' }],
    ['# no\n\n  X=1\n', { X: '1' }],
    ['X=a # comment\n', { X: 'a' }],
    ['X=a#b\n', { X: 'a#b' }],
    ['X="a # b" # comment\n', { X: 'a # b' }],
    ["X='a $A'\nY=2\n", { X: 'a $A', Y: '2' }],
    ['X="a $A"\n', { X: 'a one' }],
    ['X=a${A}\n', { X: 'aone' }],
    ['X=1\nY=${X}2\n', { X: '1', Y: '12' }],
    ['X="a\nb"\nY=2\n', { X: 'a\nb', Y: '2' }],
    ['X="a\\nb\\"c\\\\d\\$A"\n', { X: 'a\nb"c\\d$A' }],
    ["X='it\\'s \\n'\n", { X: "it's \\n" }],
    ['X=\nY=2\n', { X: '', Y: '2' }],
    ['X=\r\nY=2\r\n', { X: '', Y: '2' }],
    ['A\n', { A: 'one' }],
    ['1X=2\n', {}],
    ['X.Y-Z=1\n', { 'X.Y-Z': '1' }],
    ['', {}],
  ])('%j is read as compose reads it', ([text, values]) => {
    expect(read(text)).toEqual(values);
  });

  test('gives the whole lines of each variable, so that taking them out leaves the others', () => {
    const text = '# one\nA1=1\nB="x\ny" # end\n\nC=3';
    const entries = readDotenv(text, '.env', lookup);
    expect(entries.map(({ start, end }) => text.slice(start, end))).toEqual([
      'A1=1\n',
      'B="x\ny" # end\n',
      'C=3',
    ]);
  });

  test.for(['X', 'B"AD=1', 'a b=1', '=1'])(
    'a fault in %j is named by its line, not by its content',
    (line) => {
      expect(() => readDotenv(`OK=1\n${line === 'X' ? 'X="' : line}\n`, '.env', lookup)).toThrow(
        /^\.env:2: /,
      );
    },
  );

  test('a value that fits is read back by compose as the sink wrote it, whatever it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-dotenv-'));
    try {
      const sink = new FileSink(dotenvFormat(join(folder, '.env')));
      const place = { sink: 'env', name: 'X' };
      const texts = fc.string({
        unit: fc.constantFrom('a', "'", '"', '`', '\\', '$', '#', '{', '}', ' ', '=', '\n', '\t', 'é'),
        minLength: 1,
        maxLength: 6,
      });
      let fitting = 0;
      await fc.assert(
        fc.asyncProperty(texts, async (value) => {
          if (!fitsDotenv(value)) return;
          fitting++;
          await sink.write(place, value, await sink.read(place));
          const [entry] = readDotenv(readFileSync(join(folder, '.env'), 'utf8'), '.env', lookup);
          expect(entry?.value).toBe(value);
        }),
        { numRuns: 300 },
      );
      expect(fitting).toBeGreaterThan(30);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
