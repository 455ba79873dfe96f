import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { systemClock } from '../base/clock.ts';
import { LocalModel } from '../models/index.ts';
import { isChargeable } from '../models/account/prices.ts';
import { Family, MAKES } from '../api/keys/children.fixture.ts';

interface Refused {
  error: { message: string; type: string; param: string | null; code: string };
}
interface Upstream {
  id: string;
  unpriced: string;
  warnings: string[];
}

const messages = [{ role: 'user', content: 'hello' }];
const TOKENS = { input_usd_per_million_tokens: '1', output_usd_per_million_tokens: '1' };

/** Every kind of request, with a price that is not whole for it and one that is. */
const KINDS: [path: string, body: object, half: object, whole: object][] = [
  ['/v1/chat/completions', { messages }, { input_usd_per_million_tokens: '1' }, TOKENS],
  ['/v1/completions', { prompt: 'a' }, { output_usd_per_million_tokens: '1' }, TOKENS],
  ['/v1/responses', { input: 'a' }, { per_request_usd: '1' }, TOKENS],
  ['/v1/messages', { messages, max_tokens: 5 }, { cached_input_usd_per_million_tokens: '1' }, TOKENS],
  [
    '/v1/embeddings',
    { input: 'a' },
    { output_usd_per_million_tokens: '1' },
    { input_usd_per_million_tokens: '1' },
  ],
  ['/v1/moderations', { input: 'a' }, { per_second_usd: '1' }, { per_request_usd: '0' }],
  ['/v1/rerank', { query: 'a', documents: ['b'] }, { per_image_usd: '1' }, { per_request_usd: '0.001' }],
  ['/v1/images/generations', { prompt: 'a' }, TOKENS, { per_image_usd: '0.01' }],
  ['/v1/audio/speech', { input: 'a', voice: 'b' }, {}, { input_usd_per_million_tokens: '1' }],
];

describeOnBothServers('a model without a price', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let inUsd: NewKey;
  let inTokens: NewKey;
  const add = async (name: string, more: object = {}) => {
    const body = { name, base_url: upstream.baseUrl, ...more };
    const answer = await server.request<Upstream>('POST', '/v1/upstreams', { body });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const ask = (path: string, body: object, key: NewKey = inUsd) =>
    server.request<Refused>('POST', path, { key: key.secret, body, isPassedOn: true });

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const budget = (unit: string, amount: string) => ({
      budgets: [{ name: 'b', unit, amount, period: 'month' }],
    });
    inUsd = await server.mint(budget('usd', '1000'));
    inTokens = await server.mint(budget('tokens', '1000000'));
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json(chatAnswer()));
  });
  afterAll(() => upstream.close());

  test('a model without a price is refused to a key with a budget in usd, on every route to a model', async () => {
    const recording = '/v1/audio/transcriptions';
    for (const [at, [path, body, half, whole]] of KINDS.entries()) {
      await add(`kind${at}`, {
        models: [`none${at}`, `half${at}`, `whole${at}`],
        prices: { [`half${at}`]: half, [`whole${at}`]: whole },
      });
      for (const model of [`none${at}`, `half${at}`]) {
        const refused = await ask(path, { model, ...body });
        expect([path, model, refused.status]).toEqual([path, model, 403]);
        expect(refused.body.error).toMatchObject({
          type: 'permission_error',
          code: 'model_unpriced',
          param: 'model',
        });
      }
      expect(upstream.received).toEqual([]);
      expect([path, (await ask(path, { model: `whole${at}`, ...body })).status]).toEqual([path, 200]);
      // A key without a budget in usd may use models without a price.
      expect([path, (await ask(path, { model: `none${at}`, ...body }, inTokens)).status]).toEqual([
        path,
        200,
      ]);
      expect([path, (await ask(path, { model: `none${at}`, ...body }, await server.mint())).status]).toEqual([
        path,
        200,
      ]);
      upstream.received.length = 0;
    }
    const form = new FormData();
    form.set('model', 'none0');
    form.set('file', new File(['a'], 'a.mp3'));
    const encoded = new Response(form);
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    const body = Buffer.from(await encoded.arrayBuffer());
    const refused = await server.request<Refused>('POST', recording, { key: inUsd.secret, body, headers });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'model_unpriced']);
    expect(upstream.received).toEqual([]);
  });

  test('a model without a price is refused with a command that sets its price, and that command works', async () => {
    const { id } = await add('bare', { models: ['big'] });
    const { message } = (await ask('/v1/chat/completions', { model: 'big', messages })).body.error;
    expect(message).toContain(
      '"big" has no price for /v1/chat/completions, and this key counts against a budget in usd.',
    );
    expect(message).toContain('keyward upstreams update bare --prices ');
    expect(message).toContain('--unpriced allow');
    const [, prices] = /--prices '(.*?)'/.exec(message) ?? [];
    const body = { prices: JSON.parse(prices ?? '') as object };
    expect((await server.request('PATCH', `/v1/upstreams/${id}`, { body })).status).toBe(200);
    expect((await ask('/v1/chat/completions', { model: 'big', messages })).status).toBe(200);
  });

  test('a model without a price may be used only if its operator allows it', async () => {
    const { id, unpriced } = await add('open', { models: ['open-model'] });
    expect(unpriced).toBe('refuse');
    const asked = () => ask('/v1/chat/completions', { model: 'open-model', messages });
    expect((await asked()).status).toBe(403);
    const change = (rule: unknown) =>
      server.request<Upstream>('PATCH', `/v1/upstreams/${id}`, { body: { unpriced: rule } });
    expect((await change('perhaps')).status).toBe(422);
    const allowed = await change('allow');
    expect(allowed.body).toMatchObject({ unpriced: 'allow', warnings: [] });
    expect((await asked()).status).toBe(200);
    await change('refuse');
    expect((await asked()).status).toBe(403);
  });

  test('a model without a price at one upstream is served by another that has a price, and the error names that one', async () => {
    const other = await startTestUpstream();
    await add('cheap', { models: ['shared'], weight: 1_000 });
    await add('dear', { base_url: other.baseUrl, models: ['shared'], prices: { '*': TOKENS }, weight: 1 });
    for (let i = 0; i < 10; i++)
      expect((await ask('/v1/chat/completions', { model: 'shared', messages })).status).toBe(200);
    expect(upstream.received).toEqual([]);
    expect(other.received).toHaveLength(10);
    const refused = await ask('/v1/chat/completions', { model: 'cheap/shared', messages });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'model_unpriced']);
    expect(refused.body.error.message).toContain('Ask for dear/shared, which has a price.');
    // When the one with a price fails, the other one does not step in.
    await other.close();
    expect((await ask('/v1/chat/completions', { model: 'shared', messages })).status).toBe(502);
    expect(upstream.received).toEqual([]);
    // A key that does not cover it is not sent there.
    const selectors = { models: { allow: ['cheap/*'], deny: [] } };
    const bound = await server.mint({
      selectors,
      budgets: [{ name: 'b', unit: 'usd', amount: '1', period: 'day' }],
    });
    const { message } = (await ask('/v1/chat/completions', { model: 'cheap/shared', messages }, bound)).body
      .error;
    expect(message).not.toContain('dear');
  });

  test('a model without a price is also refused if an ancestor of the key, or the owner of either, has a budget in usd', async () => {
    const family = new Family(server);
    await add('nowhere', { models: ['free'] });
    const budgets = [{ name: 'usd', unit: 'usd', amount: '1', period: 'month' }];
    const maker = await server.mint({ ...MAKES, budgets });
    const hers = await server.mint({ ...MAKES, owner: (await family.newOwner('Grace', { budgets })).id });
    const [child, childOfHers] = await Promise.all([family.childOf(maker), family.childOf(hers)]);
    const grandchild = await family.childOf(child);
    for (const key of [maker, child, grandchild, hers, childOfHers]) {
      const refused = await ask('/v1/chat/completions', { model: 'free', messages }, key);
      expect([refused.status, refused.body.error.code]).toEqual([403, 'model_unpriced']);
    }
    expect(upstream.received).toEqual([]);
    const { body } = await family.asking(child.secret);
    expect((body as { warnings?: string[] }).warnings?.join()).toContain('free');
  });

  test('a new or changed upstream and a new key with a budget in usd warn of models without a price', async () => {
    const bare = await add('warned', { models: ['a1', 'a2'] });
    expect(bare.warnings).toEqual([expect.stringContaining('No model of warned has a price')]);
    const change = (prices: object) =>
      server.request<Upstream>('PATCH', `/v1/upstreams/${bare.id}`, { body: { prices } });
    const half = await change({ a1: TOKENS, a2: { input_usd_per_million_tokens: '1' } });
    expect(half.body.warnings).toEqual([
      expect.stringContaining(
        'These models have no complete price, so keys with a budget in usd cannot use them: a2.',
      ),
    ]);
    expect((await change({ 'a*': TOKENS })).body.warnings).toEqual([]);
    await add('warned2', { models: ['b1'] });
    const mint = async (unit: string, models = ['*']) => {
      const body = {
        name: 'k',
        scopes: ['models:use'],
        selectors: { models: { allow: models } },
        budgets: [{ name: 'b', unit, amount: '1', period: 'day' }],
      };
      return (await server.request<{ warnings: string[] }>('POST', '/v1/keys', { body })).body.warnings;
    };
    expect((await mint('usd')).join()).toContain('b1');
    expect(await mint('usd', ['a*'])).toEqual([]);
    expect(await mint('tokens')).toEqual([]);
  });

  test('a price is refused if it is not a decimal number as text or has an unknown member', async () => {
    const refused = async (price: object) => {
      const body = { name: 'wrong', base_url: upstream.baseUrl, prices: { m: price } };
      return (await server.request('POST', '/v1/upstreams', { body })).status;
    };
    expect(await refused({ cached_input_usd_per_million_tokens: '-1' })).toBe(422);
    expect(await refused({ per_second_usd: '1e3' })).toBe(422);
    expect(await refused({ reasoning: '1' })).toBe(422);
  });
});

describe('the local model', () => {
  test('the local model costs nothing: keys with a budget in usd may use it', () => {
    const logger = pino({ level: 'silent' });
    const local = new LocalModel({ clock: systemClock, logger, modelsDir: '/nowhere', environment: {} });
    const route = { target: local.target, name: 'm', qualifiedName: 'local/m', upstreamModel: 'm' };
    expect(isChargeable(route, '/chat/completions')).toBe(true);
  });
});
