import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { chatEvents, startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';

const event = (data: object): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
const named = (type: string, more: object = {}): Buffer =>
  Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
const DONE = Buffer.from('data: [DONE]\n\n');
const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
const messages = [{ role: 'user', content: 'hi' }];

interface Form {
  body: object;
  begun: Buffer;
  /** Each is an end of its own. */
  ends: Buffer[];
}
const FORMS: Record<string, Form> = {
  '/v1/chat/completions': {
    body: { messages },
    begun: event({ choices: [{ index: 0, delta: { content: 'The capital' }, finish_reason: null }] }),
    ends: [DONE, event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })],
  },
  '/v1/completions': {
    body: { prompt: 'hi' },
    begun: event({ choices: [{ index: 0, text: ' \\"finish_reason\\": \\"stop\\"', finish_reason: null }] }),
    ends: [DONE, event({ choices: [{ index: 0, text: '', finish_reason: 'length' }] })],
  },
  '/v1/messages': {
    body: { messages, max_tokens: 9 },
    begun: named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'message_stop' } }),
    ends: [named('message_stop')],
  },
  '/v1/responses': {
    body: { input: 'hi' },
    begun: named('response.output_text.delta', { delta: 'response.completed' }),
    ends: ['completed', 'failed', 'incomplete'].map((end) => named(`response.${end}`, { response: {} })),
  },
};

describeOnServer('sqlite', 'the end of a stream', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'up', base_url: upstream.baseUrl, models: ['gpt-test'] },
    });
  });
  afterAll(() => upstream.close());

  const ask = (path: string, key?: string) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key ?? server.adminKey}` },
      body: JSON.stringify({ model: 'gpt-test', stream: true, ...FORMS[path]?.body }),
    });

  test.for(Object.entries(FORMS))(
    'a stream of %s that lacks its end ends with an error',
    async ([path, form]) => {
      upstream.answer(stream([form.begun]));
      const text = await (await ask(path)).text();
      expect(text.startsWith(form.begun.toString())).toBe(true);
      expect(text.slice(form.begun.length)).toMatch(
        path === '/v1/messages'
          ? /^event: error\ndata: \{"type":"error","error":\{"message":"The upstream ended its stream before /
          : /^data: \{"error":\{"message":"The upstream ended its stream before /,
      );
      expect(text).not.toContain('[DONE]');
      for (const end of form.ends) {
        upstream.answer(stream([form.begun, end]));
        expect(await (await ask(path)).text()).toBe(Buffer.concat([form.begun, end]).toString());
      }
    },
  );

  test('an event that was cut off is not passed on before the error', async () => {
    const { begun } = FORMS['/v1/chat/completions'] as Form;
    upstream.answer(stream([begun, begun.subarray(0, 20)]));
    const text = await (await ask('/v1/chat/completions')).text();
    expect(text.split('\n\n')).toEqual([
      begun.toString().trim(),
      expect.stringMatching(/^data: \{"error"/),
      '',
    ]);
  });

  test('a stream is not collected by proxies', async () => {
    upstream.answer(stream([chatEvents()]));
    const response = await ask('/v1/chat/completions');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    await response.text();
  });

  test('a caller that hangs up at the end had the whole answer: its usage is that of the upstream', async () => {
    const key = await server.mint({ scopes: ['models:use'] });
    const answered = async (): Promise<string[]> =>
      (
        await (
          await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } })
        ).text()
      )
        .split('\n')
        .filter((line) => /^keyward_http_requests_total.*chat/.test(line))
        .map((line) => line.replace(/ .*/, ''));
    const before = await answered();
    upstream.answer(stream([chatEvents({ usage: USAGE })], { end: 'hang' }));
    const response = await ask('/v1/chat/completions', key.secret);
    for await (const chunk of response.body!) if (Buffer.from(chunk).includes('[DONE]')) break;
    const usage = async () => (await server.request('GET', `/v1/keys/${key.id}/usage`)).body;
    await expect.poll(usage).toMatchObject({
      items: [{ requests: 1, tokens_in: 7, tokens_out: 5, estimated_requests: 0, refusals: {} }],
    });
    expect((await answered()).filter((line) => !before.includes(line))).toEqual([]);
  });
});
