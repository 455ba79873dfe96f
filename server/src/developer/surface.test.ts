import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';

const NO_KEY = '{"error":"No valid api key found."}';
const JSON_TYPE = 'application/json; charset=utf-8';

describeOnServer('sqlite', 'the surface of the Developer API', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  describe('where it stands', () => {
    test.for([
      '/v1/auth',
      '/api/v1/auth',
      '/API/V1/Auth',
      '/V1/AUTH',
      '/v1/auth/',
      '/api/v1/auth/',
      '/api/v1/auth?',
      '/api/v1/auth/?x=1&y',
    ])('%s is the same route', async (path) => {
      const { status, text, headers } = await server.request('GET', path);
      expect([status, text]).toEqual([200, '{"authenticated":true}']);
      expect(headers.get('content-type')).toBe(JSON_TYPE);
    });

    test('HEAD is GET without the body', async () => {
      const { status, text, headers } = await server.request('HEAD', '/api/v1/auth');
      expect([status, text, headers.get('content-length')]).toEqual([200, '', '22']);
      expect((await server.request('HEAD', '/api/v1/auth', { key: null })).status).toBe(403);
    });

    test.for([
      '/api',
      '/api/',
      '/api/nowhere',
      '/API/nowhere/',
      '/api/v1',
      '/api/v1/nowhere',
      '/api/v2/auth',
      '/api/v1/auth/more',
    ])('%s is nowhere, and says so in JSON, whatever the method', async (path) => {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS']) {
        const { status, body, headers } = await server.request<{ error: string }>(method, path);
        expect([method, status, headers.get('content-type')]).toEqual([method, 404, JSON_TYPE]);
        expect(Object.keys(body)).toEqual(['error']);
      }
    });

    test('another method than the path has gets the methods of the path', async () => {
      const { status, body, headers } = await server.request<object>('POST', '/api/v1/auth');
      expect([status, headers.get('allow'), Object.keys(body)]).toEqual([405, 'GET, HEAD', ['error']]);
    });
  });

  describe('the key', () => {
    const ask = (headers: Record<string, string>) =>
      server.request('GET', '/api/v1/auth', { key: null, headers });

    test.for(['Bearer', 'bearer', 'Token', 'Basic', 'x'])('is the second word after %s', async (word) => {
      expect((await ask({ authorization: `${word} ${server.adminKey}` })).status).toBe(200);
      expect((await ask({ authorization: `${word} ${server.adminKey} more` })).status).toBe(200);
    });

    test('nowhere else is looked at, and every bad key gets the same answer', async () => {
      const { adminKey } = server;
      const bad: Record<string, string>[] = [
        {},
        { authorization: adminKey },
        { 'x-api-key': adminKey },
        { authorization: adminKey, 'x-api-key': adminKey },
        { authorization: 'Bearer' },
        { authorization: `Bearer  ${adminKey}` },
        { authorization: `Bearer ${adminKey}x` },
        { authorization: `Bearer ${adminKey.slice(0, -1)}` },
        { authorization: 'Bearer XHNG2X2-TPD43XA-MJVCGXP-CHXWZC9' },
        { cookie: `token=${adminKey}` },
      ];
      for (const headers of bad) {
        const answer = await ask(headers);
        expect([answer.status, answer.text]).toEqual([403, NO_KEY]);
        expect(answer.headers.get('content-type')).toBe(JSON_TYPE);
        expect(answer.headers.get('www-authenticate')).toBeNull();
      }
    });

    test('X-Api-Key beside a good key changes nothing', async () => {
      const headers = { authorization: `Bearer ${server.adminKey}`, 'x-api-key': 'of something else' };
      expect((await ask(headers)).status).toBe(200);
    });

    test('in a URL it is refused, is not echoed, and is quarantined', async () => {
      const { secret } = await server.mint();
      for (const path of [`/api/v1/auth?apiKey=${secret}`, `/api/v1/workspace/${secret}`]) {
        const answer = await server.request('GET', path, { key: null });
        expect(answer.status).toBe(400);
        expect(answer.text).not.toContain(secret);
      }
      expect(server.log.join('')).not.toContain(secret);
    });

    test('in an address that leads nowhere it is not echoed', async () => {
      const foreign = 'XHNG2X2-TPD43XA-MJVCGXP-CHXWZC9';
      const answer = await server.request('GET', `/api/v1/${foreign}`);
      expect([answer.status, answer.text.includes(foreign)]).toEqual([404, false]);
    });
  });

  describe('other origins', () => {
    const origin = 'https://app.example';

    test('an origin is named again, on success, refusal and nowhere', async () => {
      for (const [path, key] of [
        ['/api/v1/auth', server.adminKey],
        ['/api/v1/auth', null],
        ['/api/v1/nowhere', null],
      ] as const) {
        const { headers } = await server.request('GET', path, { key, headers: { origin } });
        expect(headers.get('access-control-allow-origin')).toBe(origin);
        expect(headers.get('vary')).toBe('Origin');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
      const without = await server.request('GET', '/api/v1/auth');
      expect(without.headers.get('access-control-allow-origin')).toBeNull();
      expect(without.headers.get('vary')).toBe('Origin');
    });

    test('a preflight needs no key and names the methods and the headers asked for', async () => {
      for (const path of ['/api/v1/auth', '/v1/auth', '/API/v1/auth/']) {
        const answer = await server.request('OPTIONS', path, {
          key: null,
          headers: {
            origin,
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'authorization,x-odd',
          },
        });
        expect([answer.status, answer.text]).toEqual([204, '']);
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
        expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,x-odd');
        expect(answer.headers.get('vary')).toContain('Origin');
      }
    });

    test("Keyward's own routes let no other origin in", async () => {
      for (const path of ['/v1/keys', '/v1/models', '/api/docs']) {
        const got = await server.request('GET', path, { headers: { origin } });
        expect(got.headers.get('access-control-allow-origin')).toBeNull();
        const asked = await server.request('OPTIONS', path, { headers: { origin } });
        expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([405, null]);
      }
    });
  });

  describe('bodies', () => {
    const NO_SLUG = [400, '{"error":"Workspace slug is required"}'];
    const NO_WORKSPACE = [404, '{"error":"Workspace not found"}'];
    const JSON_BODY = '{"workspace_slug":"nope"}';
    const send = async (body: unknown, type?: string) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      return server.request('POST', '/api/v1/embed/new', { body, headers });
    };

    test.for([
      ['JSON', JSON_BODY, 'application/json', NO_WORKSPACE],
      ['JSON as text', JSON_BODY, 'text/plain;charset=UTF-8', NO_WORKSPACE],
      ['JSON as nothing', Buffer.from(JSON_BODY), undefined, NO_WORKSPACE],
      ['a form', 'workspace_slug=nope&x', 'application/x-www-form-urlencoded', NO_WORKSPACE],
      ['JSON as a form, which it is not', JSON_BODY, 'application/x-www-form-urlencoded', NO_SLUG],
      ['nothing', undefined, undefined, NO_SLUG],
      ['nothing, announced as JSON', undefined, 'application/json', NO_SLUG],
      ['an empty object', '{}', 'application/json', NO_SLUG],
      ['a list', '["workspace_slug"]', 'application/json', NO_SLUG],
      ['a text', '"workspace_slug"', 'application/json', NO_SLUG],
      ['null', 'null', 'application/json', NO_SLUG],
    ] as const)('%s is taken for what it is', async ([, body, type, expected]) => {
      const { status, text } = await send(body, type);
      expect([status, text]).toEqual(expected);
    });

    test.for([
      ['application/json', '{"force":true}'],
      ['text/plain', 'now'],
      ['application/x-www-form-urlencoded', 'a=1'],
      ['application/octet-stream', '{}'],
    ] as const)('one that a route takes no notice of changes nothing (%s)', async ([type, body]) => {
      const path = '/api/v1/embed/4c2f9b0e-0000-4000-8000-000000000000';
      const answer = await server.request('DELETE', path, { body, headers: { 'content-type': type } });
      const isRead = body === 'now';
      expect([answer.status, isRead || answer.text]).toEqual(
        isRead ? [400, true] : [404, '{"error":"Embed not found"}'],
      );
    });

    test.for([
      ['a form of many fields', '&'.repeat(10_000), 'application/x-www-form-urlencoded', 413],
      ['a list of many items', `{"a":[${'0,'.repeat(2_000_000)}0]}`, 'application/json', 413],
      ['an object of many members', `{${'"a":0,'.repeat(200_000)}"a":0}`, 'application/json', 413],
      ['a text of many commas', `{"a":"${',\\"'.repeat(2_000_000)}"}`, 'application/json', 400],
    ] as const)('%s is refused where it would fill the memory', async ([, body, type, status]) => {
      expect((await send(body, type)).status).toBe(status);
    });

    test.for([
      ['cut off', '{"workspace_slug":"no'],
      ['words', 'workspace_slug'],
      ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
      ['nested deeply', '['.repeat(5_000) + ']'.repeat(5_000)],
      ['__proto__', '{"__proto__":{"workspace_slug":"nope"}}'],
    ] as const)('JSON that cannot be read (%s) is 400 HTML', async ([, body]) => {
      const { status, text, headers } = await send(body, 'application/json');
      expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
      expect(text).toMatch(/^<!DOCTYPE html>/);
      expect(text).not.toContain('workspace_slug');
    });
  });

  describe('JSON that cannot be read, without a key', () => {
    const send = (body: string, type: string, path = '/api/v1/workspace/new') =>
      server.request('POST', path, { key: null, body, headers: { 'content-type': type } });

    test.for([
      ['{"name":', 'application/json', '/api/v1/workspace/new', 400],
      ['words', 'application/json; charset=utf-8', '/api/v1/admin/users/new', 400],
      ['{"name":', 'application/json', '/api/v1/admin/invite/new', 400],
      // Nothing but JSON is taken apart before the key is looked at.
      ['{"name":', 'text/plain', '/api/v1/workspace/new', 403],
      ['{"name":"x"}', 'application/json', '/api/v1/workspace/new', 403],
    ] as const)('%s as %s to %s is %i', async ([body, type, path, status]) => {
      const answer = await send(body, type, path);
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(status === 400 ? /^<!DOCTYPE html>/ : NO_KEY);
    });

    test('is not read to its end where it is large', async () => {
      const answer = await send(`{"name":"${'x'.repeat(100_000)}`, 'application/json');
      expect([answer.status, answer.text]).toEqual([403, NO_KEY]);
    });
  });

  test('a body of a megabyte is more than a stranger may send to log in', async () => {
    const body = { username: 'x'.repeat(1_100_000), password: 'x' };
    const answer = await server.request('POST', '/api/request-token', { key: null, body });
    expect(answer.status).toBe(413);
  });

  test('a limit answers 429 with Retry-After and the headers of limits', async () => {
    const limits = [{ name: 'few', requests: 1, window_seconds: 60 }];
    const { secret } = await server.mint({ limits });
    expect((await server.request('GET', '/api/v1/auth', { key: secret })).status).toBe(200);
    const answer = await server.request<{ error: string }>('GET', '/api/v1/auth', { key: secret });
    expect([answer.status, Object.keys(answer.body)]).toEqual([429, ['error']]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
