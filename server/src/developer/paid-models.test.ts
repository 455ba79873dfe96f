import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey } from '../../test/server.ts';
import { json, type Behaviour } from '../../test/upstream.ts';
import { systemClock } from '../base/clock.ts';
import { CHAT_MODEL, says, startChats, type ChatServer } from '../chat/chats.fixture.ts';
import { RERANK_SETTING } from '../retrieval/index.ts';
import { EMBEDDING_MODEL } from '../retrieval/retrieval.fixture.ts';
import { Settings } from '../settings/index.ts';

const RERANKER = 'rerank-test';
const PICTURES = 'dall-e-test';
const SCOPES = ['workspaces:chat', 'workspaces:read', 'workspaces:write', 'documents:write', 'models:use'];

interface UsageStep {
  group: { model: string };
  tokens_in: number;
}

/** The last document is the best. */
const ranks: Behaviour = (response, received) => {
  const { documents } = JSON.parse(received.body.toString()) as { documents: string[] };
  const results = documents.map((_, index) => ({ index, relevance_score: index / 10 }));
  return json({ results, usage: { total_tokens: 500 } })(response, received);
};

const ranksOrSays: Behaviour = (response, received) =>
  (received.path.endsWith('/rerank') ? ranks : says(['Good day.']))(response, received);

describeOnBothServers('models behind the Developer API', (start) => {
  let chats: ChatServer;
  const prices = { input_usd_per_million_tokens: '1000', output_usd_per_million_tokens: '1000' };
  const mint = (unit: string, amount: string, models?: object) =>
    chats.server.mint({
      scopes: SCOPES,
      budgets: [{ name: 'b', unit, amount, period: 'total' }],
      ...(models === undefined ? {} : { selectors: { models } }),
    });
  const used = async ({ id }: NewKey) => {
    const { body } = await chats.server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
    return Number(body.budgets[0]?.used);
  };
  const byModel = async ({ id }: NewKey) => {
    const path = `/v1/keys/${id}/usage?group_by=model`;
    const { body } = await chats.server.request<{ items: UsageStep[] }>('GET', path);
    return Object.fromEntries(body.items.map(({ group, tokens_in }) => [group.model, tokens_in]));
  };
  const search = ({ secret }: NewKey) =>
    chats.server.request<{ results: { text: string }[] }>('POST', '/api/v1/workspace/docs/vector-search', {
      key: secret,
      body: { query: 'turnip festival', topN: 2, scoreThreshold: 0 },
    });
  const paths = () => chats.received().map(({ path }) => path);

  beforeAll(async () => {
    chats = await startChats(start, [RERANKER, PICTURES]);
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
    const change = { vectorSearchMode: 'rerank', similarityThreshold: 0 };
    await chats.post('/workspace/docs/update', change);
    await chats.add('docs', 'Turnips', 'The turnip festival takes place in May.');
    await chats.add('docs', 'Zebras', 'Zebra stripes are unique.');
    const { storage, sealing } = chats.server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { [RERANK_SETTING]: { value: RERANKER } }));
  });
  afterAll(() => chats.upstream.close());
  beforeEach(() => chats.answer(ranks));

  test('a second look at passages is on the account of the key that searches', async () => {
    const key = await mint('tokens', '100000');
    const { status, body } = await search(key);
    expect(status).toBe(200);
    expect(body.results[0]?.text).toContain('Zebra');
    expect(paths()).toEqual(['/v1/rerank']);
    await expect.poll(() => used(key)).toBeGreaterThan(500);
    await expect
      .poll(() => byModel(key))
      .toMatchObject({ [RERANKER]: 500, [EMBEDDING_MODEL]: expect.any(Number) });
  });

  test('a spent budget refuses a second look, and no model is asked for it', async () => {
    const key = await mint('tokens', '30');
    const { status } = await search(key);
    expect(status).toBe(429);
    expect(paths()).toEqual([]);
  });

  test('for a key that does not cover the reranking model, words and vectors rank', async () => {
    for (const models of [
      { allow: [CHAT_MODEL], deny: [] },
      { allow: [], deny: [RERANKER] },
    ]) {
      const { status, body } = await search(await mint('tokens', '100000', models));
      expect(status).toBe(200);
      expect(body.results[0]?.text).toContain('turnip');
    }
    expect(paths()).toEqual([]);
  });

  test('a chat pays for its second look as well', async () => {
    chats.answer(ranksOrSays);
    const key = await mint('tokens', '100000');
    const { status } = await chats.post('/workspace/docs/chat', { message: 'turnip' }, key.secret);
    expect(status).toBe(200);
    await expect.poll(() => byModel(key)).toMatchObject({ [RERANKER]: 500, [CHAT_MODEL]: 11 });
  });

  test('a key with a budget in usd is refused each model without a price, with a text that says how to price it', async () => {
    const key = await mint('usd', '100');
    const asked: [string, object][] = [
      ['/workspace/docs/chat', { message: 'hello' }],
      ['/workspace/docs/vector-search', { query: 'hello' }],
      ['/openai/chat/completions', { model: 'docs', messages: [{ role: 'user', content: 'hello' }] }],
      ['/openai/embeddings', { input: 'hello' }],
      ['/openai/images/generations', { prompt: 'a river' }],
      ['/workspace/docs/update-embeddings', { adds: [await location()] }],
    ];
    for (const [path, body] of asked) {
      const { status, text } = await chats.post(path, body, key.secret);
      expect([path, status]).toEqual([path, 403]);
      expect(text).toContain('has no price');
      expect(text).toContain('--unpriced allow');
    }
    expect(paths()).toEqual([]);
    await expect.poll(() => used(key)).toBe(0);
  });

  test('with prices the same key is served, and pays for all of it', async () => {
    const { body } = await chats.server.request<{ items: { id: string }[] }>('GET', '/v1/upstreams');
    const change = { prices: { '*': { ...prices, per_image_usd: '0.5' } } };
    await chats.server.request('PATCH', `/v1/upstreams/${body.items[0]?.id}`, { body: change });
    chats.answer(ranksOrSays);
    const key = await mint('usd', '100');
    expect((await chats.post('/workspace/docs/chat', { message: 'turnip' }, key.secret)).status).toBe(200);
    await expect.poll(() => used(key)).toBeGreaterThan(0.515);
    chats.answer(json({ data: [{ b64_json: 'AAAA' }] }));
    const painter = await mint('usd', '100');
    expect(
      (await chats.post('/openai/images/generations', { prompt: 'a river' }, painter.secret)).status,
    ).toBe(200);
    await expect.poll(() => used(painter)).toBeGreaterThan(0.5);
  });

  /** Of a document without vectors. */
  async function location(): Promise<string> {
    const { body } = await chats.server.request<{ documents: { location: string }[] }>(
      'POST',
      '/api/v1/document/raw-text',
      {
        body: { textContent: 'A new text.', metadata: { title: 'New' } },
      },
    );
    return body.documents[0]?.location ?? '';
  }
});
