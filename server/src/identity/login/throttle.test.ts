import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { openTestIdentity } from '../identity.fixture.ts';
import type { Identity } from '../index.ts';

type Taken = Awaited<ReturnType<Identity['throttle']['take']>>;
const isLetIn = (taken: Taken): boolean => 'network' in taken;
const waitOf = (taken: Taken): number => ('network' in taken ? 0 : taken.retryAfterSeconds);

describeOnBothDatabases('the login throttle', (open) => {
  const letIn = async (identity: Identity, attempts: { username: string; ip: string }[]) => {
    const waits = [];
    for (const attempt of attempts) waits.push(await identity.throttle.take(attempt));
    return waits.filter(isLetIn).length;
  };
  const times = (count: number, attempt: (i: number) => { username: string; ip: string }) =>
    Array.from({ length: count }, (_, i) => attempt(i));

  test('ten attempts with one name from one address are allowed in 15 minutes', async () => {
    const { identity, clock } = await openTestIdentity(open);
    const ann = { username: 'ann', ip: '192.0.2.1' };
    expect(
      await letIn(
        identity,
        times(12, () => ann),
      ),
    ).toBe(10);
    const wait = waitOf(await identity.throttle.take(ann));
    expect(wait).toBeGreaterThan(15 * 60 - 60);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    expect(isLetIn(await identity.throttle.take({ ...ann, ip: '192.0.2.2' }))).toBe(true);
    expect(isLetIn(await identity.throttle.take({ ...ann, username: 'bob' }))).toBe(true);
    clock.offsetMs += 15 * 60_000 + 1;
    expect(
      await letIn(
        identity,
        times(12, () => ann),
      ),
    ).toBe(10);
  });

  test('fifty attempts from one address are allowed, for all names together, and an IPv6 network counts as one address', async () => {
    const { identity } = await openTestIdentity(open);
    const from = (ip: (i: number) => string) => times(55, (i) => ({ username: `user${i}`, ip: ip(i) }));
    expect(
      await letIn(
        identity,
        from(() => '192.0.2.1'),
      ),
    ).toBe(50);
    expect(
      await letIn(
        identity,
        from((i) => `2001:db8:1:2::${i.toString(16)}`),
      ),
    ).toBe(50);
  });

  test('the attempts of one network do not delay another network, even when they are refused', async () => {
    const { identity } = await openTestIdentity(open);
    const ann = { username: 'ann', ip: '192.0.2.1' };
    await letIn(
      identity,
      times(150, () => ann),
    );
    const fromElsewhere = await identity.throttle.take({ ...ann, ip: '198.51.100.1' });
    expect(fromElsewhere).toEqual({ network: '198.51.100.1', isSlow: false });
    // Refused attempts at one name take nothing from the others at the same address.
    expect(isLetIn(await identity.throttle.take({ ...ann, username: 'bob' }))).toBe(true);
  });

  test('a name that many networks try is refused to no network, and only unknown networks wait', async () => {
    const { identity } = await openTestIdentity(open);
    const ann = { username: 'ann', ip: '198.51.100.1' };
    await identity.throttle.take(ann);
    await identity.throttle.forgive(ann);
    const crowd = times(105, (i) => ({ username: 'ann', ip: `192.0.2.${i}` }));
    expect(await letIn(identity, crowd)).toBe(105);
    expect(await identity.throttle.take(ann)).toMatchObject({ isSlow: false });
    expect(await identity.throttle.take({ ...ann, ip: '203.0.113.1' })).toMatchObject({ isSlow: true });
    expect(await identity.throttle.take({ username: 'bob', ip: '203.0.113.1' })).toMatchObject({
      isSlow: false,
    });
  });

  test('parallel attempts in two processes do not exceed the limit', async () => {
    const { identity, another } = await openTestIdentity(open);
    const both = [identity, await another()];
    const ann = { username: 'ann', ip: '192.0.2.1' };
    const waits = await Promise.all(Array.from({ length: 24 }, (_, i) => both[i % 2]!.throttle.take(ann)));
    expect(waits.filter(isLetIn)).toHaveLength(10);
  });

  test('attempts over the limit do not wait for the write lock, so they do not delay other writes', async () => {
    const { identity, another } = await openTestIdentity(open);
    const ann = { username: 'ann', ip: '192.0.2.1' };
    await letIn(
      identity,
      times(11, () => ann),
    );
    const { storage } = (await another()).keys;
    await storage.transaction(async (tx) => {
      // On SQLite other writes wait for this transaction anyway.
      if (storage.dialect === 'postgres') await sql`lock table login_attempts in exclusive mode`.execute(tx);
      expect(isLetIn(await identity.throttle.take(ann))).toBe(false);
    });
  });

  test('a successful login resets the attempts', async () => {
    const { identity } = await openTestIdentity(open);
    const ann = { username: 'ann', ip: '192.0.2.1' };
    for (let i = 0; i < 60; i++) {
      expect(isLetIn(await identity.throttle.take(ann))).toBe(true);
      await identity.throttle.forgive(ann);
    }
  });
});
