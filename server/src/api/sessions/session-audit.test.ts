import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserOf } from './browser.fixture.ts';

const OTHER = 'another long password';

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
