import bcrypt from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { INSIDE } from './hash-queue.ts';
import { checkAgainst, hashPassword, isBcryptHash } from './password.ts';

const both = { withBcrypt: true, place: INSIDE };
const modern = { withBcrypt: false, place: INSIDE };

describe('passwords', () => {
  test('a hash is argon2id, matches only its password, and has a new salt each time', async () => {
    const hash = await hashPassword('correct horse', INSIDE);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashPassword('correct horse', INSIDE)).not.toBe(hash);
    const stored = { hash, kind: 'argon2id' } as const;
    expect(await checkAgainst('correct horse', stored, modern)).toBe(true);
    expect(await checkAgainst('correct horse', stored, both)).toBe(true);
    for (const wrong of ['correct horsf', '', 'correct horse ', 'x'.repeat(1_000_000)])
      expect(await checkAgainst(wrong, stored, both)).toBe(false);
  });

  test('a hash of bcrypt matches its password', async () => {
    const stored = { hash: await bcrypt.hash('correct horse', 4), kind: 'bcrypt' } as const;
    expect(await checkAgainst('correct horse', stored, both)).toBe(true);
    expect(await checkAgainst('wrong horse', stored, both)).toBe(false);
  });

  test('no password matches without a user', async () => {
    for (const password of ['', 'correct horse'])
      for (const which of [modern, both]) expect(await checkAgainst(password, undefined, which)).toBe(false);
  });

  test('no password matches a damaged hash', async () => {
    for (const hash of ['', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$', 'correct horse'])
      expect(await checkAgainst('correct horse', { hash, kind: 'argon2id' }, modern)).toBe(false);
  });

  test('only complete hashes of bcrypt up to the cost limit can be imported', async () => {
    const hash = await bcrypt.hash('x', 4);
    expect(isBcryptHash(hash)).toBe(true);
    expect(isBcryptHash(hash.slice(0, -1))).toBe(false);
    expect(isBcryptHash(hash.replace('$04$', '$20$'))).toBe(false);
    expect(isBcryptHash('correct horse')).toBe(false);
  });

  test('logins beyond the limit of the queue are refused, and the others succeed', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () => checkAgainst('x', undefined, modern)),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(80 - 65);
    for (const outcome of refused)
      expect(outcome).toMatchObject({
        reason: { code: 'rate_limited', extras: { headers: { 'retry-after': '2' } } },
      });
    expect(await checkAgainst('x', undefined, modern)).toBe(false);
  });
});
