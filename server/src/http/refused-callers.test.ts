import { beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type Answer, type TestServer } from '../../test/server.ts';
import { guarded, otherScopes, pathOf, routes, scoped } from '../api/sweep.fixture.ts';

interface Refusal {
  code: string;
  request_id: string;
  scope?: string;
  error?: { code: string };
}

/** What a stranger can compare: everything but the id and the time of the answer. */
function comparable({ status, headers, text, body }: Answer<Refusal>): string {
  const varying = ['x-request-id', 'date', 'content-length'];
  const rest = [...headers].filter(([name]) => !varying.includes(name));
  return JSON.stringify([status, rest, text.replace(body.request_id ?? '', '')]);
}

describeOnBothWhenSlow('refused callers', (start) => {
  let server: TestServer;
  const bad: Record<string, string> = {};

  beforeAll(async () => {
    server = await start();
    const [revoked, expired, disabled, suspended, otherIp] = await Promise.all([
      server.mint(),
      server.mint({ expires_in_seconds: 1 }),
      server.mint(),
      server.request<{ id: string }>('POST', '/v1/owners', { body: { name: 'Ann', kind: 'person' } }),
      server.mint({ role: 'admin', selectors: { ips: ['10.1.2.3'] } }),
    ]);
    const ofSuspended = await server.mint({ owner: suspended.body.id });
    await server.request('POST', `/v1/keys/${revoked.id}/revoke`);
    await server.request('POST', `/v1/keys/${disabled.id}/disable`);
    await server.request('PATCH', `/v1/owners/${suspended.body.id}`, { body: { state: 'suspended' } });
    Object.assign(bad, {
      revoked: revoked.secret,
      expired: expired.secret,
      disabled: disabled.secret,
      'of a suspended owner': ofSuspended.secret,
      unknown: `${server.adminKey.slice(0, 18)}${'0'.repeat(38)}`,
      malformed: server.adminKey.slice(0, -1),
      foreign: 'sk-proj-0123456789abcdef',
      'used from elsewhere': otherIp.secret,
      'too long': 'x'.repeat(5_000),
      'not ASCII': 'schlüssel-der-keiner-ist',
    });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
  });

  test('without a key every route answers 401 missing_key with a hint how to send one', async () => {
    for (const route of guarded) {
      const answer = await server.request<Refusal>(route.method, pathOf(route), { key: null });
      expect([route.id, answer.status]).toEqual([route.id, 401]);
      expect(answer.body.code ?? answer.body.error?.code).toBe('missing_key');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="keyward"');
    }
  });

  test('every invalid key is refused with the same bytes on every route', async () => {
    for (const route of guarded) {
      const answers = await Promise.all(
        Object.values(bad).map((key) => server.request<Refusal>(route.method, pathOf(route), { key })),
      );
      expect(answers[0]?.status).toBe(401);
      expect(answers[0]?.headers.get('www-authenticate')).toBe(
        'Bearer realm="keyward", error="invalid_token"',
      );
      expect([route.id, new Set(answers.map(comparable)).size]).toEqual([route.id, 1]);
    }
  });

  test('a valid key without the scope gets the name of the scope, on every route', async () => {
    for (const route of scoped) {
      const { secret } = await server.mint({ scopes: otherScopes(route) });
      const answer = await server.request<Refusal>(route.method, pathOf(route), { key: secret });
      expect([route.id, answer.status]).toEqual([route.id, 403]);
      expect(answer.body.code ?? answer.body.error?.code).toBe('insufficient_scope');
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer realm="keyward", error="insufficient_scope", scope="${route.access}"`,
      );
      expect(answer.body.scope).toBe(route.surface.name === 'openai' ? undefined : route.access);
    }
  });

  test('the audit record has the reason of a refusal within about a second, and no secret', async () => {
    const recorded = async (): Promise<string[]> => {
      const codes = new Set<string>();
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Answer<{
          items: { outcome: string; details: { code: string } }[];
          next_cursor: string | null;
        }> = await server.request('GET', `/v1/audit?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
        for (const { outcome, details } of page.body.items)
          if (outcome === 'refused') codes.add(details.code);
        for (const secret of [...Object.values(bad), server.adminKey])
          expect(page.text).not.toContain(secret);
        cursor = page.body.next_cursor;
      }
      return [...codes];
    };
    await expect
      .poll(recorded)
      .toEqual(
        expect.arrayContaining([
          'disabled',
          'expired',
          'insufficient_scope',
          'ip_denied',
          'malformed',
          'not_found',
          'revoked',
        ]),
      );
  });

  test('a key is accepted in either header, in any case of its name; two different keys are refused', async () => {
    const self = (headers: Record<string, string>) =>
      server.request<Refusal>('GET', '/v1/keys/self', { key: null, headers });
    const { adminKey } = server;
    const good = [
      { 'X-Api-Key': adminKey },
      { authorization: `bearer ${adminKey}` },
      { authorization: `BEARER   ${adminKey} ` },
      { authorization: `Bearer ${adminKey}`, 'x-api-key': adminKey },
      { authorization: 'Basic YTpi', 'x-api-key': adminKey },
    ];
    for (const headers of good) expect((await self(headers)).status).toBe(200);
    const both = await self({ authorization: `Bearer ${adminKey}`, 'x-api-key': `${adminKey}x` });
    expect([both.status, both.body.code]).toEqual([400, 'conflicting_credentials']);
    for (const authorization of ['Bearer', 'Bearer ', 'Basic YTpi', adminKey])
      expect((await self({ authorization })).body.code).toBe('missing_key');
  });

  test('a valid request id is echoed, and a new one replaces an invalid one', async () => {
    const idOf = async (given: string) =>
      (await server.request('GET', '/healthz', { headers: { 'x-request-id': given } })).headers.get(
        'x-request-id',
      );
    expect(await idOf('trace-1:2.3_4')).toBe('trace-1:2.3_4');
    for (const odd of ['a b', 'x'.repeat(129), '<script>', '"', server.adminKey])
      expect(await idOf(odd)).toMatch(/^req_\w{12}$/);
    const made = new Set(await Promise.all(Array.from({ length: 50 }, () => idOf(''))));
    expect(made.size).toBe(50);
  });

  test('only the listed routes need no key', () => {
    const open = routes.filter(({ access, id }) => access === 'public' && !/^(docs|console)\./.test(id));
    expect(open.map(({ id }) => id)).toEqual([
      'session.get',
      'session.create',
      'session.recover',
      'session.invite',
      'session.accept_invite',
      'keys.report',
      'workers.join',
      'session.oidc_start',
      'session.oidc_callback',
      'system.health',
      'system.ready',
      'system.capabilities',
    ]);
  });
});
