import { expect, test, vi } from 'vitest';
import { contentOf } from './content.ts';

/** Each becomes eighteen letters. */
const ODD = '\uFDFA'.repeat(50);
const part = (name: string) => ({ [name]: 'image_url' });

test('A body of 100,000 non-ASCII names is not folded name by name', () => {
  const watched = vi.spyOn(String.prototype, 'normalize');
  try {
    const many = Array.from({ length: 100_000 }, (_, i) => part(`${ODD}${i}`));
    const object = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`${ODD}${i}`, 1]));
    contentOf({ messages: [...many, object] });
    expect(watched.mock.calls.length).toBeLessThan(1_000);
  } finally {
    watched.mockRestore();
  }
});

test('A picture is found under non-ASCII names, wherever it is', () => {
  const odd = { ｉｍａｇｅ_url: { url: 'https://example.test/a.png' } };
  expect(contentOf([odd, odd, odd]).images).toBe(3);
  const many = Array.from({ length: 1_000 }, (_, i) => part(`é${i}`));
  expect(contentOf([...many, odd]).images).toBeGreaterThanOrEqual(1);
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`name${i}`, 1]));
  expect(contentOf([{ ...wide, image_url: 'https://example.test/a.png' }]).images).toBe(1);
});
