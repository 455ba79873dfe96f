import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import type { KeyView, OwnerView } from '../../keys/index.ts';

interface Left {
  limits: { name: string; remaining: number; of?: string }[];
  budgets: { name: string; amount: string; used: string; of?: string }[];
}

/** What each answer of the upstream takes. */
const TOOK = 18;

describeOnBothServers('budgets that several keys share', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.answer(json(chatAnswer()));
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models: ['gpt-test'] },
    });
  });
  afterAll(() => upstream.close());

  const MAKES = ['keys:*', 'models:use'];
  const tokens = (amount: number, name = 'b') => [
    { name, unit: 'tokens', amount: String(amount), period: 'total' },
  ];
  const chat = (secret: string, on = server) =>
    on.request('POST', '/v1/chat/completions', {
      key: secret,
      body: { model: 'gpt-test', max_tokens: 7, messages: [{ role: 'user', content: 'hello' }] },
    });
  async function childOf(maker: { secret: string }, fields: object = {}): Promise<NewKey> {
    const body = { name: 'child', scopes: MAKES, ...fields };
    const made = await server.request<{ key: KeyView; secret: string }>('POST', '/v1/keys', {
      key: maker.secret,
      body,
    });
    if (made.status !== 201) throw new Error(made.text);
    return { id: made.body.key.id, secret: made.body.secret, key: made.body.key };
  }
  const newOwner = async (name: string, more: object) =>
    (await server.request<OwnerView>('POST', '/v1/owners', { body: { name, kind: 'person', ...more } })).body;
  const used = async (path: string) =>
    Number((await server.request<Left>('GET', path)).body.budgets[0]?.used);
  /** Settlements are written behind the answer. */
  async function settled(path: string, wanted: number): Promise<number> {
    for (let i = 0; i < 500 && (await used(path)) !== wanted; i++) await sleep(20);
    return used(path);
  }
  /** Asks with all keys at once, in turns between the nodes, until none is let through any more. */
  async function askAll(keys: readonly { secret: string }[], nodes = [server]): Promise<number> {
    let granted = 0;
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        keys.map(({ secret }, index) => chat(secret, nodes[(index + round) % nodes.length])),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
      const before = granted;
      granted += statuses.filter((status) => status === 200).length;
      if (granted === before && round > 3) return granted;
    }
    return granted;
  }

  test('sixty tokens stay sixty for five children with sixty each, and for their children, on two nodes', async () => {
    const second = await start(server.environment);
    const root = await server.mint({ scopes: MAKES, budgets: tokens(60) });
    const children = await Promise.all([1, 2, 3, 4, 5].map(() => childOf(root, { budgets: tokens(60) })));
    const grandchildren = await Promise.all(children.map((child) => childOf(child, { budgets: tokens(60) })));
    const bare = await Promise.all(children.map((child) => childOf(child)));
    const all = [root, ...children, ...grandchildren, ...bare];
    const granted = await askAll(all, [server, second]);
    expect(granted * TOOK).toBeLessThanOrEqual(60);
    expect(granted).toBeGreaterThan(0);
    expect(await settled(`/v1/keys/${root.id}`, granted * TOOK)).toBe(granted * TOOK);
    // The child's use stays used when the child is gone and another is made.
    await server.request('POST', `/v1/keys/${children[0]!.id}/revoke`);
    const left = Math.floor((60 - granted * TOOK) / TOOK);
    expect(await askAll([await childOf(root, { budgets: tokens(60) })])).toBeLessThanOrEqual(left);
  });

  test('ten keys of a person share one budget, no matter which key made them', async () => {
    const owner = await newOwner('Ann', { budgets: tokens(60, 'hers') });
    const keys = await Promise.all(
      Array.from({ length: 10 }, () => server.mint({ scopes: MAKES, owner: owner.id, budgets: tokens(600) })),
    );
    const granted = await askAll(keys);
    expect(granted * TOOK).toBeLessThanOrEqual(60);
    expect(granted).toBeGreaterThan(0);
    expect(await settled(`/v1/owners/${owner.id}`, granted * TOOK)).toBe(granted * TOOK);
    const refused = await chat(keys[0]!.secret);
    expect(refused.text).toContain('"hers\\" of the owner of this key');
  });

  test("a key made for another owner counts for both owners, and does not get round its maker's", async () => {
    const [poor, rich] = [
      await newOwner('poor', { budgets: tokens(40) }),
      await newOwner('rich', { budgets: tokens(1_000) }),
    ];
    const maker = await server.mint({ scopes: ['*'], owner: poor.id });
    const made = await childOf(maker, { owner: rich.id });
    const granted = await askAll([made]);
    expect(granted * TOOK).toBeLessThanOrEqual(40);
    expect(granted).toBeGreaterThan(0);
    for (const { id } of [poor, rich])
      expect(await settled(`/v1/owners/${id}`, granted * TOOK)).toBe(granted * TOOK);
  });

  test('a limit of an owner or an ancestor holds for all keys together, and a refusal reveals no name', async () => {
    const limits = [{ name: 'few', requests: 6, window_seconds: 3600 }];
    const owner = await newOwner('Few', { limits });
    const parent = await server.mint({ scopes: MAKES, limits, owner: owner.id });
    const [child, other] = [await childOf(parent), await server.mint({ scopes: MAKES, owner: owner.id })];
    const statuses: number[] = [];
    for (const key of [child, other, child, other, child, other])
      statuses.push((await server.request('GET', '/v1/keys/self', { key: key.secret })).status);
    // One of the six was the request that made the child.
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test('a budget that another key renames, moves or removes and restores keeps its use', async () => {
    const owner = await newOwner('Kept', { budgets: tokens(100, 'first') });
    const key = await server.mint({ scopes: ['models:use'], budgets: tokens(100, 'first'), owner: owner.id });
    await chat(key.secret);
    for (const path of [`/v1/keys/${key.id}`, `/v1/owners/${owner.id}`]) {
      expect(await settled(path, TOOK)).toBe(TOOK);
      const [renamed] = tokens(100, 'renamed');
      for (const budgets of [
        [renamed],
        [{ ...renamed, period: 'day' }],
        [{ ...renamed, name: 'raised', amount: '200' }],
        tokens(100, 'first'),
        tokens(100, 'new'),
      ]) {
        await server.request('PATCH', path, { body: { budgets } });
        expect([budgets, await used(path)]).toEqual([budgets, TOOK]);
        await server.request('PATCH', path, { body: { budgets: [] } });
      }
    }
  });

  test('an owner that is deleted and made again under its name keeps its use', async () => {
    const budgets = tokens(100, 'first');
    const gone = await newOwner('Phoenix', { budgets });
    await chat((await server.mint({ scopes: ['models:use'], owner: gone.id })).secret);
    expect(await settled(`/v1/owners/${gone.id}`, TOOK)).toBe(TOOK);
    await server.request('DELETE', `/v1/owners/${gone.id}`);
    const anew = await newOwner('Phoenix', { budgets: tokens(100, 'second') });
    expect(await used(`/v1/owners/${anew.id}`)).toBe(TOOK);
    await server.request('PATCH', `/v1/owners/${anew.id}`, { body: { name: 'Renamed' } });
    // Two owners never share an account.
    expect(await used(`/v1/owners/${(await newOwner('Phoenix', { budgets })).id}`)).toBe(0);
    await chat((await server.mint({ scopes: ['models:use'], owner: anew.id })).secret);
    expect(await settled(`/v1/owners/${anew.id}`, 2 * TOOK)).toBe(2 * TOOK);
  });

  test('a limit that another key renames keeps its count', async () => {
    const limits = [{ name: 'first', requests: 3, window_seconds: 3600 }];
    const key = await server.mint({ scopes: ['models:use'], limits });
    const ask = async () => (await server.request('GET', '/v1/keys/self', { key: key.secret })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 200]);
    await server.request('PATCH', `/v1/keys/${key.id}`, {
      body: { limits: [{ ...limits[0], name: 'second' }] },
    });
    expect(await ask()).toBe(429);
  });

  test('keys/self and verify show the rest of all budgets, without the names of ancestors', async () => {
    const owner = await newOwner('Shown', { budgets: tokens(100, 'team') });
    const limits = [{ name: 'few', requests: 600, window_seconds: 3600 }];
    const maker = await server.mint({
      name: 'secretive maker',
      scopes: MAKES,
      budgets: tokens(60, 'his'),
      limits,
      owner: owner.id,
    });
    const child = await childOf(maker, { budgets: tokens(50, 'own') });
    await chat(child.secret);
    await settled(`/v1/keys/${child.id}`, TOOK);
    await settled(`/v1/owners/${owner.id}`, TOOK);
    const self = await server.request<Left>('GET', '/v1/keys/self', { key: child.secret });
    const verdict = await server.request<Left>('POST', '/v1/keys/verify', { body: { key: child.secret } });
    for (const { body, text } of [self, verdict]) {
      expect(body.budgets).toMatchObject([
        { name: 'own', amount: '50', used: '18' },
        { name: 'his', amount: '60', used: '18', of: 'ancestor' },
        { name: 'team', amount: '100', used: '18', of: 'owner' },
      ]);
      expect(body.budgets[0]).not.toHaveProperty('of');
      expect(body.limits).toMatchObject([{ name: 'few', of: 'ancestor' }]);
      expect(text).not.toContain('secretive maker');
    }
  });
});
