import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, startTestUpstream, stream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const CHAT = '/v1/chat/completions';
const words = 'word '.repeat(1_000);
const messages = [{ role: 'user', content: words }];
const delta = (content: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);

/** They wait longer than a model pauses: what it makes meanwhile is seen by its time alone. On one database: budgets are tested on both. */
describeOnServer('sqlite', 'a caller that hangs up', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  /** What is settled; -1 while something is held. */
  const used = async ({ id, key }: NewKey) => {
    const [budget] = await server.app.core.budgets.view(id, key.budgets);
    return Number(budget?.reserved) > 0 ? -1 : Number(budget?.used);
  };
  /** What it pays, that hangs up so long after the upstream has its request. */
  const paidFor = async (body: object, afterMs: number) => {
    const key = await server.mint({
      budgets: [{ name: 'b', unit: 'tokens', amount: '1000000', period: 'total' }],
    });
    const gone = new AbortController();
    const asked = server
      .request('POST', CHAT, {
        key: key.secret,
        body: { model: 'plain', max_tokens: 2_000, ...body },
        isPassedOn: true,
        signal: gone.signal,
      })
      .catch(() => 'gone');
    await expect.poll(() => upstream.received.length).toBe(1);
    await sleep(afterMs);
    gone.abort();
    await asked;
    await expect.poll(() => used(key), { timeout: 10_000 }).toBeGreaterThan(0);
    return used(key);
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models: ['plain'] },
    });
  });
  beforeEach(() => {
    upstream.received.length = 0;
  });
  afterAll(() => upstream.close());

  /** Works for two seconds without a word; what it then says, and whether it goes on. */
  const silent =
    (said: Buffer | undefined, isStream: boolean): Behaviour =>
    async (response) => {
      if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      await sleep(2_000);
      if (said === undefined) return;
      if (!isStream) response.writeHead(200, { 'content-type': 'application/json' });
      response.write(said);
    };
  const short = JSON.stringify({
    ...chatAnswer({ prompt_tokens: 1_004, completion_tokens: 1_000 }),
    choices: [{ index: 0, message: { role: 'assistant', content: words }, finish_reason: 'stop' }],
  });

  test.for<[what: string, said: Buffer | undefined, isStream: boolean, least: number]>([
    ['before an answer begins', undefined, false, 1_004 + 40],
    ['before the first word of a stream', undefined, true, 1_004 + 40],
    ['after the first word of a stream, of which others were not shown', delta('a'), true, 1_004 + 40],
    ['after a short answer was made, before it is passed on', Buffer.from(short.slice(0, -20)), false, 1_900],
  ])('a caller that hangs up %s pays for the answer until then', async ([, said, isStream, least]) => {
    upstream.answer(silent(said, isStream));
    expect(await paidFor({ messages, stream: isStream }, 2_200)).toBeGreaterThan(least);
  });

  test('a caller that hangs up after a silence pays for no more than the bound of the answer', async () => {
    upstream.answer(silent(undefined, false));
    const body = { messages: [{ role: 'user', content: 'hello' }], max_tokens: 5 };
    expect(await paidFor(body, 2_200)).toBeLessThan(20);
  });

  const long = 'word '.repeat(20_000);
  const saying = (content: unknown) => ({ messages: [{ role: 'user', content }] });
  test.for<[string, object]>([
    ['text after spaces', saying(`${' '.repeat(70_000)}${'word a '.repeat(20_000)}`)],
    ['a text in the place of its role', { messages: [{ role: long, content: 'a' }] }],
    ['a text that begins like a picture', saying(`data:image/png;base64,${long}`)],
    ['a text in a member of another name', { messages, chat_template_kwargs: { more: long } }],
    ['a text that is called data', saying([{ type: 'text', data: long }])],
  ])('a caller that hangs up before the usage pays for %s', async ([, body]) => {
    upstream.answer(stream([delta('a')], { end: 'hang' }));
    expect(await paidFor({ stream: true, ...body }, 50)).toBeGreaterThan(15_000);
  });
});
