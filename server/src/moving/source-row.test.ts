import { expect, test } from 'vitest';
import { SourceRow } from './source-row.ts';

const row = new SourceRow({
  text: 'plain',
  empty: '  ',
  cut: 'a\0b',
  whole: 7n,
  huge: 9_223_372_036_854_775_807n,
  real: 0.5,
  words: 'seven',
  blob: new Uint8Array([1, 2]),
  nothing: null,
  yes: 1n,
  no: 'false',
  ms: 1_772_600_767_890n,
  seconds: 1_772_600_767n,
  iso: '2026-03-04T05:06:07.890Z',
  sqlite: '2026-03-04 05:06:07',
  never: 'not a time',
});

test('a text is read without U+0000, a number as its digits, and other values as undefined', () => {
  expect(row.text('text')).toBe('plain');
  expect(row.text('cut')).toBe('ab');
  expect(row.text('whole')).toBe('7');
  expect(row.filled('empty')).toBeUndefined();
  for (const name of ['blob', 'nothing', 'missing']) expect(row.text(name)).toBeUndefined();
});

test('a value that is not a safe number reads as undefined', () => {
  expect(row.number('real')).toBe(0.5);
  expect(row.integer('real')).toBe(0);
  expect(row.integer('huge')).toBeUndefined();
  expect(row.id('whole')).toBe(7);
  for (const name of ['words', 'blob', 'nothing', 'empty', 'missing']) expect(row.id(name)).toBeUndefined();
});

test('a flag is read from a number or a word', () => {
  expect(row.flag('yes')).toBe(true);
  expect(row.flag('no')).toBe(false);
  expect(row.flag('words')).toBeUndefined();
});

test('a time is read in each form that versions of AnythingLLM write', () => {
  const ms = Date.parse('2026-03-04T05:06:07.890Z');
  expect(row.time('ms')).toBe(ms);
  expect(row.time('iso')).toBe(ms);
  expect(row.time('seconds')).toBe(ms - 890);
  expect(row.time('sqlite')).toBe(ms - 890);
  for (const name of ['never', 'huge', 'missing']) expect(row.time(name)).toBeUndefined();
});
