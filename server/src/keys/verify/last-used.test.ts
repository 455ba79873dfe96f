import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { identifyIn, mintIn, startPair } from '../../nodes/revocation.fixture.ts';
import { getKey, rotate } from '../index.ts';
import { mintOne, openTestKeys, OPERATOR } from '../keys.fixture.ts';

describeOnBothDatabases('last use', (open) => {
  test('the last use is written for key and secret, with the address', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key } = await mintOne(keys);
    const [secret] = key.secrets;
    const now = clock.nowMs();
    clock.nowMs = () => now;
    keys.lastUsed.note(secret?.id ?? '', key.id, '192.0.2.1');
    clock.nowMs = () => now + 5;
    keys.lastUsed.note(secret?.id ?? '', key.id, '192.0.2.2');
    await keys.lastUsed.flush();
    const read = await getKey(keys, OPERATOR, key.id);
    expect(read.lastUsedAt).toBe(now + 5);
    expect(read.secrets[0]).toMatchObject({ lastUsedAt: now + 5, lastUsedFrom: '192.0.2.2' });
    expect(read.revision).toBe(1);
  });

  test('an older use from another process never replaces a newer one', async () => {
    const { keys, clock, another } = await openTestKeys(open);
    const other = await another();
    const { key } = await mintOne(keys);
    const [secret] = key.secrets;
    other.clock.offsetMs = -60_000;
    keys.lastUsed.note(secret?.id ?? '', key.id, 'new');
    other.keys.lastUsed.note(secret?.id ?? '', key.id, 'old');
    await keys.lastUsed.flush();
    await other.keys.lastUsed.flush();
    const read = await getKey(keys, OPERATOR, key.id);
    expect(read.secrets[0]?.lastUsedFrom).toBe('new');
    expect(read.lastUsedAt).toBeGreaterThan(clock.nowMs() - 30_000);
  });

  test('one flush writes all last uses, and a later one writes those that failed', async () => {
    const { keys, database } = await openTestKeys(open);
    const { key } = await mintOne(keys);
    const id = (i: number): string => `sec_${String(i).padStart(12, '0')}`;
    await keys.storage.transaction((tx) =>
      sql
        .raw(
          database.dialect === 'sqlite'
            ? `with recursive n(i) as (select 0 union all select i + 1 from n where i < 2499)
             insert into key_secrets select printf('sec_%012d', i), '${key.id}', randomblob(32), 'p', 'h', 1, null, null, 1, null from n`
            : `insert into key_secrets select 'sec_' || lpad(i::text, 12, '0'), '${key.id}', decode(md5(i::text), 'hex'), 'p', 'h', 1, null, null, 1, null from generate_series(0, 2499) i`,
        )
        .execute(tx),
    );
    for (let i = 0; i < 2_500; i++) keys.lastUsed.note(id(i), key.id, 'x');
    await keys.storage.transaction((tx) => sql`alter table keys rename to keys_away`.execute(tx));
    await keys.lastUsed.flush();
    await keys.storage.transaction((tx) => sql`alter table keys_away rename to keys`.execute(tx));
    await keys.lastUsed.flush();
    const { rows } = await sql<{ n: number }>`select count(*) as n from key_secrets
      where last_used_from = 'x'`.execute(keys.storage.db);
    expect(rows[0]?.n).toBe(2_500);
  });

  test('two processes that write last uses of the same keys in opposite order, during rotations, never fail', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    const made = await Promise.all(Array.from({ length: 30 }, () => mintOne(keys)));
    const note = (context: typeof keys, order: typeof made): void => {
      for (const { key } of order) context.lastUsed.note(key.secrets[0]?.id ?? '', key.id, 'x');
    };
    for (let round = 0; round < 5; round++) {
      note(keys, made);
      note(other.keys, made.toReversed());
      const rotations = made
        .slice(round * 5, round * 5 + 5)
        .map(({ key }) => rotate(keys, OPERATOR, { id: key.id, input: {} }));
      await Promise.all([keys.lastUsed.flush(), other.keys.lastUsed.flush(), ...rotations]);
    }
    for (const { key } of made) {
      const { secrets } = await getKey(keys, OPERATOR, key.id);
      expect(secrets.some(({ lastUsedAt }) => lastUsedAt !== null)).toBe(true);
    }
  });

  test('stopping writes the remaining last uses, is idempotent, and nothing is written afterwards', async () => {
    const { keys } = await openTestKeys(open);
    const { key } = await mintOne(keys);
    keys.lastUsed.note(key.secrets[0]?.id ?? '', key.id, 'before');
    await Promise.all([keys.lastUsed.stop(), keys.lastUsed.stop()]);
    keys.lastUsed.note(key.secrets[0]?.id ?? '', key.id, 'after');
    await sleep(1_100);
    expect((await getKey(keys, OPERATOR, key.id)).secrets[0]?.lastUsedFrom).toBe('before');
  });

  test('a killed process loses at most a second of last uses, of secrets and of scopes', async () => {
    const { storage, ...database } = await open();
    const { a } = await startPair(database);
    const { id, secret } = await mintIn(a);
    const uses: number[] = [];
    const endMs = Date.now() + 3_500;
    while (Date.now() < endMs) {
      await identifyIn(a, secret);
      uses.push(Date.now());
      await sleep(10);
    }
    await a.kill();
    const { rows } = await sql<{ last_used_at: number }>`select last_used_at from keys
      where id = ${id}`.execute(storage.db);
    // A second between two writes, and what writing takes on a machine that does other things too.
    expect((uses.at(-1) ?? 0) - (rows[0]?.last_used_at ?? 0)).toBeLessThan(2_400);
    const { rows: scopes } = await sql<{ n: number }>`select count(*) as n from key_scope_uses
      where key_id = ${id}`.execute(storage.db);
    expect(scopes[0]?.n).toBe(1);
  });
});
