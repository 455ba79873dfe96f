import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import type { KeyView } from '../../keys/index.ts';

interface List {
  items: KeyView[];
  next_cursor: string | null;
  errors?: { field: string }[];
}

describeOnBothServers('listing keys', (start) => {
  let server: TestServer;
  let bob = '';
  const made: Record<string, NewKey> = {};
  const list = (query = '', key?: string) =>
    server.request<List>('GET', `/v1/keys${query}`, key === undefined ? {} : { key });
  const names = async (query: string, key?: string) =>
    (await list(query, key)).body.items.map(({ name }) => name).filter((name) => name !== 'first admin key');

  beforeAll(async () => {
    server = await start();
    bob = (
      await server.request<{ id: string }>('POST', '/v1/owners', { body: { name: 'Bob', kind: 'team' } })
    ).body.id;
    const wanted: [string, object][] = [
      ['plain', {}],
      ['tagged_%', { tags: ['blue', 'a"b'] }],
      ['soon', { expires_in_seconds: 3_000 }],
      ['past', { expires_in_seconds: 1 }],
      ['of Bob', { owner: 'Bob', scopes: ['keys:*'] }],
      ['mine', { role: 'miner' }],
      ['off', {}],
      ['gone', {}],
      ['odd', {}],
    ];
    for (const [name, fields] of wanted) made[name] = await server.mint({ name, ...fields });
    await server.request('POST', `/v1/keys/${made['off']?.id}/disable`);
    await server.request('POST', `/v1/keys/${made['gone']?.id}/revoke`);
    await server.request('POST', `/v1/keys/${made['odd']?.id}/quarantine`);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  });

  test('the list of keys is sorted newest first', async () => {
    expect(await names('')).toEqual(Object.keys(made).reverse());
  });

  test.for<[string, string[]]>([
    ['state=active', ['mine', 'of Bob', 'soon', 'tagged_%', 'plain']],
    ['state=disabled', ['off']],
    ['state=revoked', ['gone']],
    ['state=quarantined', ['odd']],
    ['state=expired', ['past']],
    ['role=miner', ['mine']],
    ['tag=blue', ['tagged_%']],
    ['tag=a%22b', ['tagged_%']],
    ['tag=blu', []],
    ['q=OF%20B', ['of Bob']],
    ['q=_%25', ['tagged_%']],
    ['q=%5C', []],
    ['expiring_within_seconds=3600', ['soon']],
    ['unused_for_seconds=0&state=disabled', ['off']],
    ['unused_for_seconds=3600', []],
    ['state=active&role=miner', ['mine']],
  ])('the list of keys answers rightly to ?%s', async ([query, expected]) => {
    expect(await names(`?${query}`)).toEqual(expected);
  });

  test('the list of keys can be filtered by owner, and by part of an id', async () => {
    expect(await names(`?owner=${bob}`)).toEqual(['of Bob']);
    expect(await names(`?q=${made['plain']?.id.slice(4, 12)}`)).toEqual(['plain']);
  });

  test('the list of keys finds a key by its hint, and by the visible beginning and end of its secret', async () => {
    const { secret = '', key } = made['plain'] ?? {};
    const hint = key?.secrets[0]?.hint ?? '';
    const end = secret.slice(-4);
    for (const part of [hint, `sk-kw1...${end}`, `…${end}`, end, secret.slice(0, 12), secret.slice(0, 18)])
      expect([part, await names(`?q=${encodeURIComponent(part)}`)]).toEqual([part, ['plain']]);
    expect(await names('?q=sk-kw1&state=disabled')).toEqual(['off']);
    const hidden = secret.slice(20, 24);
    for (const part of [hidden, `…${hidden}`, `sk-kw1…${hidden}`, secret.slice(0, 20), `${end}x`])
      expect([part, await names(`?q=${encodeURIComponent(part)}`)]).toEqual([part, []]);
    // The hint of a key that a caller may not see finds nothing.
    expect(await names(`?q=${end}`, made['of Bob']?.secret)).toEqual([]);
  });

  test('without owners:manage a key sees only keys of its own owner', async () => {
    const key = made['of Bob']?.secret ?? '';
    expect(await names('', key)).toEqual(['of Bob']);
    expect(await names(`?owner=${made['plain']?.key.owner.id}`, key)).toEqual([]);
    expect(await names(`?q=plain`, key)).toEqual([]);
  });

  test('pages of the list of keys are complete and without repeats while keys are added', async () => {
    const before = (await list('?limit=200')).body.items.map(({ id }) => id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(`?limit=3${cursor}`);
      expect(body.items.length).toBeLessThanOrEqual(3);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
      await server.mint({ name: 'added meanwhile' });
    } while (cursor !== '');
    expect(seen).toEqual(before);
  });

  test('the list of keys accepts limits from 1 to 200, and only its own cursors', async () => {
    for (const limit of ['0', '201', '-1', '1.5', 'x', '9'.repeat(30)])
      expect([limit, (await list(`?limit=${limit}`)).body.errors?.[0]?.field]).toEqual([
        limit,
        'query.limit',
      ]);
    const audit = await server.request<List>('GET', '/v1/audit?limit=1');
    const foreign = ['x', 'AAAA', '%00', '..%2f', audit.body.next_cursor ?? ''];
    for (const path of ['/v1/keys', '/v1/owners', '/v1/upstreams', '/v1/audit']) {
      for (const cursor of foreign) {
        if (path === '/v1/audit' && cursor === audit.body.next_cursor) continue;
        const { status, body } = await server.request<List>('GET', `${path}?cursor=${cursor}`);
        expect([path, cursor, status, body.errors?.[0]?.field]).toEqual([path, cursor, 422, 'query.cursor']);
      }
    }
  });
});
