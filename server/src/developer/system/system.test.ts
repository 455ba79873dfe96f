import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { chatEvents, startTestUpstream, stream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { CHAT_SETTINGS } from '../../chat/index.ts';
import { EMBEDDING_SETTINGS } from '../../retrieval/index.ts';
import { RERANK_SETTING } from '../../retrieval/embedding/recipe.ts';
import { Settings } from '../../settings/index.ts';
import { PROVIDERS } from './providers.ts';

interface Change {
  newValues: Record<string, string>;
  error: string | false;
}

interface Upstream {
  name: string;
  base_url: string;
  has_api_key: boolean;
  models: string[];
}

describeOnBothServers('settings of the instance over the Developer API', (start, dialect) => {
  let server: TestServer;
  let upstream: TestUpstream;

  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start();
  });
  afterAll(() => upstream.close());

  const update = async (body: object, on = server) =>
    on.request<Change>('POST', '/v1/system/update-env', { body });
  const settings = async (on = server) =>
    (await on.request<{ settings: Record<string, unknown> }>('GET', '/v1/system')).body.settings;
  const upstreams = async (on = server) =>
    (await on.request<{ items: Upstream[] }>('GET', '/v1/upstreams?limit=200')).body.items;
  const upstreamOf = async (name: string, on = server) =>
    (await upstreams(on)).find((item) => item.name === name);

  it('are shown by the names that clients know, in their order', async () => {
    const names = Object.keys(await settings());
    expect(names.slice(0, 6)).toEqual([
      'RequiresAuth',
      'AuthToken',
      'JWTSecret',
      'StorageDir',
      'MultiUserMode',
      'MemoryEnabled',
    ]);
    const ordered = [
      'DisableTelemetry',
      'EmbeddingEngine',
      'HasExistingEmbeddings',
      'HasCachedEmbeddings',
      'EmbeddingOutputDimensions',
      'GenericOpenAiEmbeddingApiKey',
      'ImageGenerationProvider',
      'VectorDB',
      'PineConeKey',
      'LLMProvider',
      'LLMModel',
      'OpenAiKey',
      'AnthropicApiKey',
      'GenericOpenAiKey',
      'TextToSpeechProvider',
      'SimpleSSOEnabled',
    ];
    expect(names.filter((name) => ordered.includes(name))).toEqual(ordered);
    // Not set: left out.
    for (const name of ['OpenAiModelPref', 'EmbeddingBasePath', 'GenericOpenAiBasePath'])
      expect(names).not.toContain(name);
  });

  it('tell nothing of where data is kept', async () => {
    const text = JSON.stringify(await settings());
    expect(text).not.toContain(server.dataDir);
    expect(text).not.toContain('keyward-server-');
  });

  it('are dumped nowhere: the answer is OK and no file is written', async () => {
    const before = readdirSync(server.dataDir);
    const answer = await server.request('GET', '/v1/system/env-dump');
    expect([answer.status, answer.text]).toEqual([200, 'OK']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(readdirSync(server.dataDir)).toEqual(before);
  });

  it.each([
    [{ Nope: 'x', AlsoNot: 5 }, {}, false],
    [{ LLMProvider: 'bogus' }, {}, 'bogus is not a valid LLM provider.'],
    [{ LLMProvider: '' }, {}, 'Value cannot be empty\n is not a valid LLM provider.'],
    [{ AuthToken: 'hackhackhack' }, {}, 'Cannot set this setting.'],
    [{ JWTSecret: 'hackhackhack' }, {}, 'Cannot set this setting.'],
    [{ PasswordToken: 'hackhackhack' }, {}, 'Cannot set this setting.'],
    [{ OpenAiKey: 'no-such-start' }, {}, 'OpenAiKey must start with sk-'],
    [{ OpenAiKey: '********************' }, {}, false],
    [{ GenericOpenAiBasePath: 'nowhere' }, {}, 'URL is not a valid URL.'],
    [{ GenericOpenAiBasePath: 'file:///etc/passwd' }, {}, 'URL is not a valid URL.'],
    [{ EmbeddingBasePath: 'http://ann:secret@10.1.1.1/v1' }, {}, expect.stringContaining('password')],
    [{ EmbeddingBasePath: 'http://10.1.1.1/v1?key=secret' }, {}, expect.stringContaining('password')],
    [{ EmbeddingModelMaxChunkLength: '0' }, {}, 'Value must be greater than zero'],
    [{ EmbeddingModelMaxChunkLength: 'x' }, {}, 'Value must be a number'],
    [{ VectorDB: 'pinecone' }, {}, 'Invalid VectorDB type. Must be one of lancedb.'],
    [{ VectorDB: 'lancedb' }, { VectorDB: 'lancedb' }, false],
    [{ PineConeKey: 'x' }, {}, 'There is no PineConeKey here.'],
    [{ MistralModelPref: 'a\nb' }, {}, 'Value must be one line of text'],
    [{ MistralModelPref: 'x'.repeat(5_000) }, {}, 'Value is too long'],
    [
      { MistralModelPref: 'small', GroqModelPref: '', LMStudioModelPref: 'late' },
      {},
      'Value cannot be empty',
    ],
  ])('are changed all together or, where one cannot be, not at all: %j', async (body, newValues, error) => {
    const answer = await update(body);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ newValues, error });
    expect(await settings()).not.toHaveProperty('LMStudioModelPref');
    expect(await settings()).not.toHaveProperty('MistralModelPref');
  });

  it('are not changed at all where an upstream of theirs is refused', async () => {
    const own = await start();
    const embedding = { EmbeddingEngine: 'generic-openai', EmbeddingModelPref: 'embed-model' };
    const embeddingKey = { GenericOpenAiEmbeddingApiKey: 'an-embedding-key-000001' };
    await update({ LiteLLMBasePath: 'http://10.1.1.1/v1', LiteLLMApiKey: 'a-lite-key-000001' }, own);
    await update({ ...embedding, ...embeddingKey, EmbeddingBasePath: 'http://10.1.1.2/v1' }, own);
    const recorded = async (): Promise<number> =>
      (await own.request<{ items: object[] }>('GET', '/v1/audit?limit=200')).body.items.length;
    const before = [await upstreams(own), await settings(own), await recorded()];
    for (const body of [
      ...PROVIDERS.flatMap(({ base }) => (base === undefined ? [] : [{ [base]: 'http://10.5.5.5/v1' }])).map(
        (other) => ({ ...other, LiteLLMBasePath: 'http://10.2.2.2/v1' }),
      ),
      { LMStudioBasePath: 'http://10.5.5.5/v1', EmbeddingBasePath: 'http://10.6.6.6/v1' },
    ]) {
      const { body: answer } = await update(body, own);
      expect(answer).toEqual({ newValues: {}, error: expect.stringMatching(/api_key/) });
      expect([await upstreams(own), await settings(own), await recorded()]).toEqual(before);
    }
  });

  it('are each changed or refused in words, of all that are shown', async () => {
    const silent: string[] = [];
    for (const name of [...Object.keys(await settings()), 'AzureOpenAiKey', 'QdrantEndpoint']) {
      // Invalid for every setting with a fixed form.
      const { body } = await update({ [name]: '' });
      if (body.error === false && !(name in body.newValues)) silent.push(name);
    }
    expect(silent).toEqual([]);
  });

  it('are not changed at all where a value is no text', async () => {
    const answer = await update({ XAIModelPref: 'grok', LLMProvider: 5 });
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringMatching(/must be a text/)]);
    expect(await settings()).not.toHaveProperty('XAIModelPref');
  });

  it('of a provider make an upstream that chats are answered by', async () => {
    const { body } = await update({
      LLMProvider: 'generic-openai',
      GenericOpenAiBasePath: upstream.baseUrl,
      GenericOpenAiKey: 'a-generic-key-000001',
      GenericOpenAiModelPref: 'unlisted-model',
      GenericOpenAiTokenLimit: '5000',
    });
    expect(body.error).toBe(false);
    expect(body.newValues['GenericOpenAiKey']).toBe('*'.repeat(20));
    expect(await upstreamOf('generic-openai')).toMatchObject({
      base_url: upstream.baseUrl,
      has_api_key: true,
      models: ['unlisted-model'],
    });
    expect(await settings()).toMatchObject({
      LLMProvider: 'generic-openai',
      LLMModel: 'unlisted-model',
      GenericOpenAiBasePath: upstream.baseUrl,
      GenericOpenAiModelPref: 'unlisted-model',
      GenericOpenAiTokenLimit: '5000',
      GenericOpenAiKey: true,
    });

    upstream.answer(stream([chatEvents()]));
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Asking' } });
    await server.request('POST', '/v1/workspace/asking/stream-chat', {
      body: { message: 'hi', mode: 'chat' },
    });
    const asked = upstream.received.filter(({ path }) => path.endsWith('/chat/completions')).at(-1);
    expect(asked?.headers.authorization).toBe('Bearer a-generic-key-000001');
    expect(JSON.parse(asked?.body.toString() ?? '')).toMatchObject({ model: 'unlisted-model' });

    await update({ GenericOpenAiModelPref: 'another-model' });
    expect(await settings()).toMatchObject({ LLMModel: 'another-model', GenericOpenAiKey: true });
    await server.request('POST', '/v1/workspace/asking/stream-chat', {
      body: { message: 'hi', mode: 'chat' },
    });
    const again = upstream.received.filter(({ path }) => path.endsWith('/chat/completions')).at(-1);
    expect(JSON.parse(again?.body.toString() ?? '')).toMatchObject({ model: 'another-model' });
  });

  it('send a key to no other host than it was given for', async () => {
    await update({ LocalAiBasePath: 'http://10.1.1.1/v1', LocalAiApiKey: 'a-local-key-000001' });
    const { body } = await update({ LocalAiBasePath: 'http://10.2.2.2/v1' });
    expect(body.newValues).toEqual({});
    expect(body.error).toMatch(/api_key/);
    expect(await upstreamOf('localai')).toMatchObject({ base_url: 'http://10.1.1.1/v1' });
    expect(await settings()).toMatchObject({ LocalAiBasePath: 'http://10.1.1.1/v1' });
    const both = await update({ LocalAiBasePath: 'http://10.2.2.2/v1', LocalAiApiKey: '' });
    expect(both.body.error).toBe(false);
    expect(await settings()).toMatchObject({ LocalAiBasePath: 'http://10.2.2.2/v1', LocalAiApiKey: false });
  });

  it('hold a key that comes before its address until that comes, and find the compatible part of Ollama', async () => {
    await update({ OllamaLLMAuthToken: 'an-ollama-key-000001' });
    expect(await upstreamOf('ollama')).toBeUndefined();
    expect(await settings()).toMatchObject({ OllamaLLMAuthToken: true });
    await update({ OllamaLLMBasePath: 'http://10.3.3.3:11434' });
    expect(await upstreamOf('ollama')).toMatchObject({
      base_url: 'http://10.3.3.3:11434/v1',
      has_api_key: true,
    });
    expect(await settings()).toMatchObject({
      OllamaLLMAuthToken: true,
      OllamaLLMBasePath: 'http://10.3.3.3:11434',
    });
  });

  it('of the embedder name the model where documents are embedded, and the local one again', async () => {
    const stored = async (): Promise<string | undefined> => {
      const { db } = server.app.core.storage;
      const rows = await db
        .withTables<{ settings: { name: string; value: string } }>()
        .selectFrom('settings')
        .select('value')
        .where('name', '=', EMBEDDING_SETTINGS.model)
        .execute();
      return rows[0]?.value;
    };
    await update({
      EmbeddingEngine: 'generic-openai',
      EmbeddingBasePath: upstream.baseUrl,
      EmbeddingModelPref: 'embed-model',
      GenericOpenAiEmbeddingApiKey: 'an-embedding-key-000001',
    });
    expect(await settings()).toMatchObject({
      EmbeddingEngine: 'generic-openai',
      EmbeddingModelPref: 'embed-model',
      EmbeddingBasePath: upstream.baseUrl,
      GenericOpenAiEmbeddingApiKey: true,
    });
    expect(await stored()).toBe('embedding/embed-model');
    expect(await upstreamOf('embedding')).toMatchObject({ has_api_key: true, models: ['embed-model'] });
    await update({ EmbeddingEngine: 'native' });
    expect(await settings()).not.toHaveProperty('EmbeddingModelPref');
    expect(await stored()).toBeUndefined();
  });

  it('that only this server has are set by the names that its modules read', async () => {
    const body = { [CHAT_SETTINGS.toolModels]: 'qwen*', [RERANK_SETTING]: 'some-reranker' };
    expect((await update(body)).body).toEqual({ newValues: body, error: false });
    await update({ ImageGenerationModelPref: 'some-painter' });
    const { storage, sealing } = server.app.core;
    const stored = new Settings({ storage, sealing, clock: systemClock });
    expect(Object.fromEntries(await stored.many([...Object.keys(body), CHAT_SETTINGS.imageModel]))).toEqual({
      ...body,
      [CHAT_SETTINGS.imageModel]: 'some-painter',
    });
    await update({ [CHAT_SETTINGS.toolModels]: '', [RERANK_SETTING]: '', ImageGenerationModelPref: '' });
    expect((await stored.many([...Object.keys(body), CHAT_SETTINGS.imageModel])).size).toBe(0);
  });

  it('never show a secret: not in an answer, the log, or the database', async () => {
    const own = await start();
    const secrets = new Map<string, string>();
    for (const { key, keyStart = '' } of PROVIDERS)
      if (key !== undefined) secrets.set(key, `${keyStart}topsecret${secrets.size}-${'q'.repeat(12)}`);
    secrets.set('GenericOpenAiEmbeddingApiKey', 'topsecret99-qqqqqqqqqqqq');
    const texts: string[] = [];
    const note = async (answer: Promise<{ text: string }>): Promise<void> =>
      void texts.push((await answer).text);
    await note(own.request('POST', '/v1/system/update-env', { body: Object.fromEntries(secrets) }));
    const bases = { GenericOpenAiBasePath: 'http://10.4.4.4/v1', LiteLLMBasePath: 'http://10.5.5.5/v1' };
    await note(own.request('POST', '/v1/system/update-env', { body: bases }));
    await note(
      own.request('POST', '/v1/system/update-env', { body: { OpenAiKey: 'topsecret-without-start' } }),
    );
    for (const path of [
      '/v1/system',
      '/v1/upstreams?limit=200',
      '/v1/audit?limit=200',
      '/api/setup-complete',
    ])
      await note(own.request('GET', path));
    const shown = await settings(own);
    for (const name of secrets.keys()) expect([name, shown[name]]).toEqual([name, true]);
    expect(texts.join('\n')).not.toContain('topsecret');
    expect(own.log.join('\n')).not.toContain('topsecret');
    const files = readdirSync(own.dataDir).filter((file) => file.startsWith('keyward.db'));
    expect(files.length > 0).toBe(dialect === 'sqlite');
    for (const file of files) expect(readFileSync(join(own.dataDir, file)).includes('topsecret')).toBe(false);
    const rows = await own.app.core.storage.db
      .withTables<{ settings: object }>()
      .selectFrom('settings')
      .selectAll()
      .execute();
    expect(JSON.stringify(rows)).not.toContain('topsecret');
  });

  it('need a key with the scope', async () => {
    const { secret: reader } = await server.mint({ scopes: ['system:read'] });
    const { secret: writer } = await server.mint({ scopes: ['system:write'] });
    const get = async (path: string, key: string | null) =>
      (await server.request('GET', path, { key })).status;
    const post = async (path: string, key: string | null) =>
      (await server.request('POST', path, { key, body: {} })).status;
    for (const path of ['/v1/system', '/v1/system/env-dump'])
      expect([await get(path, reader), await get(path, writer), await get(path, null)]).toEqual([
        200, 403, 403,
      ]);
    expect([
      await post('/v1/system/update-env', writer),
      await post('/v1/system/update-env', reader),
      await post('/v1/system/update-env', null),
    ]).toEqual([200, 403, 403]);
    expect([
      await post('/v1/admin/preferences', writer),
      await post('/v1/admin/preferences', reader),
      await post('/v1/admin/preferences', null),
    ]).toEqual([401, 403, 403]);
  });

  it('that say where models are take the scope of upstreams too', async () => {
    const { secret: key } = await server.mint({ scopes: ['system:write'] });
    for (const body of [
      { GenericOpenAiBasePath: 'http://10.9.9.9/v1' },
      { OpenAiKey: 'sk-of-somebody' },
      { EmbeddingBasePath: 'http://10.9.9.9/v1' },
      { GenericOpenAiEmbeddingApiKey: 'x' },
    ]) {
      const answer = await server.request('POST', '/v1/system/update-env', { key, body });
      expect([body, answer.status]).toEqual([body, 403]);
      expect(answer.text).toContain('models:manage');
    }
    expect(JSON.stringify(await upstreams())).not.toContain('10.9.9.9');
    const { secret } = await server.mint({ scopes: ['system:write', 'models:manage'] });
    const body = { XAIApiKey: 'xai-key-000001' };
    const answer = await server.request('POST', '/v1/system/update-env', { key: secret, body });
    expect(answer.status).toBe(200);
    expect(await upstreamOf('xai')).toMatchObject({ has_api_key: true });
  });

  it('come with how far embedding anew is, for keys that are bound to no workspace', async () => {
    const path = '/v1/system/embedding-progress';
    const { status, body } = await server.request<object>('GET', path);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['model', 'total', 'done', 'running', 'failed', 'lastError']);
    expect(body).toMatchObject({ model: 'all-minilm-l6-v2', total: 0, done: 0, running: false });
    const selectors = { workspaces: { allow: ['docs'] } };
    const { secret: key } = await server.mint({ scopes: ['system:read'], selectors });
    expect((await server.request('GET', path, { key })).status).toBe(403);
    expect((await server.request('GET', '/v1/system', { key })).status).toBe(200);
    // Nor does such a key say where everybody's chats are sent.
    const { secret } = await server.mint({ role: 'admin', selectors });
    for (const [path, body] of [
      ['/v1/system/update-env', { LLMProvider: 'local' }],
      ['/v1/admin/preferences', { support_email: 'a@b.c' }],
    ] as const)
      expect((await server.request('POST', path, { key: secret, body })).status).toBe(403);
  });

  it('are shown without a login as far as a login page needs them', async () => {
    const { body } = await server.request<{ results: object }>('GET', '/api/setup-complete', { key: null });
    expect(body.results).toEqual({
      RequiresAuth: true,
      MultiUserMode: false,
      SimpleSSOEnabled: false,
      SimpleSSONoLogin: false,
      SimpleSSONoLoginRedirect: null,
    });
  });

  it('come with a sign of life and a mark', async () => {
    const ping = await server.request('GET', '/api/ping', { key: null });
    expect([ping.status, ping.text]).toEqual([200, '{"online":true}']);
    const logo = await server.request('GET', '/api/system/logo', { key: null });
    expect(logo.status).toBe(200);
    expect(logo.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    expect(logo.text).toMatch(/^<svg /);
  });
});
