import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { list } from '../audit/index.ts';
import { changeState, deleteOwner, getKey, mint, updateOwner } from '../keys/index.ts';
import { identify, mintActor, OPERATOR } from '../keys/keys.fixture.ts';
import type { Db } from '../storage/index.ts';
import { IP, NO_MEMBERS, openWithAdmin, PASSWORD } from './identity.fixture.ts';
import { createUser, deleteUser, issueLoginToken, loginUser, mintForSession, updateUser } from './index.ts';
import type { Identity, UserInput } from './index.ts';

const make = (identity: Identity, username: string, more: UserInput = {}) =>
  createUser(identity, OPERATOR, { username, password: PASSWORD, ...more });
const enter = async (identity: Identity, username: string): Promise<string> => {
  const login = await loginUser(identity, { username, password: PASSWORD, ip: IP });
  if (!login.ok) throw new Error(login.why);
  return `Bearer ${login.token}`;
};
const NO_ADMIN = { code: 'conflict', message: 'No system admins will remain if you do this. Update failed.' };

describeOnBothDatabases('users', (open) => {
  test('an invalid value of a user is refused with its reason', async () => {
    const { identity } = await openWithAdmin(open);
    const cases: [UserInput, RegExp][] = [
      [{ username: 'x' }, /at least 2/],
      [{ username: 'x'.repeat(65) }, /longer than 64/],
      [{ username: 'Sam' }, /lowercase/],
      [{ username: 'sam smith' }, /lowercase/],
      [{ username: 7 }, /at least 2/],
      [{ password: 'short' }, /at least 8/],
      [{ password: 'x'.repeat(251) }, /at most 250/],
      [{ password: ['12345678'] }, /at least 8/],
      [{ password: 'a\0bcdefgh' }, /password cannot contain/],
      [{ role: 'wizard' }, /Invalid role/],
      [{ dailyMessageLimit: 0 }, /whole number from 1/],
      [{ dailyMessageLimit: '' }, /whole number from 1/],
      [{ dailyMessageLimit: 1.5 }, /whole number from 1/],
      [{ bio: 'x'.repeat(1_001) }, /Bio/],
      [{ bio: 'a\0b' }, /Bio/],
      [{ username: 'admin' }, /already exists/],
    ];
    for (const [input, message] of cases) {
      const made = make(identity, 'sam', input);
      await expect(made).rejects.toThrow(message);
      await expect(made).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(await identity.listUsers()).toHaveLength(1);
  });

  test('a user is made and changed with the known fields, and unknown fields are ignored', async () => {
    const { identity } = await openWithAdmin(open);
    const made = await make(identity, 'sam', { role: 'manager', dailyMessageLimit: '5', bio: 'b' });
    expect(made).toMatchObject({ id: 2, role: 'manager', dailyMessageLimit: 5, bio: 'b', suspended: false });
    const input = { username: 'sammy', dailyMessageLimit: null, pfpFilename: 'a.png', bogus: 1 };
    const changed = await updateUser(identity, OPERATOR, { id: 2, input });
    expect(changed).toMatchObject({
      username: 'sammy',
      dailyMessageLimit: null,
      pfpFilename: 'a.png',
      bio: 'b',
    });
    const refused = (id: number, input: UserInput) => updateUser(identity, OPERATOR, { id, input });
    await expect(refused(2, { bogus: 1 } as UserInput)).rejects.toThrow('No valid updates applied.');
    await expect(refused(99, { bio: 'b' })).rejects.toThrow('User not found');
    await expect(refused(2, { username: 'admin' })).rejects.toThrow('already exists');
    await expect(refused(2, { pfpFilename: '../../etc/passwd' })).rejects.toThrow('name of a file');
  });

  test('one of several requests for the same name at the same time makes a user', async () => {
    const { identity, another } = await openWithAdmin(open);
    const both = [identity, await another()];
    const outcomes = await Promise.allSettled([0, 1, 0, 1].map((i) => make(both[i]!, 'sam')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refused).toMatchObject(Array.from({ length: 3 }, () => ({ code: 'invalid_input' })));
  });

  test('a suspension ends sessions and keys on every node before it is answered, and can be lifted', async () => {
    const { identity, another } = await openWithAdmin(open);
    const other = await another();
    const { id, ownerId } = await make(identity, 'sam', { role: 'admin' });
    const session = await enter(identity, 'sam');
    const { secret } = await mint(identity.keys, OPERATOR, { name: 'k', owner: ownerId, role: 'admin' });
    expect((await identify(other.keys, secret)).code).toBe('valid');
    expect(await other.authenticate(session, IP)).toMatchObject({ user: { id } });
    await updateUser(identity, OPERATOR, { id, input: { suspended: 1 } });
    expect((await identify(other.keys, secret)).code).toBe('disabled');
    await expect(other.authenticate(session, IP)).rejects.toThrow('User is suspended from system');
    const login = { username: 'sam', password: PASSWORD, ip: IP };
    expect(await loginUser(other, login)).toEqual({ ok: false, why: 'suspended', userId: id });
    expect(await loginUser(other, { ...login, password: 'wrong horse' })).toMatchObject({
      why: 'credentials',
    });
    await updateUser(other, OPERATOR, { id, input: { suspended: '0' } });
    expect((await identify(identity.keys, secret)).code).toBe('valid');
    await expect(identity.authenticate(session, IP)).rejects.toThrow('Invalid auth token.');
    expect(await enter(identity, 'sam')).toMatch(/^Bearer /);
  });

  test('a lower role revokes the keys with more power, on every node before it is answered', async () => {
    const { identity, another } = await openWithAdmin(open);
    const other = await another();
    const { id, ownerId } = await make(identity, 'sam', { role: 'admin' });
    const minted = async (scopes: string[]) =>
      mint(identity.keys, OPERATOR, { name: 'k', owner: ownerId, scopes });
    const [all, models, within] = [
      await minted(['*']),
      await minted(['models:use', 'workspaces:read']),
      await minted(['workspaces:chat', 'documents:*']),
    ];
    const codes = async () =>
      Promise.all([all, models, within].map(async ({ secret }) => (await identify(other.keys, secret)).code));
    expect(await codes()).toEqual(['valid', 'valid', 'valid']);
    await updateUser(identity, OPERATOR, { id, input: { role: 'manager' } });
    expect(await codes()).toEqual(['revoked', 'revoked', 'valid']);
    expect((await getKey(identity.keys, OPERATOR, all.key.id)).stateReason).toBe(
      'The role of its owner became manager.',
    );
    const { items } = await list(identity.keys.storage.db, { limit: 1 });
    expect(items[0]?.details).toEqual({
      changed: ['role'],
      role: 'manager',
      keys_revoked: [all.key.id, models.key.id],
    });
    // Neither the same role nor a higher one ends anything, or gives anything back.
    for (const role of ['manager', 'admin']) await updateUser(identity, OPERATOR, { id, input: { role } });
    expect(await codes()).toEqual(['revoked', 'revoked', 'valid']);
    await changeState(identity.keys, OPERATOR, { id: models.key.id, verb: 'restore' });
    expect(await codes()).toEqual(['revoked', 'valid', 'valid']);
    await updateUser(identity, OPERATOR, { id, input: { role: 'default' } });
    expect(await codes()).toEqual(['revoked', 'revoked', 'revoked']);
  });

  test('a key that a user makes during the demotion does not outlive it', async () => {
    const { identity, another } = await openWithAdmin(open);
    const other = await another();
    for (let round = 0; round < 5; round++) {
      const { id } = await make(identity, `sam${round}`, { role: 'admin' });
      const session = await other.authenticate(await enter(identity, `sam${round}`), IP);
      const [made] = await Promise.allSettled([
        mintForSession(other, session, { input: { name: 'k', role: 'admin' } }),
        updateUser(identity, OPERATOR, { id, input: { role: 'default' } }),
      ]);
      const outcome =
        made.status === 'fulfilled' ? await identify(other.keys, made.value.secret) : (made.reason as object);
      expect(['revoked', 'invalid_session']).toContain((outcome as { code: string }).code);
    }
  });

  test('a user whose owner of keys is suspended or deleted cannot log in', async () => {
    const { identity } = await openWithAdmin(open);
    const { ownerId } = await make(identity, 'sam');
    const session = await enter(identity, 'sam');
    await updateOwner(identity.keys, OPERATOR, { id: ownerId, input: { state: 'suspended' } });
    await expect(identity.authenticate(session, IP)).rejects.toThrow('User is suspended from system');
    await expect(enter(identity, 'sam')).rejects.toThrow('suspended');
    await deleteOwner(identity.keys, OPERATOR, ownerId);
    await updateUser(identity, OPERATOR, { id: 2, input: { suspended: 0 } });
    await expect(enter(identity, 'sam')).rejects.toThrow('suspended');
  });

  test('a deletion ends sessions and keys permanently, deletes the memberships, and frees the name', async () => {
    const removed: number[] = [];
    const forget = async (_tx: Db, userId: number): Promise<void> => void removed.push(userId);
    const { identity } = await openWithAdmin(open, { ...NO_MEMBERS, forget });
    const { id, ownerId } = await make(identity, 'sam');
    const session = await enter(identity, 'sam');
    const { secret } = await mint(identity.keys, OPERATOR, { name: 'k', owner: ownerId, role: 'client' });
    await deleteUser(identity, OPERATOR, id);
    expect(removed).toEqual([id]);
    expect((await identify(identity.keys, secret)).code).toBe('revoked');
    await expect(identity.authenticate(session, IP)).rejects.toThrow('Invalid auth for user.');
    await expect(deleteUser(identity, OPERATOR, id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await make(identity, 'sam')).toMatchObject({ id: id + 1 });
  });

  test('the last administrator is neither demoted, suspended nor deleted', async () => {
    const { identity, admin } = await openWithAdmin(open);
    const { id } = admin;
    const suspended = await make(identity, 'sam', { role: 'admin' });
    await updateUser(identity, OPERATOR, { id: suspended.id, input: { suspended: 1 } });
    for (const input of [{ role: 'default' }, { suspended: 1 }, { role: 'manager', bio: 'x' }])
      await expect(updateUser(identity, OPERATOR, { id, input })).rejects.toMatchObject(NO_ADMIN);
    await expect(deleteUser(identity, OPERATOR, id)).rejects.toMatchObject(NO_ADMIN);
    await updateUser(identity, OPERATOR, { id, input: { bio: 'still here', role: 'admin', suspended: 0 } });
    await deleteUser(identity, OPERATOR, suspended.id);
  });

  test('of two administrators who delete or demote each other at the same time one stays', async () => {
    const { identity, another, admin } = await openWithAdmin(open);
    const other = await another();
    for (let round = 0; round < 5; round++) {
      const { id } = await make(identity, `sam${round}`, { role: 'admin' });
      await Promise.allSettled([
        updateUser(identity, OPERATOR, { id, input: { role: 'default' } }),
        deleteUser(other, OPERATOR, id),
        updateUser(other, OPERATOR, { id: admin.id, input: { suspended: 1 } }),
      ]);
      const admins = (await identity.listUsers()).filter(
        ({ role, suspended }) => role === 'admin' && !suspended,
      );
      expect(admins.length).toBeGreaterThan(0);
      await updateUser(identity, OPERATOR, { id: admin.id, input: { suspended: 0 } });
    }
  });

  test('a key cannot make a user with more power than its own, nor set the password of one or log one in', async () => {
    const { identity, admin } = await openWithAdmin(open);
    const { actor: alone } = await mintActor(identity.keys, { scopes: ['users:manage'] });
    const { actor: small } = await mintActor(identity.keys, {
      scopes: ['users:manage', 'workspaces:read', 'workspaces:chat'],
    });
    const { actor: middle } = await mintActor(identity.keys, {
      scopes: ['users:manage', 'workspaces:*', 'documents:*'],
    });
    const { actor: bound } = await mintActor(identity.keys, {
      role: 'admin',
      selectors: { workspaces: { allow: ['docs'] } },
    });
    const escalation = { code: 'scope_escalation' };
    const user = (username: string, role: string) => ({ username, password: PASSWORD, role });
    await expect(createUser(identity, alone, user('sam', 'default'))).rejects.toMatchObject(escalation);
    await createUser(identity, small, user('sam', 'default'));
    await createUser(identity, middle, user('max', 'manager'));
    await expect(createUser(identity, small, user('a1', 'manager'))).rejects.toMatchObject(escalation);
    for (const actor of [alone, small, middle, bound]) {
      await expect(createUser(identity, actor, user('a1', 'admin'))).rejects.toMatchObject(escalation);
      const promote = { id: 2, input: { role: 'admin' } };
      await expect(updateUser(identity, actor, promote)).rejects.toMatchObject(escalation);
      const seize = { id: admin.id, input: { password: 'another horse' } };
      await expect(updateUser(identity, actor, seize)).rejects.toMatchObject(escalation);
      await expect(deleteUser(identity, actor, admin.id)).rejects.toMatchObject(escalation);
      await expect(issueLoginToken(identity, actor, admin.id)).rejects.toMatchObject(escalation);
    }
    expect(await issueLoginToken(identity, small, 2, 'allm-tat-')).toMatch(/^allm-tat-./);
    // The user may be a member of workspaces that do not exist for the key.
    await expect(issueLoginToken(identity, bound, 2)).rejects.toMatchObject(escalation);
    const seize = { id: 2, input: { password: 'another horse' } };
    await expect(updateUser(identity, bound, seize)).rejects.toMatchObject(escalation);
    const { actor: whole } = await mintActor(identity.keys, { role: 'admin' });
    expect(await createUser(identity, whole, user('a1', 'admin'))).toMatchObject({ role: 'admin' });
  });

  test('each change is in the audit record, without the password', async () => {
    const { identity } = await openWithAdmin(open);
    const { id } = await make(identity, 'sam');
    await updateUser(identity, OPERATOR, { id, input: { password: 'another horse', suspended: 1 } });
    await deleteUser(identity, OPERATOR, id);
    const { items } = await list(identity.keys.storage.db, { limit: 20 });
    const said = items.map(({ action, target, details }) => [action, target, details]);
    expect(said.toReversed().slice(-4)).toEqual([
      ['identity.multi_user', 'instance', expect.objectContaining({ username: 'admin' })],
      ['users.create', 'user:2', expect.objectContaining({ username: 'sam', role: 'default' })],
      ['users.update', 'user:2', { changed: ['password', 'suspended'], suspended: true }],
      ['users.delete', 'user:2', { username: 'sam', role: 'default' }],
    ]);
    expect(JSON.stringify(items)).not.toContain('horse');
  });
});
