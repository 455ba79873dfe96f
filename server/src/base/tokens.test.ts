import { expect, test } from 'vitest';
import { countTokens } from './tokens.ts';

test('words are counted as each encoding counts them, and special words as what they look like', async () => {
  for (const encoding of ['cl100k_base', 'o200k_base'] as const) {
    expect(await countTokens(encoding, '')).toBe(0);
    expect(await countTokens(encoding, 'The turnip festival takes place every spring.')).toBe(9);
    expect(await countTokens(encoding, '<|endoftext|>')).toBeGreaterThan(3);
  }
  const hindi = 'नमस्ते दुनिया';
  expect(await countTokens('o200k_base', hindi)).toBeLessThan(await countTokens('cl100k_base', hindi));
});

test('a run without spaces costs no more than words do', async () => {
  // The tokenizer alone takes many seconds for this, and the default limit of a test is five.
  const tokens = await countTokens('cl100k_base', 'a'.repeat(64 * 1024));
  expect(tokens).toBeGreaterThanOrEqual(8_192);
  expect(tokens).toBeLessThan(8_192 * 1.02);
});
