import { expect, test, vi } from 'vitest';
import { contentOf } from './content.ts';

/** Each becomes eighteen letters. */
const ODD = '\uFDFA'.repeat(50);
const part = (name: string) => ({ [name]: 'image_url' });

test('a body of a hundred thousand odd names is not folded name by name', () => {
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

test('a picture is found under odd names, whatever stands before it', () => {
  const odd = { ｉｍａｇｅ_url: { url: 'https://example.test/a.png' } };
  expect(contentOf([odd, odd, odd]).images).toBe(3);
  const many = Array.from({ length: 1_000 }, (_, i) => part(`é${i}`));
  expect(contentOf([...many, odd]).images).toBeGreaterThanOrEqual(1);
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`name${i}`, 1]));
  expect(contentOf([{ ...wide, image_url: 'https://example.test/a.png' }]).images).toBe(1);
});
