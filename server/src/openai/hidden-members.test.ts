import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';

interface Refusal {
  error: { message: string; param: string; code: string };
}

const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'hello' }];

/**
 * Members in which servers of models read another model, or another size, than the ones that were checked.
 * @see docs of OpenRouter, LiteLLM, Portkey, Vercel, Azure, LoRAX, SGLang, llama.cpp, transformers serve
 */
const OTHERS: [member: object, field: string][] = [
  [{ models: ['dear'] }, 'models'],
  [{ Models: ['dear'] }, 'Models'],
  [{ fallbacks: [{ model: 'dear' }] }, 'fallbacks'],
  [{ 'context-window-fallbacks': [{ cheap: ['dear'] }] }, 'context-window-fallbacks'],
  [{ fallback_models: ['dear'] }, 'fallback_models'],
  [{ engine: 'dear' }, 'engine'],
  [{ deployment_id: 'dear' }, 'deployment_id'],
  [{ model_name: 'dear' }, 'model_name'],
  [{ modelId: 'dear' }, 'modelId'],
  [{ preset: 'dear' }, 'preset'],
  [{ adapter_id: 'dear' }, 'adapter_id'],
  [{ lora_path: 'dear' }, 'lora_path'],
  [{ lora: [{ id: 1, scale: 1 }] }, 'lora'],
  [{ user_config: { model_list: [] } }, 'user_config'],
  [{ providerOptions: { gateway: { models: ['dear'] } } }, 'providerOptions'],
  [{ api_base: 'https://example.com' }, 'api_base'],
  [{ extra_headers: { 'x-model': 'dear' } }, 'extra_headers'],
  [{ extra_body: { model: 'dear' } }, 'extra_body.model'],
  [{ extra_body: { Model: 'dear' } }, 'extra_body.Model'],
  [{ extra_body: { a: [{ extra_body: { model: 'dear' } }] } }, 'extra_body.a[0].extra_body.model'],
  [{ extraBody: { models: ['dear'] } }, 'extraBody.models'],
  [{ extra_body: { max_tokens: 100_000 } }, 'extra_body.max_tokens'],
  [{ extra_body: '{"model":"dear"}' }, 'extra_body'],
  [{ generation_config: { max_new_tokens: 100_000 } }, 'generation_config.max_new_tokens'],
  [{ generation_config: '{"max_new_tokens":100000}' }, 'generation_config'],
  [{ generationConfig: { maxOutputTokens: 100_000 } }, 'generationConfig.maxOutputTokens'],
  [{ parameters: { max_new_tokens: 100_000 } }, 'parameters.max_new_tokens'],
  [{ sampling_params: { n: 100 } }, 'sampling_params.n'],
  [{ tools: [{ type: 'image_generation', model: 'dear' }] }, 'tools[0].model'],
  [{ tools: [{ type: 'function' }, { Model: 'dear' }] }, 'tools[1].Model'],
];

/** What costs money that no price tells. */
const EXTRAS: [path: string, body: object, field: string][] = [
  [CHAT, { messages, service_tier: 'priority' }, 'service_tier'],
  [CHAT, { messages, serviceTier: 'priority' }, 'serviceTier'],
  ['/v1/messages', { messages, max_tokens: 5, speed: 'fast' }, 'speed'],
  [CHAT, { messages, web_search_options: {} }, 'web_search_options'],
  [CHAT, { messages, plugins: [{ id: 'web' }] }, 'plugins'],
  [CHAT, { messages, search_parameters: { mode: 'on' } }, 'search_parameters'],
  [CHAT, { messages, modalities: ['text', 'audio'] }, 'modalities'],
  ['/v1/responses', { input: 'a', tools: [{ type: 'web_search' }] }, 'tools[0].type'],
  [
    '/v1/responses',
    { input: 'a', tools: [{ type: 'function' }, { type: 'code_interpreter' }] },
    'tools[1].type',
  ],
  [
    '/v1/messages',
    { messages, max_tokens: 5, tools: [{ type: 'web_search_20250305', name: 'w' }] },
    'tools[0].type',
  ],
];

describeOnServer(
  'sqlite',
  'nothing in a request says another model, size or price than what is checked',
  (start) => {
    let server: TestServer;
    let upstream: TestUpstream;
    let bound: NewKey;
    let budgeted: NewKey;
    let inUsd: NewKey;
    let free: NewKey;
    const ask = ({ secret }: NewKey, path: string, body: object) =>
      server.request<Refusal>('POST', path, {
        key: secret,
        body: { model: 'cheap', ...body },
        isPassedOn: true,
      });

    beforeAll(async () => {
      [server, upstream] = await Promise.all([start(), startTestUpstream()]);
      const prices = { '*': { input_usd_per_million_tokens: '1', output_usd_per_million_tokens: '1' } };
      const add = (name: string, more: object) =>
        server.request('POST', '/v1/upstreams', {
          body: { name, base_url: upstream.baseUrl, prices, ...more },
        });
      await add('one', { models: ['cheap', 'dear'] });
      await add('open', { models: ['open'], unpriced: 'allow' });
      const budget = (unit: string) => ({
        budgets: [{ name: 'b', unit, amount: '1000000', period: 'day' }],
      });
      free = await server.mint();
      budgeted = await server.mint(budget('tokens'));
      inUsd = await server.mint(budget('usd'));
      bound = await server.mint({ selectors: { models: { allow: ['cheap', 'open'], deny: [] } } });
    });
    beforeEach(() => {
      upstream.received.length = 0;
      upstream.answer(json(chatAnswer()));
    });
    afterAll(() => upstream.close());

    test.for(OTHERS)('a key with bounded models or spending is refused %j', async ([member, field]) => {
      const denying = await server.mint({ selectors: { models: { allow: [], deny: ['dear'] } } });
      for (const key of [bound, denying, budgeted, inUsd]) {
        const refused = await ask(key, CHAT, { messages, ...member });
        expect([refused.status, refused.body.error.code, refused.body.error.param]).toEqual([
          422,
          'invalid_input',
          field,
        ]);
      }
      expect(upstream.received).toEqual([]);
      // A caller without bounds may send it.
      expect((await ask(free, CHAT, { messages, ...member })).status).toBe(200);
    });

    test.for(['models', 'engine', 'extra_body'])('%s is also refused as a field in a form', async (name) => {
      const form = new FormData();
      for (const [field, value] of [
        ['model', 'cheap'],
        [name, 'dear'],
      ] as const)
        form.set(field, value);
      form.set('file', new File(['a'], 'a.mp3'));
      const encoded = new Response(form);
      const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
      const body = Buffer.from(await encoded.arrayBuffer());
      const send = ({ secret }: NewKey) =>
        server.request<Refusal>('POST', '/v1/audio/transcriptions', {
          key: secret,
          body,
          headers,
          isPassedOn: true,
        });
      const refused = await send(bound);
      expect([refused.status, refused.body.error.param]).toEqual([422, name]);
      expect(upstream.received).toEqual([]);
      expect((await send(free)).status).toBe(200);
    });

    test('an unrelated member passes, whatever its value', async () => {
      const more = {
        extra_body: { google: { thinking_config: { include_thoughts: true } } },
        generation_config: { temperature: 1 },
        tools: [
          { type: 'function', function: { parameters: { properties: { model: { type: 'string' } } } } },
        ],
        metadata: { model: 'x', models: 'y' },
        engine: null,
      };
      for (const key of [bound, budgeted, inUsd])
        expect((await ask(key, CHAT, { messages, ...more })).status).toBe(200);
    });

    test.for(EXTRAS)('%s %j is refused to a key with a budget in usd', async ([path, body, field]) => {
      const refused = await ask(inUsd, path, body);
      expect([refused.status, refused.body.error.param]).toEqual([422, field]);
      expect(refused.body.error.message).toContain('--unpriced allow');
      expect(upstream.received).toEqual([]);
      for (const key of [bound, budgeted, free]) expect((await ask(key, path, body)).status).toBe(200);
      expect((await ask(inUsd, path, { ...body, model: 'open' })).status).toBe(200);
    });

    test('a request that costs no more than the price says is accepted', async () => {
      for (const tier of ['auto', 'default', 'flex', 'standard_only', null])
        expect((await ask(inUsd, CHAT, { messages, service_tier: tier })).status).toBe(200);
      const tools = [
        { type: 'function', function: { name: 'f' } },
        { type: 'custom', name: 'g' },
        { name: 'h', input_schema: {} },
        { type: 'bash_20250124', name: 'bash' },
      ];
      const more = { modalities: ['text'], plugins: [], web_search_options: null };
      expect((await ask(inUsd, CHAT, { messages, tools, ...more })).status).toBe(200);
    });
  },
);
