import { expect, test } from 'vitest';
import { HIDDEN, SecretFilter } from './secrets.ts';

const SECRET = 'correct-horse-battery';

function said(texts: string[], secrets: string[]): string {
  const filter = new SecretFilter(secrets);
  return texts.map((text) => filter.add(text)).join('') + filter.end();
}

test('a secret is taken out of an answer however the answer is cut into pieces', () => {
  const text = `It is ${SECRET}, I said: correct-horse-${SECRET}.`;
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(said(pieces, [SECRET, 'other-secret'])).toBe(`It is ${HIDDEN}, I said: correct-horse-${HIDDEN}.`);
  }
});

test('what only begins like a secret is said in the end, and nothing is changed where there is none', () => {
  expect(said(['It is cor', 'rect-ho'], [SECRET])).toBe('It is correct-ho');
  expect(said(['It is ', SECRET], [])).toBe(`It is ${SECRET}`);
});

test('of two secrets of which one holds the other nothing is left of the longer one', () => {
  expect(new SecretFilter(['horse', SECRET]).hide(`${SECRET} horse`)).toBe(`${HIDDEN} ${HIDDEN}`);
});
