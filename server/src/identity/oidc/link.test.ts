import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { OPERATOR } from '../../keys/keys.fixture.ts';
import { IP, openWithAdmin, PASSWORD } from '../identity.fixture.ts';
import type { Identity } from '../identity.ts';
import { loginUser } from '../login/login.ts';
import { recoverAccount } from '../login/recovery.ts';
import { issueLoginToken, loginWithToken } from '../login/sso.ts';
import { createUser } from '../users.ts';
import { ADA, entered, isOpen, signIn } from './oidc-identity.fixture.ts';

const username = ADA.email ?? '';
const makeLocal = (identity: Identity) =>
  createUser(identity, OPERATOR, { username, password: PASSWORD, role: 'manager' });
const login = (identity: Identity) => loginUser(identity, { username, password: PASSWORD, ip: IP });

describeOnBothDatabases('a local user with the verified address of a person', (open) => {
  test('stays a user of its own unless the operator turns linking on', async () => {
    const { identity } = await openWithAdmin(open);
    const local = await makeLocal(identity);
    const { user } = await entered(identity);
    expect(user.id).not.toBe(local.id);
    expect(user.username).toMatch(/^ada$/);
    expect(await login(identity)).toMatchObject({ ok: true, user: { id: local.id } });
    // The account at the provider has its user now.
    expect((await entered(identity, {}, true)).user.id).toBe(user.id);
  });

  test('becomes the user of that person, with the role of the groups', async () => {
    const { identity } = await openWithAdmin(open);
    const local = await makeLocal(identity);
    const { user } = await entered(identity, { groups: ['platform'] }, true);
    expect(user).toMatchObject({ id: local.id, ownerId: local.ownerId, username, role: 'admin' });
    expect((await entered(identity, { email: undefined }, false)).user.id).toBe(local.id);
  });

  test('keeps its sessions and its password where the person gets no role', async () => {
    const { identity } = await openWithAdmin(open);
    await makeLocal(identity);
    const before = await login(identity);
    if (!before.ok) throw new Error(before.why);
    const refused = await signIn(identity, { groups: [] }, { linksByEmail: true });
    expect(refused).toEqual({ ok: false, why: 'oidc_no_role' });
    expect(await isOpen(identity, before)).toBe(true);
    expect(await login(identity)).toMatchObject({ ok: true });
  });

  test('loses its password, sessions, codes and login tokens: somebody else could have taken the name before', async () => {
    const { identity } = await openWithAdmin(open);
    const local = await makeLocal(identity);
    const before = await login(identity);
    if (!before.ok) throw new Error(before.why);
    const [first = '', second = ''] = before.recoveryCodes ?? [];
    const loginToken = (await issueLoginToken(identity, OPERATOR, local.id)) ?? '';
    const { token } = await entered(identity, {}, true);
    expect(await isOpen(identity, before)).toBe(false);
    expect(await isOpen(identity, { token })).toBe(true);
    const refused = { ok: false, why: 'credentials' };
    expect(await login(identity)).toMatchObject(refused);
    const recovery = await recoverAccount(identity, { username, codes: [first, second], ip: IP });
    expect(recovery).toMatchObject(refused);
    expect(await loginWithToken(identity, { token: loginToken, ip: IP })).toMatchObject(refused);
  });

  test('ends a login with the password that comes at the same time', async () => {
    const { identity, another } = await openWithAdmin(open);
    await makeLocal(identity);
    const other = await another();
    const logins = Promise.all([0, 1, 2, 3].map(() => login(other)));
    const { token } = await entered(identity, {}, true);
    const begun = (await logins).filter((result) => result.ok);
    expect(await Promise.all(begun.map((login) => isOpen(identity, login)))).toEqual(begun.map(() => false));
    expect(await isOpen(identity, { token })).toBe(true);
  });

  test('is not linked to an unverified address, nor to a second person with the address', async () => {
    const { identity } = await openWithAdmin(open);
    const local = await makeLocal(identity);
    const unverified = await entered(identity, { subject: 'thief', email: undefined, name: username }, true);
    expect(unverified.user.id).not.toBe(local.id);
    const linked = await entered(identity, {}, true);
    expect(linked.user.id).toBe(local.id);
    for (const person of [{ subject: 'ada2' }, { issuer: 'https://id.example.org' }])
      expect((await entered(identity, person, true)).user.id).not.toBe(local.id);
  });

  test('is not linked where a sign-in made the user: a person could have taken the name of another one', async () => {
    const { identity } = await openWithAdmin(open);
    const { user } = await entered(identity);
    const other = await entered(identity, { subject: 'successor', groups: ['platform'] }, true);
    expect(other.user.id).not.toBe(user.id);
    expect(await identity.getUser(user.id)).toMatchObject({ role: 'default' });
  });
});
