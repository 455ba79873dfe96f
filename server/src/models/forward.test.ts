import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  chatAnswer,
  chatEvents,
  cutOff,
  gzipped,
  hang,
  huge,
  json,
  slam,
  stream,
  USAGE,
} from '../../test/upstream.ts';
import { ModelForm } from './request/model-form.ts';
import { bodyOf, chatRequest, openOne, openUpstream, UPSTREAM_KEY } from './models.fixture.ts';

describe('a request to one upstream', () => {
  test('An answer comes back byte for byte, with its usage and cost', async () => {
    const prices = {
      '*': { per_request_usd: '9' },
      'gpt-*': { input_usd_per_million_tokens: '2.5', output_usd_per_million_tokens: '10' },
    };
    const { models, upstream, id } = await openOne({ prices });
    const answer = await models.forward(chatRequest());
    expect(answer).toMatchObject({ status: 200, upstreamId: id, model: 'gpt-test' });
    expect((await bodyOf(answer)).toString()).toBe(JSON.stringify(chatAnswer()));
    expect(await answer.usage).toEqual({
      outcome: 'ok',
      tokensIn: 11,
      tokensOut: 7,
      estimated: false,
      usdNano: 11 * 2_500 + 7 * 10_000,
    });
    expect(upstream.received.at(-1)?.body.equals(chatRequest().body)).toBe(true);
  });

  test('The upstream gets its own key, and never the caller’s key, cookies and hop-by-hop headers', async () => {
    const { models, upstream } = await openOne({ headers: { 'X-Org': 'acme' } });
    const secret = 'sk-kw1-the-callers-own-key';
    const headers = {
      authorization: `Bearer ${secret}`,
      'x-api-key': secret,
      'api-key': secret,
      cookie: `session=${secret}`,
      'proxy-authorization': secret,
      connection: 'close, x-hop',
      'x-hop': secret,
      'x-forwarded-for': '10.1.2.3',
      forwarded: 'for=10.1.2.3',
      te: 'trailers',
      host: 'keyward.example',
      'content-length': '999',
      'accept-encoding': 'gzip, br',
      'x-org': 'somebody else',
      accept: 'text/event-stream',
      'openai-beta': 'x=1',
    };
    await bodyOf(await models.forward(chatRequest({}, { headers })));
    const got = upstream.received.at(-1)?.headers ?? {};
    expect(JSON.stringify(got)).not.toContain(secret);
    expect(got).toMatchObject({
      authorization: `Bearer ${UPSTREAM_KEY}`,
      'x-org': 'acme',
      accept: 'text/event-stream',
      'openai-beta': 'x=1',
      'accept-encoding': 'identity',
    });
    for (const name of ['cookie', 'x-forwarded-for', 'forwarded', 'te', 'x-hop', 'api-key', 'x-api-key']) {
      expect(got).not.toHaveProperty(name);
    }
    expect(got['host']).toBe(new URL(upstream.baseUrl).host);
    const messages = await models.forward(chatRequest({}, { path: '/messages' }));
    await bodyOf(messages);
    expect(upstream.received.at(-1)?.headers['x-api-key']).toBe(UPSTREAM_KEY);
  });

  test('Cookies and hop-by-hop headers of the answer do not reach the caller', async () => {
    const { models, upstream } = await openOne();
    const headers = {
      'set-cookie': 'a=b',
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'x-ratelimit-limit': '5',
    };
    upstream.answer(json({ ok: true }, 200, headers));
    const answer = await models.forward(chatRequest());
    expect(Object.keys(answer.headers).sort()).toEqual(['content-type', 'x-ratelimit-limit']);
    await bodyOf(answer);
  });

  test('A compressed answer is decompressed: its length and encoding are removed, and its usage is read', async () => {
    const { models, upstream } = await openOne();
    upstream.answer(gzipped(chatAnswer()));
    const answer = await models.forward(chatRequest());
    expect(answer.headers).toEqual({ 'content-type': 'application/json' });
    expect((await bodyOf(answer)).toString()).toBe(JSON.stringify(chatAnswer()));
    expect(await answer.usage).toMatchObject({ tokensIn: 11, estimated: false });
  });

  test('The upstream gets its own name for the model, also in a form', async () => {
    const { models, upstream } = await openOne({
      models: [{ name: 'nice', upstream_name: 'vendor/ugly-1' }],
    });
    for (const model of ['nice', 'test/nice']) {
      await bodyOf(await models.forward(chatRequest({ model })));
      expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({ model: 'vendor/ugly-1' });
    }
    const body = new ModelForm([{ name: 'file', value: 'name="model"\r\n\r\nnice' }]);
    const { contentType } = body;
    const { parsed: _, ...request } = chatRequest({ model: 'test/nice' });
    await bodyOf(await models.forward({ ...request, path: '/audio/transcriptions', contentType, body }));
    const got = upstream.received.at(-1);
    expect(got?.headers['content-type']).toBe(contentType);
    expect(got?.body.equals(body.withModel('vendor/ugly-1'))).toBe(true);
  });

  test('An upstream’s own refusal passes and costs nothing', async () => {
    const { models, upstream } = await openOne({ prices: { '*': { per_request_usd: '1' } } });
    upstream.answer(json({ error: { message: 'too long' } }, 400, { 'retry-after': '7' }));
    const answer = await models.forward(chatRequest());
    expect(answer).toMatchObject({ status: 400, headers: { 'retry-after': '7' } });
    expect((await bodyOf(answer)).toString()).toBe('{"error":{"message":"too long"}}');
    expect(await answer.usage).toMatchObject({ outcome: 'upstream_error', tokensIn: 0, usdNano: 0 });
  });

  test('A redirect is not followed and a refused credential not passed on: both are errors of the upstream', async () => {
    const { models, upstream } = await openOne();
    const target = await openOne();
    upstream.answer(json({}, 307, { location: `${target.upstream.baseUrl}/chat/completions` }));
    await expect(models.forward(chatRequest())).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(target.upstream.received).toEqual([]);
    upstream.answer(
      json({ error: { message: `Incorrect API key provided: ${UPSTREAM_KEY.slice(0, 9)}…` } }, 401),
    );
    const error: unknown = await models.forward(chatRequest()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'upstream_unavailable', status: 502 });
    expect(String(error)).not.toContain(UPSTREAM_KEY.slice(0, 9));
  });

  test('An answer of embeddings of several megabytes passes whole', async () => {
    const { models, upstream } = await openOne();
    const data = Array.from({ length: 400 }, (_, index) => ({
      index,
      embedding: Array.from({ length: 1_000 }, () => 0.12345678),
    }));
    upstream.answer(json({ object: 'list', data, usage: { prompt_tokens: 5, total_tokens: 5 } }));
    const answer = await models.forward(chatRequest({ input: 'x' }, { path: '/embeddings' }));
    expect((await bodyOf(answer)).length).toBeGreaterThan(4_000_000);
    expect(await answer.usage).toMatchObject({ tokensIn: 5, tokensOut: 0, estimated: false });
  });
});

describe('a stream', () => {
  const streaming = (more: object = {}) => chatRequest({ stream: true, ...more });

  test('Keyward asks for usage if the caller does not, and removes its chunk', async () => {
    const { models, upstream } = await openOne();
    const whole = chatEvents({ usage: USAGE });
    upstream.answer(stream([whole.subarray(0, 250), whole.subarray(250, 641), whole.subarray(641)]));
    const answer = await models.forward(streaming());
    const text = (await bodyOf(answer)).toString();
    expect(text).not.toContain('"total_tokens":18');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await answer.usage).toMatchObject({ tokensIn: 11, tokensOut: 7, estimated: false });
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({
      stream_options: { include_usage: true },
    });
  });

  test('A caller that asks for usage gets it: body and stream pass unchanged', async () => {
    const { models, upstream } = await openOne();
    const whole = chatEvents({ usage: USAGE });
    upstream.answer(stream([whole.subarray(0, 333), whole.subarray(333)]));
    const request = streaming({ stream_options: { include_usage: true, x: 1 } });
    const answer = await models.forward(request);
    expect((await bodyOf(answer)).equals(whole)).toBe(true);
    expect(upstream.received.at(-1)?.body.equals(request.body)).toBe(true);
    expect(await answer.usage).toMatchObject({ tokensIn: 11, estimated: false });
  });

  test('The tokens of an answer without usage are counted and marked as estimated', async () => {
    const { models, upstream } = await openOne();
    upstream.answer(stream([chatEvents()]));
    const answer = await models.forward(streaming());
    expect((await bodyOf(answer)).equals(chatEvents())).toBe(true);
    const usage = await answer.usage;
    expect(usage).toMatchObject({ outcome: 'ok', estimated: true });
    expect(usage.tokensIn).toBeGreaterThan(3);
    expect(usage.tokensOut).toBeGreaterThan(10);
    expect(usage.tokensOut).toBeLessThan(40);
  });

  test('A stream with events of no known API is settled once', async () => {
    const { models, upstream } = await openOne();
    const odd = ['null', '[]', '5', '{"choices":[null,5]}', '{"choices":[{"delta":null}]}'];
    upstream.answer(stream([Buffer.from(odd.map((data) => `data: ${data}\n\n`).join('')), chatEvents()]));
    const answer = await models.forward(streaming());
    await bodyOf(answer);
    expect((await answer.usage).tokensOut).toBeGreaterThan(10);
  });

  test('Each event of a stream passes as soon as it arrives', async () => {
    const { models, upstream } = await openOne();
    upstream.answer(
      stream([Buffer.from('data: 1\n\n'), Buffer.from('data: 2\n\n')], { pauseMs: 200, end: 'hang' }),
    );
    const answer = await models.forward(streaming());
    const startedMs = performance.now();
    const [first] = (await once(answer.body, 'data')) as [Buffer];
    expect(first.toString()).toBe('data: 1\n\n');
    const [second] = (await once(answer.body, 'data')) as [Buffer];
    expect(second.toString()).toBe('data: 2\n\n');
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    answer.body.destroy();
  });

  test('A break after the first byte ends the stream with an error event, without [DONE] and without another attempt', async () => {
    const { models, upstream } = await openOne();
    upstream.answer(stream([chatEvents().subarray(0, 300)], { end: 'reset', pauseMs: 20 }));
    const answer = await models.forward(streaming());
    const text = (await bodyOf(answer)).toString();
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(JSON.parse(last.replace('data: ', ''))).toMatchObject({
      error: { type: 'upstream_error', code: 'upstream_unavailable' },
    });
    expect(text).not.toContain('[DONE]');
    expect(await answer.usage).toMatchObject({ outcome: 'upstream_error', estimated: true });
    expect(upstream.received.filter(({ path }) => path.includes('chat'))).toHaveLength(1);
  });

  test('A stream that is silent for longer than the timeout ends with an error event', async () => {
    const { models, upstream } = await openOne({ timeout_seconds: 1 });
    upstream.answer(stream([Buffer.from('data: 1\n\n')], { end: 'hang' }));
    const answer = await models.forward(streaming());
    expect((await bodyOf(answer)).toString()).toContain('"code":"upstream_timeout"');
    expect(await answer.usage).toMatchObject({ outcome: 'timeout' });
  });

  test('A caller that leaves ends the request at the upstream at once, before and after the first byte', async () => {
    const { models, upstream } = await openOne();
    const before = new AbortController();
    upstream.answer(hang, stream([Buffer.from('data: 1\n\n')], { end: 'hang' }));
    const reports: string[] = [];
    const onUsage = ({ outcome, tokensIn }: { outcome: string; tokensIn: number }) =>
      reports.push(`${outcome} ${tokensIn > 0}`);
    const waiting = models.forward(chatRequest({ stream: true }, { signal: before.signal, onUsage }));
    const failure = waiting.catch((error: unknown) => error);
    while (upstream.received.length < 2) await sleep(5);
    before.abort();
    expect(await failure).toMatchObject({ status: 499 });
    await upstream.received.at(-1)?.aborted;
    const after = new AbortController();
    const answer = await models.forward(chatRequest({ stream: true }, { signal: after.signal, onUsage }));
    await once(answer.body, 'data');
    after.abort();
    await upstream.received.at(-1)?.aborted;
    expect(await answer.usage).toMatchObject({ outcome: 'client_gone' });
    expect(reports).toEqual(['client_gone true', 'client_gone true']);
  });

  test('A slow reader pauses the upstream, so that memory does not grow', async () => {
    const { models, upstream } = await openOne();
    let writtenBytes = 0;
    upstream.answer(huge(1_000_000_000, (bytes) => (writtenBytes = bytes)));
    const answer = await models.forward(streaming());
    let readBytes = 0;
    for await (const chunk of answer.body) {
      readBytes += (chunk as Buffer).length;
      if (readBytes > 2_000_000) break;
      await sleep(5);
    }
    // Socket buffers on both sides hold some megabytes.
    expect(writtenBytes).toBeLessThan(30_000_000);
    await upstream.received.at(-1)?.aborted;
    expect(await answer.usage).toMatchObject({ outcome: 'client_gone', estimated: true });
  });
});

describe('an upstream that fails', () => {
  test('An answer that breaks off cuts the caller’s connection', async () => {
    const { models, upstream } = await openOne();
    upstream.answer(cutOff(chatAnswer()));
    const answer = await models.forward(chatRequest());
    await expect(bodyOf(answer)).rejects.toThrow('ended its answer too early');
    expect(await answer.usage).toMatchObject({ outcome: 'upstream_error' });
  });

  test('A timeout gives 504, a failed connection 502, and each is settled once', async () => {
    const { models, upstream } = await openOne({ timeout_seconds: 1 });
    const outcomes: string[] = [];
    const onUsage = ({ outcome }: { outcome: string }) => outcomes.push(outcome);
    upstream.answer(hang);
    const late = models.forward(chatRequest({}, { onUsage }));
    await expect(late).rejects.toMatchObject({ code: 'upstream_timeout', status: 504 });
    // Its prompt is counted in another thread.
    await expect.poll(() => outcomes).toEqual(['timeout']);
    upstream.answer(slam);
    const reset = models.forward(chatRequest({}, { onUsage }));
    await expect(reset).rejects.toMatchObject({ code: 'upstream_unavailable', status: 502 });
    await upstream.close();
    const refused = models.forward(chatRequest({}, { onUsage }));
    await expect(refused).rejects.toMatchObject({
      code: 'upstream_unavailable',
      extras: { hint: expect.any(String) as string },
    });
    const unknown = models.forward(chatRequest({ model: 'gpt-tst' }, { onUsage }));
    await expect(unknown).rejects.toMatchObject({
      code: 'model_not_found',
      extras: { hint: expect.stringContaining('gpt-test') as string },
    });
    expect(outcomes).toEqual(['timeout', 'upstream_error', 'upstream_error', 'upstream_error']);
  });

  test('A server that does not speak HTTP gives an error of the upstream', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { models } = await openOne({ base_url, models: ['m'] });
    await expect(models.forward(chatRequest({ model: 'm' }))).rejects.toMatchObject({
      code: 'upstream_unavailable',
    });
    server.close();
  });
});

test('An upstream that was restarted is reached again: closed connections in the pool fail no request', async () => {
  const { models, upstream } = await openOne({ models: ['gpt-test'] });
  await Promise.all(Array.from({ length: 4 }, async () => bodyOf(await models.forward(chatRequest()))));
  const port = Number(new URL(upstream.baseUrl).port);
  await upstream.close();
  const again = await openUpstream(port);
  expect((await models.forward(chatRequest())).status).toBe(200);
  expect(again.received).toHaveLength(1);
});
