import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf, firstBrowser, type State } from './browser.fixture.ts';

interface Refused {
  code: string;
  errors?: { field: string }[];
}
interface Listed {
  sessions: {
    id: string;
    user: { username: string } | null;
    is_current: boolean;
    user_agent: string | null;
  }[];
}

const NEW = 'another horse battery';
const said = ({ status, body }: Answer<unknown>): [number, string] => [status, (body as Refused).code];

describeOnBothServers('the first steps in a browser', (start) => {
  test('a key signs in, sets the first password, and every older session ends', async () => {
    const server = await start();
    const [first, other] = [await firstBrowser(server), await firstBrowser(server)];
    const before = first.cookie;
    const short = await first.send('POST', '/v1/session/setup', { body: { password: 'short' } });
    expect(said(short)).toEqual([422, 'invalid_input']);
    const set = await first.send<State>('POST', '/v1/session/setup', { body: { password: PASSWORD } });
    expect([set.status, set.body.mode, set.body.session?.kind]).toEqual([200, 'password', 'admin']);
    expect(first.cookie).not.toBe(before);
    expect(await first.status()).toBe(200);
    expect(await other.status()).toBe(401);
    expect((await first.send('GET', '/v1/keys', { headers: { cookie: before } })).status).toBe(401);
    // It replaces no password: that takes the present one.
    const again = await first.send('POST', '/v1/session/setup', { body: { password: NEW } });
    expect(said(again)).toEqual([409, 'conflict']);
    const byPassword = await browserOf(server, { password: PASSWORD });
    expect(await byPassword.status()).toBe(200);
  });

  test('the one password changes with the present one or an admin key, and with nothing else', async () => {
    const server = await start();
    const admin = await firstBrowser(server);
    const unset = await admin.send('POST', '/v1/session/password', {
      body: { current: server.adminKey, password: NEW },
    });
    expect(said(unset)).toEqual([409, 'conflict']);
    await admin.send('POST', '/v1/session/setup', { body: { password: PASSWORD } });
    const wrong = await admin.send<Refused>('POST', '/v1/session/password', {
      body: { current: 'wrong horse', password: NEW },
    });
    expect([...said(wrong), wrong.body.errors?.[0]?.field]).toEqual([422, 'invalid_input', 'current']);
    const { secret } = await server.mint({ scopes: ['keys:read'] });
    const change = (current: string, password: string) =>
      admin.send('POST', '/v1/session/password', { body: { current, password } });
    expect(said(await change(secret, NEW))).toEqual([422, 'invalid_input']);
    const other = await firstBrowser(server);
    expect((await change(PASSWORD, NEW)).status).toBe(200);
    expect([await admin.status(), await other.status()]).toEqual([200, 401]);
    expect((await change(server.adminKey, PASSWORD)).status).toBe(200);
    expect(await (await browserOf(server, { password: PASSWORD })).status()).toBe(200);
  });

  test('users are let in from the browser, and the administrator goes on as a user', async () => {
    const server = await start();
    const admin = await firstBrowser(server);
    const body = { username: 'ada', password: PASSWORD };
    const made = await admin.send<State>('POST', '/v1/session/setup', { body });
    expect(made.body).toMatchObject({
      mode: 'multi-user',
      session: { kind: 'user', user: { username: 'ada', role: 'admin' } },
    });
    expect(await admin.status()).toBe(200);
    expect(said(await admin.send('POST', '/v1/session/setup', { body }))).toEqual([409, 'conflict']);
    const key = new Browser(server);
    expect(said(await key.signIn({ key: server.adminKey }))).toEqual([422, 'invalid_input']);
  });
});

describeOnBothServers('the account of a user in a browser', (start) => {
  let server: TestServer;
  let admin: Browser;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    admin = await browserOf(server, { username: 'admin', password: PASSWORD });
  });

  test('a new password takes the present one, ends the other sessions and keeps this browser signed in', async () => {
    const one = await browserAs(server, 'manager', 'pat');
    const two = await browserOf(server, { username: 'pat', password: PASSWORD });
    const wrong = await one.send<Refused>('POST', '/v1/session/password', {
      body: { current: NEW, password: NEW },
    });
    expect([...said(wrong), wrong.body.errors?.[0]?.field]).toEqual([422, 'invalid_input', 'current']);
    expect(await two.status('/v1/workspaces')).toBe(200);
    const changed = await one.send('POST', '/v1/session/password', {
      body: { current: PASSWORD, password: NEW },
    });
    expect(changed.status).toBe(200);
    expect([await one.status('/v1/workspaces'), await two.status('/v1/workspaces')]).toEqual([200, 401]);
    expect(said(await two.signIn({ username: 'pat', password: PASSWORD }))).toEqual([
      401,
      'wrong_credentials',
    ]);
  });

  test('wrong present passwords are throttled like logins', async () => {
    const sam = await browserAs(server, 'default', 'sam');
    const attempt = () =>
      sam.send('POST', '/v1/session/recovery-codes', { body: { current: 'wrong horse' } });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await attempt()).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 422));
    const refused = await attempt();
    expect(said(refused)).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  test('recovery codes replace a lost password once, and former codes and sessions end', async () => {
    const lin = await browserAs(server, 'default', 'lin');
    const ask = async (): Promise<string[]> =>
      (
        await lin.send<{ codes: string[] }>('POST', '/v1/session/recovery-codes', {
          body: { current: PASSWORD },
        })
      ).body.codes;
    const former = await ask();
    const codes = await ask();
    expect(codes).toHaveLength(4);
    const lost = new Browser(server);
    const recover = (given: string[], password = NEW) =>
      lost.send<State>('POST', '/v1/session/recover', { body: { username: 'lin', codes: given, password } });
    expect(said(await recover(former.slice(0, 2)))).toEqual([401, 'wrong_credentials']);
    expect(said(await recover(codes.slice(0, 1)))).toEqual([401, 'wrong_credentials']);
    expect(said(await recover(codes.slice(0, 2), 'short'))).toEqual([422, 'invalid_input']);
    const done = await recover(codes.slice(0, 2));
    expect([done.status, done.body.session?.user?.username]).toEqual([200, 'lin']);
    expect(await lin.status('/v1/workspaces')).toBe(401);
    expect(await lost.status('/v1/workspaces')).toBe(200);
    expect(
      said(
        await new Browser(server).send('POST', '/v1/session/recover', {
          body: { username: 'lin', codes: codes.slice(2), password: PASSWORD },
        }),
      ),
    ).toEqual([401, 'wrong_credentials']);
  });

  test('an invite makes a user who is signed in, once', async () => {
    const made = await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new', {
      body: {},
    });
    const { code } = made.body.invite;
    const guest = new Browser(server);
    expect((await guest.send('GET', `/v1/session/invites/${code}`)).body).toEqual({
      status: 'pending',
      workspaces: [],
    });
    const accept = (browser: Browser, username: string) =>
      browser.send<State>('POST', `/v1/session/invites/${code}`, { body: { username, password: PASSWORD } });
    expect(said(await accept(guest, 'admin'))).toEqual([422, 'invalid_input']);
    const accepted = await accept(guest, 'guest');
    expect(accepted.body.session?.user).toMatchObject({ username: 'guest', role: 'default' });
    expect(said(await accept(new Browser(server), 'second'))).toEqual([404, 'not_found']);
    expect((await guest.send('GET', `/v1/session/invites/${code}`)).body).toEqual({ status: 'claimed' });
    expect(said(await guest.send('GET', '/v1/session/invites/XXXXXXX'))).toEqual([404, 'not_found']);
  });

  test('a user lists and ends the own sessions, an administrator those of all', async () => {
    const one = await browserAs(server, 'default', 'kim');
    const enter = () => browserOf(server, { username: 'kim', password: PASSWORD });
    const [two, three] = [await enter(), await enter()];
    const list = async (browser: Browser, query = ''): Promise<Listed['sessions']> =>
      (await browser.send<Listed>('GET', `/v1/sessions${query}`)).body.sessions;
    const own = await list(one);
    expect(own).toHaveLength(3);
    expect(own.filter(({ is_current }) => is_current)).toHaveLength(1);
    expect(own.every(({ user }) => user?.username === 'kim')).toBe(true);
    expect(said(await one.send('GET', '/v1/sessions?all=true'))).toEqual([403, 'forbidden_resource']);
    const all = await list(admin, '?all=true');
    expect(all.map(({ user }) => user?.username)).toEqual(expect.arrayContaining(['kim', 'admin']));
    const foreign = all.find(({ user }) => user?.username === 'admin')!;
    expect(said(await one.send('DELETE', `/v1/sessions/${foreign.id}`))).toEqual([404, 'not_found']);
    expect(await admin.status()).toBe(200);
    const idOf = async (browser: Browser): Promise<string> => (await browser.state()).session!.id;
    expect((await one.send('DELETE', `/v1/sessions/${await idOf(two)}`)).status).toBe(204);
    expect(await two.status('/v1/workspaces')).toBe(401);
    expect((await admin.send('DELETE', `/v1/sessions/${await idOf(three)}`)).status).toBe(204);
    expect(await three.status('/v1/workspaces')).toBe(401);
    await enter();
    expect((await one.send('DELETE', '/v1/sessions')).body).toEqual({ ended: 1 });
    expect(await list(one)).toHaveLength(1);
    expect(await one.status('/v1/workspaces')).toBe(200);
  });
});
