import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { hang, json, slam, stream } from '../../../test/upstream.ts';
import { CHAT_MODEL, eventOf, framesOf, piece, says, startChats } from '../../chat/chats.fixture.ts';
import type { ChatServer } from '../../chat/chats.fixture.ts';

const ABORT = ['id', 'type', 'textResponse', 'sources', 'close', 'error'];

interface History {
  history: { role: string; content: string }[];
}

describeOnBothServers('chats that come to nothing', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start, [{ name: 'other-model', upstream_name: 'other' }]);
    for (const name of ['Docs', 'Secret']) await chats.post('/workspace/new', { name, chatMode: 'chat' });
    await chats.post('/workspace/docs/thread/new', { slug: 'side' });
    await chats.post('/workspace/secret/thread/new', { slug: 'side' });
  });
  afterAll(() => chats.upstream.close());
  beforeEach(() => chats.answer(says(['Good ', 'day.'])));

  const whole = (body: object, key?: string) => chats.post('/workspace/docs/chat', body, key);
  const streamed = (body: object, key?: string) => chats.post('/workspace/docs/stream-chat', body, key);
  const aborted = (error: string) => ({ type: 'abort', textResponse: null, sources: [], close: true, error });
  const sessionHistory = async (session: string) =>
    (
      await chats.server.request<History>('GET', `/v1/workspace/docs/chats?apiSessionId=${session}`)
    ).body.history.map(({ content }) => content);

  test.for([
    ['/workspace/nope/chat', { message: 'x' }, 400, 'Workspace nope is not a valid workspace.'],
    ['/workspace/nope/stream-chat', { message: 'x' }, 400, 'Workspace nope is not a valid workspace.'],
    ['/workspace/docs/chat', {}, 400, 'Message is empty'],
    ['/workspace/docs/chat', { message: 7 }, 400, 'Message is empty'],
    ['/workspace/docs/stream-chat', { message: 'x', mode: 'zzz' }, 400, 'zzz is not a valid mode.'],
    ['/workspace/docs/chat', { message: 'x', mode: { a: 1 } }, 400, '{"a":1} is not a valid mode.'],
    ['/workspace/nope/thread/side/chat', { message: 'x' }, 404, 'Workspace nope not found.'],
    ['/workspace/docs/thread/nope/chat', { message: 'x' }, 404, 'Thread nope not found.'],
    ['/workspace/docs/thread/side/chat', { message: '' }, 400, 'Message is empty'],
    [
      '/workspace/docs/thread/nope/stream-chat',
      { message: 'x' },
      400,
      'Workspace docs or thread nope is not valid.',
    ],
  ] as [string, object, number, string][])('%s with %j is %i', async ([path, body, status, error]) => {
    const answer = await chats.post(path, body);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(ABORT);
    expect(answer.body).toMatchObject(aborted(error));
    expect(chats.asked()).toEqual([]);
  });

  test('a stream in a thread of an unknown workspace is one event in an answer of no type', async () => {
    const answer = await chats.post('/workspace/nope/thread/side/stream-chat', { message: 'x' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBeNull();
    const [frame = {}, ...more] = framesOf(answer.text);
    expect(more).toEqual([]);
    expect(Object.keys(frame)).toEqual(ABORT);
    expect(frame).toMatchObject(aborted('Workspace nope not found.'));
  });

  test("the provider's own words come with 500, or as one event", async () => {
    chats.answer(json({ error: { message: 'The model is on holiday.', code: 'holiday' } }, 418));
    const { status, body } = await whole({ message: 'hello', sessionId: 'failed' });
    expect(status).toBe(500);
    expect(Object.keys(body)).toEqual(ABORT);
    expect(body).toMatchObject(aborted('The model is on holiday.'));
    const answer = await streamed({ message: 'hello', sessionId: 'failed' });
    expect(answer.status).toBe(200);
    expect(framesOf(answer.text)).toMatchObject([aborted('The model is on holiday.')]);
    expect(await sessionHistory('failed')).toEqual([]);
  });

  test('a message that no model could take in is not kept', async () => {
    const message = 'x'.repeat(1_000_001);
    expect((await whole({ message })).status).toBe(400);
    const asked = { model: 'docs', messages: [{ role: 'user', content: message }] };
    expect((await chats.post('/openai/chat/completions', asked)).status).toBe(400);
    expect(chats.asked()).toEqual([]);
  });

  test('a provider that quotes the key it was asked with is not quoted', async () => {
    const key = 'sk-proj-0123456789abcdefghij';
    chats.answer(json({ error: { message: `The key ${key} is out of credit.` } }, 402));
    const { text } = await whole({ message: 'hello', sessionId: 'quoted' });
    expect([text.includes(key), text.includes('is out of credit')]).toEqual([false, true]);
  });

  test.for([
    ['nothing but a closed connection', slam, /cannot be reached/],
    ['something that is no answer', says(['x']), /is no answer/],
  ] as const)('a chat reports an upstream with %s', async ([name, behaviour, error]) => {
    const broken: typeof behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('<html>');
    };
    chats.answer(name.startsWith('something') ? broken : behaviour);
    const { status, body } = await whole({ message: 'hello' });
    expect(status).toBe(500);
    expect(body.error).toMatch(error);
  });

  test('a failure in the middle of a stream is its last event, and nothing is kept', async () => {
    chats.answer(stream([piece('Good '), eventOf({ error: { message: 'Out of memory.' } })]));
    const frames = framesOf((await streamed({ message: 'hello', sessionId: 'half' })).text);
    expect(frames.map(({ type }) => type)).toEqual(['textResponseChunk', 'abort']);
    expect(frames[1]).toMatchObject(aborted('Out of memory.'));
    expect(await sessionHistory('half')).toEqual([]);
  });

  test('so is a connection that breaks', async () => {
    chats.answer(stream([piece('Good ')], { end: 'reset' }));
    const frames = framesOf((await streamed({ message: 'hello', sessionId: 'cut' })).text);
    expect(frames.map(({ type }) => type)).toEqual(['textResponseChunk', 'abort']);
    expect(frames[1]?.['error']).toMatch(/lost in the middle/);
    expect(await sessionHistory('cut')).toEqual([]);
  });

  test('the removal of a workspace ends the answers that it gives, whole and in a stream', async () => {
    for (const verb of ['chat', 'stream-chat']) {
      await chats.post('/workspace/new', { name: 'Doomed', chatMode: 'chat' });
      chats.answer(async (response, received) => {
        await chats.server.request('DELETE', '/v1/workspace/doomed');
        await says(['Good day.'])(response, received);
      });
      const answer = await chats.post(`/workspace/doomed/${verb}`, { message: 'hello' });
      expect(answer.status).toBe(verb === 'chat' ? 403 : 200);
      const last = verb === 'chat' ? answer.body : framesOf(answer.text).at(-1);
      expect(last).toMatchObject({
        error: expect.stringMatching(
          /^A right that the request needs may have been taken away while it ran\./,
        ),
        ...(verb === 'stream-chat' && { type: 'abort', close: true }),
      });
    }
  });

  test('a workspace whose model does not exist says so', async () => {
    await chats.post('/workspace/new', { name: 'Astray', chatMode: 'chat', chatModel: 'no-such-model' });
    const { status, body } = await chats.post('/workspace/astray/chat', { message: 'hello' });
    expect(status).toBe(500);
    expect(body.error).toContain('The model "no-such-model" does not exist.');
  });

  test('a caller who leaves ends the request at the upstream; the answer so far is kept', async () => {
    chats.answer(stream([piece('Good '), piece('day')], { end: 'hang' }));
    const { url, adminKey } = chats.server;
    const left = new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
      const request = httpRequest(`${url}/v1/workspace/docs/stream-chat`, { method: 'POST', headers });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (!text.includes('day')) return;
          request.destroy();
          resolve();
        });
        response.on('error', () => undefined);
      });
      request.end(JSON.stringify({ message: 'hello', sessionId: 'left' }));
    });
    await left;
    await chats.received()[0]?.aborted;
    await expect.poll(() => sessionHistory('left')).toEqual(['hello', 'Good day']);
  });

  test('a caller who leaves before the first word leaves no chat behind', async () => {
    chats.answer(hang);
    const controller = new AbortController();
    const { url, adminKey } = chats.server;
    const asked = fetch(`${url}/v1/workspace/docs/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'hello', sessionId: 'gone' }),
      signal: controller.signal,
    }).catch(() => 'gone');
    await expect.poll(() => chats.received()).toHaveLength(1);
    controller.abort();
    expect(await asked).toBe('gone');
    await chats.received()[0]?.aborted;
    expect(await sessionHistory('gone')).toEqual([]);
  });

  test('a spent budget is 429 before anything is streamed; tokens are counted', async () => {
    const budgets = [{ name: 'all', unit: 'tokens', amount: '2000', period: 'total' }];
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], budgets });
    expect((await whole({ message: 'hello' }, secret)).status).toBe(200);
    const long = { message: 'word '.repeat(1_500) };
    for (const answer of [await whole(long, secret), await streamed(long, secret)]) {
      expect(answer.status).toBe(429);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.body).toEqual({ error: expect.stringContaining('The budget') });
    }
    // What was refused took nothing.
    expect((await streamed({ message: 'hello' }, secret)).status).toBe(200);
    expect(chats.asked()).toHaveLength(2);
  });

  test('a key pays for having its question embedded, whatever models it covers, and asks once', async () => {
    await chats.post('/workspace/new', { name: 'Read', chatMode: 'chat' });
    await chats.add('read', 'Turnips', 'The turnip festival takes place in May.');
    const budgets = [{ name: 'all', unit: 'tokens', amount: '5000', period: 'total' }];
    const models = { allow: [CHAT_MODEL], deny: [] };
    const minted = await chats.server.mint({ scopes: ['workspaces:chat'], budgets, selectors: { models } });
    const { body } = await chats.post('/workspace/read/chat', { message: 'turnip festival' }, minted.secret);
    expect(body.sources).toHaveLength(1);
    await expect
      .poll(async () => {
        const path = `/v1/keys/${minted.id}`;
        const usage = await chats.server.request<{ items: object[] }>('GET', `${path}/usage`);
        const key = await chats.server.request<{ budgets: { used: string }[] }>('GET', path);
        return { items: usage.body.items, used: key.body.budgets[0]?.used };
      })
      // Two tokens for the question, 15 for the answer.
      .toMatchObject({ items: [{ requests: 1, tokens_in: 13, tokens_out: 4 }], used: '17' });
    const spent = [{ name: 'all', unit: 'tokens', amount: '1', period: 'total' }];
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], budgets: spent });
    for (const verb of ['chat', 'stream-chat']) {
      const refused = await chats.post(`/workspace/read/${verb}`, { message: 'turnip festival' }, secret);
      expect(refused.status).toBe(429);
    }
  });

  test('the models that a key covers are the models of its chats', async () => {
    const models = { allow: [CHAT_MODEL], deny: [] };
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], selectors: { models } });
    expect((await whole({ message: 'hello' }, secret)).status).toBe(200);
    await chats.post('/workspace/new', { name: 'Elsewhere', chatMode: 'chat', chatModel: 'other-model' });
    for (const verb of ['chat', 'stream-chat']) {
      const { status, body } = await chats.post(`/workspace/elsewhere/${verb}`, { message: 'hello' }, secret);
      expect(status).toBe(403);
      expect(body.error).toContain('The key does not cover the model "other-model".');
    }
    expect(chats.asked()).toHaveLength(1);
  });

  test('a key that is bound to one workspace learns of another what it learns of one that does not exist', async () => {
    const workspaces = { allow: ['docs'], deny: [] };
    const scopes = ['workspaces:chat', 'workspaces:read'];
    const { secret } = await chats.server.mint({ scopes, selectors: { workspaces } });
    expect((await whole({ message: 'hello' }, secret)).status).toBe(200);
    const paths = ['chat', 'stream-chat', 'thread/side/chat', 'thread/side/stream-chat'];
    for (const path of paths) {
      const [secretly, nowhere] = await Promise.all(
        ['secret', 'nowhere'].map((slug) =>
          chats.post(`/workspace/${slug}/${path}`, { message: 'x' }, secret),
        ),
      );
      const bare = (text = '', slug = '') =>
        text.replaceAll(slug, '*').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
      expect(secretly?.status).toBe(nowhere?.status);
      expect(bare(secretly?.text, 'secret')).toBe(bare(nowhere?.text, 'nowhere'));
      const types = [secretly, nowhere].map((answer) => answer?.headers.get('content-type'));
      expect(types[0]).toBe(types[1]);
    }
  });

  test('a key without the scope is refused, and no key too', async () => {
    const { secret } = await chats.server.mint({ scopes: ['workspaces:read'] });
    for (const path of [
      'docs/chat',
      'docs/stream-chat',
      'docs/thread/side/chat',
      'docs/thread/side/stream-chat',
    ]) {
      const answer = await chats.post(`/workspace/${path}`, { message: 'x' }, secret);
      expect(answer.status).toBe(403);
      expect(answer.body.error).toContain('workspaces:chat');
      const none = await chats.server.request('POST', `/v1/workspace/${path}`, { key: null, body: {} });
      expect(none.status).toBe(403);
    }
  });
});
