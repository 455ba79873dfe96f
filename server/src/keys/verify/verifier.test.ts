import { hash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { changeState, endSecret, importKeys, rotate } from '../index.ts';
import { all, HeldStorage, identify, MASTER_KEY, mintOne, openTestKeys, OPERATOR } from '../keys.fixture.ts';

describeOnBothDatabases('identify', (open) => {
  test('a valid key comes from the database once and then from memory', async () => {
    const { keys } = await openTestKeys(open);
    const { secret } = await mintOne(keys);
    expect(await identify(keys, secret)).toEqual({ code: 'valid', fromMemory: false });
    expect(await identify(keys, secret)).toEqual({ code: 'valid', fromMemory: true });
  });

  test('every refusal of a key asks the database, with one query each, so that time reveals nothing', async () => {
    const held = new HeldStorage();
    const { keys, clock } = await openTestKeys(open, { between: held.between });
    const [revoked, disabled, expired, good] = await Promise.all([
      mintOne(keys),
      mintOne(keys),
      mintOne(keys, { expires_in_seconds: 10 }),
      mintOne(keys),
    ]);
    await changeState(keys, OPERATOR, { id: revoked.key.id, verb: 'revoke' });
    await changeState(keys, OPERATOR, { id: disabled.key.id, verb: 'disable' });
    await identify(keys, expired.secret);
    clock.offsetMs += 10_000;
    const texts = {
      revoked: revoked.secret,
      disabled: disabled.secret,
      expired: expired.secret,
      malformed: `${good.secret.slice(0, -1)}${good.secret.endsWith('0') ? '1' : '0'}`,
      not_found: 'sk-proj-0123456789abcdef',
    };
    for (let round = 0; round < 2; round++) {
      for (const [code, text] of Object.entries(texts)) {
        held.queries = 0;
        const { fromMemory, code: answered } = await identify(keys, text);
        expect([answered, fromMemory, held.queries]).toEqual([code, false, 1]);
      }
    }
  });

  test('the verifier answers text of any kind and never throws', async () => {
    const { keys } = await openTestKeys(open);
    for (const text of ['', ' ', '\0', '漢字', '\uD800', 'x'.repeat(100_000), `sk-kw1${'0'.repeat(50)}`])
      expect((await identify(keys, text)).code).toMatch(/not_found|malformed/);
  });

  test('without a lease a node does not trust its memory of keys', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { secret } = await mintOne(keys);
    await identify(keys, secret);
    clock.offsetMs += 2_001;
    expect(await identify(keys, secret)).toEqual({ code: 'valid', fromMemory: false });
  });

  test('expiry and the end of an overlap hold to the millisecond, also from memory', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { secret, key } = await mintOne(keys, { expires_in_seconds: 1 });
    await identify(keys, secret);
    const realNow = clock.nowMs.bind(clock);
    clock.nowMs = () => (key.expiresAt ?? 0) - 1;
    expect((await identify(keys, secret)).code).toBe('valid');
    clock.nowMs = () => key.expiresAt ?? 0;
    expect((await identify(keys, secret)).code).toBe('expired');
    clock.nowMs = realNow;
  });

  test('a slow read of a key that a revocation overtakes does not stay in memory', async () => {
    const held = new HeldStorage();
    const { keys } = await openTestKeys(open, { between: held.between });
    const { key, secret } = await mintOne(keys);
    held.hold();
    const slow = keys.verifier.identify(secret);
    // The read has its answer and is held before it comes back; the revocation is acknowledged meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await changeState(keys, OPERATOR, { id: key.id, verb: 'revoke' });
    held.release();
    // It began before the revocation: it may still be admitted. What begins now may not.
    expect((await slow).valid).toBe(true);
    expect(await identify(keys, secret)).toEqual({ code: 'revoked', fromMemory: false });
  });

  test('a slow read of a key that a revocation by another process overtakes does not stay in memory', async () => {
    const held = new HeldStorage();
    const { keys, another } = await openTestKeys(open, { between: held.between });
    const other = await another({ between: (same) => same });
    const { key, secret } = await mintOne(keys);
    held.hold();
    const slow = keys.verifier.identify(secret);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { acknowledged } = await changeState(other.keys, OPERATOR, { id: key.id, verb: 'revoke' });
    expect(acknowledged.nodes).toBe(2);
    held.release();
    await slow;
    expect(await identify(keys, secret)).toEqual({ code: 'revoked', fromMemory: false });
  });

  test('the first and the second secret of a key end separately', async () => {
    const { keys } = await openTestKeys(open);
    const { key, secret: first } = await mintOne(keys);
    const { secret: second, key: rotated } = await rotate(keys, OPERATOR, { id: key.id, input: {} });
    for (const text of [first, second]) {
      await identify(keys, text);
      expect(await identify(keys, text)).toEqual({ code: 'valid', fromMemory: true });
    }
    await endSecret(keys, OPERATOR, { id: key.id, secretId: rotated.secrets[1]?.id ?? '' });
    expect((await identify(keys, first)).code).toBe('expired');
    expect((await identify(keys, second)).code).toBe('valid');
  });
});

describeOnBothDatabases('peppers', (open) => {
  test('a key made under an older master key is found, and moved to the current one at its first use', async () => {
    const { keys, another, database } = await openTestKeys(open);
    const { secret } = await mintOne(keys);
    const newer = { masterKey: randomBytes(32), previous: [MASTER_KEY.toString('base64')] };
    const both = await another(newer);
    const peppers = async (): Promise<string[]> =>
      (await sql<{ pepper: string }>`select pepper from key_secrets`.execute(database.storage.db)).rows.map(
        ({ pepper }) => pepper,
      );
    expect(await peppers()).toEqual([keys.sealing.fingerprint]);
    const found = await Promise.all(Array.from({ length: 20 }, () => identify(both.keys, secret)));
    expect(found.every(({ code }) => code === 'valid')).toBe(true);
    await expect.poll(peppers).toEqual([both.keys.sealing.fingerprint]);
    const current = await another({ masterKey: newer.masterKey });
    expect((await identify(current.keys, secret)).code).toBe('valid');
    expect((await identify(keys, secret)).code).toBe('not_found');
  });

  test('a key imported under an older master key is recognised, and not imported twice', async () => {
    const { keys, another } = await openTestKeys(open);
    const secret = 'an-old-imported-key-0001';
    const lines = async function* () {
      yield { line: 1, input: { name: 'old', owner: 'tests', role: 'client' as const, secret } };
    };
    await all(importKeys(keys, OPERATOR, lines()));
    const both = await another({ masterKey: randomBytes(32), previous: [MASTER_KEY.toString('base64')] });
    const [outcome] = await all(importKeys(both.keys, OPERATOR, lines()));
    expect(outcome).toMatchObject({ outcome: 'exists' });
    expect((await identify(both.keys, secret)).code).toBe('valid');
  });

  test('the digest in the database is neither the secret nor its SHA-256', async () => {
    const { keys, database } = await openTestKeys(open);
    const { secret } = await mintOne(keys);
    const { rows } = await sql<{ digest: Uint8Array }>`select digest from key_secrets`.execute(
      database.storage.db,
    );
    const digest = Buffer.from(rows[0]?.digest ?? []);
    expect(digest).toHaveLength(32);
    expect(digest.equals(hash('sha256', secret, 'buffer'))).toBe(false);
  });
});
