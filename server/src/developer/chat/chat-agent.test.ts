import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { json, stream, type Behaviour } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { CHAT_SETTINGS } from '../../chat/index.ts';
import { eventOf, framesOf, says, startChats, type ChatServer } from '../../chat/chats.fixture.ts';
import { countTokens } from '../../models/index.ts';
import { Settings } from '../../settings/index.ts';

/** A model that calls tools, in two halves as streams bring them. */
function calls(name: string, args: object): Behaviour {
  const text = JSON.stringify(args);
  return says([], {
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: text } }],
  });
}

const refusesTools = json({ error: { message: 'tools: is not supported', code: 'unsupported' } }, 400);

interface History {
  history: { role: string; type?: string; content: string; sources?: unknown[]; outputs?: unknown[] }[];
}

describeOnBothServers('agents in workspaces', (start) => {
  let chats: ChatServer;
  let workspaces = 0;
  let slug = '';
  beforeAll(async () => {
    chats = await startChats(start, ['tool-model', 'plain-model']);
  });
  afterAll(() => chats.upstream.close());
  beforeEach(async () => {
    slug = `a${++workspaces}`;
    await chats.post('/workspace/new', { name: slug, chatMode: 'chat' });
    await chats.add(slug, 'Turnips', 'The turnip festival takes place in May.');
  });

  const ask = (body: object) => chats.post(`/workspace/${slug}/chat`, body);
  const streamed = async (body: object) =>
    framesOf((await chats.post(`/workspace/${slug}/stream-chat`, body)).text);

  test('it searches the documents and answers from what it finds', async () => {
    chats.answer(calls('search_documents', { query: 'turnip festival' }), says(['In ', 'May.']));
    const { status, body } = await ask({ message: '@agent when is the turnip festival?' });
    expect(status).toBe(200);
    expect(Object.keys(body).join(' ')).toBe(
      'id type sources close error textResponse thoughts outputs metrics',
    );
    expect(body).toMatchObject({ type: 'textResponse', close: true, error: null, textResponse: 'In May.' });
    expect(body.sources).toMatchObject([{ title: 'turnips.txt' }]);
    expect(body.thoughts).toEqual(['Searching the documents for "turnip festival".']);
    // Both requests together.
    expect(body.metrics).toMatchObject({ prompt_tokens: 600, completion_tokens: 8 });
    const [first, second] = chats.asked();
    expect(first?.messages.at(-1)?.content).toBe('when is the turnip festival?');
    expect(first?.tools?.length).toBeGreaterThan(2);
    expect(second?.messages.at(-2)).toMatchObject({ role: 'assistant', tool_calls: [{ id: 'call_1' }] });
    expect(second?.messages.at(-1)).toMatchObject({
      role: 'tool',
      tool_call_id: 'call_1',
      content: expect.stringContaining('takes place in May.'),
    });
    const { history } = (await chats.server.request<History>('GET', `/v1/workspace/${slug}/chats`)).body;
    expect(history.map(({ content }) => content)).toEqual(['@agent when is the turnip festival?', 'In May.']);
    expect(history[1]).toMatchObject({ outputs: [], sources: [{ title: 'turnips.txt' }] });
  });

  test('its stream: thoughts, text as it comes, what it took, the whole text, then all of it', async () => {
    chats.answer(calls('search_documents', { query: 'turnip' }), says(['In ', 'May.']));
    const frames = await streamed({ message: '@agent when?' });
    expect(frames.map(({ type }) => type)).toEqual([
      'agentThought',
      'textResponseChunk',
      'textResponseChunk',
      'usageMetrics',
      'textResponse',
      'finalizeResponseStream',
    ]);
    const [thought = {}, chunk = {}, , usage = {}, whole = {}, last = {}] = frames;
    const id = thought['id'];
    expect(JSON.stringify(thought)).toBe(
      `{"id":"${String(id)}","type":"agentThought","thought":"Searching the documents for \\"turnip\\".",` +
        '"sources":[],"attachments":[],"close":false,"error":null,"animate":true}',
    );
    expect(Object.keys(chunk).join(' ')).toBe('id type textResponse sources close error');
    expect(Object.keys(usage).join(' ')).toBe('id type metrics close error');
    expect(whole).toMatchObject({ id, textResponse: 'In May.', close: true, error: null, animate: false });
    expect(Object.keys(last).join(' ')).toBe(
      'uuid type textResponse thoughts outputs sources close error metrics',
    );
    expect(last).toMatchObject({ uuid: id, textResponse: 'In May.', close: true, error: false });
  });

  test('it lists documents, summarizes one, and survives calls that make no sense', async () => {
    chats.answer(
      calls('list_documents', {}),
      calls('summarize_document', { title: 'turnips' }),
      says(['A festival in May.']),
      calls('summarize_document', { title: 'no such thing' }),
      calls('launch_rocket', { where: 'moon' }),
      says(['Done.']),
    );
    const { body } = await ask({ message: '@agent what is there?' });
    expect(body.textResponse).toBe('Done.');
    expect(body.thoughts).toHaveLength(4);
    const results =
      chats
        .asked()
        .at(-1)
        ?.messages.filter(({ role }) => role === 'tool') ?? [];
    expect(results.map(({ content }) => content)).toEqual([
      '- turnips.txt',
      'A festival in May.',
      expect.stringContaining('There is no document of this title'),
      expect.stringContaining('There is no tool launch_rocket.'),
    ]);
    expect(chats.asked()[2]?.messages[1]?.content).toContain('takes place in May.');
  });

  test('what its tools give back never fills the window, however often they are called', async () => {
    await chats.add(slug, 'Long', 'Turnips are sown, watered, weeded, lifted, washed, cooked. '.repeat(400));
    await chats.post(`/workspace/${slug}/update`, { topN: 20, similarityThreshold: 0 });
    chats.answer(calls('search_documents', { query: 'turnips' }));
    await ask({ message: '@agent tell me everything' });
    const sizes = await Promise.all(
      chats
        .asked()
        .map(({ model, messages }) =>
          countTokens(messages.map(({ content }) => JSON.stringify(content)).join(), model),
        ),
    );
    // Of a model that nobody knows the window has 4096 tokens.
    expect(sizes).toHaveLength(8);
    expect(Math.max(...sizes)).toBeLessThan(4_096 - 600);
    expect(sizes[1]).toBeGreaterThan(800);
  });

  test('it ends after eight steps, the last of them without tools', async () => {
    chats.answer(calls('current_time', {}));
    const { body } = await ask({ message: '@agent for ever' });
    expect(chats.asked()).toHaveLength(8);
    expect(chats.asked().map(({ tools }) => tools !== undefined)).toEqual([...Array(7).fill(true), false]);
    expect(body).toMatchObject({ type: 'abort', textResponse: null });
  });

  test('a model whose server knows no tools answers from a search, and is not asked for tools again', async () => {
    await chats.post(`/workspace/${slug}/update`, { chatModel: 'plain-model' });
    chats.answer(refusesTools, says(['In May.']));
    const { body } = await ask({ message: '@agent turnip festival?' });
    expect(body).toMatchObject({ textResponse: 'In May.', sources: [{ title: 'turnips.txt' }] });
    expect(body.thoughts).toEqual([expect.stringContaining('calls no tools')]);
    expect(chats.asked()[1]?.messages[0]?.content).toContain('[CONTEXT 0]');
    await ask({ message: '@agent turnip festival?' });
    expect(chats.asked().map(({ tools }) => tools !== undefined)).toEqual([true, false, false]);
  });

  test('a spent budget is 429 before the stream of an agent whose model calls no tools', async () => {
    await chats.post(`/workspace/${slug}/update`, { chatModel: 'plain-model' });
    chats.answer(refusesTools, says(['In May.']));
    await ask({ message: '@agent turnip festival?' });
    // Enough for the vector of the question.
    const budgets = [{ name: 'all', unit: 'tokens', amount: '50', period: 'total' }];
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], budgets });
    const path = `/workspace/${slug}/stream-chat`;
    const answer = await chats.post(path, { message: '@agent turnip festival?' }, secret);
    expect(answer.status).toBe(429);
  });

  test('an agent whose model does not exist answers at once with an abort', async () => {
    await chats.post(`/workspace/${slug}/update`, { chatModel: 'no-tool-model' });
    const frames = await streamed({ message: '@agent hello' });
    expect(frames).toMatchObject([{ type: 'abort', error: expect.stringContaining('does not exist') }]);
  });

  test('mode automatic has an agent only where the model is known to call tools', async () => {
    const { storage, sealing } = chats.server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    const known = { [CHAT_SETTINGS.toolModels]: { value: 'tool-*' } };
    await storage.transaction((tx) => settings.set(tx, known));
    chats.answer(says(['Hello.']));
    const plain = await ask({ message: 'hello', mode: 'automatic' });
    expect(plain.body).not.toHaveProperty('thoughts');
    await chats.post(`/workspace/${slug}/update`, { agentModel: 'tool-model' });
    const agent = await ask({ message: 'hello', mode: 'automatic' });
    expect(agent.body).toHaveProperty('thoughts', []);
    const chat = await ask({ message: 'hello', mode: 'chat' });
    expect(chat.body).not.toHaveProperty('thoughts');
    expect(chats.asked().map(({ model, tools }) => [model, tools !== undefined])).toEqual([
      ['chat-test', false],
      ['tool-model', true],
      ['chat-test', false],
    ]);
  });

  test('an upstream that fails half-way is reported in the stream, and nothing is kept', async () => {
    chats.answer(calls('current_time', {}), json({ error: { message: 'Too warm.' } }, 503));
    const frames = await streamed({ message: '@agent now?' });
    expect(frames.map(({ type }) => type)).toEqual(['agentThought', 'abort']);
    expect(frames[1]).toMatchObject({ error: 'Too warm.', close: true });
    const { history } = (await chats.server.request<History>('GET', `/v1/workspace/${slug}/chats`)).body;
    expect(history).toEqual([]);
  });

  test('a budget that is spent half-way ends a stream with an event, and is 429 otherwise', async () => {
    const call = { index: 0, id: 'a', function: { name: 'current_time', arguments: '{}' } };
    const usage = { prompt_tokens: 9_000, completion_tokens: 1, total_tokens: 9_001 };
    const dear = stream([
      eventOf({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
      eventOf({ choices: [], usage }),
      Buffer.from('data: [DONE]\n\n'),
    ]);
    const budgets = [{ name: 'all', unit: 'tokens', amount: '8000', period: 'total' }];
    const ask = async (verb: string) => {
      const { secret } = await chats.server.mint({ scopes: ['workspaces:chat'], budgets });
      chats.answer(dear, says(['Never said.']));
      return chats.post(`/workspace/${slug}/${verb}`, { message: '@agent now?' }, secret);
    };
    const frames = framesOf((await ask('stream-chat')).text);
    expect(frames.map(({ type }) => type)).toEqual(['agentThought', 'abort']);
    expect(frames[1]?.['error']).toContain('The budget "all" of this key is spent.');
    const whole = await ask('chat');
    expect(whole.status).toBe(429);
    expect(whole.body.error).toContain('The budget "all" of this key is spent.');
  });

  test('a key pays for all of its steps, and asks once in the report', async () => {
    const { id, secret } = await chats.server.mint({ scopes: ['workspaces:chat', 'usage:read'] });
    chats.answer(calls('current_time', {}), says(['Now.']));
    await chats.post(`/workspace/${slug}/chat`, { message: '@agent now?' }, secret);
    await expect
      .poll(async () => {
        const { body } = await chats.server.request<{ items: object[] }>('GET', `/v1/keys/${id}/usage`);
        return body.items;
      })
      .toMatchObject([{ requests: 1, tokens_in: 600, tokens_out: 8 }]);
  });
});
