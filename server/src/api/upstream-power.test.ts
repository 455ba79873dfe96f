import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';

const usd = { name: 'usd', unit: 'usd', amount: '1', period: 'day' };
const scopes = ['models:manage', 'models:use', 'keys:write', 'system:write'];

describeOnBothServers('a key that is measured by names and prices of models', (start) => {
  let server: TestServer;
  let upstreamId: string;
  const add = (key: string, name: string) =>
    server.request<{ id: string }>('POST', '/v1/upstreams', {
      key,
      body: { name, base_url: 'http://127.0.0.1:1/v1', models: ['cheap'] },
    });
  const child = async (key: string): Promise<string> => {
    const made = await server.request<{ secret: string }>('POST', '/v1/keys', {
      key,
      body: { name: 'child', scopes },
    });
    return made.body.secret;
  };

  beforeAll(async () => {
    server = await start();
    upstreamId = (await add(server.adminKey, 'first')).body.id;
    const body = {
      LLMProvider: 'generic-openai',
      GenericOpenAiBasePath: 'http://127.0.0.1:1/v1',
      GenericOpenAiModelPref: 'cheap',
      EmbeddingEngine: 'generic-openai',
      EmbeddingBasePath: 'http://127.0.0.1:1/v1',
      EmbeddingModelPref: 'vectors',
    };
    await server.request('POST', '/v1/system/update-env', { body });
  });

  const keys: [string, () => Promise<string>][] = [
    [
      'with a model selector',
      async () => (await server.mint({ scopes, selectors: { models: { allow: ['cheap'] } } })).secret,
    ],
    [
      'that denies a model',
      async () => (await server.mint({ scopes, selectors: { models: { deny: ['dear'] } } })).secret,
    ],
    ['with a budget in usd', async () => (await server.mint({ scopes, budgets: [usd] })).secret],
    ['whose parent has one', async () => child((await server.mint({ scopes, budgets: [usd] })).secret)],
    [
      'whose owner has one',
      async () => {
        const body = { name: `owner of ${Math.random()}`, kind: 'team', budgets: [usd] };
        const { id } = (await server.request<{ id: string }>('POST', '/v1/owners', { body })).body;
        return (await server.mint({ scopes, owner: id })).secret;
      },
    ],
  ];

  test.for(keys)('a key %s cannot change upstreams and their prices', async ([, secretOf]) => {
    const key = await secretOf();
    const change = (body: object) => server.request('PATCH', `/v1/upstreams/${upstreamId}`, { key, body });
    const before = await server.request('GET', `/v1/upstreams/${upstreamId}`);
    const setting = (body: object) => server.request('POST', '/v1/system/update-env', { key, body });
    const free = { cheap: { input_usd_per_million_tokens: '0', output_usd_per_million_tokens: '0' } };
    const answers = [
      await add(key, 'second'),
      await change({ prices: free }),
      await change({ unpriced: 'allow' }),
      await change({ models: ['cheap', 'dear'] }),
      await server.request('DELETE', `/v1/upstreams/${upstreamId}`, { key }),
      await setting({ GenericOpenAiModelPref: 'dear' }),
      await setting({ GenericOpenAiBasePath: 'http://127.0.0.1:2/v1' }),
      await setting({ EmbeddingModelPref: 'dear' }),
      await setting({ OpenAiKey: 'sk-mine' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect((await server.request('GET', '/v1/upstreams')).text).not.toContain('dear');
    expect((await server.request('GET', `/v1/upstreams/${upstreamId}`)).text).toBe(before.text);
  });

  test('without models:manage a setting can choose an existing model, but change no upstream', async () => {
    const { secret: key } = await server.mint({ scopes: ['system:write'] });
    const set = (body: object) => server.request('POST', '/v1/system/update-env', { key, body });
    for (const body of [{ GenericOpenAiModelPref: 'dear' }, { EmbeddingModelPref: 'dear' }]) {
      const answer = await set(body);
      expect([answer.status, answer.text.includes('models:manage')]).toEqual([403, true]);
    }
    for (const body of [
      { LLMProvider: 'generic-openai', GenericOpenAiModelPref: 'cheap' },
      { EmbeddingModelPref: 'vectors' },
    ])
      expect((await set(body)).status).toBe(200);
  });

  test('a key without a model selector and a budget in usd manages upstreams, also with a budget in tokens', async () => {
    const tokens = { name: 'tokens', unit: 'tokens', amount: '10', period: 'day' };
    const { secret } = await server.mint({ scopes, budgets: [tokens] });
    expect((await add(secret, 'third')).status).toBe(201);
  });
});
