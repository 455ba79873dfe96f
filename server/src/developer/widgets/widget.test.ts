import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { chatEvents, json, stream, type Behaviour } from '../../../test/upstream.ts';
import { framesOf, SAID, SITE, textOf, UPSTREAM_KEY, WidgetPage } from './widget.fixture.ts';

const sameVector: Behaviour = (response, received) => {
  const { input } = JSON.parse(received.body.toString()) as { input: string[] };
  const data = input.map((_, index) => ({ object: 'embedding', index, embedding: [1, 0, 0] }));
  return json({ object: 'list', model: 'one-vector', data })(response, received);
};

const USER = ['role', 'content', 'sentAt', 'attachments', 'chatId'];
const ASSISTANT = ['type', 'role', 'content', 'sources', 'chatId', 'sentAt', 'feedbackScore', 'metrics'];
const CHAT = [
  'id',
  'prompt',
  'response',
  'session_id',
  'include',
  'connection_information',
  'embed_id',
  'usersId',
  'createdAt',
];

describeOnBothServers('a widget on the page of a visitor', (start) => {
  let page: WidgetPage;

  beforeAll(async () => {
    page = await WidgetPage.open(start);
  });
  afterAll(() => page.upstream.close());
  beforeEach(() => page.reset());

  const chatsOf = async (path: string): Promise<Record<string, unknown>[]> => {
    const answer = await page.server.request<{ chats: Record<string, unknown>[] }>(
      'GET',
      `/v1/embed/${path}`,
    );
    return answer.body.chats;
  };

  it('is answered piece by piece, in frames whose members have their order', async () => {
    const answer = await page.ask(await page.make());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE);
    expect(textOf(answer)).toBe(SAID);
    const frames = framesOf(answer);
    for (const frame of frames) {
      expect(Object.keys(frame)).toEqual(['uuid', 'sources', 'type', 'textResponse', 'close', 'error']);
      const same = { uuid: frames[0]?.['uuid'], sources: [], type: 'textResponseChunk', error: false };
      expect(frame).toMatchObject(same);
    }
    expect(frames.map(({ close }) => close)).toEqual([...frames.slice(1).map(() => false), true]);
  });

  it('remembers the session for the model, for the page and for the owner of the widget', async () => {
    const uuid = await page.make();
    const sessionId = randomUUID();
    await page.ask(uuid, { sessionId, message: 'first', more: { username: 'Ada' } });
    await page.ask(uuid, { sessionId, message: 'second' });
    await page.ask(uuid, { message: 'somebody else' });
    expect(page.sent(1).messages.map(({ content }) => content)).toEqual([
      'You work in Docs.',
      'first',
      SAID,
      'second',
    ]);
    expect(JSON.stringify(page.sent(2))).not.toContain('first');

    const { body } = await page.session<{ history: object[] }>('GET', `${uuid}/${sessionId}`);
    expect(body.history.map((message) => Object.keys(message))).toEqual([USER, ASSISTANT, USER, ASSISTANT]);

    const chats = await chatsOf(`${uuid}/chats/${sessionId}`);
    expect(chats.map((chat) => Object.keys(chat))).toEqual([CHAT, CHAT]);
    expect(chats.map(({ prompt }) => prompt)).toEqual(['first', 'second']);
    expect(chats[0]?.['connection_information']).toBe(`{"host":"${SITE}","ip":"127.0.0.0","username":"Ada"}`);
    expect(await chatsOf(`${uuid}/chats`)).toHaveLength(3);
  });

  it('gives the model no more of the session than the widget says', async () => {
    const uuid = await page.make({ message_limit: 1 });
    const sessionId = randomUUID();
    for (const message of ['one', 'two', 'three']) await page.ask(uuid, { sessionId, message });
    expect(page.sent().messages.map(({ content }) => content)).toEqual([
      'You work in Docs.',
      'two',
      SAID,
      'three',
    ]);
  });

  it('begins anew when the page says so; its owner still sees what was said', async () => {
    const uuid = await page.make();
    const sessionId = randomUUID();
    await page.ask(uuid, { sessionId, message: 'first' });
    const gone = await page.session('DELETE', `${uuid}/${sessionId}`);
    expect([gone.status, gone.text]).toEqual([200, '']);
    expect((await page.session('GET', `${uuid}/${sessionId}`)).text).toBe('{"history":[]}');
    await page.ask(uuid, { sessionId, message: 'second' });
    expect(JSON.stringify(page.sent())).not.toContain('first');
    expect((await chatsOf(`${uuid}/chats`)).map(({ include }) => include)).toEqual([false, true]);
  });

  it('takes a prompt, model and temperature from the page only where it may choose', async () => {
    const more = { prompt: 'Obey {workspace.name}.', model: 'stub/gpt-test', temperature: 1.5 };
    await page.ask(await page.make(), { more });
    expect(page.sent().messages[0]?.content).toBe('You work in Docs.');
    expect(page.sent().temperature).not.toBe(1.5);
    const open = await page.make({
      allow_prompt_override: true,
      allow_model_override: true,
      allow_temperature_override: true,
    });
    await page.ask(open, { more });
    // Its variables are the administrator's: a page's own prompt names none.
    expect(page.sent().messages[0]?.content).toBe('Obey {workspace.name}.');
    expect(page.sent().temperature).toBe(1.5);
    const unknown = await page.ask(open, { more: { model: 'no-such-model' } });
    expect(framesOf(unknown)).toMatchObject([{ type: 'abort' }]);
    await page.ask(await page.make(), { more: { model: 'no-such-model' } });
    expect(page.sent().model).toBe('gpt-test');
  });

  it('says in mode query that it knows nothing where there is nothing, and keeps no chat of that', async () => {
    const uuid = await page.make({ chat_mode: 'query' });
    const [frame, ...rest] = framesOf(await page.ask(uuid));
    expect(rest).toEqual([]);
    expect(Object.keys(frame ?? {})).toEqual(['id', 'type', 'textResponse', 'sources', 'close', 'error']);
    expect(frame).toMatchObject({
      type: 'textResponse',
      textResponse: 'I do not have enough information to answer that. Try another question.',
      close: true,
      error: null,
    });
    expect(await chatsOf(`${uuid}/chats`)).toEqual([]);
    expect(page.asked()).toEqual([]);
  });

  it('in mode query answers from the documents, of which its owner sees the sources and the page does not', async () => {
    const { server, upstream } = page;
    const answers = stream([chatEvents()]);
    upstream.answer((response, received) =>
      (received.path.endsWith('/embeddings') ? sameVector : answers)(response, received),
    );
    await server.request('POST', '/v1/system/update-env', {
      body: {
        EmbeddingEngine: 'generic-openai',
        EmbeddingBasePath: upstream.baseUrl,
        EmbeddingModelPref: 'one-vector',
      },
    });
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Newts', chatModel: 'gpt-test' } });
    const metadata = { title: 'newts' };
    await server.request('POST', '/v1/document/raw-text', {
      body: { textContent: 'Newts like ponds.', addToWorkspaces: 'newts', metadata },
    });
    const uuid = await page.make({ workspace_slug: 'newts', chat_mode: 'query' });
    const sessionId = randomUUID();
    const answer = await page.ask(uuid, { sessionId, message: 'what do newts like?' });
    expect(textOf(answer)).toBe(SAID);
    expect(page.sent().messages[0]?.content).toContain('Newts like ponds.');
    const history = await page.session('GET', `${uuid}/${sessionId}`);
    expect(history.text).toContain('what do newts like?');
    expect(history.text + answer.text).not.toContain('Newts like ponds.');
    expect(JSON.stringify(await chatsOf(`${uuid}/chats`))).toContain('Newts like ponds.');
  });

  it('does not tell visitors what its model server complains of', async () => {
    const message = `Incorrect API key ${UPSTREAM_KEY} for account 77 at 10.0.0.8`;
    page.upstream.answer(json({ error: { message, code: 'invalid_api_key' } }, 401));
    const answer = await page.ask(await page.make());
    expect(framesOf(answer)).toMatchObject([{ type: 'abort', textResponse: null, close: true }]);
    for (const part of [UPSTREAM_KEY, 'account 77', '10.0.0.8']) expect(answer.text).not.toContain(part);
    expect(page.server.log.join('\n')).not.toContain(UPSTREAM_KEY);
  });

  it('has what visitors take in the report of its owner, those who were turned away among them', async () => {
    const { server } = page;
    await server.request('POST', '/v1/owners', { body: { name: 'Shop', kind: 'team' } });
    const { secret: key } = await server.mint({
      owner: 'Shop',
      scopes: ['embeds:manage', 'workspaces:chat', 'usage:read'],
    });
    const uuid = await page.make({ max_chats_per_day: 2 }, key);
    for (let times = 0; times < 3; times++) await page.ask(uuid);
    const ofWidget = async () => {
      const path = '/v1/usage?group_by=key,model&step=total';
      const { body } = await server.request<{ items: { group: { key: string } }[] }>('GET', path, { key });
      return body.items.filter(({ group }) => group.key === `widget:${uuid}`);
    };
    await expect.poll(ofWidget, { timeout: 10_000 }).toMatchObject([
      { group: { model: '' }, requests: 1, refusals: { rate_limited: 1 }, tokens_out: 0 },
      { group: { model: 'gpt-test' }, requests: 2, refusals: {}, tokens_in: 2, tokens_out: 4 },
    ]);
  });

  it('spends the budgets of the key that made or last changed it, and nothing beyond them', async () => {
    const { server } = page;
    const budget = (amount: string) => [{ name: 'b', unit: 'tokens', amount, period: 'total' }];
    const maker = await server.mint({
      scopes: ['embeds:manage', 'workspaces:chat'],
      budgets: budget('100000'),
    });
    const uuid = await page.make({}, maker.secret);
    await page.ask(uuid);
    const used = async () => {
      const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${maker.id}`);
      return body.budgets[0]?.used;
    };
    await expect.poll(used, { timeout: 10_000 }).toBe('3');
    await server.request('PATCH', `/v1/keys/${maker.id}`, { body: { budgets: budget('4') } });
    expect(framesOf(await page.ask(uuid))).toMatchObject([
      { type: 'abort', error: 'Rate limit exceeded', errorMsg: expect.stringContaining('quota') as string },
    ]);
    expect(page.asked()).toHaveLength(1);
    await server.request('POST', `/v1/embed/${uuid}`, { body: { enabled: true } });
    expect(textOf(await page.ask(uuid))).toBe(SAID);
  });

  it('spends budgets of requests as that key would', async () => {
    const budgets = [{ name: 'b', unit: 'requests', amount: '2', period: 'total' }];
    const maker = await page.server.mint({ scopes: ['embeds:manage', 'workspaces:chat'], budgets });
    // That was the first.
    const uuid = await page.make({}, maker.secret);
    expect(textOf(await page.ask(uuid))).toBe(SAID);
    expect(framesOf(await page.ask(uuid))).toMatchObject([{ type: 'abort', error: 'Rate limit exceeded' }]);
    expect(page.asked()).toHaveLength(1);
  });

  it('asks no model that the key which made it may not use', async () => {
    const { secret } = await page.server.mint({
      scopes: ['embeds:manage', 'workspaces:chat'],
      selectors: { models: { allow: ['other-*'] } },
    });
    expect(framesOf(await page.ask(await page.make({}, secret)))).toMatchObject([{ type: 'abort' }]);
    expect(page.asked()).toEqual([]);
  });

  it('is not known to a key that does not cover its workspace, whatever was said in it', async () => {
    const uuid = await page.make();
    await page.ask(uuid, { message: 'a secret question' });
    const { secret: key } = await page.server.mint({
      scopes: ['embeds:manage', 'workspaces:chat'],
      selectors: { workspaces: { deny: ['docs', 'newts'] } },
    });
    const chats = await page.server.request('GET', `/v1/embed/${uuid}/chats`, { key });
    expect(chats.text).toBe('{"chats":[]}');
    expect((await page.server.request('GET', '/v1/embed', { key })).text).toBe('{"embeds":[]}');
  });
});
