import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sealing } from '../../sealing/index.ts';
import { openTransaction, returnPath, sealTransaction } from './transaction.ts';

const SITE = 'https://keyward.example.com';

/** Where a browser that is at the site goes for a link. */
const originOf = (path: string): string => new URL(path, `${SITE}/v1/session/oidc/callback`).origin;

test.for([
  ['/', '/'],
  ['/keys?page=2#top', '/keys?page=2#top'],
  ['/a/../b', '/b'],
  ['/a%2F%2Fevil.example', '/a%2F%2Fevil.example'],
  ['/?next=https://evil.example/', '/?next=https://evil.example/'],
  ['/keys/ä', '/keys/%C3%A4'],
])('The path %s of this site is a way back.', ([path, shown]) => {
  expect(returnPath(path!, '')).toBe(shown);
});

test.for([
  '',
  'keys',
  '?a=b',
  '#a',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/ /evil.example',
  'https://evil.example/',
  'https:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/..//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/a\\..\\..\\\\evil.example',
  `/${'a'.repeat(2_000)}`,
  '/\u0000',
])('The text %j is no way back.', (text) => {
  expect(returnPath(text, '')).toBeUndefined();
});

test('No way back leads to another site, whatever text it is made of.', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '//',
    '@',
    ':',
    '?',
    '#',
    '%2f',
    '%5c',
    '\t',
    'evil.example',
    'http:',
    '[',
    ']',
    ' ',
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const path = returnPath(text, '');
      expect(path === undefined ? SITE : originOf(path)).toBe(SITE);
    }),
    { numRuns: 5_000 },
  );
});

test('Behind a path of a proxy, the way back lies below it.', () => {
  for (const path of ['/keyward/keys', '/keyward/', '/keyward', '/keyward?a=b'])
    expect(returnPath(path, '/keyward')).toBe(path);
  for (const path of ['/', '/keys', '/keywardly', '/keyward/../keys', '/keyward/%2e%2e/keys'])
    expect(returnPath(path, '/keyward')).toBeUndefined();
});

test('A transaction opens unchanged, in its time, with the master key of its server.', () => {
  const sealing = Sealing.open({ masterKey: randomBytes(32) });
  const transaction = { state: 's', nonce: 'n', verifier: 'v', returnTo: '/', expiresAt: 1_000 };
  const kept = sealTransaction(sealing, transaction);
  expect(openTransaction(sealing, kept, 999)).toEqual(transaction);
  expect(openTransaction(sealing, kept, 1_000)).toBeUndefined();
  const other = Sealing.open({ masterKey: randomBytes(32) });
  expect(openTransaction(other, kept, 0)).toBeUndefined();
  expect(
    openTransaction(sealing, sealing.seal(JSON.stringify(transaction), 'another context'), 0),
  ).toBeUndefined();
  for (const text of ['', 'v1.x', kept.slice(0, -1), `${kept}A`, 'x'.repeat(9_000)])
    expect(openTransaction(sealing, text, 0)).toBeUndefined();
  for (const piece of ['"s"', '"v"'])
    expect(Buffer.from(kept.split('.')[2]!, 'base64url').toString()).not.toContain(piece);
});
