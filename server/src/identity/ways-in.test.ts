import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { OPERATOR } from '../keys/keys.fixture.ts';
import { IP, NO_MEMBERS, openTestIdentity, openWithAdmin, PASSWORD } from './identity.fixture.ts';
import {
  acceptInvite,
  createInvite,
  createUser,
  disableInvite,
  findInvite,
  issueLoginToken,
  listInvites,
  loginUser,
  loginWithToken,
  recoverAccount,
  resetPassword,
  updateUser,
} from './index.ts';
import type { Identity, Memberships } from './index.ts';

const CODE = /^[0-9A-HJKMNP-TV-Z]{7}(-[0-9A-HJKMNP-TV-Z]{7}){3}$/;
const person = (code: string, username = 'sam') => ({ code, username, password: PASSWORD, ip: IP });
const enter = (identity: Identity, password = PASSWORD) =>
  loginUser(identity, { username: 'admin', password, ip: IP });

describeOnBothDatabases('invites', (open) => {
  test('an invite makes one user, in its workspaces, and is claimed', async () => {
    const joined: unknown[] = [];
    const join: Memberships['join'] = async (_tx, { userId, workspaceIds }) =>
      void joined.push([userId, workspaceIds]);
    const { identity } = await openWithAdmin(open, { ...NO_MEMBERS, join });
    const invite = await createInvite(identity, OPERATOR, { workspaceIds: [3, 1] });
    expect(invite).toMatchObject({ id: 1, status: 'pending', claimedBy: null, createdBy: 0 });
    expect(invite.code).toMatch(CODE);
    expect(await findInvite(identity, invite.code)).toEqual(invite);
    const user = await acceptInvite(identity, person(invite.code));
    expect(user).toMatchObject({ username: 'sam', role: 'default' });
    expect(joined).toEqual([[user?.id, [3, 1]]]);
    expect(await acceptInvite(identity, person(invite.code, 'max'))).toBeUndefined();
    expect(await listInvites(identity, OPERATOR)).toMatchObject({
      invites: [{ status: 'claimed', claimedBy: user?.id }],
      hasMore: false,
    });
    expect(await identity.listUsers()).toHaveLength(2);
  });

  test('one of two requests that accept an invite at the same time makes a user', async () => {
    const { identity, another } = await openWithAdmin(open);
    const both = [identity, await another()];
    const { code } = await createInvite(identity, OPERATOR, { workspaceIds: [] });
    const users = await Promise.all(both.map((one, i) => acceptInvite(one, person(code, `sam${i}`))));
    expect(users.filter((user) => user !== undefined)).toHaveLength(1);
    expect(await identity.listUsers()).toHaveLength(2);
  });

  test('an invalid name or password leaves the invite valid, and a failed join of a workspace leaves no user', async () => {
    let fails = true;
    const join = async (): Promise<void> => {
      if (fails) throw new Error('no such workspace');
    };
    const { identity } = await openWithAdmin(open, { ...NO_MEMBERS, join });
    const { code } = await createInvite(identity, OPERATOR, { workspaceIds: [] });
    for (const wrong of [{ username: 'admin' }, { password: 'short' }])
      await expect(acceptInvite(identity, { ...person(code), ...wrong })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    await expect(acceptInvite(identity, person(code))).rejects.toThrow('no such workspace');
    expect(await identity.listUsers()).toHaveLength(1);
    fails = false;
    expect(await acceptInvite(identity, person(code))).toBeDefined();
  });

  test('a disabled or unknown invite makes no user, nor any invite without multi-user mode', async () => {
    const { identity } = await openWithAdmin(open);
    const { id, code } = await createInvite(identity, OPERATOR, { workspaceIds: [] });
    expect(await disableInvite(identity, OPERATOR, id)).toBe(true);
    expect(await disableInvite(identity, OPERATOR, id)).toBe(false);
    expect(await disableInvite(identity, OPERATOR, 99)).toBe(false);
    expect(await acceptInvite(identity, person(code))).toBeUndefined();
    expect(await acceptInvite(identity, person('x'))).toBeUndefined();
    const single = await openTestIdentity(open);
    const early = await createInvite(single.identity, OPERATOR, { workspaceIds: [] });
    expect(await acceptInvite(single.identity, person(early.code))).toBeUndefined();
  });

  test('a stolen database shows no code of an invite', async () => {
    const { identity } = await openWithAdmin(open);
    const { code } = await createInvite(identity, OPERATOR, { workspaceIds: [] });
    const { db } = identity.keys.storage;
    const rows = await db.withTables<{ invites: object }>().selectFrom('invites').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(code);
  });
});

describeOnBothDatabases('login tokens', (open) => {
  const redeem = (identity: Identity, token: string) => loginWithToken(identity, { token, ip: IP });
  const issue = async (identity: Identity, id = 1) => (await issueLoginToken(identity, OPERATOR, id)) ?? '';

  test('a login token works once, within six minutes, and a new one ends it', async () => {
    const { identity, another, clock } = await openWithAdmin(open);
    const first = await issue(identity);
    const second = await issue(identity);
    expect(await redeem(identity, first)).toMatchObject({ ok: false });
    const both = [identity, await another()];
    const logins = await Promise.all(both.map((one) => redeem(one, second)));
    expect(logins.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await redeem(identity, second)).toMatchObject({ ok: false });
    const late = await issue(identity);
    clock.offsetMs += 6 * 60_000;
    expect(await redeem(identity, late)).toMatchObject({ ok: false });
    expect(await issue(identity, 99)).toBe('');
    expect(await redeem(identity, '')).toMatchObject({ ok: false });
  });

  test('the oldest session of a user with more than a hundred ends', async () => {
    const { identity, clock } = await openWithAdmin(open);
    const tokens: string[] = [];
    for (let i = 0; i < 102; i++) {
      const login = await redeem(identity, await issue(identity));
      tokens.push(login.ok ? login.token : '');
      clock.offsetMs += 1;
    }
    const isGood = (token?: string) =>
      identity.authenticate(`Bearer ${token}`, IP).then(
        () => true,
        () => false,
      );
    expect(await Promise.all([0, 1, 2, 101].map((i) => isGood(tokens[i])))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('a login token does not log in a suspended user, and does not outlive a new password', async () => {
    const { identity } = await openWithAdmin(open);
    const { id } = await createUser(identity, OPERATOR, { username: 'sam', password: PASSWORD });
    const token = await issue(identity, id);
    await updateUser(identity, OPERATOR, { id, input: { suspended: true } });
    expect(await redeem(identity, token)).toEqual({ ok: false, why: 'suspended', userId: id });
    await updateUser(identity, OPERATOR, { id, input: { suspended: false } });
    expect(await redeem(identity, token)).toMatchObject({ ok: false, why: 'credentials' });
    const other = await issue(identity, id);
    await updateUser(identity, OPERATOR, { id, input: { password: 'another horse' } });
    expect(await redeem(identity, other)).toMatchObject({ ok: false });
  });
});

describeOnBothDatabases('recovery codes', (open) => {
  const codesOf = async (identity: Identity, password?: string): Promise<string[]> => {
    const login = await enter(identity, password);
    return (login.ok && login.recoveryCodes) || [];
  };
  const recover = (identity: Identity, codes: string[], username = 'admin') =>
    recoverAccount(identity, { username, codes, ip: IP });

  test('two different recovery codes give a token that sets a password once and ends sessions and codes', async () => {
    const { identity } = await openWithAdmin(open);
    const [a = '', b = '', c = '', d = ''] = await codesOf(identity);
    const session = await enter(identity);
    const recovery = await recover(identity, [a, c]);
    const token = recovery.ok ? recovery.resetToken : '';
    await expect(resetPassword(identity, { ip: IP, token, password: 'short' })).rejects.toThrow(/at least 8/);
    expect(await resetPassword(identity, { ip: IP, token, password: 'another horse' })).toBe(true);
    expect(await resetPassword(identity, { ip: IP, token, password: 'third horse' })).toBe(false);
    await expect(
      identity.authenticate(`Bearer ${session.ok ? session.token : ''}`, IP),
    ).rejects.toMatchObject({ code: 'invalid_session' });
    expect(await enter(identity)).toMatchObject({ ok: false });
    expect(await recover(identity, [b, d])).toMatchObject({ ok: false });
    expect(await codesOf(identity, 'another horse')).toHaveLength(4);
  });

  test('recovery codes set no password for a user who was suspended meanwhile, also after the suspension', async () => {
    const { identity } = await openWithAdmin(open);
    await createUser(identity, OPERATOR, { username: 'boss', password: PASSWORD, role: 'admin' });
    const [a = '', b = ''] = await codesOf(identity);
    const recovery = await recover(identity, [a, b]);
    const token = recovery.ok ? recovery.resetToken : '';
    await updateUser(identity, OPERATOR, { id: 1, input: { suspended: true } });
    expect(await resetPassword(identity, { ip: IP, token, password: 'another horse' })).toBe(false);
    await updateUser(identity, OPERATOR, { id: 1, input: { suspended: false } });
    expect(await resetPassword(identity, { ip: IP, token, password: 'another horse' })).toBe(false);
    expect(await enter(identity)).toMatchObject({ ok: true });
  });

  test('fewer than two recovery codes, the same code twice, a wrong code, or codes of another user give no token', async () => {
    const { identity, clock } = await openWithAdmin(open);
    const [a = '', b = ''] = await codesOf(identity);
    await createUser(identity, OPERATOR, { username: 'sam', password: PASSWORD });
    for (const codes of [[], [a], [a, a], [a, 'x'], [a, b, 'x']])
      expect(await recover(identity, codes)).toMatchObject({ ok: false, why: 'credentials' });
    expect(await recover(identity, [a, b], 'sam')).toMatchObject({ ok: false });
    expect(await recover(identity, [a, b], 'nobody')).toMatchObject({ ok: false });
    const recovery = await recover(identity, [a, b]);
    clock.offsetMs += 10 * 60_000;
    const token = recovery.ok ? recovery.resetToken : '';
    expect(await resetPassword(identity, { ip: IP, token, password: 'another horse' })).toBe(false);
    expect(await resetPassword(identity, { ip: IP, token: '', password: 'another horse' })).toBe(false);
  });

  test('guessing of recovery codes is throttled like logins', async () => {
    const { identity } = await openWithAdmin(open);
    const codes = await codesOf(identity);
    for (let i = 0; i < 10; i++) await recover(identity, [`${i}`, 'x']);
    expect(await recover(identity, codes)).toMatchObject({ ok: false, why: 'throttled' });
  });
});

describeOnBothDatabases('somebody who is on their way in', (open, dialect) => {
  /** Makes a change, and commits it once `waits` shows that the other transaction waits for it. */
  async function overtaken(
    identity: Identity,
    { changes, waits }: { changes: readonly string[]; waits: () => Promise<unknown> },
  ): Promise<{ isOver: Promise<unknown> }> {
    const begun = Promise.withResolvers<void>();
    const isOver = identity.keys.storage.transaction(async (tx) => {
      for (const change of changes) await sql.raw(change).execute(tx);
      begun.resolve();
      await waits();
    });
    await Promise.race([begun.promise, isOver]);
    return { isOver };
  }
  const SUSPEND = `update users set suspended = 1 where username = 'admin'`;
  const waitsForRow = (identity: Identity) => async () => {
    await expect
      .poll(async () => {
        const { rows } = await sql`select 1 from pg_stat_activity where datname = current_database()
          and wait_event_type = 'Lock'`.execute(identity.keys.storage.db);
        return rows.length;
      })
      .toBeGreaterThan(0);
  };

  test('a login with a token fails after a suspension that commits before the session does', async () => {
    const { identity, another, admin } = await openWithAdmin(open);
    const token = (await issueLoginToken(identity, OPERATOR, admin.id)) ?? '';
    const looked = Promise.withResolvers<void>();
    const other = await another();
    const { isOver } = await overtaken(identity, { changes: [SUSPEND], waits: () => looked.promise });
    const login = loginWithToken(other, { token, ip: IP, runsFor: () => looked.resolve() });
    await isOver;
    expect(await login).toMatchObject({ ok: false, why: 'suspended' });
  });

  // With one writer at a time, nothing shows from outside that the other one waits.
  test.runIf(dialect === 'postgres')('with a password, or recovery codes, is not let in either', async () => {
    const { identity, another } = await openWithAdmin(open);
    const first = await enter(identity);
    const codes = (first.ok && first.recoveryCodes) || [];
    const other = await another();
    const changes = [`update users set bio = '' where username = 'admin'`, 'delete from recovery_codes'];
    const reset = await overtaken(identity, { changes, waits: waitsForRow(identity) });
    const recovery = recoverAccount(other, { username: 'admin', codes: codes.slice(0, 2), ip: IP });
    await reset.isOver;
    expect(await recovery).toMatchObject({ ok: false, why: 'credentials' });
    const { isOver } = await overtaken(identity, { changes: [SUSPEND], waits: waitsForRow(identity) });
    const login = enter(other);
    await isOver;
    expect(await login).toMatchObject({ ok: false, why: 'suspended' });
  });
});
