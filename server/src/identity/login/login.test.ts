import bcrypt from 'bcryptjs';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { list } from '../../audit/index.ts';
import { changeState, mint, rotate, updateKey, updateOwner } from '../../keys/index.ts';
import { mintOne, OPERATOR } from '../../keys/keys.fixture.ts';
import { IP, openTestIdentity, openWithAdmin, PASSWORD } from '../identity.fixture.ts';
import type { Identity } from '../index.ts';
import {
  createUser,
  deleteUser,
  enableMultiUser,
  signOut,
  importUser,
  loginAdmin,
  loginUser,
  setPassword,
  updateUser,
} from '../index.ts';

const WRONG = { ok: false, why: 'credentials' };
const bearer = (login: { ok: boolean }): string => `Bearer ${'token' in login ? String(login.token) : ''}`;
const asUser = (username: string, password = PASSWORD) => ({ username, password, ip: IP });
const asAdmin = (password: string) => ({ password, ip: IP });

const refusalOf = (identity: Identity, authorization: string | undefined): Promise<string> =>
  identity.authenticate(authorization, IP).then(
    () => 'admitted',
    (error: Error) => error.message,
  );

describeOnBothDatabases('without users', (open) => {
  test('only an admin key logs in to a fresh instance', async () => {
    const { identity } = await openTestIdentity(open);
    const { keys } = identity;
    expect(await identity.mode()).toBe('setup');
    const admin = await mintOne(keys, { role: 'admin' });
    const weaker = [
      await mintOne(keys, { role: 'client' }),
      await mintOne(keys, { scopes: ['keys:*', 'owners:manage', 'users:manage'] }),
      await mintOne(keys, { role: 'admin', selectors: { workspaces: { allow: ['a'] } } }),
      await mintOne(keys, { role: 'admin', selectors: { models: { deny: ['a'] } } }),
      await mintOne(keys, { role: 'admin', selectors: { ips: ['198.51.100.1'] } }),
    ];
    for (const password of ['', 'admin', `${admin.secret}x`, ...weaker.map(({ secret }) => secret)])
      expect(await loginAdmin(identity, asAdmin(password))).toEqual(WRONG);
    const login = await loginAdmin(identity, asAdmin(admin.secret));
    expect(await identity.authenticate(bearer(login), IP)).toMatchObject({
      kind: 'admin',
      actor: { kind: 'key', caller: { keyId: admin.key.id } },
    });
  });

  test('a session opened with a key ends with the key, its secret or its owner, and is bound to its addresses', async () => {
    const { identity } = await openTestIdentity(open);
    const { keys } = identity;
    const enter = async (secret: string) => bearer(await loginAdmin(identity, asAdmin(secret)));
    const ended = 'Token expired or failed validation.';

    const revoked = await mintOne(keys, { role: 'admin', selectors: { ips: [IP] } });
    const first = await enter(revoked.secret);
    expect(await refusalOf(identity, first)).toBe('admitted');
    await expect(identity.authenticate(first, '198.51.100.1')).rejects.toMatchObject({ message: ended });
    await changeState(keys, OPERATOR, { id: revoked.key.id, verb: 'quarantine' });
    expect(await refusalOf(identity, first)).toBe(ended);

    const rotated = await mintOne(keys, { role: 'admin' });
    const second = await enter(rotated.secret);
    const { secret } = await rotate(keys, OPERATOR, { id: rotated.key.id, input: { overlap_seconds: 0 } });
    expect(await refusalOf(identity, second)).toBe(ended);

    const third = await enter(secret);
    expect(await refusalOf(identity, third)).toBe('admitted');
    await updateOwner(keys, OPERATOR, { id: rotated.key.owner.id, input: { state: 'suspended' } });
    expect(await refusalOf(identity, third)).toBe(ended);
  });

  test('a key with limits, budgets or an expiry opens no session, and a key that gets them ends its session', async () => {
    const { identity } = await openTestIdentity(open);
    const { keys } = identity;
    const limits = [{ name: 'slow', requests: 1, window_seconds: 60 }];
    const budgets = [{ name: 'day', unit: 'tokens', amount: '10', period: 'day' }] as const;
    const bounds = [{ limits }, { budgets: [...budgets] }, { expires_in_seconds: 25 }];
    for (const bound of bounds) {
      const { secret } = await mintOne(keys, { role: 'admin', ...bound });
      expect(await loginAdmin(identity, asAdmin(secret))).toMatchObject({ ok: false, why: 'bounded' });
    }
    const { key, secret } = await mintOne(keys, { role: 'admin' });
    const session = bearer(await loginAdmin(identity, asAdmin(secret)));
    expect(await refusalOf(identity, session)).toBe('admitted');
    await updateKey(keys, OPERATOR, { id: key.id, input: { limits } });
    expect(await refusalOf(identity, session)).toBe('Token expired or failed validation.');
  });

  test('a session that a key with addresses opened cannot give more power than the key', async () => {
    const { identity } = await openTestIdentity(open);
    const { secret } = await mintOne(identity.keys, { role: 'admin', selectors: { ips: [IP] } });
    const login = await loginAdmin(identity, asAdmin(secret));
    const { actor } = await identity.authenticate(bearer(login), IP);
    const refused = { code: 'scope_escalation' };
    const input = { name: 'free', role: 'admin' } as const;
    await expect(mint(identity.keys, actor, input)).rejects.toMatchObject(refused);
    const first = { username: 'admin', password: PASSWORD };
    await expect(enableMultiUser(identity, actor, first)).rejects.toMatchObject(refused);
    await expect(setPassword(identity, actor, { password: PASSWORD })).rejects.toMatchObject(refused);
    expect(await identity.mode()).toBe('setup');
  });

  test('the password opens a session, and a new password ends all sessions', async () => {
    const { identity } = await openTestIdentity(open);
    const { secret } = await mintOne(identity.keys, { role: 'admin' });
    await setPassword(identity, OPERATOR, { password: PASSWORD });
    expect(await identity.mode()).toBe('password');
    expect(await loginAdmin(identity, asAdmin('wrong horse'))).toEqual(WRONG);
    const login = await loginAdmin(identity, asAdmin(PASSWORD));
    expect(await identity.authenticate(bearer(login), IP)).toMatchObject({ actor: { kind: 'admin' } });
    // The login if the password is lost.
    expect(await loginAdmin(identity, asAdmin(secret))).toMatchObject({ ok: true });
    await setPassword(identity, OPERATOR, { password: 'another horse' });
    expect(await refusalOf(identity, bearer(login))).toBe('Token expired or failed validation.');
    expect(await loginAdmin(identity, asAdmin(PASSWORD))).toEqual(WRONG);
    await setPassword(identity, OPERATOR, { password: null });
    expect(await identity.mode()).toBe('setup');
    expect(await loginAdmin(identity, asAdmin('another horse'))).toEqual(WRONG);
    await expect(setPassword(identity, OPERATOR, { password: 'short' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('multi-user mode ends the password and its sessions permanently', async () => {
    const { identity, another } = await openTestIdentity(open);
    await setPassword(identity, OPERATOR, { password: PASSWORD });
    const login = await loginAdmin(identity, asAdmin(PASSWORD));
    const both = [identity, await another()];
    const first = { username: 'admin', password: PASSWORD };
    const outcomes = await Promise.allSettled(both.map((one) => enableMultiUser(one, OPERATOR, first)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await identity.mode()).toBe('multi-user');
    expect(await identity.listUsers()).toMatchObject([{ id: 1, username: 'admin', role: 'admin' }]);
    expect(await refusalOf(identity, bearer(login))).toBe('Invalid auth token.');
    expect(await loginAdmin(identity, asAdmin(PASSWORD))).toEqual(WRONG);
    await expect(setPassword(identity, OPERATOR, { password: PASSWORD })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describeOnBothDatabases('users log in', (open) => {
  test('an unknown name and a wrong password get the same answer, and the first login shows four codes', async () => {
    const { identity, admin } = await openWithAdmin(open);
    expect(await loginUser(identity, asUser('nobody'))).toEqual(WRONG);
    expect(await loginUser(identity, asUser('admin', 'wrong horse'))).toEqual({ ...WRONG, userId: admin.id });
    const first = await loginUser(identity, asUser('admin'));
    expect(first).toMatchObject({ ok: true, user: { seenRecoveryCodes: false } });
    expect(first.ok && first.recoveryCodes).toHaveLength(4);
    const second = await loginUser(identity, asUser('admin'));
    expect(second).toMatchObject({ ok: true, user: { seenRecoveryCodes: true } });
    expect(second).not.toHaveProperty('recoveryCodes');
    expect(await identity.authenticate(bearer(second), IP)).toMatchObject({
      kind: 'user',
      user: { id: admin.id },
      actor: { kind: 'user', id: admin.id, name: 'admin' },
    });
  });

  test('one of two first logins at the same time shows the codes', async () => {
    const { identity, another } = await openWithAdmin(open);
    const both = [identity, await another()];
    const logins = await Promise.all(both.map((one) => loginUser(one, asUser('admin'))));
    expect(logins.filter((login) => login.ok)).toHaveLength(2);
    expect(logins.filter((login) => 'recoveryCodes' in login)).toHaveLength(1);
  });

  test('after ten wrong passwords the right one is refused too, for 15 minutes', async () => {
    const { identity, clock } = await openWithAdmin(open);
    for (let i = 0; i < 10; i++) await loginUser(identity, asUser('admin', `wrong ${i} horse`));
    expect(await loginUser(identity, asUser('admin'))).toMatchObject({ ok: false, why: 'throttled' });
    clock.offsetMs += 15 * 60_000 + 1;
    expect(await loginUser(identity, asUser('admin'))).toMatchObject({ ok: true });
  });

  test('a session ends after 30 days, with a logout alone, and with a new password', async () => {
    const { identity, clock, admin } = await openWithAdmin(open);
    const enter = async () => bearer(await loginUser(identity, asUser('admin')));
    const [a, b] = [await enter(), await enter()];
    await signOut(identity, await identity.authenticate(a, IP));
    expect(await refusalOf(identity, a)).toBe('Invalid auth token.');
    expect(await refusalOf(identity, b)).toBe('admitted');
    clock.offsetMs += 30 * 86_400_000 + 1_000;
    expect(await refusalOf(identity, b)).toBe('Invalid auth token.');
    const c = await enter();
    await updateUser(identity, OPERATOR, { id: admin.id, input: { password: 'another horse' } });
    expect(await refusalOf(identity, c)).toBe('Invalid auth token.');
    expect(await loginUser(identity, asUser('admin'))).toMatchObject({ ok: false });
    expect(await loginUser(identity, asUser('admin', 'another horse'))).toMatchObject({ ok: true });
  });

  test('a new password during a login with the old one leaves no session', async () => {
    const { identity, another, admin } = await openWithAdmin(open);
    const other = await another();
    for (let round = 0; round < 4; round++) {
      const old = `${PASSWORD}${round === 0 ? '' : round}`;
      const input = { password: `${PASSWORD}${round + 1}` };
      const [login] = await Promise.all([
        loginUser(other, asUser('admin', old)),
        updateUser(identity, OPERATOR, { id: admin.id, input }),
      ]);
      expect(await refusalOf(identity, bearer(login))).not.toBe('admitted');
    }
  });

  test('tokens of another server, without a signature, or changed are refused', async () => {
    const { identity } = await openWithAdmin(open);
    const elsewhere = await openWithAdmin(open);
    const token = bearer(await loginUser(identity, asUser('admin')));
    const foreign = bearer(await loginUser(elsewhere.identity, asUser('admin')));
    const [head, body, signature] = token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    expect(await refusalOf(identity, undefined)).toBe('No auth token found.');
    expect(await refusalOf(identity, 'Bearer')).toBe('No auth token found.');
    const bad = [foreign, `Bearer ${none}.${body}.`, `${head}.${body}.${signature?.slice(2)}`, 'Bearer x'];
    for (const one of [...bad, `Bearer ${'x'.repeat(100_000)}`])
      expect(await refusalOf(identity, one)).toBe('Invalid auth token.');
    expect(await refusalOf(identity, token)).toBe('admitted');
  });

  test('an imported hash of bcrypt is replaced with argon2id by the first login', async () => {
    const { identity } = await openWithAdmin(open);
    const { storage } = identity.keys;
    const imported = {
      id: 7,
      username: 'Old Name',
      bcryptHash: await bcrypt.hash(PASSWORD, 4),
      role: 'manager',
      suspended: false,
      dailyMessageLimit: 3,
      bio: 'b',
      createdAt: 5,
    } as const;
    const user = await storage.transaction((tx) => importUser(tx, identity, imported));
    expect(user).toMatchObject({ id: 7, username: 'Old Name', role: 'manager', dailyMessageLimit: 3 });
    expect(await storage.transaction((tx) => importUser(tx, identity, imported))).toBeUndefined();
    expect(await loginUser(identity, asUser('Old Name', 'wrong horse'))).toMatchObject({ ok: false });
    for (let i = 0; i < 2; i++)
      expect(await loginUser(identity, asUser('Old Name'))).toMatchObject({ ok: true, user: { id: 7 } });
    // An imported id is not given again.
    const next = await createUser(identity, OPERATOR, { username: 'next', password: PASSWORD });
    expect(next.id).toBe(8);
    // Nor that of a deleted user: a new user must not get its chats.
    await deleteUser(identity, OPERATOR, 7);
    const again = { ...imported, username: 'Somebody Else' };
    expect(await storage.transaction((tx) => importUser(tx, identity, again))).toMatchObject({ id: 9 });
  });

  test('no password, code or token is in the database or the audit record', async () => {
    const { identity } = await openWithAdmin(open);
    const first = await loginUser(identity, asUser('admin'));
    await loginUser(identity, asUser('typed-a-secret', PASSWORD));
    const { storage } = identity.keys;
    const { items } = await list(storage.db, { limit: 100 });
    const tables = [
      'users',
      'sessions',
      'login_attempts',
      'recovery_codes',
      'one_time_tokens',
      'identity_mode',
    ];
    const rows = await Promise.all(
      tables.map((table) =>
        storage.db.withTables<Record<string, object>>().selectFrom(table).selectAll().execute(),
      ),
    );
    const kept = JSON.stringify([items, rows]);
    expect(kept).toContain('sessions.login');
    const secrets = first.ok ? [first.token, ...(first.recoveryCodes ?? [])] : [];
    expect(secrets).toHaveLength(5);
    for (const secret of [PASSWORD, '$argon2id', 'typed-a-secret', ...secrets])
      expect(kept).not.toContain(secret);
  });
});
