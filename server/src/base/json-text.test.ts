import { expect, test } from 'vitest';
import { endOfText, jsonIn } from './json-text.ts';

test('a text ends at its first quote that is not escaped, near or far', () => {
  for (let length = 0; length < 40; length++) {
    for (const sign of ['a', '\\"', '\\\\', '\\\\\\"', '\u00fc']) {
      const text = sign.repeat(length);
      expect(endOfText(`"${text}" "x"`, 1), `${length} of ${sign}`).toBe(1 + text.length);
      expect(JSON.parse(`"${text}"`)).toBeTypeOf('string');
    }
  }
});

test('a text without an end goes on to the end of all, also behind a backslash', () => {
  for (const text of ['"abc', '"abc\\', '"abc\\"', '"', `"${'a'.repeat(40)}\\`])
    expect(endOfText(text, 1)).toBe(text.length);
});

test('the value of a text that is not JSON is undefined', () => {
  expect(['{"a":1}', 'null', '"x"', '', '{', 'NaN'].map(jsonIn)).toEqual([
    { a: 1 },
    null,
    'x',
    undefined,
    undefined,
    undefined,
  ]);
});
