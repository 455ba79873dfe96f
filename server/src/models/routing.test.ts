import { beforeEach, describe, expect, test } from 'vitest';
import { json, slam, stream, type Behaviour, type TestUpstream } from '../../test/upstream.ts';
import { KeywardError } from '../base/errors.ts';
import { underPermit, type Permit } from '../storage/index.ts';
import { addUpstream } from './index.ts';
import { ACTOR, bodyOf, chatRequest, openModels, openUpstream, type TestModels } from './models.fixture.ts';
import { weightedOrder } from './upstreams/selection.ts';

const BUSY = json({ error: { message: 'slow down' } }, 429, { 'retry-after': '20' });
const BROKEN = json({ error: { message: 'oops' } }, 500);
const DOWN = json({ error: { message: 'down' } }, 503);

describe('upstreams that share a model', () => {
  let opened: TestModels;
  let first: TestUpstream;
  let second: TestUpstream;
  beforeEach(async () => {
    opened = await openModels();
    first = await openUpstream();
    second = await openUpstream();
    // A weight of 0 puts it last, so that the order is known.
    await add('first', first, 1);
    await add('second', second, 0);
  });
  const add = (name: string, { baseUrl }: TestUpstream, weight: number) =>
    addUpstream(
      opened.models,
      { name, base_url: baseUrl, weight, models: ['gpt-test'], api_key: `key-${name}` },
      ACTOR,
    );
  const ask = async (model = 'gpt-test') => {
    const answer = await opened.models.forward(chatRequest({ model }));
    return { status: answer.status, body: (await bodyOf(answer)).toString() };
  };

  test.for<[string, Behaviour]>([
    ['429', BUSY],
    ['500', BROKEN],
    ['401', json({}, 401)],
    ['a redirect', json({}, 302, { location: 'http://127.0.0.1:1/' })],
    ['a reset connection', slam],
  ])('The next upstream is asked after %s, with its own key', async ([, behaviour]) => {
    first.answer(behaviour);
    expect(await ask()).toMatchObject({ status: 200 });
    expect([first.received.length, second.received.length]).toEqual([1, 1]);
    expect(second.received[0]?.headers.authorization).toBe('Bearer key-second');
  });

  test('No upstream is asked for a caller whose permit was withdrawn in the database', async () => {
    const permit: Permit = {
      refuseEnded: () => undefined,
      stands: () => Promise.reject(new KeywardError('key_revoked', 'The key was revoked.')),
      signal: new AbortController().signal,
      check: async () => undefined,
    };
    await expect(underPermit(permit, () => ask())).rejects.toMatchObject({ code: 'key_revoked' });
    expect([first.received, second.received]).toEqual([[], []]);
  });

  test('No other upstream is asked after a 4xx', async () => {
    first.answer(json({ error: 'no' }, 404));
    expect(await ask()).toEqual({ status: 404, body: '{"error":"no"}' });
    expect(second.received).toEqual([]);
  });

  test('No other upstream is asked after the first byte of a stream', async () => {
    first.answer(stream([Buffer.from('data: {}\n\n')], { end: 'reset', pauseMs: 20 }));
    const answer = await opened.models.forward(chatRequest({ stream: true }));
    expect((await bodyOf(answer)).toString()).toContain('upstream_error');
    expect(second.received).toEqual([]);
  });

  test('The last error of an upstream passes if no other is left, with body and Retry-After', async () => {
    first.answer(BROKEN);
    second.answer(BUSY);
    const answer = await opened.models.forward(chatRequest());
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '20' } });
    expect((await bodyOf(answer)).toString()).toBe('{"error":{"message":"slow down"}}');
    second.answer(slam);
    expect(await ask()).toEqual({ status: 500, body: '{"error":{"message":"oops"}}' });
  });

  test('A busy upstream is asked last for as long as its Retry-After says', async () => {
    first.answer(BUSY, json({}));
    await ask();
    await ask();
    expect([first.received.length, second.received.length]).toEqual([1, 2]);
    opened.clock.aheadMs += 21_000;
    await ask();
    expect([first.received.length, second.received.length]).toEqual([2, 2]);
  });

  test('A request is attempted at most four times', async () => {
    const more = await Promise.all(Array.from({ length: 5 }, () => openUpstream()));
    for (const [index, upstream] of more.entries()) await add(`more-${index}`, upstream, 0);
    for (const upstream of [first, second, ...more]) upstream.answer(BROKEN);
    expect(await ask()).toMatchObject({ status: 500 });
    expect([first, second, ...more].flatMap(({ received }) => received)).toHaveLength(4);
  });

  test('Five failures in a row open the breaker: 10 s, one probe, 20 s, one probe, closed', async () => {
    await second.close();
    first.answer(DOWN);
    for (let i = 0; i < 5; i++) await ask('first/gpt-test');
    const failure: unknown = await ask('first/gpt-test').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'upstream_unavailable',
      extras: { headers: { 'retry-after': '10' } },
    });
    expect(first.received).toHaveLength(5);
    opened.clock.aheadMs += 10_001;
    const tries = await Promise.allSettled([ask('first/gpt-test'), ask('first/gpt-test')]);
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(first.received).toHaveLength(6);
    opened.clock.aheadMs += 10_001;
    await expect(ask('first/gpt-test')).rejects.toMatchObject({ code: 'upstream_unavailable' });
    opened.clock.aheadMs += 10_001;
    first.answer(json({ ok: 1 }));
    expect(await ask('first/gpt-test')).toMatchObject({ status: 200 });
    first.answer(DOWN);
    for (let i = 0; i < 4; i++) expect(await ask('first/gpt-test')).toMatchObject({ status: 503 });
  });

  test('Answers of 4xx, 429 included, open no breaker', async () => {
    first.answer(json({}, 400), json({}, 400), json({}, 400), BUSY, BUSY, BUSY, json({}, 400), json({}, 404));
    for (let i = 0; i < 12; i++) await ask('first/gpt-test');
    expect(first.received).toHaveLength(12);
  });

  test('A key for one upstream never reaches another one under any name of the model', async () => {
    const only = { allow: ['second/*'], deny: [] };
    for (const model of ['gpt-test', 'second/gpt-test']) {
      await bodyOf(await opened.models.forward(chatRequest({ model }, { selector: only })));
    }
    await bodyOf(
      await opened.models.forward(chatRequest({}, { selector: { allow: [], deny: ['first/*'] } })),
    );
    expect([first.received.length, second.received.length]).toEqual([0, 3]);
    const denied = opened.models.forward(chatRequest({ model: 'first/gpt-test' }, { selector: only }));
    await expect(denied).rejects.toMatchObject({ code: 'forbidden_resource' });
    const byName = { allow: [], deny: ['gpt-test'] };
    await expect(opened.models.resolve('second/gpt-test', byName)).rejects.toMatchObject({
      code: 'forbidden_resource',
    });
    expect(await opened.models.listModels(only)).toMatchObject([
      { id: 'gpt-test', owned_by: 'second', upstreams: 1, qualified_names: ['second/gpt-test'] },
    ]);
    expect(await opened.models.listModels(byName)).toEqual([]);
  });
});

test('The load of a model is shared by weight', () => {
  const first = { a: 0, b: 0, c: 0 };
  for (let i = 0; i < 20_000; i++) {
    const [name] = weightedOrder(['a', 'b', 'c'] as const, (item) => ({ a: 3, b: 1, c: 0 })[item]);
    if (name !== undefined) first[name]++;
  }
  expect(first.a / 20_000).toBeCloseTo(0.75, 1);
  expect(first.c).toBe(0);
});

test('An upstream that sends 500 and then nothing delays the next one by at most 2 s', async () => {
  const opened = await openModels();
  const [stuck, good] = [await openUpstream(), await openUpstream()];
  for (const [name, upstream, weight] of [['stuck', stuck, 1] as const, ['good', good, 0] as const]) {
    await addUpstream(
      opened.models,
      { name, base_url: upstream.baseUrl, weight, models: ['gpt-test'] },
      ACTOR,
    );
  }
  stuck.answer((response) => {
    response.writeHead(500, { 'content-length': '100' });
    response.flushHeaders();
  });
  const startedMs = performance.now();
  expect((await opened.models.forward(chatRequest())).status).toBe(200);
  // The rest of the answer never comes.
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  await opened.models.stop();
  await opened.models.stop();
});
