import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { Documents } from '../../documents/index.ts';
import { addDocument, DIMENSIONS, EMBEDDING_MODEL, embeddings } from '../../retrieval/retrieval.fixture.ts';
import { vectors } from '../../retrieval/index.ts';
import { coverage } from '../../workspaces/index.ts';
import { wordsOf } from '../../retrieval/index/words.ts';
import { Settings } from '../../settings/index.ts';
import { upload } from './documents.fixture.ts';

interface Passage {
  id: string;
  text: string;
  metadata: Record<string, unknown>;
  distance: number;
  score: number;
}
interface EmbeddedWorkspace {
  id: number;
  slug: string;
  documents: { docpath: string; pinned: boolean }[];
  contextWindow: number;
  currentContextTokenCount: number;
}

describeOnBothServers('vectors of the Developer API', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let turnip: string;
  let zebra: string;
  const post = <T>(path: string, body: object, key?: string) =>
    server.request<T>('POST', `/api/v1${path}`, { body, ...(key === undefined ? {} : { key }) });
  const embed = (body: object, key?: string) =>
    post<{
      workspace: EmbeddedWorkspace;
      message?: string;
      skipped?: { name: string; reason: string }[];
    }>('/workspace/docs/update-embeddings', body, key);
  const search = (body: object, key?: string, slug = 'docs') =>
    post<{ results: Passage[]; message?: string }>(`/workspace/${slug}/vector-search`, body, key);
  const add = (name: string, text: string) => {
    const { storage, audit } = server.app.core;
    return addDocument(storage, new Documents({ storage, audit, clock: systemClock, coverage, vectors }), {
      name,
      text,
    });
  };

  const vectorCount = (key?: string) =>
    server.request<{ vectorCount: number }>(
      'GET',
      '/v1/system/vector-count',
      key === undefined ? {} : { key },
    );

  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(embeddings());
    server = await start();
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
    const body = { name: 'test', base_url: upstream.baseUrl, models: [EMBEDDING_MODEL] };
    await server.request('POST', '/v1/upstreams', { body });
    for (const name of ['Docs', 'Empty', 'Other']) await post('/workspace/new', { name });
    turnip = await add('turnip', 'The turnip festival takes place in spring.');
    zebra = await add('zebra', 'Zebra stripes are unique.');
  });
  afterAll(() => upstream.close());

  test('documents are put in and taken out; what is not there is named', async () => {
    const missing = 'custom-documents/none.json';
    const first = await embed({ adds: [turnip, missing, 7], deletes: [missing] });
    expect(first.status).toBe(200);
    expect(first.body.message).toBe(`${missing}: It is not in this workspace. 2 more were skipped.`);
    expect(first.body.skipped).toEqual([
      { name: missing, reason: 'It is not in this workspace.' },
      { name: missing, reason: 'There is no such document.' },
      { name: '7', reason: 'There is no such document.' },
    ]);
    for (const body of [{ adds: turnip }, { deletes: { a: 1 } }]) {
      const refused = await embed(body);
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringMatching(/must be a list of locations/),
      ]);
    }
    expect(Object.keys(first.body.workspace).slice(-3)).toEqual([
      'documents',
      'contextWindow',
      'currentContextTokenCount',
    ]);
    expect(first.body.workspace.documents.map(({ docpath }) => docpath)).toEqual([turnip]);
    const second = await embed({ adds: [turnip, zebra] });
    expect(Object.keys(second.body)).toEqual(['workspace']);
    expect(second.body.workspace.documents.map(({ docpath }) => docpath)).toEqual([turnip, zebra]);
    // Deletes come first: what is in both is in.
    const third = await embed({ adds: [zebra], deletes: [turnip, zebra] });
    expect(third.body.workspace.documents.map(({ docpath }) => docpath)).toEqual([zebra]);
    await embed({ adds: [turnip] });
    expect((await embed({})).body.workspace.documents).toHaveLength(2);
  });

  test('a search gives passages with their members in the order that clients know', async () => {
    await embed({ adds: [turnip, zebra] });
    const { status, body } = await search({ query: 'turnip festival', topN: 2, scoreThreshold: 0.1 });
    expect(status).toBe(200);
    const [passage] = body.results;
    expect(Object.keys(passage ?? {}).join()).toBe('id,text,metadata,distance,score');
    expect(Object.keys(passage?.metadata ?? {}).join()).toBe(
      'url,title,author,description,docSource,chunkSource,published,wordCount,tokenCount',
    );
    expect(passage?.metadata['title']).toBe('turnip');
    expect(passage?.text).toMatch(/^<document_metadata>\nsourceDocument: turnip\n/);
    expect((await search({ query: 'turnip', topN: 1, scoreThreshold: 0 })).body.results).toHaveLength(1);
    expect((await search({ query: 'turnip', topN: 'x', scoreThreshold: 9 })).body.results).toHaveLength(1);
    expect((await search({ query: 'qqqq' })).body).toEqual({ results: [] });
  });

  test('a search without documents, query or workspace has the answers that clients expect', async () => {
    expect((await search({ query: 'x' }, undefined, 'empty')).body).toEqual({
      results: [],
      message: 'No embeddings found for this workspace.',
    });
    const nothing = await search({});
    expect([nothing.status, nothing.body]).toEqual([400, { message: 'Query parameter cannot be empty.' }]);
    const nowhere = await search({ query: 'x' }, undefined, 'nope');
    expect([nowhere.status, nowhere.body]).toEqual([
      400,
      { message: 'Workspace nope is not a valid workspace.' },
    ]);
    expect((await post('/workspace/nope/update-embeddings', { adds: [] })).text).toBe('Bad Request');
  });

  test('a pin is set and taken away; it counts as context', async () => {
    await embed({ adds: [turnip] });
    const pin = (body: object, slug = 'docs') =>
      post<{ message: string }>(`/workspace/${slug}/update-pin`, body);
    const set = await pin({ docPath: turnip, pinStatus: true });
    expect([set.status, set.body]).toEqual([200, { message: 'Pin status updated successfully' }]);
    const { workspace } = (await embed({})).body;
    expect(workspace.documents.find(({ docpath }) => docpath === turnip)?.pinned).toBe(true);
    expect(workspace.currentContextTokenCount).toBeGreaterThan(0);
    await pin({ docPath: turnip });
    expect((await embed({})).body.workspace.currentContextTokenCount).toBe(0);
    const unknown = await pin({ docPath: 'x/y.json', pinStatus: true });
    expect([unknown.status, unknown.text]).toEqual([404, 'Not Found']);
    const nowhere = await pin({ docPath: turnip, pinStatus: true }, 'nope');
    expect([nowhere.status, nowhere.body.message]).toEqual([400, 'Workspace nope is not a valid workspace.']);
  });

  test('vectors are counted in each workspace that they are in', async () => {
    await embed({ adds: [turnip, zebra] });
    await post('/workspace/other/update-embeddings', { adds: [turnip] });
    expect((await vectorCount()).body).toEqual({ vectorCount: 3 });
    const bound = await server.mint({
      scopes: ['system:read'],
      selectors: { workspaces: { allow: ['other'], deny: [] } },
    });
    expect((await vectorCount(bound.secret)).body).toEqual({ vectorCount: 1 });
  });

  test('workspaces are vector stores; any query parameter ends the paging', async () => {
    const list = (query = '', key?: string) =>
      server.request<{ data: { id: string }[] }>(
        'GET',
        `/v1/openai/vector_stores${query}`,
        key === undefined ? {} : { key },
      );
    const { body } = await list();
    expect(body).toMatchObject({ first_id: 'docs', last_id: 'other', has_more: false });
    expect(body.data[0]).toEqual({
      id: 'docs',
      object: 'vector_store',
      name: 'Docs',
      file_counts: { total: expect.any(Number) },
      provider: expect.any(String),
    });
    expect((await list('?limit=20')).body).toEqual({ data: [], has_more: false });
    const bound = await server.mint({
      scopes: ['workspaces:read'],
      selectors: { workspaces: { allow: ['empty'], deny: [] } },
    });
    expect((await list('', bound.secret)).body.data.map(({ id }) => id)).toEqual(['empty']);
    const none = await server.mint({
      scopes: ['workspaces:read'],
      selectors: { workspaces: { allow: ['x'], deny: [] } },
    });
    expect((await list('', none.secret)).body).toEqual({ data: [], has_more: false });
  });

  test('texts become vectors, as numbers or as base64, with their usage', async () => {
    type List = { data: { embedding: number[] | string; index: number }[]; usage: object; model: string };
    const one = await post<List>('/openai/embeddings', { input: 'turnip', model: null });
    expect(one.status).toBe(200);
    expect(Object.keys(one.body).join()).toBe('object,data,model,usage');
    expect(Object.keys(one.body.data[0] ?? {}).join()).toBe('object,embedding,index');
    expect(one.body.data[0]?.embedding).toHaveLength(DIMENSIONS);
    expect(one.body).toMatchObject({ model: EMBEDDING_MODEL, usage: { prompt_tokens: 1, total_tokens: 1 } });
    const two = await post<List>('/openai/embeddings', {
      inputs: ['turnip', 'owl'],
      encoding_format: 'base64',
    });
    const bytes = Buffer.from(two.body.data[0]?.embedding as string, 'base64');
    expect([...new Float32Array(bytes.buffer, bytes.byteOffset, DIMENSIONS)]).toEqual(
      one.body.data[0]?.embedding,
    );
    expect(two.body.data.map(({ index }) => index)).toEqual([0, 1]);
    for (const input of [[], [1], '', null, ['a', '']]) {
      const bad = await post('/openai/embeddings', { input });
      expect(bad.status).toBe(400);
      expect(bad.body).toMatchObject({ error: { message: expect.stringMatching(/^input: must be a text/) } });
    }
    expect((await post('/openai/embeddings', [])).status).toBe(400);
  });

  test('a workspace that a key does not cover does not exist for it, nor what only it holds', async () => {
    await embed({ adds: [turnip, zebra] });
    const scopes = ['workspaces:chat', 'workspaces:write'];
    const { secret } = await server.mint({
      scopes,
      selectors: { workspaces: { allow: ['empty'], deny: [] } },
    });
    expect((await search({ query: 'turnip' }, secret)).body).toEqual({
      message: 'Workspace docs is not a valid workspace.',
    });
    expect((await embed({ deletes: [turnip] }, secret)).status).toBe(400);
    expect((await embed({})).body.workspace.documents.length).toBeGreaterThan(1);
    type Embedded = { workspace: EmbeddedWorkspace };
    const stolen = await post<Embedded>('/workspace/empty/update-embeddings', { adds: [turnip] }, secret);
    expect(stolen.body.workspace.documents).toEqual([]);
    expect((await search({ query: 'turnip' }, secret, 'empty')).body.results).toEqual([]);
  });

  test('a token budget is held and settled for what a search takes', async () => {
    await embed({ adds: [turnip] });
    const budgets = [{ name: 'tokens', unit: 'tokens', period: 'day', amount: '100' }];
    const { secret, id } = await server.mint({ scopes: ['workspaces:chat', 'models:use'], budgets });
    expect((await search({ query: 'turnip festival' }, secret)).status).toBe(200);
    const used = async () =>
      (await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`)).body.budgets[0]?.used;
    await expect.poll(async () => Number(await used())).toBe(2);
    const long = await search({ query: 'word '.repeat(400) }, secret);
    expect(long.status).toBe(429);
    const direct = await post('/openai/embeddings', { input: 'word '.repeat(400) }, secret);
    expect(direct.status).toBe(429);
  });

  describe('on the account of a key', () => {
    const used = async (id: string) =>
      Number(
        (await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`)).body.budgets[0]
          ?.used,
      );
    const scopes = ['workspaces:write', 'documents:write'];
    const budgets = [{ name: 'tokens', unit: 'tokens', period: 'day', amount: '300' }];
    const long = 'word '.repeat(4_000);

    test('documents are embedded, and what they take is counted; one that is embedded already costs nothing', async () => {
      const { secret, id } = await server.mint({ scopes, budgets });
      const before = upstream.received.length;
      const owl = await add('owl', 'The owl sits on its branch.');
      expect((await embed({ adds: [owl] }, secret)).status).toBe(200);
      const texts = upstream.received
        .slice(before)
        .flatMap(({ body }) => (JSON.parse(body.toString()) as { input: string[] }).input);
      const tokens = texts.reduce((sum, text) => sum + wordsOf(text).length, 0);
      expect(tokens).toBeGreaterThan(5);
      await expect.poll(() => used(id)).toBe(tokens);
      await embed({ adds: [owl], deletes: [owl] }, secret);
      expect(await used(id)).toBe(tokens);
    });

    test('a budget that is spent embeds nothing, and says so', async () => {
      const { secret } = await server.mint({ scopes, budgets });
      const before = upstream.received.length;
      const refused = await embed({ adds: [await add('long', long)] }, secret);
      expect(refused).toMatchObject({
        status: 429,
        body: { error: expect.stringContaining('budget "tokens"') },
      });
      // The document needs more than the whole budget: it does not help to wait.
      expect(refused.headers.get('retry-after')).toBeNull();
      const brought = await upload(
        server,
        { name: 'long.txt', bytes: long },
        { key: secret, fields: { addToWorkspaces: 'docs' } },
      );
      expect(brought).toMatchObject({
        status: 200,
        body: {
          success: true,
          error: expect.stringMatching(/^long\.txt was stored but not embedded into docs: .*budget/),
        },
      });
      expect(upstream.received.length).toBe(before);
    });

    test('a key that does not cover the embedding model embeds no document, but may search', async () => {
      const models = { allow: [], deny: [EMBEDDING_MODEL] };
      const { secret } = await server.mint({ scopes: [...scopes, 'workspaces:chat'], selectors: { models } });
      const mole = await add('mole', 'A mole digs.');
      const refused = await embed({ adds: [mole] }, secret);
      expect(refused).toMatchObject({
        status: 403,
        body: { error: expect.stringContaining(EMBEDDING_MODEL) },
      });
      await embed({ adds: [mole] });
      expect((await search({ query: 'mole digs' }, secret)).body.results).toHaveLength(1);
      // Its vectors are there: nothing is asked of the model.
      expect((await embed({ deletes: [mole], adds: [mole] }, secret)).status).toBe(200);
    });
  });

  test('what is put in, taken out and pinned is in the audit record; what changes nothing is not', async () => {
    const hare = await add('hare', 'A hare runs.');
    const last = async (action: string) =>
      (await server.request<{ items: object[] }>('GET', `/v1/audit?action=${action}&limit=1`)).body.items[0];
    const { body } = await embed({ adds: [hare] });
    const entry = {
      target: `workspace:${body.workspace.id}`,
      outcome: 'ok',
      details: { slug: 'docs', count: 1, first: [hare] },
    };
    const put = await last('workspaces.embed');
    expect(put).toMatchObject(entry);
    await embed({ adds: [hare] });
    expect(await last('workspaces.embed')).toEqual(put);
    await post('/workspace/docs/update-pin', { docPath: hare, pinStatus: true });
    expect(await last('workspaces.pin')).toMatchObject(entry);
    await post('/workspace/docs/update-pin', { docPath: hare });
    expect(await last('workspaces.unpin')).toMatchObject(entry);
    await embed({ deletes: [hare, 'custom-documents/none.json'] });
    const taken = await last('workspaces.unembed');
    expect(taken).toMatchObject(entry);
    await embed({ deletes: [hare] });
    expect(await last('workspaces.unembed')).toEqual(taken);
  });

  test('a removed workspace takes its vectors along', async () => {
    await post('/workspace/new', { name: 'Gone' });
    await post('/workspace/gone/update-embeddings', { adds: [zebra] });
    const count = async () => (await vectorCount()).body.vectorCount;
    const before = await count();
    await server.request('DELETE', '/v1/workspace/gone');
    expect(await count()).toBe(before - 1);
  });
});
