import { beforeAll, expect, test } from 'vitest';
import { describeOnServer } from '../../test/server.ts';
import type { Answer, RequestOptions, TestServer } from '../../test/server.ts';
import { closedBody, pathOf, routes, takesJson, wrongFields } from '../api/sweep.fixture.ts';
import { firstSession } from '../developer/people/identity.fixture.ts';
import type { Route } from './route.ts';

interface Problem {
  code: string;
  detail: string;
  hint: string;
  errors?: { field: string; message: string }[];
  error?: { code: string; message: string; param: string | null };
}

const codeOf = ({ body }: Answer<Problem>): string => body.error?.code ?? body.code;
const fieldsOf = ({ body }: Answer<Problem>): (string | null)[] =>
  body.error === undefined ? (body.errors ?? []).map(({ field }) => field) : [body.error.param];

/** All of them: an error of the OpenAI API has one `param`, and names the others in its text. */
const namedBy = (answer: Answer<Problem>): (string | null)[] => [
  ...fieldsOf(answer),
  ...(answer.body.error?.message.match(/[\w.[\]]+(?=: )/g) ?? []),
];

describeOnServer('sqlite', 'requests that are not right', (start) => {
  let server: TestServer;
  const ask = (route: Route, options: RequestOptions = {}, query = '') =>
    server.request<Problem>(route.method, pathOf(route) + query, {
      ...(route.access === 'session' ? { key: session } : {}),
      ...options,
    });
  const withBody = routes.filter((route) => route.body !== undefined);

  let session: string;
  beforeAll(async () => {
    server = await start();
    session = await firstSession(server);
  });

  test('an unknown query parameter is refused by name on every route of its own', async () => {
    // OpenID providers add parameters of their own.
    const closed = routes.filter(({ id }) => id !== 'session.oidc_callback');
    for (const route of closed.filter(({ surface }) => surface.name === 'api')) {
      const answer = await ask(route, takesJson(route) ? { body: {} } : {}, '?no_such=1');
      expect([route.id, answer.status, ...fieldsOf(answer)]).toEqual([route.id, 422, 'query.no_such']);
    }
  });

  test('an unknown query parameter is ignored on every route that others specified', async () => {
    const taken = routes.filter(({ surface }) => surface.name === 'openai');
    expect(taken.length).toBeGreaterThan(20);
    for (const route of taken) {
      const options = takesJson(route) ? { body: {} } : {};
      const [plain, given] = [
        await ask(route, options),
        await ask(route, options, '?beta=true&limit_x=1&api-version=2024-01-01&client_version=%00'),
      ];
      expect([route.id, given.status, codeOf(given)]).toEqual([route.id, plain.status, codeOf(plain)]);
    }
  });

  test('an unknown field is refused by name on every route whose body Keyward validates', async () => {
    for (const route of routes.filter(closedBody)) {
      const answer = await ask(route, { body: { no_such: 1 } });
      expect([route.id, answer.status]).toEqual([route.id, 422]);
      expect(namedBy(answer)).toContain('no_such');
    }
  });

  test('a field of a wrong type is refused by name, at every depth', async () => {
    for (const route of routes.filter(takesJson)) {
      for (const { field, body } of wrongFields(route.body)) {
        const answer = await ask(route, { body });
        expect([route.id, field, answer.status]).toEqual([route.id, field, 422]);
        expect(namedBy(answer)).toContain(field);
      }
    }
  });

  test('an invalid query is refused by name', async () => {
    const numbers = ['limit', 'unused_for_seconds', 'expiring_within_seconds'];
    for (const route of routes) {
      const { properties = {} } = (route.query ?? {}) as {
        properties?: Record<string, { maxLength?: number; type?: string | string[] }>;
      };
      for (const [name, { maxLength, type }] of Object.entries(properties)) {
        const wrong = numbers.includes(name)
          ? ['x', '', '1.5', '-1', '1e99']
          : ['x'.repeat((maxLength ?? 300) + 1)];
        // A list may stand several times.
        const repeated = Array.isArray(type) ? [] : [`1&${name}=2`];
        for (const value of [...wrong, ...repeated]) {
          const answer = await ask(route, {}, `?${name}=${value}`);
          expect([route.id, name, value, answer.status]).toEqual([route.id, name, value, 422]);
          expect(fieldsOf(answer)).toEqual([`query.${name}`]);
        }
      }
    }
  });

  test('an invalid time is refused with the name of its field, the allowed form and an example', async () => {
    const form = 'must be an RFC 3339 date-time such as 2027-01-31T09:00:00Z';
    for (const time of ['2030-13-01T00:00:00Z', '2030-01-01T25:00:00Z', '2030-02-31T00:00:00Z', 'tomorrow']) {
      for (const path of ['/v1/usage', '/v1/audit']) {
        const answer = await server.request<Problem>('GET', `${path}?from=${time}`);
        expect([path, time, answer.status, answer.body.detail]).toEqual([
          path,
          time,
          422,
          `query.from: ${form}`,
        ]);
      }
      const body = { name: 'x', role: 'client', expires_at: time };
      const minted = await server.request<Problem>('POST', '/v1/keys', { body });
      expect([time, minted.status, minted.body.detail]).toEqual([time, 422, `expires_at: ${form}`]);
      const changed = await server.request<Problem>('PATCH', '/v1/keys/key_AAAAAAAAAAAA', {
        body: { expires_at: time },
      });
      expect([time, changed.status, changed.body.detail]).toEqual([time, 422, `expires_at: ${form} or null`]);
    }
  });

  const json = { 'content-type': 'application/json' };
  test.for<[string, RequestOptions, number, string]>([
    ['no JSON', { headers: json, body: '{name: 1}' }, 400, 'bad_request'],
    ['cut off JSON', { headers: json, body: '{"name": "x' }, 400, 'bad_request'],
    ['nothing but space', { headers: json, body: '  ' }, 400, 'bad_request'],
    ['no UTF-8', { headers: json, body: Buffer.from('7b2261223a22ff227d', 'hex') }, 400, 'bad_request'],
    ['10,000 levels', { headers: json, body: '['.repeat(10_000) + ']'.repeat(10_000) }, 400, 'bad_request'],
    ['500,000 levels', { headers: json, body: '['.repeat(500_000) }, 400, 'bad_request'],
    [
      'a __proto__',
      { headers: json, body: '{"model":"m","__proto__":{"role":"admin"}}' },
      400,
      'bad_request',
    ],
    ['plain text', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, 'unsupported_media_type'],
    ['a web form', { body: new URLSearchParams({ name: 'x' }) }, 415, 'unsupported_media_type'],
    [
      'a packed body',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' },
      415,
      'unsupported_media_type',
    ],
  ])('a body with %s is refused on every route that takes a body', async ([, options, status, code]) => {
    for (const route of withBody) {
      const isStream = route.bodyKind === 'ndjson' || route.bodyKind === 'upload';
      if (isStream && options.headers === json) continue;
      const answer = await ask(route, options);
      expect([route.id, answer.status, codeOf(answer)]).toEqual([route.id, status, code]);
    }
  });

  test('a body that is not an object is refused, and so is a body on a route without one', async () => {
    for (const route of routes.filter(takesJson)) {
      for (const body of ['[]', '"x"', '1', 'null']) {
        const answer = await ask(route, { headers: json, body });
        expect([route.id, body, answer.status, ...fieldsOf(answer)]).toEqual([route.id, body, 422, 'body']);
      }
    }
    for (const route of routes.filter(({ method, body }) => method !== 'GET' && body === undefined)) {
      const answer = await ask(route, { body: { reason: 'x' } });
      expect([route.id, answer.status, ...fieldsOf(answer)]).toEqual([route.id, 422, 'body']);
    }
  });

  test('U+0000 is refused by the name of its field', async () => {
    const body = { name: 'x', role: 'client', metadata: { a: ['b\0'] } };
    const answer = await server.request<Problem>('POST', '/v1/keys', { body });
    expect([answer.status, ...fieldsOf(answer)]).toEqual([422, 'metadata.a[0]']);
    const named = await server.request<Problem>('GET', '/v1/keys?q=%00');
    expect([named.status, ...fieldsOf(named)]).toEqual([422, 'query.q']);
  });

  test('a body over the limit is refused, announced or not, and the server survives', async () => {
    const announced = `POST /v1/keys HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${server.adminKey}\r\ncontent-type: application/json\r\n`;
    const large = await server.raw(`${announced}content-length: 2000000\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1.1 413 /);
    expect(large).toContain('"code":"too_large"');
    expect(large).toContain('The limit is 1 MiB.');
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`;
    const chunked = await server.raw(
      `${announced}transfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}0\r\n\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1.1 413 /);
    expect((await server.request('GET', '/healthz')).status).toBe(200);
  });

  test('a large body full of mistakes costs no more than reading it, and the error names the first', async () => {
    const wrong = { limits: '{}', tags: '1', 'no_such": [], "tags': '1' };
    for (const [name, item] of Object.entries(wrong)) {
      const items = `${item},`.repeat(Math.floor(600_000 / (item.length + 1)));
      const body = `{"name":"x","role":"client","${name}":[${items}${item}]}`;
      const startedMs = performance.now();
      const answer = await server.request<Problem>('POST', '/v1/keys', { headers: json, body });
      expect([answer.status, fieldsOf(answer).length]).toEqual([422, 1]);
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    }
  });

  test('a caller that disconnects in the middle of its body leaves nothing and counts as no internal error', async () => {
    const before = server.log.length;
    for (const route of withBody) {
      const type = route.bodyKind === 'ndjson' ? 'application/x-ndjson' : 'application/json';
      const head = `${route.method} ${pathOf(route)} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.adminKey}\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\n\r\n`;
      await server.raw(`${head}{"name":"half-written","role":"client"`, { destroyAfterMs: 20 });
    }
    expect((await server.request('GET', '/healthz')).status).toBe(200);
    const found = await server.request<{ items: unknown[] }>('GET', '/v1/keys?q=half-written');
    expect(found.body.items).toEqual([]);
    expect(server.log.slice(before).filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
  });
});
