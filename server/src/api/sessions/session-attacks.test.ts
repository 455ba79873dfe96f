import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf, type State } from './browser.fixture.ts';

interface Refused {
  code: string;
}

const NEW = 'another horse battery';

const recoveryCodes = async (browser: Browser): Promise<string[]> =>
  (
    await browser.send<{ codes: string[] }>('POST', '/v1/session/recovery-codes', {
      body: { current: PASSWORD },
    })
  ).body.codes;

const newInvite = async (server: TestServer): Promise<string> =>
  (await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new', { body: {} })).body
    .invite.code;

const usernames = async (server: TestServer): Promise<string[]> =>
  (await server.request<{ users: { username: string }[] }>('GET', '/v1/admin/users')).body.users.map(
    ({ username }) => username,
  );

describeOnBothServers('somebody who wants the session of another person', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });

  test('a cookie that was put into a browser before the sign-in opens nothing of the person who signs in', async () => {
    const thief = await browserAs(server, 'default', 'thief');
    await browserAs(server, 'default', 'victim');
    const victim = new Browser(server);
    victim.cookie = thief.cookie;
    await victim.signIn({ username: 'victim', password: PASSWORD });
    expect(victim.cookie).not.toBe(thief.cookie);
    expect((await victim.state()).session?.user?.username).toBe('victim');
    const planted = await thief.send<State>('GET', '/v1/session', { headers: { cookie: thief.cookie } });
    expect(planted.body.session?.user?.username ?? 'nobody').not.toBe('victim');
  });

  test('the session of a deleted user is not that of a new user with the same name', async () => {
    const former = await browserAs(server, 'default', 'sam');
    const { user } = (await former.state()).session!;
    await server.request('DELETE', `/v1/admin/users/${user?.id}`);
    const present = await browserAs(server, 'admin', 'sam');
    expect((await present.state()).session?.user?.id).not.toBe(user?.id);
    expect((await former.state()).session).toBeNull();
    expect(await former.status('/v1/workspaces')).toBe(401);
  });

  test('of several recoveries with the same codes at the same time one sets its password', async () => {
    const codes = await recoveryCodes(await browserAs(server, 'default', 'lin'));
    const passwords = [1, 2, 3, 4].map((i) => `${NEW} ${i}`);
    const statuses = await Promise.all(
      passwords.map(async (password) => {
        const body = { username: 'lin', codes: codes.slice(0, 2), password };
        return (await new Browser(server).send('POST', '/v1/session/recover', { body })).status;
      }),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    const logins = await Promise.all(
      passwords.map((password) => new Browser(server).signIn({ username: 'lin', password })),
    );
    expect(logins.map(({ status }) => status)).toEqual(statuses);
  });

  test('of several people who accept an invite at the same time one becomes a user', async () => {
    const code = await newInvite(server);
    const accepted = await Promise.all(
      ['ann', 'ben', 'cleo'].map((username) =>
        new Browser(server).send('POST', `/v1/session/invites/${code}`, {
          body: { username, password: PASSWORD },
        }),
      ),
    );
    expect(accepted.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404]);
    const made = (await usernames(server)).filter((name) => ['ann', 'ben', 'cleo'].includes(name));
    expect(made).toHaveLength(1);
  });

  test('recovery codes cannot be guessed: after ten attempts the right ones are refused too', async () => {
    const codes = await recoveryCodes(await browserAs(server, 'default', 'gus'));
    const recover = (given: string[]) =>
      new Browser(server).send<Refused>('POST', '/v1/session/recover', {
        body: { username: 'gus', codes: given, password: NEW },
      });
    const wrong = ['0000000-0000000-0000000-0000000', '1111111-1111111-1111111-1111111'];
    for (let i = 0; i < 10; i++) expect((await recover(wrong)).status).toBe(401);
    const refused = await recover(codes.slice(0, 2));
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  test('one right recovery code, also twice, and those of another user recover nothing', async () => {
    const [own = ''] = await recoveryCodes(await browserAs(server, 'default', 'ida'));
    const foreign = await recoveryCodes(await browserAs(server, 'default', 'jon'));
    for (const codes of [[own], [own, own], [own, foreign[0] ?? ''], foreign.slice(0, 2)]) {
      const body = { username: 'ida', codes, password: NEW };
      expect((await new Browser(server).send('POST', '/v1/session/recover', { body })).status).toBe(401);
    }
  });

  test.for([
    ['a Cyrillic letter', 'аdmin'],
    ['full-width letters', 'ａｄｍｉｎ'],
    ['a zero-width space', 'ad\u200bmin'],
    ['a combining mark', 'admi\u0301n'],
    ['the direction of writing', '\u202enimda'],
    ['a capital letter', 'Admin'],
    ['a space at its end', 'admin '],
    ['65 characters', `a${'b'.repeat(64)}`],
    ['100,000 characters', 'a'.repeat(100_000)],
    ['U+0000', 'admin\0'],
  ])('a name with %s is refused, so that nobody passes for another person', async ([, username]) => {
    const code = await newInvite(server);
    const body = { username, password: PASSWORD };
    const accepted = await new Browser(server).send<Refused>('POST', `/v1/session/invites/${code}`, { body });
    expect([accepted.status, accepted.body.code]).toEqual([422, 'invalid_input']);
    const login = await new Browser(server).signIn(body);
    expect([401, 422]).toContain(login.status);
    expect(await usernames(server)).not.toContain(username);
  });

  test('two people in two tabs of one browser: a page of the first one does nothing as the second', async () => {
    const first = await browserAs(server, 'admin', 'first');
    const id = (await first.state()).session?.id ?? '';
    const second = await browserAs(server, 'admin', 'second');
    const page = (method: string, path: string, options: object = {}) =>
      second.send<Refused>(method, path, { headers: { 'x-keyward-session': id }, ...options });
    for (const [method, path] of [
      ['GET', '/v1/keys'],
      ['POST', '/v1/owners'],
      ['GET', '/api/v1/workspaces'],
      ['DELETE', '/v1/session'],
    ] as const) {
      const { status } = await page(method, path);
      expect([method, path, status]).toEqual([method, path, 401]);
    }
    expect((await page('GET', '/v1/session')).body).toMatchObject({
      session: { user: { username: 'second' } },
    });
    expect(await second.status()).toBe(200);
    const own = (await second.state()).session?.id ?? '';
    expect((await second.send('GET', '/v1/keys', { headers: { 'x-keyward-session': own } })).status).toBe(
      200,
    );
    expect((await second.send('POST', '/v1/owners', { headers: { 'x-keyward-session': own } })).status).toBe(
      422,
    );
  });

  test('the header of a change is 1 or the id of a session, and nothing else', async () => {
    const browser = await browserAs(server, 'admin', 'header');
    for (const value of ['', '0', 'true', '1, 1', 'x'.repeat(36)]) {
      const answer = await browser.send<Refused>('POST', '/v1/owners', {
        headers: { 'x-keyward-session': value },
      });
      expect([value, answer.status, answer.body.code]).toEqual([value, 403, 'csrf_refused']);
    }
  });
});

describeOnServer('sqlite', 'an instance where passwords do not log in', (start) => {
  test('recovery codes and invites, which set a password, sign nobody in either', async () => {
    const server = await start();
    await enableUsers(server);
    const codes = await recoveryCodes(await browserAs(server, 'default', 'lin'));
    const code = await newInvite(server);
    const strict = await start({ ...server.environment, KEYWARD_SIMPLE_SSO: 'only' });
    const recovery = { username: 'lin', codes: codes.slice(0, 2), password: NEW };
    const invited = { username: 'guest', password: PASSWORD };
    for (const [path, body] of [
      ['/v1/session', { username: 'lin', password: PASSWORD }],
      ['/v1/session/recover', recovery],
      [`/v1/session/invites/${code}`, invited],
    ] as const) {
      const browser = new Browser(strict);
      const refused = await browser.send<Refused>('POST', path, { body });
      expect([path, refused.status, refused.body.code]).toEqual([path, 409, 'conflict']);
      expect(browser.cookie).toBe('');
    }
    expect(await usernames(server)).not.toContain('guest');
    await browserOf(server, { username: 'lin', password: PASSWORD });
  });
});
