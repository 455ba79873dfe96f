import { SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type TestServer } from '../../../test/server.ts';
import { enableUsers, enterAs, firstSession, login, PASSWORD, tokenOf } from './identity.fixture.ts';
import { postSlowly } from '../../../test/traffic/slow-body.ts';

const NO_TOKEN = '{"error":"No auth token found."}';
const BAD_TOKEN = '{"error":"Token expired or failed validation."}';
const NOT_LOGGED_IN = '{"user":null,"valid":false,"token":null,"message":"[001] Invalid login credentials."}';

const check = async (server: TestServer, key: string | null) => {
  const { status, text } = await server.request('GET', '/api/system/check-token', { key });
  return [status, text];
};

describeOnBothWhenSlow('sessions without users', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('a fresh instance opens nothing without the first admin key', async () => {
    const closed = [
      ['GET', '/api/system/api-keys'],
      ['POST', '/api/system/generate-api-key'],
      ['DELETE', '/api/system/api-key/1'],
      ['POST', '/api/system/enable-multi-user'],
      ['POST', '/api/system/update-password'],
      ['GET', '/api/system/check-token'],
      ['GET', '/api/system/refresh-user'],
    ] as const;
    for (const [method, path] of closed) {
      for (const [key, text] of [
        [null, NO_TOKEN],
        [server.adminKey, BAD_TOKEN],
        ['x.y.z', BAD_TOKEN],
      ] as const) {
        const answer = await server.request(method, path, { key });
        expect([path, answer.status, answer.text]).toEqual([path, 401, text]);
      }
    }
    for (const body of [{}, { password: '' }, { password: 'admin' }, { password: [server.adminKey] }]) {
      const answer = await login(server, body);
      expect(answer.status).toBe(401);
      expect(answer.text).toBe('{"valid":false,"token":null,"message":"[003] Invalid password provided"}');
    }
  });

  test('with the first admin key a password is set; it opens from then on, and logging out ends one session', async () => {
    const key = await firstSession(server);
    expect(await check(server, key)).toEqual([200, 'OK']);
    const set = (body: object) => server.request('POST', '/api/system/update-password', { key, body });
    // Nothing said takes nothing away.
    expect((await set({})).body).toMatchObject({ success: false });
    expect((await set({ usePassword: true, newPassword: 'short' })).body).toEqual({
      success: false,
      error: 'password should be at least 8 characters long',
    });
    expect((await set({ usePassword: true, newPassword: PASSWORD })).text).toBe(
      '{"success":true,"error":null}',
    );
    expect(await check(server, key)).toEqual([401, BAD_TOKEN]);
    const answer = await login(server, { password: PASSWORD });
    expect(answer.text).toMatch(/^\{"valid":true,"token":"[\w-]+\.[\w-]+\.[\w-]+","message":null\}$/);
    const [a, b] = [answer.body.token, await tokenOf(server, { password: PASSWORD })];
    expect((await server.request('GET', '/api/system/refresh-user', { key: a })).text).toBe(
      '{"success":true,"user":null,"message":null}',
    );
    expect((await server.request('POST', '/api/system/logout', { key: a })).text).toBe('OK');
    expect(await check(server, a)).toEqual([401, BAD_TOKEN]);
    expect(await check(server, b)).toEqual([200, 'OK']);
  });

  test('a token is only good as long as it says, and only as this server signed it', async () => {
    const { sealing } = server.app.core;
    const now = Math.floor(Date.now() / 1000);
    const sign = (exp: number, key = sealing.sessionKeys[0]!) =>
      new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setJti('x').setExpirationTime(exp).sign(key);
    for (const token of [await sign(now - 1), await sign(now + 60)])
      expect(await check(server, token)).toEqual([401, BAD_TOKEN]);
  });

  test('ten wrong passwords, and the next attempts wait', async () => {
    const other = await start();
    for (let i = 0; i < 10; i++) expect((await login(other, { password: `wrong ${i}` })).status).toBe(401);
    const answer = await login(other, { password: other.adminKey });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(answer.body).toMatchObject({ valid: false, token: null });
  });

  test('no secret that anybody sent is in the log or the audit record, and refused logins are', async () => {
    await login(server, { password: 'a guess that failed' });
    await server.app.core.storage.checkWritable();
    await expect
      .poll(async () => (await server.request('GET', '/v1/audit?action=sessions.login&limit=200')).text)
      .toContain('credentials');
    const { text } = await server.request('GET', '/v1/audit?limit=200');
    const written = `${text}${server.log.join('')}`;
    const { body } = await login(server, { password: PASSWORD });
    for (const secret of ['a guess that failed', PASSWORD, server.adminKey, body.token ?? '?'])
      expect(written).not.toContain(secret);
  });
});

describeOnBothWhenSlow('sessions of users', (start) => {
  let server: TestServer;
  let admin: string;
  beforeAll(async () => {
    server = await start();
    admin = await enableUsers(server);
  });

  test('users are let in once and for good, the first an administrator', async () => {
    const fresh = await start();
    const mode = async () => (await fresh.request('GET', '/api/system/multi-user-mode', { key: null })).text;
    expect(await mode()).toBe('{"multiUserMode":false}');
    const key = await firstSession(fresh);
    const enable = (body: object, session = key) =>
      fresh.request('POST', '/api/system/enable-multi-user', { key: session, body });
    const refused = await enable({ username: 'Admin!', password: PASSWORD });
    expect([refused.status, Object.keys(refused.body as object)]).toEqual([400, ['success', 'error']]);
    expect(await check(fresh, key)).toEqual([200, 'OK']);
    expect((await enable({ username: 'admin', password: PASSWORD })).text).toBe(
      '{"success":true,"error":null}',
    );
    expect(await mode()).toBe('{"multiUserMode":true}');
    expect(await check(fresh, key)).toEqual([401, '{"error":"Invalid auth token."}']);
    const session = await tokenOf(fresh, { username: 'admin', password: PASSWORD });
    const again = await enable({ username: 'admin2', password: PASSWORD }, session);
    expect([again.status, again.body]).toEqual([
      200,
      { success: false, error: 'Multi-user mode is already enabled.' },
    ]);
    // Neither the key nor the password of before opens a session.
    expect((await login(fresh, { password: fresh.adminKey })).text).toBe(NOT_LOGGED_IN);
  });

  test('a login has the members of the contract in their order, and recovery codes the first time', async () => {
    await server.request('POST', '/v1/admin/users/new', { body: { username: 'sam', password: PASSWORD } });
    const first = await login(server, { username: 'sam', password: PASSWORD });
    expect(Object.keys(first.body)).toEqual(['valid', 'user', 'token', 'message', 'recoveryCodes']);
    expect(Object.keys(first.body.user ?? {})).toEqual([
      'id',
      'username',
      'pfpFilename',
      'role',
      'suspended',
      'seen_recovery_codes',
      'createdAt',
      'lastUpdatedAt',
      'dailyMessageLimit',
      'bio',
    ]);
    const payload = JSON.parse(
      Buffer.from(first.body.token?.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(payload).toMatchObject({ id: first.body.user?.id, username: 'sam' });
    expect(Number(payload['exp']) - Number(payload['iat'])).toBe(30 * 86_400);
    const second = await login(server, { username: 'sam', password: PASSWORD });
    expect(Object.keys(second.body)).toEqual(['valid', 'user', 'token', 'message']);
    const me = await server.request('GET', '/api/system/refresh-user', { key: second.body.token });
    expect(me.body).toMatchObject({ success: true, user: { username: 'sam' }, message: null });
  });

  test('an unknown name, a wrong password and fields of a wrong type are answered with the same bytes', async () => {
    const bodies = [
      { username: 'nobody', password: PASSWORD },
      { username: 'admin', password: 'wrong horse' },
      { username: ['admin'], password: PASSWORD },
      { username: 'admin' },
      {},
    ];
    for (const body of bodies) {
      const answer = await login(server, body);
      expect([answer.status, answer.text]).toEqual([200, NOT_LOGGED_IN]);
    }
    const form = await server.request('POST', '/api/request-token', {
      key: null,
      body: 'username=a%00b&password=x%00',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.text).toBe(NOT_LOGGED_IN);
  });

  test('who is suspended in the middle of a session is refused at once, on another process too', async () => {
    const second = await start(server.environment);
    const token = await enterAs(server, 'default', 'ann');
    const { id } = (await login(server, { username: 'ann', password: PASSWORD })).body.user ?? { id: 0 };
    expect(await check(second, token)).toEqual([200, 'OK']);
    const change = (body: object) => server.request('POST', `/v1/admin/users/${id}`, { body });
    await change({ suspended: 1 });
    expect(await check(second, token)).toEqual([401, '{"error":"User is suspended from system"}']);
    expect((await login(second, { username: 'ann', password: PASSWORD })).body.message).toMatch(/^\[004\]/);
    await change({ suspended: 0 });
    expect(await check(second, token)).toEqual([401, '{"error":"Invalid auth token."}']);
    const again = await tokenOf(second, { username: 'ann', password: PASSWORD });
    await server.request('DELETE', `/v1/admin/users/${id}`);
    expect(await check(second, again)).toEqual([401, '{"error":"Invalid auth for user."}']);
  });

  test('logging out ends one session, a new password all of them', async () => {
    const [a, b] = [await enterAs(server, 'default', 'bob'), await enterAs(server, 'default', 'bob')];
    await server.request('POST', '/api/system/logout', { key: a });
    expect((await check(server, a))[0]).toBe(401);
    expect((await check(server, b))[0]).toBe(200);
    const users = await server.request<{ users: { id: number; username: string }[] }>('GET', '/v1/users');
    const id = users.body.users.find(({ username }) => username === 'bob')?.id;
    await server.request('POST', `/v1/admin/users/${id}`, { body: { password: 'another horse' } });
    expect((await check(server, b))[0]).toBe(401);
    expect((await check(server, admin))[0]).toBe(200);
  });

  test('people change their own name, password and bio; a new password takes the present one', async () => {
    let key = await enterAs(server, 'default', 'pia');
    const change = (body: object) =>
      server.request<{ error: string | null }>('POST', '/api/system/user', { key, body });
    for (const body of [{}, { role: 'admin' }, { username: '', password: '' }]) {
      const answer = await change(body);
      expect([answer.status, answer.text]).toEqual([400, '{"success":false,"error":"No updates provided"}']);
    }
    for (const body of [
      { username: 'Pia' },
      { username: 'admin' },
      { password: 'another horse' },
      { password: 'another horse', currentPassword: 'wrong horse' },
      { password: 'short', currentPassword: PASSWORD },
    ]) {
      const answer = await change(body);
      expect([body, answer.status, Object.keys(answer.body)]).toEqual([body, 200, ['success', 'error']]);
      expect(answer.body).toMatchObject({ success: false, error: expect.any(String) });
    }
    const DONE = '{"success":true,"error":null}';
    expect((await change({ username: 'pia2', bio: 'b', role: 'admin', suspended: 1 })).text).toBe(DONE);
    const me = await server.request('GET', '/api/system/refresh-user', { key });
    expect(me.body).toMatchObject({ user: { username: 'pia2', bio: 'b', role: 'default', suspended: 0 } });
    expect((await change({ password: 'another horse', currentPassword: PASSWORD })).text).toBe(DONE);
    expect((await check(server, key))[0]).toBe(401);
    key = await tokenOf(server, { username: 'pia2', password: 'another horse' });
    for (let i = 0; i < 10; i++) await change({ password: PASSWORD, currentPassword: `wrong ${i}` });
    const answer = await change({ password: PASSWORD, currentPassword: 'another horse' });
    expect([answer.status, Object.keys(answer.body)]).toEqual([429, ['success', 'error']]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('who is demoted while a body is on its way does not act on the role of before', async () => {
    const token = await enterAs(server, 'admin', 'max');
    const { id } = (await login(server, { username: 'max', password: PASSWORD })).body.user ?? { id: 0 };
    const change = (body: object) => server.request('POST', `/v1/admin/users/${id}`, { body });
    const body = { username: 'backdoor', password: PASSWORD, role: 'admin' };
    const headers = { authorization: `Bearer ${token}` };
    const request = { path: '/api/admin/users/new', headers, body };
    expect(await postSlowly(server, request, () => change({ role: 'manager' }))).toBe(403);
    expect((await server.request('GET', '/v1/users')).text).not.toContain('backdoor');
    await change({ suspended: 1 });
  });

  test('of several who let users in at the same moment one becomes the administrator', async () => {
    const fresh = await start();
    const keys = await Promise.all([firstSession(fresh), firstSession(fresh), firstSession(fresh)]);
    const answers = await Promise.all(
      keys.map((key, i) =>
        fresh.request<{ success?: boolean; error: string }>('POST', '/api/system/enable-multi-user', {
          key,
          body: { username: `admin${i}`, password: PASSWORD },
        }),
      ),
    );
    expect(answers.filter(({ body }) => body.success === true)).toHaveLength(1);
    for (const { status, text } of answers.filter(({ body }) => body.success !== true))
      expect([
        [200, '{"success":false,"error":"Multi-user mode is already enabled."}'],
        [401, '{"error":"Invalid auth token."}'],
      ]).toContainEqual([status, text]);
    expect((await fresh.request<{ users: object[] }>('GET', '/v1/users')).body.users).toHaveLength(1);
  });

  test('the one password is no business of users', async () => {
    const body = { usePassword: true, newPassword: PASSWORD };
    const answer = await server.request('POST', '/api/system/update-password', { key: admin, body });
    expect([answer.status, answer.text]).toEqual([401, 'Unauthorized']);
  });

  test('a lost password is replaced with two recovery codes', async () => {
    await server.request('POST', '/v1/admin/users/new', { body: { username: 'eve', password: PASSWORD } });
    const { recoveryCodes = [] } = (await login(server, { username: 'eve', password: PASSWORD })).body;
    const ask = (path: string, body: object) =>
      server.request<{ resetToken?: string; message?: string }>('POST', path, { key: null, body });
    const wrong = await ask('/api/system/recover-account', { username: 'eve', recoveryCodes: ['a', 'b'] });
    expect([wrong.status, wrong.text]).toEqual([
      400,
      '{"success":false,"message":"Invalid recovery codes."}',
    ]);
    const codes = recoveryCodes.slice(0, 2);
    const right = await ask('/api/system/recover-account', { username: 'eve', recoveryCodes: codes });
    expect([right.status, Object.keys(right.body)]).toEqual([200, ['success', 'resetToken']]);
    const token = right.body.resetToken;
    const reset = (fields: object) => ask('/api/system/reset-password', { token, ...fields });
    const differing = await reset({ newPassword: 'another horse', confirmPassword: 'third horse' });
    expect([differing.status, differing.body.message]).toEqual([400, 'Passwords do not match']);
    const fields = { newPassword: 'another horse', confirmPassword: 'another horse' };
    expect((await reset(fields)).text).toBe('{"success":true,"message":"Password reset successful"}');
    expect((await reset(fields)).body.message).toBe('Invalid reset token');
    expect((await login(server, { username: 'eve', password: 'another horse' })).body.valid).toBe(true);
    const elsewhere = await start();
    for (const path of ['/api/system/recover-account', '/api/system/reset-password'])
      expect((await elsewhere.request('POST', path, { key: null, body: {} })).text).toBe(
        '{"error":"Invalid request"}',
      );
  });
});
