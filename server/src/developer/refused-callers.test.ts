import { beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type Answer, type TestServer } from '../../test/server.ts';
import { keyed, nameOf, open, otherScopes, pathOf, scoped } from './sweep.fixture.ts';

const NO_KEY = '{"error":"No valid api key found."}';

/** They look for themselves at who asks: a login, an invitation's code, a page's origin, a key of their own kind. */
const OPEN = [
  'GET /api/ping',
  'GET /api/setup-complete',
  'GET /api/system/multi-user-mode',
  'GET /api/system/logo',
  'GET /api/invite/:code',
  'POST /api/invite/:code',
  'POST /api/request-token',
  'GET /api/request-token/sso/simple',
  'POST /api/system/recover-account',
  'POST /api/system/reset-password',
  'POST /api/embed/:uuid/stream-chat',
  'GET /api/embed/:uuid/:sessionId',
  'DELETE /api/embed/:uuid/:sessionId',
];

const UPSTREAM = { name: 'mine', base_url: 'http://127.0.0.1:9/v1' };
/** They name all workspaces, or change what all of them live by. */
const WHOLE: [method: string, path: string, body?: object][] = [
  ['GET', '/v1/audit'],
  ['GET', '/v1/audit/checkpoint'],
  ['GET', '/v1/system/embedding-progress'],
  ['POST', '/v1/system/update-env', { LLMProvider: 'local' }],
  ['POST', '/v1/admin/preferences', { custom_app_name: 'x' }],
  ['POST', '/v1/upstreams', UPSTREAM],
  ['PATCH', '/v1/upstreams/up_000000000000', UPSTREAM],
  ['DELETE', '/v1/upstreams/up_000000000000'],
];

/** What a stranger can compare: everything but the id and the time of the answer. */
function comparable({ status, headers, text }: Answer<unknown>): string {
  const varying = ['x-request-id', 'date'];
  return JSON.stringify([status, [...headers].filter(([name]) => !varying.includes(name)), text]);
}

describeOnBothWhenSlow('refused callers of the Developer API', (start) => {
  let server: TestServer;
  const bad: Record<string, string> = {};

  beforeAll(async () => {
    server = await start();
    const [revoked, expired, disabled, otherIp] = await Promise.all([
      server.mint({ role: 'admin' }),
      server.mint({ role: 'admin', expires_in_seconds: 1 }),
      server.mint({ role: 'admin' }),
      server.mint({ role: 'admin', selectors: { ips: ['10.1.2.3'] } }),
    ]);
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Ann', kind: 'person' },
    });
    const ofSuspended = await server.mint({ role: 'admin', owner: owner.body.id });
    await server.request('POST', `/v1/keys/${revoked.id}/revoke`);
    await server.request('POST', `/v1/keys/${disabled.id}/disable`);
    await server.request('PATCH', `/v1/owners/${owner.body.id}`, { body: { state: 'suspended' } });
    Object.assign(bad, {
      revoked: revoked.secret,
      expired: expired.secret,
      disabled: disabled.secret,
      'of a suspended owner': ofSuspended.secret,
      unknown: `${server.adminKey.slice(0, 18)}${'0'.repeat(38)}`,
      malformed: server.adminKey.slice(0, -1),
      foreign: 'XHNG2X2-TPD43XA-MJVCGXP-CHXWZC9',
      'used from elsewhere': otherIp.secret,
      'too long': 'x'.repeat(5_000),
      'not ASCII': 'schlüssel-der-keiner-ist',
    });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
  });

  test('no key and every bad key get the same 403 on every route, before the body is looked at', async () => {
    for (const route of keyed) {
      const ask = (key: string | null) => server.request(route.method, pathOf(route), { key });
      const answers = await Promise.all([null, ...Object.values(bad)].map(ask));
      expect([nameOf(route), answers[0]?.status, answers[0]?.text]).toEqual([nameOf(route), 403, NO_KEY]);
      expect([nameOf(route), new Set(answers.map(comparable)).size]).toEqual([nameOf(route), 1]);
    }
  });

  test('a good key without the scope gets 403 with its name, on every route', async () => {
    for (const route of scoped) {
      const { secret } = await server.mint({ scopes: otherScopes(route) });
      const answer = await server.request<{ error: string }>(route.method, pathOf(route), { key: secret });
      expect([nameOf(route), answer.status, Object.keys(answer.body)]).toEqual([
        nameOf(route),
        403,
        ['error'],
      ]);
      expect(answer.body.error).toContain(route.access);
    }
  });

  test('a key with that scope alone is let in, on every route', async () => {
    for (const route of scoped) {
      const { secret } = await server.mint({ scopes: [route.access] });
      const answer = await server.request<{ error?: unknown }>(route.method, pathOf(route), { key: secret });
      const isRefused = answer.status === 403 && /lacks the scope|valid api key/.test(answer.text);
      expect([nameOf(route), isRefused]).toEqual([nameOf(route), false]);
    }
  });

  test('a quarantined key reads, and changes nothing', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    await server.request('POST', `/v1/keys/${id}/quarantine`, { body: { reason: 'to look at' } });
    for (const route of scoped) {
      const reads = route.access.endsWith(':read');
      const answer = await server.request(route.method, pathOf(route), { key: secret });
      const isRefused =
        answer.status === 403 && answer.text.includes('The key is quarantined and may only read');
      expect([nameOf(route), isRefused]).toEqual([nameOf(route), !reads]);
    }
  });

  test('a key that is bound to workspaces neither reads nor changes what is about all of them', async () => {
    const selectors = { workspaces: { allow: ['docs'] } };
    const { secret: key } = await server.mint({ role: 'admin', selectors });
    for (const [method, path, body] of WHOLE) {
      const answer = await server.request(method, path, { key, ...(body && { body }) });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.text).toContain('bound to workspaces');
    }
  });

  test('a limit holds on every route, and says when to come again', async () => {
    const limits = [{ name: 'few', requests: 1, window_seconds: 3_600 }];
    const { secret } = await server.mint({ role: 'admin', limits });
    await server.request('GET', '/v1/auth', { key: secret });
    for (const route of keyed) {
      const answer = await server.request<{ error: string }>(route.method, pathOf(route), { key: secret });
      expect([nameOf(route), answer.status, Object.keys(answer.body)]).toEqual([
        nameOf(route),
        429,
        ['error'],
      ]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  test('routes that need neither key nor session are these and no others', () => {
    expect(open.map(nameOf).sort()).toEqual([...OPEN].sort());
  });
});
