import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';

interface Line {
  msg: string;
  method: string;
  route: string;
  status: number;
  ms: number;
  ip: string;
  key_id: string | null;
  code?: string;
  request_id: string;
}

describeOnServer('sqlite', 'the access log', (start) => {
  let off: TestServer;
  let on: TestServer;
  beforeAll(async () => {
    [off, on] = await Promise.all([start(), start({ KEYWARD_ACCESS_LOG: 'on' })]);
  });
  const linesOf = (server: TestServer): Line[] =>
    server.log.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request');

  test('without the setting no request is logged', async () => {
    await off.request('GET', '/v1/models');
    expect(linesOf(off)).toEqual([]);
  });

  test('each request has a line with its route, status, time, address, key and id', async () => {
    const { id, secret } = await on.mint({ scopes: ['models:use'] });
    const before = linesOf(on).length;
    const models = await on.request('GET', '/v1/models', { key: secret });
    const refused = await on.request('GET', `/v1/keys/${id}`, { key: secret });
    await on.request('GET', '/nowhere', { key: null });
    await expect.poll(() => linesOf(on).length).toBe(before + 3);
    const [first, second, third] = linesOf(on).slice(before);
    expect(first).toMatchObject({
      method: 'GET',
      route: '/v1/models',
      status: 200,
      ip: '127.0.0.1',
      key_id: id,
    });
    expect(first?.request_id).toBe(models.headers.get('x-request-id'));
    expect(first?.ms).toBeGreaterThan(0);
    expect(second).toMatchObject({ route: '/v1/keys/:id', status: 403, code: 'insufficient_scope' });
    expect(second?.request_id).toBe(refused.headers.get('x-request-id'));
    expect(third).toMatchObject({ route: 'none', status: 404, key_id: null });
  });

  test('no line holds a key, a path, a query, a body or a header of the caller', async () => {
    const { secret } = await on.mint({ scopes: ['*'] });
    const marks = ['mark-in-path', 'mark-in-query', 'mark-in-body', 'mark-in-header', 'mark-in-code'];
    const headers = {
      'user-agent': marks[3] ?? '',
      referer: `https://x/${marks[3]}`,
      cookie: `a=${marks[3]}`,
    };
    await on.request('GET', `/v1/keys/${marks[0]}?limit=${marks[1]}`, { key: secret, headers });
    await on.request('POST', '/v1/keys', { key: secret, headers, body: { name: marks[2] } });
    await on.request('GET', `/api/invite/${marks[4]}`, { key: null, headers });
    await on.request('GET', `/v1/keys?key=${secret}`, { key: secret });
    const text = linesOf(on)
      .map((line) => JSON.stringify(line))
      .join('\n');
    for (const word of [...marks, secret, on.adminKey]) expect(text).not.toContain(word);
  });
});
