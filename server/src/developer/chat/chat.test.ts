import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { CHAT_MODEL, framesOf, says, startChats, type ChatServer } from '../../chat/chats.fixture.ts';

const SOURCE =
  'id url title docAuthor description docSource chunkSource published wordCount token_count_estimate text _distance score';
const METRICS = ['prompt_tokens', 'completion_tokens', 'total_tokens', 'duration', 'outputTps'];
const STREAM_METRICS = ['completion_tokens', 'prompt_tokens', 'total_tokens', 'outputTps', 'duration'];
const ANSWERED_BY = ['model', 'provider', 'timestamp'];
const REFUSAL = 'There is no relevant information in this workspace to answer your query.';

interface History {
  history: { role: string; content: string; type?: string; sources?: unknown[]; attachments?: unknown[] }[];
}

describeOnBothServers('chats in workspaces', (start) => {
  let chats: ChatServer;
  let workspaces = 0;
  let slug = '';
  beforeAll(async () => {
    chats = await startChats(start);
  });
  afterAll(() => chats.upstream.close());
  beforeEach(async () => {
    slug = await workspace();
    chats.answer(says(['Good ', 'day.']));
  });

  const workspace = async (settings: object = { chatMode: 'chat' }): Promise<string> => {
    const name = `w${++workspaces}`;
    await chats.post('/workspace/new', { name, ...settings });
    return name;
  };
  const ask = (body: object, path = `/workspace/${slug}/chat`) => chats.post(path, body);
  const streamed = async (body: object, path = `/workspace/${slug}/stream-chat`) => {
    const answer = await chats.post(path, body);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    return framesOf(answer.text);
  };
  const history = async (query = '', place = slug) =>
    (await chats.server.request<History>('GET', `/v1/workspace/${place}/chats${query}`)).body.history;
  const prompt = (index = 0) => chats.asked()[index]?.messages ?? [];

  test('a whole answer has its members in their order, with sources and what it took', async () => {
    await chats.add(slug, 'Turnips', 'The turnip festival takes place in May.');
    const { status, body } = await ask({ message: 'turnip festival', mode: 'chat' });
    expect(status).toBe(200);
    expect(Object.keys(body).join(' ')).toBe('id type close error chatId textResponse sources metrics');
    expect(body).toMatchObject({ type: 'textResponse', close: true, error: null, textResponse: 'Good day.' });
    expect(Object.keys(body.sources[0] ?? {}).join(' ')).toBe(SOURCE);
    expect(body.sources[0]).toMatchObject({ title: 'turnips.txt' });
    expect(Object.keys(body.metrics)).toEqual([...METRICS, ...ANSWERED_BY]);
    expect(body.metrics).toMatchObject({
      prompt_tokens: 11,
      total_tokens: 15,
      model: CHAT_MODEL,
      provider: 'test',
    });
  });

  test('a streamed answer: text, an empty frame that closes, sources only in the last', async () => {
    await chats.add(slug, 'Turnips', 'The turnip festival takes place in May.');
    const frames = await streamed({ message: 'turnip festival' });
    const { uuid, chatId } = frames.at(-1) ?? {};
    const chunk = (textResponse: string, close: boolean) => ({
      uuid,
      sources: [],
      type: 'textResponseChunk',
      textResponse,
      close,
      error: false,
    });
    expect(frames.slice(0, -1).map((frame) => JSON.stringify(frame))).toEqual(
      [chunk('Good ', false), chunk('day.', false), chunk('', true)].map((frame) => JSON.stringify(frame)),
    );
    const last = frames.at(-1) ?? {};
    expect(Object.keys(last)).toEqual(['uuid', 'type', 'close', 'error', 'chatId', 'metrics', 'sources']);
    expect(last).toMatchObject({ type: 'finalizeResponseStream', close: true, error: false });
    expect(typeof chatId).toBe('number');
    expect(Object.keys(last['metrics'] ?? {})).toEqual([...STREAM_METRICS, ...ANSWERED_BY]);
    expect(last['sources']).toHaveLength(1);
  });

  test('the model gets the expanded prompt, numbered passages, the history and the question', async () => {
    const place = await workspace({
      chatMode: 'chat',
      openAiPrompt: 'You serve {workspace.name}.',
      openAiTemp: 0.3,
    });
    await chats.add(place, 'Turnips', 'The turnip festival takes place in May.');
    await ask({ message: 'turnip festival' }, `/workspace/${place}/chat`);
    await ask({ message: 'and the second turnip?' }, `/workspace/${place}/chat`);
    const [system, ...rest] = prompt(1);
    expect(system?.content).toMatch(
      /^You serve w\d+\.\nContext:\n\[CONTEXT 0\]:\n<document_metadata>[^]*May\.\n\[END CONTEXT 0\]\n\n$/,
    );
    expect(rest).toEqual([
      { role: 'user', content: 'turnip festival' },
      { role: 'assistant', content: 'Good day.' },
      { role: 'user', content: 'and the second turnip?' },
    ]);
    expect(chats.asked()[1]).toMatchObject({ model: CHAT_MODEL, temperature: 0.3, stream: false });
  });

  test('without a temperature of the workspace the usual one is sent', async () => {
    await ask({ message: 'hello' });
    expect(chats.asked()[0]?.temperature).toBe(0.7);
  });

  test('openAiHistory says how many turns are shown, and 0 counts as 20', async () => {
    const one = await workspace({ chatMode: 'chat', openAiHistory: 1 });
    for (const message of ['first', 'second', 'third']) await ask({ message }, `/workspace/${one}/chat`);
    expect(
      prompt(2)
        .map(({ content }) => content)
        .slice(1),
    ).toEqual(['second', 'Good day.', 'third']);
    const none = await workspace({ chatMode: 'chat', openAiHistory: 0 });
    for (const message of ['first', 'second']) await ask({ message }, `/workspace/${none}/chat`);
    expect(prompt(4)).toHaveLength(4);
  });

  test('sessions have a history of their own, apart from the workspace and from each other', async () => {
    await ask({ message: 'one', sessionId: 's1' });
    await ask({ message: 'two', sessionId: 's2' });
    await ask({ message: 'three' });
    expect([0, 1, 2].map((index) => prompt(index).length)).toEqual([2, 2, 2]);
    expect((await history('?apiSessionId=s1')).map(({ content }) => content)).toEqual(['one', 'Good day.']);
    expect((await history()).map(({ content }) => content)).toEqual(['three', 'Good day.']);
  });

  test('a number is the name of a session too, and what names none is refused', async () => {
    await ask({ message: 'one', sessionId: 7 });
    await ask({ message: 'two', sessionId: '7' });
    expect(prompt(1)).toHaveLength(4);
    expect(await history()).toEqual([]);
    expect((await ask({ message: 'three', sessionId: '€'.repeat(500) })).status).toBe(200);
    for (const sessionId of [{}, ['a'], true, 's'.repeat(501)]) {
      const { status, body } = await ask({ message: 'three', sessionId });
      expect([status, body.type]).toEqual([400, 'abort']);
      expect(body.error).toContain('sessionId');
    }
    expect(chats.asked()).toHaveLength(3);
  });

  test('threads have a history of their own', async () => {
    await chats.post(`/workspace/${slug}/thread/new`, { slug: 'side' });
    const path = `/workspace/${slug}/thread/side`;
    await ask({ message: 'in the thread', sessionId: 'ignored' }, `${path}/chat`);
    const frames = await streamed({ message: 'again' }, `${path}/stream-chat`);
    expect(frames.at(-1)).toMatchObject({ type: 'finalizeResponseStream' });
    expect(
      prompt(1)
        .map(({ content }) => content)
        .slice(1),
    ).toEqual(['in the thread', 'Good day.', 'again']);
    const { body } = await chats.server.request<History>('GET', `/v1${path}/chats`);
    expect(body.history).toHaveLength(4);
    expect(await history()).toEqual([]);
  });

  test('query refuses where nothing is embedded, with its own sentence, and asks no model', async () => {
    const { status, body } = await ask({ message: 'anything?', mode: 'query' });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        id: body.id,
        type: 'textResponse',
        close: true,
        error: null,
        textResponse: REFUSAL,
        sources: [],
        metrics: {},
      }),
    );
    expect(chats.asked()).toEqual([]);
    // Kept in the history, never given to a model.
    expect(await history()).toEqual([]);
    await ask({ message: 'hello' });
    expect(prompt()).toHaveLength(2);
  });

  test('query refuses what nothing is found for, in the words of the workspace', async () => {
    const place = await workspace({ chatMode: 'query', queryRefusalResponse: 'Not in these papers.' });
    await chats.add(place, 'Turnips', 'The turnip festival takes place in May.');
    const frames = await streamed({ message: 'quantum chromodynamics' }, `/workspace/${place}/stream-chat`);
    expect(frames.map((frame) => JSON.stringify(frame))).toEqual([
      JSON.stringify({
        id: frames[0]?.['id'],
        type: 'textResponse',
        textResponse: 'Not in these papers.',
        sources: [],
        attachments: [],
        close: true,
        error: null,
        metrics: {},
      }),
    ]);
    expect(chats.asked()).toEqual([]);
  });

  test('query answers a follow-up from the sources of the last answer, and names none', async () => {
    const place = await workspace({ chatMode: 'query' });
    await chats.add(place, 'Turnips', 'The turnip festival takes place in May.');
    await ask({ message: 'turnip festival' }, `/workspace/${place}/chat`);
    const { body } = await ask({ message: 'elaborate?' }, `/workspace/${place}/chat`);
    expect(body).toMatchObject({ textResponse: 'Good day.', sources: [] });
    expect(prompt(1)[0]?.content).toContain('takes place in May.');
  });

  test('a document that was taken out is not drawn from by way of earlier answers', async () => {
    const place = await workspace({ chatMode: 'query' });
    const location = await chats.add(place, 'Turnips', 'The turnip festival takes place in May.');
    await chats.add(place, 'Zebras', 'Zebra stripes are unique.');
    await ask({ message: 'turnip festival' }, `/workspace/${place}/chat`);
    await chats.post(`/workspace/${place}/update-embeddings`, { deletes: [location] });
    const { body } = await ask({ message: 'elaborate?' }, `/workspace/${place}/chat`);
    expect(body.textResponse).toBe(REFUSAL);
  });

  test('pinned documents are in the prompt whole, before what is found, and are not found a second time', async () => {
    const pinned = await chats.add(slug, 'Rules', `Ferrets keep quiet. ${'The rules go on. '.repeat(100)}`);
    await chats.add(slug, 'Turnips', 'The turnip festival takes place in May.');
    await chats.post(`/workspace/${slug}/update-pin`, { docPath: pinned, pinStatus: true });
    const { body } = await ask({ message: 'turnip festival ferrets rules' });
    const contents = String(prompt()[0]?.content);
    expect(contents.match(/\[CONTEXT \d\]/g)).toEqual(['[CONTEXT 0]', '[CONTEXT 1]']);
    expect(contents.indexOf('Ferrets')).toBeLessThan(contents.indexOf('festival'));
    const [first, second] = body.sources;
    expect(Object.keys(first ?? {})[0]).toBe('text');
    expect(first).not.toHaveProperty('score');
    expect(String(first?.['text'])).toHaveLength(1_000 + '...continued on in source document...'.length);
    expect(second).toHaveProperty('score');
    expect(body.sources).toHaveLength(2);
  });

  test('a reset hides what was said from the model, in its session only', async () => {
    for (const sessionId of ['a', 'b']) await ask({ message: 'before', sessionId });
    const { body } = await ask({ reset: true, sessionId: 'a' });
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        id: body.id,
        type: 'textResponse',
        textResponse: 'Chat history was reset!',
        sources: [],
        close: true,
        error: null,
        metrics: {},
      }),
    );
    await ask({ message: 'after', sessionId: 'a' });
    await ask({ message: 'after', sessionId: 'b' });
    expect([prompt(2).length, prompt(3).length]).toEqual([2, 4]);
  });

  test('/reset as a message does the same; reset with a message goes on to answer it', async () => {
    await ask({ message: 'before' });
    const frames = await streamed({ message: '/reset' });
    expect(frames.map((frame) => JSON.stringify(frame))).toEqual([
      JSON.stringify({
        id: frames[0]?.['id'],
        type: 'textResponse',
        textResponse: 'Chat history was reset!',
        sources: [],
        attachments: [],
        close: true,
        error: null,
        metrics: {},
      }),
    ]);
    await ask({ message: 'one' });
    const { body } = await ask({ message: 'two', reset: true });
    expect(body.textResponse).toBe('Good day.');
    expect(prompt(2)).toHaveLength(2);
  });

  test('thoughts of a model stand between think tags, also in a stream, and are not shown to it again', async () => {
    chats.answer(says(['Four.'], { reasoning_content: 'Two and two' }));
    const frames = await streamed({ message: 'sum?' });
    expect(frames.map(({ textResponse }) => textResponse).slice(0, -1)).toEqual([
      '<think>Two and two',
      '</think>Four.',
      '',
    ]);
    const { body } = await ask({ message: 'again' });
    expect(body.textResponse).toBe('<think>Two and two</think>Four.');
    expect(prompt(1)[2]).toEqual({ role: 'assistant', content: 'Four.' });
  });

  test('a model that says nothing gives an abort, and nothing is kept', async () => {
    chats.answer(says([]));
    const { status, body } = await ask({ message: 'hello' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ type: 'abort', textResponse: null, close: true, sources: [] });
    expect(body.error).toBe('No text completion could be completed with this input.');
    const frames = await streamed({ message: 'hello' });
    expect(frames.map((frame) => Object.keys(frame).join())).toEqual([
      'uuid,sources,type,textResponse,close,error',
      'uuid,type,close,error',
    ]);
    expect(await history()).toEqual([]);
  });

  test('pictures go to the model and stay in the history; documents are read and go into the prompt', async () => {
    const picture = {
      name: 'cat.png',
      mime: 'image/png',
      contentString: 'data:image/png;base64,iVBORw0KGgo=',
    };
    const text = Buffer.from('The password of the day is heron.').toString('base64');
    const file = {
      name: 'day.txt',
      mime: 'application/anythingllm-document',
      contentString: `data:text/plain;base64,${text}`,
    };
    const { body } = await ask({ message: 'what is this?', attachments: [picture, file, 7, null] });
    expect(prompt()[1]?.content).toEqual([
      { type: 'text', text: 'what is this?' },
      { type: 'image_url', image_url: { url: picture.contentString, detail: 'high' } },
    ]);
    expect(prompt()[0]?.content).toContain('[CONTEXT 0]:\nThe password of the day is heron.');
    expect(body.sources).toMatchObject([{ title: 'day.txt' }]);
    expect((await history())[0]?.attachments).toEqual([picture]);
  });

  test('the model learns of a document that cannot be read', async () => {
    const file = {
      name: 'talk.mp3',
      mime: 'application/anythingllm-document',
      contentString: 'data:audio/mpeg;base64,AAAA',
    };
    const { status } = await ask({ message: 'what is said?', attachments: [file] });
    expect(status).toBe(200);
    expect(prompt()[0]?.content).toContain('The attached file could not be read. talk.mp3');
  });

  test('of a long question its beginning and its end are searched for', async () => {
    await chats.add(slug, 'Turnips', 'The turnip festival takes place in May.');
    const embedded = () => chats.upstream.received.filter(({ path }) => path.endsWith('/embeddings'));
    const { body } = await ask({ message: `turnip ${' '.repeat(20_000)} festival` });
    expect(body.sources).toMatchObject([{ title: 'turnips.txt' }]);
    expect(embedded().at(-1)?.body.length).toBeLessThan(5_000);
  });

  test('what does not fit into the window is shortened in its middle', async () => {
    const long = `begin ${'turnip '.repeat(6_000)}end`;
    await ask({ message: long });
    const [only, ...none] = prompt();
    expect(none).toEqual([]);
    expect(only?.role).toBe('user');
    expect(only?.content).toMatch(
      /^begin turnip [^]*\n\n--prompt truncated for brevity--\n\n[^]* turnip end$/,
    );
    expect((await history())[0]?.content).toBe(long);
  });

  test('how many tokens a model takes can be said where nobody knows it', async () => {
    type Embedded = { workspace: { contextWindow: number } };
    const windowOf = async (place: string) =>
      (await chats.server.request<Embedded>('POST', `/v1/workspace/${place}/update-embeddings`, { body: {} }))
        .body.workspace.contextWindow;
    const known = await workspace({ chatModel: 'gpt-4' });
    expect([await windowOf(slug), await windowOf(known)]).toEqual([4_096, 8_192]);
    const say = (LLMTokenLimit: string) => chats.post('/system/update-env', { LLMTokenLimit });
    expect((await say('32000')).body).toEqual({ newValues: { LLMTokenLimit: '32000' }, error: false });
    expect([await windowOf(slug), await windowOf(known)]).toEqual([32_000, 8_192]);
    await chats.post('/system/update-env', { LLMModelPref: 'gpt-4' });
    expect(await windowOf(known)).toBe(32_000);
    await chats.post('/system/update-env', { LLMModelPref: '', LLMTokenLimit: '4096' });
  });

  test('many at once do not mix', async () => {
    chats.answer(async (response, received) => {
      const { messages } = JSON.parse(received.body.toString()) as { messages: { content: string }[] };
      await says([`You said ${messages.at(-1)?.content ?? ''}.`])(response, received);
    });
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const answers = await Promise.all(
      names.map((name, index) =>
        index % 2 === 0
          ? ask({ message: name, sessionId: name }).then(({ body }) => body.textResponse)
          : streamed({ message: name, sessionId: name }).then(([frame]) => frame?.['textResponse']),
      ),
    );
    expect(answers).toEqual(names.map((name) => `You said ${name}.`));
    expect(await history('?apiSessionId=n7')).toHaveLength(2);
  });
});
