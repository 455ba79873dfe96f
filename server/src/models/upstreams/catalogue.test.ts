import { describe, expect, test } from 'vitest';
import { hang, json } from '../../../test/upstream.ts';
import { demandOf } from '../request/estimate.ts';
import { addUpstream, testUpstream, updateUpstream } from '../index.ts';
import {
  ACTOR,
  bodyOf,
  chatRequest,
  openModels,
  openOne,
  openUpstream,
  UPSTREAM_KEY,
} from '../models.fixture.ts';

describe('the catalogue', () => {
  test('The catalogue is the union of the upstreams’ lists and the configured names', async () => {
    const { models, upstream } = await openOne();
    upstream.models = ['gpt-test', 'org/other', 'bad name', ''];
    await addUpstream(
      models,
      {
        name: 'hand',
        base_url: 'http://127.0.0.1:9',
        models: ['gpt-test', { name: 'x', upstream_name: 'y' }],
      },
      ACTOR,
    );
    const list = await models.listModels();
    expect(list.map(({ id, upstreams, owned_by }) => [id, upstreams, owned_by])).toEqual([
      ['gpt-test', 2, 'hand, test'],
      ['org/other', 1, 'test'],
      ['x', 1, 'hand'],
    ]);
    expect(await models.getModel('test/org/other')).toMatchObject({ id: 'org/other', object: 'model' });
    await expect(models.getModel('y')).rejects.toMatchObject({ code: 'model_not_found' });
  });

  test('The catalogue asks an upstream once for many callers, and again after 60 s in the background', async () => {
    const { models, upstream, clock } = await openOne();
    await Promise.all(Array.from({ length: 20 }, () => models.listModels()));
    expect(upstream.received).toHaveLength(1);
    upstream.models = ['newer'];
    clock.aheadMs += 61_000;
    expect((await models.listModels()).map(({ id }) => id)).toEqual(['gpt-test']);
    await expect.poll(async () => (await models.listModels()).map(({ id }) => id)).toEqual(['newer']);
    expect(upstream.received).toHaveLength(2);
  });

  test('An upstream that stops answering keeps its list, and one that never answers delays a request by at most 3 s', async () => {
    const { models, upstream, clock } = await openOne();
    await models.listModels();
    upstream.modelsAnswer = json({}, 500);
    clock.aheadMs += 61_000;
    await models.listModels();
    await expect.poll(() => upstream.received.length).toBe(2);
    expect(await models.listModels()).toHaveLength(1);
    const dead = await openUpstream();
    dead.modelsAnswer = hang;
    await addUpstream(models, { name: 'dead', base_url: dead.baseUrl }, ACTOR);
    const startedMs = performance.now();
    expect(await models.listModels()).toHaveLength(1);
    // It would answer after 15 s.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    const again = performance.now();
    await models.listModels();
    expect(performance.now() - again).toBeLessThan(1_500);
  });
});

describe('an estimate', () => {
  test('An estimate covers prompt and answer at the most expensive upstream', async () => {
    const { models } = await openOne({ prices: { '*': { output_usd_per_million_tokens: '10' } } });
    const demand = async (parsed: object, path = '/chat/completions') => {
      const request = chatRequest(parsed as Record<string, unknown>);
      const routes = await models.resolve('gpt-test');
      return demandOf(routes, { path, parsed: request.parsed, bytes: request.body.length });
    };
    const estimate = async (parsed: object, path?: string) => (await demand(parsed, path)).least;
    expect(await estimate({ max_tokens: 100 })).toMatchObject({ usdNano: 1_000_000 });
    expect((await demand({})).whole.tokens).toBeGreaterThan(1_024);
    expect((await estimate({ max_completion_tokens: 10, n: 3 })).usdNano).toBe(300_000);
    expect((await estimate({ input: 'word '.repeat(1_000) }, '/embeddings')).tokens).toBeGreaterThan(1_000);
    expect((await estimate({ input: 'word '.repeat(1_000) }, '/embeddings')).usdNano).toBe(0);
    const image = `data:image/png;base64,${'A'.repeat(4_000_000)}`;
    const picture = await estimate({
      messages: [{ role: 'user', content: [{ image_url: { url: image } }] }],
    });
    expect(picture.tokens).toBeLessThan(4_000);
    const { usage } = await models.forward(chatRequest()).then(async (answer) => {
      await bodyOf(answer);
      return answer;
    });
    expect((await estimate({})).tokens).toBeGreaterThan((await usage).tokensIn);
  });
});

describe('the test of an upstream', () => {
  test('The test of an upstream connects, lists models and chats, one step each', async () => {
    const { models, upstream, id } = await openOne();
    upstream.models = ['text-embedding-3', 'gpt-test'];
    const result = await testUpstream(models, id);
    expect(result).toMatchObject({
      ok: true,
      steps: [
        { step: 'connect', ok: true },
        { step: 'models', ok: true, detail: 'it lists 2 models' },
        { step: 'chat', ok: true, detail: 'gpt-test answered' },
      ],
    });
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({
      model: 'gpt-test',
      max_tokens: 1,
    });
  });

  test('The test of an upstream names the fault and the next step, without a credential', async () => {
    const { models, upstream, id } = await openOne();
    upstream.modelsAnswer = json({ error: { message: 'bad key' } }, 401);
    expect((await testUpstream(models, id)).steps.at(-1)).toMatchObject({
      step: 'models',
      ok: false,
      detail: 'GET /models answered 401: the api_key is missing, wrong or revoked',
    });
    upstream.modelsAnswer = undefined;
    upstream.answer(json({ error: { message: `no quota for ${UPSTREAM_KEY}` } }, 403));
    const chat = await testUpstream(models, id);
    expect(chat.steps.at(-1)).toMatchObject({ step: 'chat', ok: false });
    expect(chat.steps.at(-1)?.detail).toContain('no quota for [secret]');
    upstream.modelsAnswer = json({}, 302, { location: 'http://169.254.169.254/' });
    expect((await testUpstream(models, id)).steps.at(-1)?.detail).toContain('redirect');
    upstream.modelsAnswer = json({ hello: 1 }, 404);
    expect((await testUpstream(models, id)).steps.at(-1)?.detail).toContain('/v1');
    await updateUpstream(models, { id, input: { models: ['gpt-test'] } }, ACTOR);
    upstream.answer(json({}));
    expect(await testUpstream(models, id)).toMatchObject({ ok: true });
    await upstream.close();
    expect((await testUpstream(models, id)).steps).toMatchObject([
      { step: 'connect', ok: false, detail: expect.stringContaining('connection refused') as string },
    ]);
    await expect(testUpstream(models, 'up_none')).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('The error for a model says that there is no upstream', async () => {
  const { models } = await openModels();
  await expect(models.forward(chatRequest())).rejects.toMatchObject({
    code: 'model_not_found',
    extras: { hint: expect.stringContaining('No models are configured') as string },
  });
});

test('An upstream with a new address is asked for its list again', async () => {
  const { models, id } = await openOne();
  await models.listModels();
  const moved = await openUpstream();
  moved.models = ['moved-model'];
  await updateUpstream(models, { id, input: { base_url: moved.baseUrl, api_key: null } }, ACTOR);
  await models.listModels();
  await expect
    .poll(async () => (await models.listModels()).map(({ id: name }) => name))
    .toEqual(['moved-model']);
});
