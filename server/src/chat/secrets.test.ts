import { expect, test } from 'vitest';
import { HIDDEN, SecretFilter } from './secrets.ts';

const SECRET = 'correct-horse-battery';

function said(texts: string[], secrets: string[]): string {
  const filter = new SecretFilter(secrets);
  return texts.map((text) => filter.add(text)).join('') + filter.end();
}

test('A secret is removed from an answer wherever the answer is cut into pieces', () => {
  const text = `It is ${SECRET}, I said: correct-horse-${SECRET}.`;
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(said(pieces, [SECRET, 'other-secret'])).toBe(`It is ${HIDDEN}, I said: correct-horse-${HIDDEN}.`);
  }
});

test('A text that only begins like a secret appears at the end, and other texts do not change', () => {
  expect(said(['It is cor', 'rect-ho'], [SECRET])).toBe('It is correct-ho');
  expect(said(['It is ', SECRET], [])).toBe(`It is ${SECRET}`);
});

test('A secret that contains another one is removed as a whole', () => {
  expect(new SecretFilter(['horse', SECRET]).hide(`${SECRET} horse`)).toBe(`${HIDDEN} ${HIDDEN}`);
});
