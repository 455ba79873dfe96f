import { describe, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import {
  changeState,
  endSecret,
  getKey,
  QuietSweeper,
  reportLeak,
  rotate,
  STATE_VERBS,
  updateKey,
} from './index.ts';
import type { StateVerb } from './index.ts';
import { STORED_STATES, type StoredState } from './key.ts';
import { identify, mintOne, openTestKeys, OPERATOR, type TestKeys } from './keys.fixture.ts';

const DAY_MS = 86_400_000;

/** Where each verb leads from each state; not named: refused. */
const TRANSITIONS: Record<StoredState, Partial<Record<StateVerb, StoredState>>> = {
  active: { disable: 'disabled', enable: 'active', quarantine: 'quarantined', revoke: 'revoked' },
  disabled: { disable: 'disabled', enable: 'active', revoke: 'revoked' },
  quarantined: { disable: 'disabled', enable: 'active', quarantine: 'quarantined', revoke: 'revoked' },
  revoked: { revoke: 'revoked', restore: 'active' },
};
const WAY: Record<StoredState, StateVerb | undefined> = {
  active: undefined,
  disabled: 'disable',
  quarantined: 'quarantine',
  revoked: 'revoke',
};

describeOnBothDatabases('states', (open) => {
  async function keyIn({ keys }: TestKeys, state: StoredState) {
    const made = await mintOne(keys);
    const verb = WAY[state];
    if (verb !== undefined) await changeState(keys, OPERATOR, { id: made.key.id, verb, reason: 'before' });
    return made;
  }

  test('every verb in every state of a key leads to the right state, or is refused and changes nothing', async () => {
    const opened = await openTestKeys(open);
    const { keys } = opened;
    const outcomes: Record<string, Partial<Record<StateVerb, StoredState>>> = {};
    for (const state of STORED_STATES) {
      outcomes[state] = {};
      for (const verb of STATE_VERBS) {
        const { key } = await keyIn(opened, state);
        const before = await getKey(keys, OPERATOR, key.id);
        const change = changeState(keys, OPERATOR, { id: key.id, verb, reason: 'now' });
        const code = await change.then(
          () => 'done',
          (error: { code: string }) => error.code,
        );
        const after = await getKey(keys, OPERATOR, key.id);
        if (code === 'done') outcomes[state][verb] = after.storedState;
        expect(code === 'done' || code === 'conflict').toBe(true);
        expect(code === 'done' ? after.stateReason : after).toEqual(code === 'done' ? 'now' : before);
      }
    }
    expect(outcomes).toEqual(TRANSITIONS);
  });

  test('a repeated change of state without a reason keeps the first reason, and the time of revocation', async () => {
    const opened = await openTestKeys(open);
    const { keys, clock } = opened;
    const { key } = await keyIn(opened, 'revoked');
    const before = await getKey(keys, OPERATOR, key.id);
    clock.offsetMs += DAY_MS;
    const { result } = await changeState(keys, OPERATOR, { id: key.id, verb: 'revoke' });
    expect(result).toMatchObject({ stateReason: 'before', revokedAt: before.revokedAt });
  });

  test('a revoked key can be restored for 30 days, to the millisecond, and is neither changed nor rotated', async () => {
    const opened = await openTestKeys(open);
    const { keys, clock } = opened;
    for (const [laterMs, outcome] of [
      [30 * DAY_MS, 'done'],
      [30 * DAY_MS + 1, 'conflict'],
    ] as const) {
      const { key } = await keyIn(opened, 'revoked');
      await expect(updateKey(keys, OPERATOR, { id: key.id, input: { name: 'x' } })).rejects.toThrow(
        'revoked',
      );
      await expect(rotate(keys, OPERATOR, { id: key.id, input: {} })).rejects.toThrow('revoked');
      const { revokedAt } = await getKey(keys, OPERATOR, key.id);
      const now = clock.nowMs.bind(clock);
      clock.nowMs = () => (revokedAt ?? 0) + laterMs;
      const code = await changeState(keys, OPERATOR, { id: key.id, verb: 'restore' }).then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
      clock.nowMs = now;
      expect(code).toBe(outcome);
    }
  });

  test('a change with an old revision is refused', async () => {
    const { keys } = await openTestKeys(open);
    const { key } = await mintOne(keys);
    const { result } = await updateKey(keys, OPERATOR, { id: key.id, input: { name: 'a' }, revision: 1 });
    expect(result.revision).toBe(2);
    await expect(
      updateKey(keys, OPERATOR, { id: key.id, input: { name: 'b' }, revision: 1 }),
    ).rejects.toMatchObject({ code: 'precondition_failed', status: 412 });
    const both = await Promise.allSettled(
      ['c', 'd'].map((name) => updateKey(keys, OPERATOR, { id: key.id, input: { name }, revision: 2 })),
    );
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a reported key is quarantined once; a report of an invalid key changes nothing', async () => {
    const opened = await openTestKeys(open);
    const { keys } = opened;
    const { key, secret } = await mintOne(keys);
    await Promise.all([1, 2, 3].map((i) => reportLeak(keys, secret, `place ${i}`)));
    await reportLeak(keys, 'sk-proj-unknown-0123456789', 'nowhere');
    const found = await getKey(keys, OPERATOR, key.id);
    expect(found).toMatchObject({ storedState: 'quarantined' });
    expect((await identify(keys, secret)).code).toBe('valid');
    const disabled = await keyIn(opened, 'disabled');
    await reportLeak(keys, disabled.secret, 'somewhere');
    expect(await getKey(keys, OPERATOR, disabled.key.id)).toMatchObject({ storedState: 'disabled' });
  });
});

describeOnBothDatabases('rotation', (open) => {
  test('both secrets of a rotated key work during the overlap, then the new one alone', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, secret: old } = await mintOne(keys);
    const rotated = await rotate(keys, OPERATOR, { id: key.id, input: { overlap_seconds: 100 } });
    expect(rotated.key.id).toBe(key.id);
    expect(rotated.key.secrets.map(({ endsAt }) => endsAt === null)).toEqual([true, false]);
    for (const text of [old, rotated.secret]) expect((await identify(keys, text)).code).toBe('valid');
    await expect(rotate(keys, OPERATOR, { id: key.id, input: {} })).rejects.toMatchObject({
      code: 'rotation_running',
    });
    clock.offsetMs += 100_000;
    expect((await identify(keys, old)).code).toBe('expired');
    expect((await identify(keys, rotated.secret)).code).toBe('valid');
    await rotate(keys, OPERATOR, { id: key.id, input: {} });
  });

  test('the newest secret is known even if several are made within one millisecond', async () => {
    const { keys, clock } = await openTestKeys(open);
    const now = clock.nowMs();
    clock.nowMs = () => now;
    for (let round = 0; round < 8; round++) {
      const { key, secret: first } = await mintOne(keys);
      const second = await rotate(keys, OPERATOR, { id: key.id, input: { overlap_seconds: 0 } });
      const third = await rotate(keys, OPERATOR, { id: key.id, input: { overlap_seconds: 60 } });
      expect((await identify(keys, first)).code).toBe('expired');
      const [newest, ...others] = third.key.secrets;
      expect(newest?.endsAt).toBeNull();
      const end = (secretId: string) => endSecret(keys, OPERATOR, { id: key.id, secretId });
      await expect(end(newest?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
      for (const { id } of others) await end(id);
      expect((await identify(keys, second.secret)).code).toBe('expired');
      expect((await identify(keys, third.secret)).code).toBe('valid');
    }
    clock.nowMs = () => Date.now();
  });

  test('one of several simultaneous rotations of a key succeeds', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    const { key } = await mintOne(keys);
    const outcomes = await Promise.allSettled(
      [keys, other.keys, keys, other.keys].map((context) =>
        rotate(context, OPERATOR, { id: key.id, input: {} }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await getKey(keys, OPERATOR, key.id)).secrets).toHaveLength(2);
  });

  test.each([
    [{ quiet_seconds: 5 }, 'quiet_seconds'],
    [{ end: 'quiet' as const, overlap_seconds: 5 }, 'overlap_seconds'],
  ])('a rotation with %j is refused', async (input, field) => {
    const { keys } = await openTestKeys(open);
    const { key } = await mintOne(keys);
    await expect(rotate(keys, OPERATOR, { id: key.id, input })).rejects.toMatchObject({
      extras: { errors: [{ field }] },
    });
  });

  describe('that ends by silence', () => {
    const quiet = { end: 'quiet', quiet_seconds: 100 } as const;

    test('with end: quiet the old secret works while it is used, and ends after the quiet time', async () => {
      const { keys, clock } = await openTestKeys(open);
      const sweeper = new QuietSweeper(keys);
      const { key, secret: old } = await mintOne(keys);
      const { secret } = await rotate(keys, OPERATOR, { id: key.id, input: quiet });
      for (let i = 0; i < 3; i++) {
        clock.offsetMs += 90_000;
        const identity = await keys.verifier.identify(old);
        if (identity.valid) keys.lastUsed.note(identity.secretId, key.id, '192.0.2.1');
        await keys.lastUsed.flush();
        await sweeper.sweep();
        expect((await identify(keys, old)).code).toBe('valid');
      }
      clock.offsetMs += 104_000;
      await identify(keys, old);
      await sweeper.sweep();
      expect((await identify(keys, old)).code).toBe('expired');
      expect((await identify(keys, secret)).code).toBe('valid');
      await rotate(keys, OPERATOR, { id: key.id, input: quiet });
    });

    test('two processes that sweep at once end a quiet secret once', async () => {
      const { keys, clock, another } = await openTestKeys(open);
      const other = await another();
      const { key } = await mintOne(keys);
      await rotate(keys, OPERATOR, { id: key.id, input: quiet });
      clock.offsetMs += 110_000;
      other.clock.offsetMs = clock.offsetMs;
      const revision = (await getKey(keys, OPERATOR, key.id)).revision;
      await Promise.all([keys, other.keys, keys].map((context) => new QuietSweeper(context).sweep()));
      const { secrets } = await getKey(keys, OPERATOR, key.id);
      expect(secrets[1]).toMatchObject({ quietMs: null });
      expect((await getKey(keys, OPERATOR, key.id)).revision).toBe(revision);
    });

    test('an old secret ends after 30 days at the latest, used or not', async () => {
      const { keys, clock } = await openTestKeys(open);
      const { key, secret: old } = await mintOne(keys);
      await rotate(keys, OPERATOR, { id: key.id, input: { end: 'quiet', quiet_seconds: 2_592_000 } });
      clock.offsetMs += 30 * DAY_MS - 1_000;
      expect((await identify(keys, old)).code).toBe('valid');
      clock.offsetMs += 2_000;
      expect((await identify(keys, old)).code).toBe('expired');
    });

    test('the sweeper of quiet secrets can be started and stopped twice', async () => {
      const { keys } = await openTestKeys(open);
      const sweeper = new QuietSweeper(keys);
      sweeper.start();
      sweeper.start();
      await Promise.all([sweeper.stop(), sweeper.stop()]);
      await expect(sweeper.stop()).resolves.toBeUndefined();
    });
  });
});
