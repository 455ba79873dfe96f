import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf } from './browser.fixture.ts';

const OTHER = 'another long password';
const RECOVERY = { username: 'nobody', codes: ['AAAAAAA-1', 'BBBBBBB-2'], password: OTHER };

describeOnBothServers('the audit record of sessions', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  const newest = async (): Promise<{ seq: number; action: string }> =>
    (await server.request<{ items: { seq: number; action: string }[] }>('GET', '/v1/audit?limit=1')).body
      .items[0]!;

  /** Sends a request that changes something. @returns its answer, once the record has it */
  const recorded = async <T>(browser: Browser, route: string, body?: object): Promise<T> => {
    const before = (await newest()).seq;
    const [method = '', path = ''] = route.split(' ');
    const answer = await browser.send<T>(method, path, body === undefined ? {} : { body });
    expect([route, answer.status < 300]).toEqual([route, true]);
    expect([route, (await newest()).seq > before]).toEqual([route, true]);
    return answer.body;
  };

  test('each request that begins, changes or ends a session or an account is recorded', async () => {
    const first = new Browser(server);
    await recorded(first, 'POST /v1/session', { key: server.adminKey });
    await recorded(first, 'POST /v1/session/setup', { username: 'ada', password: PASSWORD });
    await recorded(first, 'POST /v1/session/password', { current: PASSWORD, password: OTHER });
    const { codes } = await recorded<{ codes: string[] }>(first, 'POST /v1/session/recovery-codes', {
      current: OTHER,
    });
    const again = { username: 'ada', codes: codes.slice(0, 2), password: PASSWORD };
    await recorded(new Browser(server), 'POST /v1/session/recover', again);
    const ada = await browserOf(server, { username: 'ada', password: PASSWORD });
    const other = await browserOf(server, { username: 'ada', password: PASSWORD });
    const { session } = await other.state();
    await recorded(ada, `DELETE /v1/sessions/${session?.id ?? ''}`);
    await browserOf(server, { username: 'ada', password: PASSWORD });
    await recorded(ada, 'DELETE /v1/sessions');
    const made = await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new', {
      body: {},
    });
    const invited = { username: 'bob', password: PASSWORD };
    await recorded(new Browser(server), `POST /v1/session/invites/${made.body.invite.code}`, invited);
    await recorded(ada, 'DELETE /v1/session');
    expect((await ada.state()).session).toBe(null);
  });
});

describeOnBothServers('the audit record of refused sessions', (start) => {
  let server: TestServer;
  let admin: Browser;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    admin = await browserOf(server, { username: 'admin', password: PASSWORD });
  });

  interface Refused {
    seq: number;
    actor: string;
    action: string;
    target: string;
    outcome: string;
    details: { code: string; ip: string; count: number };
  }
  /** The refusals of a route, once the record has them. */
  async function refusals(action: string, code: string): Promise<Refused[]> {
    let found: Refused[] = [];
    await expect
      .poll(async () => {
        const path = `/v1/audit?action=${action}&limit=200`;
        const { items } = (await server.request<{ items: Refused[] }>('GET', path)).body;
        found = items.filter(({ outcome, details }) => outcome === 'refused' && details.code === code);
        return found.length;
      })
      .toBeGreaterThan(0);
    return found;
  }

  test('a request that another site has a browser send is in the record, on every surface', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' };
    for (const [method, path, action] of [
      ['POST', '/v1/owners', 'owners.create'],
      ['GET', '/v1/models', 'models.list'],
      ['POST', '/api/v1/workspace/new', 'workspaces.create'],
      ['POST', '/api/system/logout', 'sessions.logout'],
      ['DELETE', '/v1/sessions', 'session.end_others'],
      ['POST', '/v1/session', 'session.create'],
      ['POST', '/v1/session/recover', 'session.recover'],
    ] as const) {
      const body = path === '/v1/session' ? { password: PASSWORD } : RECOVERY;
      const isPublic = ['/v1/session', '/v1/session/recover'].includes(path);
      const { status } = await admin.send(method, path, { headers: foreign, ...(isPublic && { body }) });
      expect([path, status]).toEqual([path, 403]);
      const [refused] = await refusals(action, 'csrf_refused');
      expect(refused).toMatchObject({ actor: 'anonymous', details: { ip: '127.0.0.1', count: 1 } });
    }
  });

  test('a cookie that has ended is in the record, and nothing of its text', async () => {
    const out = await browserOf(server, { username: 'admin', password: PASSWORD });
    const headers = { cookie: out.cookie };
    await out.send('DELETE', '/v1/session');
    for (const path of ['/v1/upstreams', '/v1/sessions', '/api/workspaces'])
      expect((await out.send('GET', path, { headers })).status).toBe(401);
    for (const action of ['upstreams.list', 'session.list', 'my_workspaces.list'])
      expect(await refusals(action, 'invalid_session')).toHaveLength(1);
    const [, token = ''] = headers.cookie.split('=');
    const { text } = await server.request('GET', '/v1/audit?limit=200');
    for (const part of token.split('.')) expect(text).not.toContain(part.slice(0, 30));
  });

  test('what the role of a person refuses is in the record under the name of the person', async () => {
    const member = await browserAs(server, 'default');
    const { user } = (await member.state()).session!;
    expect((await member.send('GET', '/v1/keys')).status).toBe(403);
    expect((await member.send('GET', '/v1/sessions?all=true')).status).toBe(403);
    expect((await member.send('POST', '/v1/workspace/new', { body: { name: 'x' } })).status).toBe(403);
    const manager = await browserAs(server, 'manager');
    expect((await manager.send('GET', '/v1/audit')).status).toBe(403);
    for (const [action, code] of [
      ['keys.list', 'forbidden_resource'],
      ['session.list', 'forbidden_resource'],
      ['workspaces.create', 'forbidden_resource'],
    ] as const)
      expect(await refusals(action, code)).toMatchObject([{ actor: `user:${user?.id}` }]);
    const { session } = await manager.state();
    expect(await refusals('audit.list', 'insufficient_scope')).toMatchObject([
      { actor: `user:${session?.user?.id}` },
    ]);
  });

  test('wrong passwords and codes are in the record with the user, and never with what was typed', async () => {
    const lin = await browserAs(server, 'default', 'lin');
    const { user } = (await lin.state()).session!;
    const typed = 'a password that is wrong';
    await new Browser(server).signIn({ username: 'lin', password: typed });
    await lin.send('POST', '/v1/session/password', { body: { current: typed, password: OTHER } });
    await new Browser(server).send('POST', '/v1/session/recover', { body: { ...RECOVERY, username: 'lin' } });
    await new Browser(server).signIn({ username: typed.replaceAll(' ', ''), password: typed });
    const found = await refusals('sessions.login', 'credentials');
    const counts = found
      .filter(({ target }) => target === `user:${user?.id}`)
      .map(({ details }) => details.count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(found.some(({ target }) => target === 'nobody')).toBe(true);
    const { text } = await server.request('GET', '/v1/audit?limit=200');
    for (const secret of [typed, typed.replaceAll(' ', ''), ...RECOVERY.codes])
      expect(text).not.toContain(secret);
  });

  test('a flood of strangers adds few records, with their number, and no text that they choose', async () => {
    const newest = async (): Promise<number> =>
      (await server.request<{ items: { seq: number }[] }>('GET', '/v1/audit?limit=1')).body.items[0]!.seq;
    const before = await newest();
    const marks = Array.from({ length: 300 }, (_, i) => `mark${i}`);
    const name = admin.cookie.split('=', 1)[0];
    await Promise.all(
      marks.map((mark) =>
        server.request('GET', `/v1/keys/key_${mark}?q=${mark}`, {
          key: null,
          headers: {
            cookie: `${name}=${mark}`,
            'user-agent': mark,
            'x-forwarded-for': mark,
            'x-keyward-session': mark,
            ...(mark.endsWith('0') && { 'sec-fetch-site': mark }),
          },
        }),
      ),
    );
    const sum = async (): Promise<number> => {
      const ended = await refusals('keys.get', 'invalid_session');
      const foreign = await refusals('keys.get', 'csrf_refused');
      return [...ended, ...foreign].reduce((all, { details }) => all + details.count, 0);
    };
    await expect.poll(sum).toBe(marks.length);
    // Two codes, in each second that it took.
    expect((await newest()) - before).toBeLessThan(60);
    expect((await server.request('GET', '/v1/audit?limit=200')).text).not.toMatch(/mark\d/);
  });
});
