import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import type { KeyView } from '../../keys/index.ts';

interface Changed {
  key: KeyView;
  secret: string;
  acknowledged: { nodes: number; waited_ms: number };
  code?: string;
  errors?: { field: string }[];
}

describeOnBothServers('changing keys', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const post = (path: string, body?: object, key?: string) =>
    server.request<Changed>('POST', path, {
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
    });
  const patch = (id: string, body: object, headers = {}) =>
    server.request<Changed>('PATCH', `/v1/keys/${id}`, { body, headers });
  const works = async (secret: string) =>
    (await server.request('GET', '/v1/keys/self', { key: secret })).status === 200;

  test('a change of a key replaces the named fields and nothing else', async () => {
    const { id, key } = await server.mint({ tags: ['a'], metadata: { a: 1 } });
    const { status, body } = await patch(id, { name: 'new', tags: ['b'] });
    expect([status, body.acknowledged.nodes]).toEqual([200, 1]);
    expect(body.key).toEqual({ ...key, name: 'new', tags: ['b'] });
    const scoped = await patch(id, { scopes: ['models:use'] });
    expect(scoped.body.key).toMatchObject({ role: null, scopes: ['models:use'] });
    const expiring = await patch(id, { expires_in_seconds: 100 });
    expect(expiring.body.key.expires_at).not.toBeNull();
    expect((await patch(id, { expires_at: null })).body.key.expires_at).toBeNull();
  });

  test('If-Match with an old ETag is 412 and changes nothing', async () => {
    const { id } = await server.mint();
    const read = await server.request('GET', `/v1/keys/${id}`);
    const etag = read.headers.get('etag') ?? '';
    const first = await patch(id, { name: 'first' }, { 'if-match': etag });
    expect(first.status).toBe(200);
    const second = await patch(id, { name: 'second' }, { 'if-match': etag });
    expect([second.status, second.body.code]).toEqual([412, 'precondition_failed']);
    const third = await patch(id, { name: 'third' }, { 'if-match': first.headers.get('etag') ?? '' });
    expect(third.body.key.name).toBe('third');
    expect((await patch(id, { name: 'any' }, { 'if-match': '*' })).status).toBe(200);
    expect((await patch(id, { name: 'odd' }, { 'if-match': 'x' })).body.errors?.[0]?.field).toBe(
      'header.if-match',
    );
  });

  test('of several simultaneous changes with the same ETag exactly one succeeds', async () => {
    const { id } = await server.mint();
    const etag = (await server.request('GET', `/v1/keys/${id}`)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch(id, { name: `n${n}` }, { 'if-match': etag })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(7);
  });

  test('a narrowed key is refused more with its next request', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    expect((await server.request('GET', '/v1/audit', { key: secret })).status).toBe(200);
    await patch(id, { scopes: ['models:use'] });
    expect((await server.request('GET', '/v1/audit', { key: secret })).status).toBe(403);
  });

  test('keys/self shows the own key, the rest of its limits, and the used secret', async () => {
    const limits = [{ name: 'm', requests: 10, window_seconds: 60 }];
    const budgets = [{ name: 'b', unit: 'requests', amount: '7', period: 'day' }];
    const { id, secret, key } = await server.mint({ limits, budgets });
    const { body } = await server.request('GET', '/v1/keys/self', { key: secret });
    expect(body).toMatchObject({
      key: { id },
      limits: [{ name: 'm', remaining: 9 }],
      budgets: [{ name: 'b', used: '1' }],
      secret_id: key.secrets[0]?.id,
    });
  });

  test('during the overlap both secrets work, and the key shows the use of the old one', async () => {
    const { id, secret } = await server.mint({
      budgets: [{ name: 'b', unit: 'requests', amount: '100', period: 'day' }],
    });
    await works(secret);
    const { body } = await post(`/v1/keys/${id}/rotate`, { overlap_seconds: 3 });
    expect(body.key.id).toBe(id);
    expect(body.key.secrets).toHaveLength(2);
    expect(body.secret).not.toBe(secret);
    const running = await post(`/v1/keys/${id}/rotate`);
    expect([running.status, running.body.code]).toEqual([409, 'rotation_running']);
    expect([await works(secret), await works(body.secret), await works(secret)]).toEqual([true, true, true]);
    expect((await server.request<KeyView>('GET', `/v1/keys/${id}`)).body.budgets[0]?.used).toBe('4');
    const view = async () => (await server.request<KeyView>('GET', `/v1/keys/${id}`)).body;
    const usedFrom = async () => (await view()).secrets.map(({ last_used_from }) => last_used_from);
    await expect.poll(usedFrom).toEqual(['127.0.0.1', '127.0.0.1']);
    for (const { last_used_at } of (await view()).secrets)
      expect(Date.now() - Date.parse(last_used_at ?? '')).toBeLessThan(60_000);
    await expect.poll(() => works(secret)).toBe(false);
    expect(await works(body.secret)).toBe(true);
    expect((await post(`/v1/keys/${id}/rotate`, { overlap_seconds: 0 })).status).toBe(200);
  });

  test('without an overlap the old secret ends at once, and a later end can be advanced', async () => {
    const { id, secret } = await server.mint();
    const now = await post(`/v1/keys/${id}/rotate`, { overlap_seconds: 0 });
    expect([await works(secret), await works(now.body.secret)]).toEqual([false, true]);
    const { body } = await post(`/v1/keys/${id}/rotate`);
    const old = body.key.secrets.find(({ hint }) => hint.endsWith(now.body.secret.slice(-4)));
    expect(Date.parse(old?.ends_at ?? '') - Date.now()).toBeGreaterThan(86_000_000);
    const newest = body.key.secrets.find(({ ends_at }) => ends_at === null);
    expect((await post(`/v1/keys/${id}/secrets/${newest?.id}/end`)).status).toBe(409);
    const ended = await post(`/v1/keys/${id}/secrets/${old?.id}/end`);
    expect([ended.status, ended.body.acknowledged.nodes]).toEqual([200, 1]);
    expect([await works(now.body.secret), await works(body.secret)]).toEqual([false, true]);
    expect((await post(`/v1/keys/${id}/secrets/sec_000000000000/end`)).status).toBe(404);
  });

  test('of several simultaneous rotations exactly one succeeds', async () => {
    const { id, secret } = await server.mint();
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(`/v1/keys/${id}/rotate`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'rotation_running')).toHaveLength(5);
    const fresh = answers.find(({ status }) => status === 200)?.body.secret ?? '';
    expect([await works(secret), await works(fresh)]).toEqual([true, true]);
  });

  test.for<[object, string]>([
    [{ overlap_seconds: 2_592_001 }, 'overlap_seconds'],
    [{ overlap_seconds: -1 }, 'overlap_seconds'],
    [{ quiet_seconds: 60 }, 'quiet_seconds'],
    [{ end: 'quiet', overlap_seconds: 1 }, 'overlap_seconds'],
    [{ end: 'never' }, 'end'],
  ])('a rotation with %j is refused for %s', async ([body, field]) => {
    const { id } = await server.mint();
    const answer = await post(`/v1/keys/${id}/rotate`, body);
    expect([answer.status, answer.body.errors?.map(({ field }) => field)]).toEqual([422, [field]]);
    expect((await post(`/v1/keys/${id}/rotate`, { end: 'quiet', quiet_seconds: 60 })).status).toBe(200);
  });

  test('a disabled key is refused until it is enabled', async () => {
    const { id, secret } = await server.mint();
    expect(await works(secret)).toBe(true);
    const { body } = await post(`/v1/keys/${id}/disable`, { reason: 'holiday' });
    expect(body).toMatchObject({
      key: { state: 'disabled', state_reason: 'holiday' },
      acknowledged: { nodes: 1 },
    });
    expect(await works(secret)).toBe(false);
    expect((await post(`/v1/keys/${id}/enable`)).body.key.state).toBe('active');
    expect(await works(secret)).toBe(true);
  });

  test('a quarantined key may only read, at a low rate', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    await post(`/v1/keys/${id}/quarantine`, { reason: 'odd use' });
    const read = await server.request('GET', '/v1/keys', { key: secret });
    expect([read.status, read.headers.get('ratelimit-policy')]).toEqual([200, '"quarantine";q=60;w=60']);
    const write = await server.request<Changed>('POST', '/v1/keys', {
      key: secret,
      body: { name: 'x', role: 'client' },
    });
    expect([write.status, write.body.code]).toEqual([403, 'insufficient_scope']);
    await post(`/v1/keys/${id}/enable`);
    expect((await server.request('GET', '/v1/keys', { key: secret })).headers.get('ratelimit')).toBeNull();
  });

  test('a revoked key is refused and cannot be changed until it is restored', async () => {
    const { id, secret } = await server.mint();
    for (const again of [1, 2])
      expect([again, (await post(`/v1/keys/${id}/revoke`)).status]).toEqual([again, 200]);
    expect(await works(secret)).toBe(false);
    for (const [verb, body] of [['enable'], ['disable'], ['quarantine'], ['rotate', {}]] as const) {
      const answer = await post(`/v1/keys/${id}/${verb}`, body);
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 409, 'conflict']);
    }
    expect((await patch(id, { name: 'x' })).status).toBe(409);
    expect((await post(`/v1/keys/${id}/restore`)).body.key.state).toBe('active');
    expect(await works(secret)).toBe(true);
  });

  test('DELETE revokes a key, and a key can revoke itself without any scope', async () => {
    const deleted = await server.mint();
    const answer = await server.request<Changed>('DELETE', `/v1/keys/${deleted.id}`);
    expect(answer.body.key.state).toBe('revoked');
    const { id, secret } = await server.mint({ scopes: ['models:use'] });
    const own = await post('/v1/keys/self/revoke', { reason: 'leaked' }, secret);
    expect(own.body.key).toMatchObject({ id, state: 'revoked', state_reason: 'leaked' });
    expect(await works(secret)).toBe(false);
  });

  test('every change of a key has its audit record, and none contains a secret', async () => {
    const { id, secret } = await server.mint();
    const rotated = await post(`/v1/keys/${id}/rotate`, { overlap_seconds: 60 });
    const old = rotated.body.key.secrets.find(({ ends_at }) => ends_at !== null);
    await post(`/v1/keys/${id}/secrets/${old?.id}/end`);
    await patch(id, { name: 'x' });
    for (const verb of ['disable', 'enable', 'quarantine', 'revoke', 'restore'])
      await post(`/v1/keys/${id}/${verb}`);
    const { body, text } = await server.request<{
      items: { action: string; actor: string; outcome: string }[];
    }>('GET', `/v1/audit?target=${id}`);
    expect(body.items.map(({ action }) => action).reverse()).toEqual(
      ['mint', 'rotate', 'end_secret', 'update', 'disable', 'enable', 'quarantine', 'revoke', 'restore'].map(
        (verb) => `keys.${verb}`,
      ),
    );
    for (const { actor, outcome } of body.items)
      expect([actor.slice(0, 8), outcome]).toEqual(['key:key_', 'ok']);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(rotated.body.secret);
    expect(server.log.join('')).not.toContain(secret);
  });
});
