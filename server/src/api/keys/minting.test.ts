import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import type { KeyView } from '../../keys/index.ts';

interface Minted {
  key: KeyView;
  secret: string;
}
interface Problem {
  code: string;
  key_id?: string;
  errors: { field: string }[];
}

describeOnBothServers('minting', (start) => {
  let server: TestServer;
  const mint = (body: object, key?: string, headers = {}) =>
    server.request<Minted & Problem>('POST', '/v1/keys', {
      body,
      headers,
      ...(key === undefined ? {} : { key }),
    });
  const fields = ({ body }: { body: Problem }) => body.errors.map(({ field }) => field);

  beforeAll(async () => {
    server = await start();
    for (const name of ['Ann', 'Bob'])
      await server.request('POST', '/v1/owners', { body: { name, kind: 'person' } });
  });

  test('a new key keeps every field, and its secret is shown only once', async () => {
    const wanted = {
      name: 'Ünï 🌍',
      scopes: ['models:use', 'jobs:*'],
      selectors: {
        workspaces: { allow: ['team'], deny: [] },
        models: { allow: ['openai/*'], deny: ['openai/gpt-9'] },
        ips: ['10.0.0.0/8', '2001:db8::/32'],
      },
      limits: [
        { name: 'minute', requests: 5, window_seconds: 60 },
        { name: 'at once', concurrent: 2 },
      ],
      budgets: [{ name: 'monthly', unit: 'usd', amount: '12.50', period: 'month' }],
      expires_at: '2199-01-31T00:00:00.000Z',
      metadata: { ticket: { id: 7 } },
      tags: ['a', 'b'],
    };
    const { status, body, headers } = await mint(wanted);
    const { key, secret } = body;
    expect(status).toBe(201);
    expect(secret).toMatch(/^sk-kw1[0-9A-Za-z]{50}$/);
    expect(headers.get('location')).toBe(`/v1/keys/${key.id}`);
    expect(key).toMatchObject({
      ...wanted,
      budgets: [{ ...wanted.budgets[0], used: '0.00' }],
      role: null,
      state: 'active',
    });
    expect(key.id).toMatch(/^key_[0-9A-Za-z]{12}$/);
    expect(key.owner.name).toBe('admin');
    expect(key.secrets).toMatchObject([
      { hint: `sk-kw1…${secret.slice(-4)}`, last_used_at: null, ends_at: null },
    ]);
    const read = await server.request<KeyView>('GET', `/v1/keys/${key.id}`);
    expect(read.body).toEqual(key);
    expect(read.headers.get('etag')).toBe(headers.get('etag'));
    expect(read.text).not.toContain(secret);
  });

  test('fields of a new key that are left out have their defaults', async () => {
    const { body } = await mint({ name: 'x', role: 'miner' });
    expect(body.key).toMatchObject({
      role: 'miner',
      scopes: expect.arrayContaining(['workers:poll']) as string[],
      selectors: {
        workspaces: { allow: [], deny: [] },
        models: { allow: [], deny: [] },
        workers: { owners: [], deny: [] },
        ips: [],
      },
      limits: [],
      budgets: [],
      expires_at: null,
      metadata: {},
      tags: [],
    });
  });

  test('a new key finds its owner by id and by name', async () => {
    const byName = await mint({ name: 'x', role: 'client', owner: 'Ann' });
    const byId = await mint({ name: 'x', role: 'client', owner: byName.body.key.owner.id });
    expect(byId.body.key.owner).toEqual(byName.body.key.owner);
    expect(fields(await mint({ name: 'x', role: 'client', owner: 'Nobody' }))).toEqual(['owner']);
  });

  test('expires_in_seconds counts from now', async () => {
    const { body } = await mint({ name: 'x', role: 'client', expires_in_seconds: 60 });
    expect(Math.abs(Date.parse(body.key.expires_at ?? '') - Date.now() - 60_000)).toBeLessThan(5_000);
  });

  test.for<[object, string]>([
    [{ name: 'x' }, 'scopes'],
    [{ name: 'x', role: 'client', scopes: ['models:use'] }, 'scopes'],
    [{ role: 'client' }, 'name'],
    [{ name: ' ', role: 'client' }, 'name'],
    [{ name: 'x'.repeat(201), role: 'client' }, 'name'],
    [{ name: 'x', role: 'king' }, 'role'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['models:fly'] }, 'scopes[0]'],
    [{ name: 'x', role: 'client', selectors: { ips: ['10.0.0.0/8', 'home'] } }, 'selectors.ips[1]'],
    [
      { name: 'x', role: 'client', limits: [{ name: 'a', requests: 0, window_seconds: 1 }] },
      'limits[0].requests',
    ],
    [
      {
        name: 'x',
        role: 'client',
        limits: [
          { name: 'a', concurrent: 1 },
          { name: 'a', concurrent: 2 },
        ],
      },
      'limits[1].name',
    ],
    [
      { name: 'x', role: 'client', budgets: [{ name: 'a', unit: 'usd', amount: true, period: 'day' }] },
      'budgets[0].amount',
    ],
    [
      { name: 'x', role: 'client', budgets: [{ name: 'a', unit: 'usd', amount: '-1', period: 'day' }] },
      'budgets[0].amount',
    ],
    [
      { name: 'x', role: 'client', budgets: [{ name: 'a', unit: 'tokens', amount: '1.5', period: 'day' }] },
      'budgets[0].amount',
    ],
    [
      { name: 'x', role: 'client', budgets: [{ name: 'a', unit: 'wishes', amount: '3', period: 'day' }] },
      'budgets[0].unit',
    ],
    [{ name: 'x', role: 'client', expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'x', role: 'client', expires_at: '2199-01-01T00:00:00Z', expires_in_seconds: 1 }, 'expires_at'],
    [{ name: 'x', role: 'client', expires_in_seconds: 0 }, 'expires_in_seconds'],
    [{ name: 'x', role: 'client', tags: [''] }, 'tags[0]'],
  ])('minting a key with %j is refused with the field %s', async ([body, field]) => {
    const answer = await mint(body);
    expect([answer.status, answer.body.code, ...fields(answer)]).toEqual([422, 'invalid_input', field]);
  });

  describe('a key cannot give more than it holds', () => {
    const maker = {
      scopes: ['keys:*', 'models:use'],
      selectors: { models: { allow: ['openai/*'], deny: ['openai/x'] }, ips: ['127.0.0.0/8'] },
      limits: [{ name: 'm', requests: 1_000, window_seconds: 60 }],
      budgets: [{ name: 'b', unit: 'usd', amount: '5', period: 'day' }],
      expires_at: '2100-01-01T00:00:00.000Z',
    };
    const child = { ...maker, name: 'child', scopes: ['models:use'] };
    let key = '';
    beforeAll(async () => {
      key = (await server.mint(maker)).secret;
    });

    test('a key can give as much as it holds', async () => {
      expect((await mint(child, key)).status).toBe(201);
    });

    test('a child keeps limits, budgets and an expiry that it does not name', async () => {
      const bare = await mint({ ...child, limits: [], budgets: [], expires_at: undefined }, key);
      expect([bare.status, bare.body.key.expires_at]).toEqual([201, maker.expires_at]);
      const self = await server.request<{ limits: object[]; budgets: object[] }>('GET', '/v1/keys/self', {
        key: bare.body.secret,
      });
      expect(self.body).toMatchObject({
        limits: [{ ...maker.limits[0], of: 'ancestor' }],
        budgets: [{ amount: '5', of: 'ancestor' }],
      });
    });

    test.for<[object, string]>([
      [{ scopes: ['audit:read'] }, 'scopes'],
      [{ scopes: ['*'] }, 'scopes'],
      [
        { selectors: { ...maker.selectors, models: { allow: ['*'], deny: ['openai/x'] } } },
        'selectors.models.allow',
      ],
      [
        { selectors: { ...maker.selectors, models: { allow: [], deny: ['openai/x'] } } },
        'selectors.models.allow',
      ],
      [{ selectors: { ...maker.selectors, models: { allow: ['openai/y'] } } }, 'selectors.models.deny'],
      [{ selectors: { ...maker.selectors, ips: [] } }, 'selectors.ips'],
      [{ limits: [{ name: 'm', requests: 1_001, window_seconds: 60 }] }, 'limits'],
      [{ budgets: [{ name: 'b', unit: 'usd', amount: '5.01', period: 'day' }] }, 'budgets'],
      [{ budgets: [{ name: 'b', unit: 'usd', amount: '5', period: 'hour' }] }, 'budgets'],
      [{ expires_at: '2100-01-01T00:00:00.001Z' }, 'expires_at'],
    ])('a key with %j exceeds its maker in %s', async ([more, field]) => {
      const answer = await mint({ ...child, ...more }, key);
      expect([answer.status, answer.body.code, ...fields(answer)]).toEqual([403, 'scope_escalation', field]);
    });

    test('a key cannot change, rotate, enable or restore a key that holds more', async () => {
      const strong = await server.mint({ role: 'admin' });
      for (const verb of ['rotate', 'enable', 'restore']) {
        if (verb === 'restore') await server.request('POST', `/v1/keys/${strong.id}/revoke`);
        const answer = await server.request<Problem>('POST', `/v1/keys/${strong.id}/${verb}`, { key });
        expect([verb, answer.status, answer.body.code]).toEqual([verb, 403, 'scope_escalation']);
      }
      const own = await server.request<{ key: KeyView }>('GET', '/v1/keys/self', { key });
      const raised = await server.request<Problem>('PATCH', `/v1/keys/${own.body.key.id}`, {
        key,
        body: { limits: [] },
      });
      expect([raised.status, ...fields(raised)]).toEqual([403, 'limits']);
    });
  });

  describe('Idempotency-Key', () => {
    const twice = { 'idempotency-key': 'mint-1' };

    test('a repeat with an Idempotency-Key makes no second key and names the first; another body is refused', async () => {
      const first = await mint({ name: 'once', role: 'client' }, undefined, twice);
      const again = await mint({ name: 'once', role: 'client' }, undefined, twice);
      expect([again.status, again.body.code, again.body.key_id]).toEqual([
        409,
        'idempotent_repeat',
        first.body.key.id,
      ]);
      const other = await mint({ name: 'other', role: 'client' }, undefined, twice);
      expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
      const elsewhere = await server.mint({ role: 'admin', owner: 'Bob' });
      expect((await mint({ name: 'once', role: 'client' }, elsewhere.secret, twice)).status).toBe(201);
    });

    test('many simultaneous requests with an Idempotency-Key make exactly one key', async () => {
      const headers = { 'idempotency-key': 'at-the-same-time' };
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => mint({ name: 'concurrent', role: 'client' }, undefined, headers)),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
        201,
        ...Array.from({ length: 11 }, () => 409),
      ]);
      const made = answers.find(({ status }) => status === 201)?.body.key.id;
      for (const { status, body } of answers) expect(status === 201 ? made : body.key_id).toBe(made);
      const found = await server.request<{ items: unknown[] }>('GET', '/v1/keys?q=concurrent');
      expect(found.body.items).toHaveLength(1);
    });

    test('an invalid Idempotency-Key is refused', async () => {
      for (const value of ['', ' ', 'x'.repeat(201), 'a b']) {
        const answer = await mint({ name: 'x', role: 'client' }, undefined, { 'idempotency-key': value });
        expect([value, answer.status, ...fields(answer)]).toEqual([value, 422, 'header.idempotency-key']);
      }
    });
  });
});
