import { expect, test } from 'vitest';
import { countTokens, cutMiddle, tokensAtMost } from './tokens.ts';

test('of a long text the beginning tells how the rest goes on', async () => {
  const page = 'The turnip festival takes place every spring. ';
  const [short, long] = [await countTokens(page.repeat(2_000)), await countTokens(page.repeat(20_000))];
  expect(long / short).toBeCloseTo(10, 1);
});

test.for([
  'The turnip festival takes place every spring, in May of 2031: 1,204 guests came.',
  'Die Gräser über dem Straßengraben blühen früh.',
  '東京は日本の首都であり、世界最大の都市の一つです。',
  '🌍🎉👩‍🚀 🇩🇪',
  'const x = (a) => ({ ...a, [b]: `${c}` }); // {{{!!!???%%%',
  '550e8400-e29b-41d4-a716-446655440000 deadbeefcafe0123456789abcdef',
  'UPPER CASE WORDS AND ABBREVIATIONS: NATO, UNESCO, XYZZY, QWRTZ',
  'w1k9z w8qx2 zzxqj kqxvw jjqzx',
])('the cheap bound is no less than what is counted: %s', async (text) => {
  expect(tokensAtMost(text)).toBeGreaterThanOrEqual(await countTokens(text));
});

test('what is too much is taken out of the middle', async () => {
  const text = `begin ${'word '.repeat(1_000)}end`;
  const cut = await cutMiddle(text, 100);
  expect(cut).toMatch(/^begin word [^]*\n\n--prompt truncated for brevity--\n\n[^]* end$/);
  expect(await countTokens(cut)).toBeLessThanOrEqual(100);
  expect(await cutMiddle('short', 100)).toBe('short');
});

test('no half of a character is left', async () => {
  for (let tokens = 40; tokens < 60; tokens++) {
    const cut = await cutMiddle('🌍'.repeat(500), tokens);
    expect(cut.isWellFormed()).toBe(true);
  }
});
