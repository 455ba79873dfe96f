import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { list } from '../../audit/index.ts';
import { getKey, mint, updateOwner } from '../../keys/index.ts';
import { OPERATOR } from '../../keys/keys.fixture.ts';
import { IP, openTestIdentity, openWithAdmin, PASSWORD } from '../identity.fixture.ts';
import type { Identity } from '../identity.ts';
import { recoverAccount } from '../login/recovery.ts';
import { loginUser } from '../login/login.ts';
import { changeOwnAccount } from '../own-account.ts';
import { createUser, deleteUser, updateUser } from '../users.ts';
import type { Person } from './claims.ts';
import { entered, isOpen, signIn } from './oidc-identity.fixture.ts';

async function lastRecord(identity: Identity, action: string): Promise<unknown> {
  const { items } = await list(identity.keys.storage.db, { action, limit: 1 });
  return items[0];
}

const withPassword = (identity: Identity, username: string, password = PASSWORD) =>
  loginUser(identity, { username, password, ip: IP });

describeOnBothDatabases('the sign-in of a person whom a provider has identified', (open) => {
  test('makes the user at the first time, and finds it again by issuer and subject alone', async () => {
    const { identity } = await openWithAdmin(open);
    const first = await entered(identity);
    expect(first.user).toMatchObject({ username: 'ada@example.com', role: 'default', suspended: false });
    const session = await identity.authenticate(`Bearer ${first.token}`, IP);
    expect(session).toMatchObject({ kind: 'user', user: { id: first.user.id } });
    const renamed = await entered(identity, { email: 'other@example.com', name: 'else' });
    expect(renamed.user).toMatchObject({ id: first.user.id, username: 'ada@example.com' });
    const others = [{ subject: 'ada2' }, { issuer: 'https://id.example.org' }];
    for (const other of others) expect((await entered(identity, other)).user.id).not.toBe(first.user.id);
    expect(await lastRecord(identity, 'users.create')).toMatchObject({ details: { by: 'oidc' } });
  });

  test('makes one user of several first sign-ins at the same time', async () => {
    const { identity, another } = await openWithAdmin(open);
    const nodes = [identity, await another()];
    const results = await Promise.all([0, 1, 0, 1, 0, 1].map((i) => entered(nodes[i]!)));
    expect(new Set(results.map(({ user }) => user.id)).size).toBe(1);
    expect(await identity.listUsers()).toHaveLength(2);
  });

  test('gives the most powerful role of the groups, at each sign-in anew', async () => {
    const { identity } = await openWithAdmin(open);
    expect((await entered(identity, { groups: ['staff', 'ml', 'x'] })).user.role).toBe('manager');
    expect((await entered(identity, { groups: ['ml', 'platform'] })).user.role).toBe('admin');
    expect((await entered(identity)).user.role).toBe('default');
  });

  test('ends older sessions and the keys with more power when it brings a lower role', async () => {
    const { identity, another } = await openWithAdmin(open);
    const before = await entered(identity, { groups: ['platform'] });
    const { key } = await mint(identity.keys, OPERATOR, {
      name: 'a key',
      owner: before.user.ownerId,
      role: 'admin',
    });
    const after = await entered(await another(), { groups: ['ml'] });
    expect(after.user.role).toBe('manager');
    expect([await isOpen(identity, before), await isOpen(identity, after)]).toEqual([false, true]);
    expect(await getKey(identity.keys, OPERATOR, key.id)).toMatchObject({ storedState: 'revoked' });
  });

  test('keeps older sessions when it brings a higher role', async () => {
    const { identity } = await openWithAdmin(open);
    const before = await entered(identity);
    const after = await entered(identity, { groups: ['ml'] });
    expect([await isOpen(identity, before), await isOpen(identity, after)]).toEqual([true, true]);
  });

  test('leaves the last administrator the role', async () => {
    const { identity, admin } = await openWithAdmin(open);
    const { user } = await entered(identity, { groups: ['platform'] });
    await deleteUser(identity, OPERATOR, admin.id);
    expect((await entered(identity)).user).toMatchObject({ id: user.id, role: 'admin' });
    expect(await lastRecord(identity, 'users.update')).toMatchObject({
      outcome: 'refused',
      details: { why: 'last_admin' },
    });
    await createUser(identity, OPERATOR, { username: 'eve', password: PASSWORD, role: 'admin' });
    expect((await entered(identity)).user).toMatchObject({ id: user.id, role: 'default' });
  });

  test('is refused without a role, makes no user, and ends the sessions that the person has', async () => {
    const { identity } = await openWithAdmin(open);
    expect(await signIn(identity, { groups: ['guests'] })).toEqual({ ok: false, why: 'oidc_no_role' });
    expect(await identity.listUsers()).toHaveLength(1);
    const before = await entered(identity);
    expect(await signIn(identity, { groups: [] })).toMatchObject({ ok: false, userId: before.user.id });
    expect(await isOpen(identity, before)).toBe(false);
    expect(await identity.getUser(before.user.id)).toMatchObject({ role: 'default' });
  });

  test('ends all keys of a person who has no role any more, but not those of the last administrator', async () => {
    const { identity, admin } = await openWithAdmin(open);
    const { user } = await entered(identity, { groups: ['platform'] });
    const make = async (role: 'admin' | 'client') =>
      (await mint(identity.keys, OPERATOR, { name: role, owner: user.ownerId, role })).key.id;
    const ids = [await make('admin'), await make('client')];
    const states = () =>
      Promise.all(ids.map(async (id) => (await getKey(identity.keys, OPERATOR, id)).storedState));
    expect(await signIn(identity, { groups: [] })).toMatchObject({ ok: false, why: 'oidc_no_role' });
    expect(await states()).toEqual(['revoked', 'revoked']);
    expect(await lastRecord(identity, 'users.end_sessions')).toMatchObject({
      details: { why: 'no_role', keys_revoked: expect.arrayContaining(ids) },
    });
    ids.splice(0, 2, await make('admin'));
    await deleteUser(identity, OPERATOR, admin.id);
    expect(await signIn(identity, { groups: [] })).toMatchObject({ ok: false, why: 'oidc_no_role' });
    expect(await states()).toEqual(['active']);
  });

  test('is refused for a suspended user and for a suspended owner of its keys, whatever the groups', async () => {
    const { identity } = await openWithAdmin(open);
    const { user } = await entered(identity);
    await updateUser(identity, OPERATOR, { id: user.id, input: { suspended: true } });
    const refused = { ok: false, why: 'oidc_suspended', userId: user.id };
    expect(await signIn(identity, { groups: ['platform'] })).toEqual(refused);
    expect(await identity.getUser(user.id)).toMatchObject({ role: 'default', suspended: true });
    await updateUser(identity, OPERATOR, { id: user.id, input: { suspended: false } });
    await updateOwner(identity.keys, OPERATOR, { id: user.ownerId, input: { state: 'suspended' } });
    expect(await signIn(identity)).toEqual(refused);
  });

  test('makes another user after the deletion of the first one', async () => {
    const { identity } = await openWithAdmin(open);
    const first = await entered(identity);
    await deleteUser(identity, OPERATOR, first.user.id);
    const second = await entered(identity);
    expect(second.user.id).not.toBe(first.user.id);
    expect(second.user.ownerId).not.toBe(first.user.ownerId);
    expect(await isOpen(identity, first)).toBe(false);
  });

  test('is refused outside multi-user mode', async () => {
    const { identity } = await openTestIdentity(open);
    const refused = { ok: false, why: 'oidc_single_user' };
    expect(await signIn(identity, { groups: ['platform'] })).toEqual(refused);
    expect(await identity.listUsers()).toEqual([]);
  });

  test('ends a transaction once, also where requests come at the same time', async () => {
    const { identity, another } = await openWithAdmin(open);
    const state = randomUUID();
    const nodes = [identity, await another()];
    const results = await Promise.allSettled([0, 1, 0].map((i) => signIn(nodes[i]!, {}, { state })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(signIn(identity, {}, { state })).rejects.toMatchObject({ code: 'oidc_expired' });
  });
});

describeOnBothDatabases('a user whom a sign-in made', (open) => {
  test('has no password until an administrator sets one', async () => {
    const { identity } = await openWithAdmin(open);
    const { user } = await entered(identity);
    const wrong = { ok: false, why: 'credentials', userId: user.id };
    for (const password of ['', 'ada', PASSWORD])
      expect(await withPassword(identity, user.username, password)).toEqual(wrong);
    const session = { id: 'x', kind: 'user', user, actor: { kind: 'user', id: user.id, name: 'x' } } as never;
    const input = { password: 'another password' };
    const own = await changeOwnAccount(identity, session, { input, currentPassword: '', ip: IP });
    expect(own).toMatchObject({ ok: false, why: 'credentials' });
    const codes = [randomUUID(), randomUUID()];
    const recovered = await recoverAccount(identity, { username: user.username, codes, ip: IP });
    expect(recovered).toMatchObject({ ok: false, why: 'credentials' });
    await updateUser(identity, OPERATOR, { id: user.id, input: { password: PASSWORD } });
    expect(await withPassword(identity, user.username)).toMatchObject({ ok: true, user: { id: user.id } });
    expect((await entered(identity)).user.id).toBe(user.id);
  });

  test('gets a free name, and an address only as a name that the provider has verified', async () => {
    const { identity } = await openWithAdmin(open);
    const named = async (subject: string, person: Partial<Person>) =>
      (await entered(identity, { subject, ...person })).user.username;
    expect(await named('1', { email: undefined, name: 'Boss@Example.com' })).toBe('boss');
    expect(await named('2', { email: undefined, name: 'Grace Hopper' })).toBe('grace-hopper');
    expect(await named('3', { email: undefined, name: '42' })).toBe('user');
    expect(await named('4', { email: undefined, name: undefined })).toMatch(/^user-[0-9a-f]{4}$/);
    expect(await named('5', { email: 'a+b@example.com', name: undefined })).toBe('a-b');
    expect(await named('6', { email: undefined, name: 'admin' })).toMatch(/^admin-[0-9a-f]{4}$/);
    expect(await named('7', { email: undefined, name: 'x'.repeat(300) })).toBe('x'.repeat(40));
  });
});
