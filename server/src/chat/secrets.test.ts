import { expect, test } from 'vitest';
import type { Piece } from './ask-model.ts';
import { HIDDEN, withoutSecrets } from './secrets.ts';

const SECRET = 'correct-horse-battery';

async function said(texts: string[], secrets: string[]): Promise<string> {
  async function* pieces(): AsyncGenerator<Piece> {
    yield { kind: 'begun' };
    for (const text of texts) yield { kind: 'text', text };
    yield { kind: 'gone', said: undefined };
  }
  let all = '';
  for await (const piece of withoutSecrets(pieces(), secrets)) if (piece.kind === 'text') all += piece.text;
  return all;
}

test('a secret is taken out of an answer however the answer is cut into pieces', async () => {
  const text = `It is ${SECRET}, I said: correct-horse-${SECRET}.`;
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(await said(pieces, [SECRET, 'other-secret'])).toBe(
      `It is ${HIDDEN}, I said: correct-horse-${HIDDEN}.`,
    );
  }
});

test('what only begins like a secret is said in the end, and nothing is changed where there is none', async () => {
  expect(await said(['It is cor', 'rect-ho'], [SECRET])).toBe('It is correct-ho');
  expect(await said(['It is ', SECRET], [])).toBe(`It is ${SECRET}`);
});
