import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import {
  changeState,
  createOwner,
  deleteOwner,
  getKey,
  mint,
  mintFirstKey,
  mintLocally,
  rotate,
  updateKey,
  updateOwner,
} from './index.ts';
import type { MintInput } from './index.ts';
import { identify, mintActor, mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';

const CLIENT = { name: 'k', owner: 'tests', role: 'client' } as const;

describeOnBothDatabases('minting', (open) => {
  test('minting gives a key and its text, and the text is nowhere in the database', async () => {
    const { keys, database } = await openTestKeys(open, { prefix: 'acme-' });
    const { key, secret } = await mintOne(keys, { name: 'mine', tags: ['a', 'a'], metadata: { n: 1 } });
    expect(secret).toMatch(/^acme-kw1[0-9A-Za-z]{50}$/);
    expect(key).toMatchObject({ name: 'mine', role: 'client', tags: ['a'], metadata: { n: 1 }, revision: 1 });
    expect(await getKey(keys, OPERATOR, key.id)).toEqual(key);
    await changeState(keys, OPERATOR, { id: key.id, verb: 'disable', reason: `pasted ${secret} here` });
    const { rows } = await sql<{ details: string }>`select details from audit_records`.execute(
      database.storage.db,
    );
    expect(JSON.stringify(rows)).not.toContain(secret.slice(8));
    const { stateReason } = await getKey(keys, OPERATOR, key.id);
    expect(stateReason).toBe('pasted [secret] here');
  });

  test.each<[string, (secret: string) => Partial<MintInput>]>([
    ['name', (secret) => ({ name: `was ${secret}` })],
    ['metadata', (secret) => ({ metadata: { deep: [{ old: secret }] } })],
    ['tags[1]', (secret) => ({ tags: ['a', secret] })],
  ])('the text of a key in %s is refused, and no message contains it', async (field, pasted) => {
    const { keys } = await openTestKeys(open);
    const { secret } = await mint(keys, OPERATOR, CLIENT);
    const failure: unknown = await mint(keys, OPERATOR, { ...CLIENT, ...pasted(secret) }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: 'invalid_input', extras: { errors: [{ field }] } });
    expect(String(failure)).not.toContain(secret.slice(8));
  });

  test.each<[string, Partial<MintInput>, string]>([
    ['role and scopes', { role: 'client', scopes: ['keys:read'] }, 'scopes'],
    ['neither role nor scopes', { role: undefined }, 'scopes'],
    ['a scope there is not', { role: undefined, scopes: ['keys:fly'] }, 'scopes[0]'],
    ['an owner there is not', { owner: 'nobody' }, 'owner'],
    ['a * in the middle', { selectors: { models: { deny: ['a', 'g*t'] } } }, 'selectors.models.deny[1]'],
    ['an invalid address', { selectors: { ips: ['10.0.0.0/8', 'x'] } }, 'selectors.ips[1]'],
    ['limits of one name', { limits: [limit('a'), limit('a')] }, 'limits[1].name'],
    ['a limit of nothing', { limits: [{ ...limit('a'), requests: 0 }] }, 'limits[0]'],
    ['budgets of one name', { budgets: [budget('a', '1'), budget('a', '1')] }, 'budgets[1].name'],
    ['a budget that is no number', { budgets: [budget('a', '1e3')] }, 'budgets[0].amount'],
    ['a budget with zeros in front', { budgets: [budget('a', '007')] }, 'budgets[0].amount'],
    ['a negative budget', { budgets: [budget('a', '-1')] }, 'budgets[0].amount'],
    ['parts of tokens', { budgets: [{ ...budget('a', '1.5'), unit: 'tokens' }] }, 'budgets[0].amount'],
    ['more money than is counted', { budgets: [budget('a', '9000001')] }, 'budgets[0].amount'],
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an expiry that is no time', { expires_at: 'tomorrow' }, 'expires_at'],
    ['two expiries', { expires_at: '2099-01-01T00:00:00Z', expires_in_seconds: 5 }, 'expires_at'],
    ['too much metadata', { metadata: { text: 'x'.repeat(9_000) } }, 'metadata'],
  ])('minting refuses %s and names the field', async (_name, input, field) => {
    const { keys } = await openTestKeys(open);
    const minting = mint(keys, OPERATOR, { ...CLIENT, ...input });
    await expect(minting).rejects.toMatchObject({ code: 'invalid_input', extras: { errors: [{ field }] } });
  });

  test('a suspended owner gets no key; a deleted one does not exist, and its name is free', async () => {
    const { keys } = await openTestKeys(open);
    const owner = await createOwner(keys, OPERATOR, { name: 'team', kind: 'team' });
    await updateOwner(keys, OPERATOR, { id: owner.id, input: { state: 'suspended' } });
    await expect(mintOne(keys, { owner: 'team' })).rejects.toMatchObject({ code: 'invalid_input' });
    await deleteOwner(keys, OPERATOR, owner.id);
    await expect(mintOne(keys, { owner: owner.id })).rejects.toMatchObject({ code: 'invalid_input' });
    await createOwner(keys, OPERATOR, { name: 'team', kind: 'team' });
    await mintOne(keys, { owner: 'team' });
  });

  test('a key minted while its owner is deleted gives no access', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    for (let round = 0; round < 5; round++) {
      const owner = await createOwner(keys, OPERATOR, { name: `o${round}`, kind: 'team' });
      const [made] = await Promise.allSettled([
        mintOne(keys, { owner: owner.id }),
        deleteOwner(other.keys, OPERATOR, owner.id),
      ]);
      const code = made.status === 'fulfilled' ? (await identify(keys, made.value.secret)).code : 'revoked';
      expect(code).toBe('revoked');
    }
  });
});

function limit(name: string) {
  return { name, requests: 5, window_seconds: 60 };
}

function budget(name: string, amount: string) {
  return { name, unit: 'usd', amount, period: 'day' } as const;
}

describeOnBothDatabases('idempotency', (open) => {
  test('a repeat with the same Idempotency-Key names the key made before; another request with it is a conflict', async () => {
    const { keys } = await openTestKeys(open);
    const { key } = await mint(keys, OPERATOR, CLIENT, 'once');
    await expect(mint(keys, OPERATOR, CLIENT, 'once')).rejects.toMatchObject({
      code: 'idempotent_repeat',
      extras: { details: { key_id: key.id } },
    });
    await expect(mint(keys, OPERATOR, { ...CLIENT, name: 'other' }, 'once')).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    await mint(keys, OPERATOR, CLIENT, 'twice');
  });

  test('the same request many times at once, from two processes, makes one key', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) => mint(i % 2 === 0 ? keys : other.keys, OPERATOR, CLIENT, 'once')),
    );
    const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.key.id] : []));
    expect(made).toHaveLength(1);
    for (const outcome of outcomes.filter((one) => one.status === 'rejected'))
      expect(outcome.reason).toMatchObject({
        code: 'idempotent_repeat',
        extras: { details: { key_id: made[0] } },
      });
  });

  test('owners do not share Idempotency-Keys, and a failed request uses none up', async () => {
    const { keys } = await openTestKeys(open);
    await createOwner(keys, OPERATOR, { name: 'others', kind: 'team' });
    const { actor: one } = await mintActor(keys, { role: 'admin' });
    const { actor: two } = await mintActor(keys, { role: 'admin', owner: 'others' });
    const input = { name: 'k', role: 'client' } as const;
    await expect(mint(keys, one, { ...input, owner: 'nobody' }, 'x')).rejects.toThrow('owner');
    await mint(keys, one, input, 'x');
    await mint(keys, two, input, 'x');
  });
});

describeOnBothDatabases('escalation', (open) => {
  test('a weaker key can neither mint, rotate, enable, restore nor change a stronger one', async () => {
    const { keys } = await openTestKeys(open);
    const { actor } = await mintActor(keys, { scopes: ['keys:write', 'models:use'] });
    const { key: strong } = await mintOne(keys, { role: 'admin' });
    const refused = { code: 'scope_escalation', status: 403 };
    await expect(mint(keys, actor, { name: 'x', role: 'admin' })).rejects.toMatchObject(refused);
    await expect(rotate(keys, actor, { id: strong.id, input: {} })).rejects.toMatchObject(refused);
    await expect(
      updateKey(keys, actor, { id: strong.id, input: { scopes: ['models:use'] } }),
    ).rejects.toMatchObject(refused);
    await expect(changeState(keys, actor, { id: strong.id, verb: 'enable' })).rejects.toMatchObject(refused);
    await expect(changeState(keys, actor, { id: strong.id, verb: 'revoke' })).rejects.toMatchObject(refused);
    await changeState(keys, OPERATOR, { id: strong.id, verb: 'revoke' });
    await expect(changeState(keys, actor, { id: strong.id, verb: 'restore' })).rejects.toMatchObject(refused);
  });

  test('a key can narrow itself and not widen itself again', async () => {
    const { keys } = await openTestKeys(open);
    const { actor, key, secret } = await mintActor(keys, {
      scopes: ['keys:write', 'keys:read', 'models:use'],
    });
    const wider = { scopes: ['keys:write', 'models:*'] };
    await expect(updateKey(keys, actor, { id: key.id, input: wider })).rejects.toMatchObject({
      code: 'scope_escalation',
    });
    await updateKey(keys, actor, { id: key.id, input: { scopes: ['keys:write'] } });
    const now = await keys.verifier.identify(secret);
    const caller = now.valid ? now.caller : undefined;
    expect([...(caller?.scopes ?? [])]).toEqual(['keys:write']);
    await expect(
      updateKey(keys, { kind: 'key', caller: caller! }, { id: key.id, input: { scopes: ['keys:read'] } }),
    ).rejects.toMatchObject({ code: 'scope_escalation' });
  });

  test('a child without limits or an end keeps those of its maker, and none ends later', async () => {
    const { keys, clock } = await openTestKeys(open);
    const limits = [limit('l')];
    const { key, actor } = await mintActor(keys, {
      scopes: ['keys:write'],
      limits,
      expires_in_seconds: 100,
    });
    const later = { name: 'x', scopes: ['keys:write'], expires_in_seconds: 101 };
    await expect(mint(keys, actor, later)).rejects.toMatchObject({
      code: 'scope_escalation',
      extras: { errors: [{ field: 'expires_at' }] },
    });
    const child = await mint(keys, actor, { name: 'x', scopes: ['keys:write'] });
    expect(child.key).toMatchObject({ parentId: key.id, limits: [], expiresAt: null });
    const known = await keys.verifier.identify(child.secret);
    expect(known.valid && known.caller).toMatchObject({
      holders: [{ id: key.id, limits }],
      expiresAt: key.expiresAt,
    });
    clock.offsetMs += 100_000;
    expect(await identify(keys, child.secret)).toEqual({ code: 'expired', fromMemory: false });
  });

  test("another owner's key does not exist for a key without owners:manage", async () => {
    const { keys } = await openTestKeys(open);
    await createOwner(keys, OPERATOR, { name: 'others', kind: 'team' });
    const { actor } = await mintActor(keys, { scopes: ['keys:write', 'keys:read'], owner: 'others' });
    const { key } = await mintOne(keys);
    const gone = { code: 'not_found' };
    await expect(getKey(keys, actor, key.id)).rejects.toMatchObject(gone);
    await expect(rotate(keys, actor, { id: key.id, input: {} })).rejects.toMatchObject(gone);
    await expect(updateKey(keys, actor, { id: key.id, input: { name: 'x' } })).rejects.toMatchObject(gone);
    await expect(changeState(keys, actor, { id: key.id, verb: 'revoke' })).rejects.toMatchObject(gone);
    await expect(mint(keys, actor, { name: 'x', owner: 'tests', scopes: ['keys:read'] })).rejects.toThrow(
      'must be the id or name of an existing owner',
    );
  });
});

describe('the first key', () => {
  describeOnBothDatabases('of a new database', (open) => {
    test('the first key of a new database is made once, also by processes that start together', async () => {
      const { keys, another, database } = await openTestKeys(open);
      const others = await Promise.all([another(), another()]);
      const made = await Promise.all([keys, ...others.map((one) => one.keys)].map(mintFirstKey));
      expect(made.filter((one) => one !== null)).toHaveLength(1);
      expect(await mintFirstKey(keys)).toBeNull();
      const { rows } = await sql<{ action: string }>`select action from audit_records
        where action = 'keys.mint'`.execute(database.storage.db);
      expect(rows).toHaveLength(1);
    });

    test('the way back in makes an admin key beside other keys, and its record names the command line', async () => {
      const { keys } = await openTestKeys(open);
      await mintOne(keys);
      const { key, secret } = await mintLocally(keys, 'back in');
      expect(key).toMatchObject({ createdBy: 'cli', role: 'admin', owner: { name: 'admin' } });
      expect((await identify(keys, secret)).code).toBe('valid');
    });
  });
});
