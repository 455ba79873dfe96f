import { expect, test } from 'vitest';
import { countTokens } from '../models/index.ts';
import { cutMiddle, tokensAtMost } from './tokens.ts';

test.for([
  'The turnip festival takes place every spring, in May of 2031: 1,204 guests came.',
  'Die Gräser über dem Straßengraben blühen früh.',
  '東京は日本の首都であり、世界最大の都市の一つです。',
  '🌍🎉👩‍🚀 🇩🇪',
  'const x = (a) => ({ ...a, [b]: `${c}` }); // {{{!!!???%%%',
  '550e8400-e29b-41d4-a716-446655440000 deadbeefcafe0123456789abcdef',
  'UPPER CASE WORDS AND ABBREVIATIONS: NATO, UNESCO, XYZZY, QWRTZ',
  'w1k9z w8qx2 zzxqj kqxvw jjqzx',
])('the upper bound of the tokens is no less than their count in both encodings: %s', async (text) => {
  expect(tokensAtMost(text)).toBeGreaterThanOrEqual(await countTokens(text, 'gpt-4'));
  expect(tokensAtMost(text)).toBeGreaterThanOrEqual(await countTokens(text, 'gpt-4o'));
});

test('a text that is too long loses its middle', async () => {
  const text = `begin ${'word '.repeat(1_000)}end`;
  const cut = await cutMiddle(text, 100, 'gpt-4');
  expect(cut).toMatch(/^begin word [^]*\n\n--prompt truncated for brevity--\n\n[^]* end$/);
  expect(await countTokens(cut, 'gpt-4')).toBeLessThanOrEqual(100);
  expect(await cutMiddle('short', 100, 'gpt-4')).toBe('short');
});

test('a text that was cut contains no half of a character', async () => {
  for (let tokens = 40; tokens < 60; tokens++) {
    const cut = await cutMiddle('🌍'.repeat(500), tokens, 'gpt-4');
    expect(cut.isWellFormed()).toBe(true);
  }
});
