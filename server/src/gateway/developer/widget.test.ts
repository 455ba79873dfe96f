import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import type { Answer, TestServer } from '../../../test/server.ts';
import { chatEvents, hang, json, startTestUpstream, stream } from '../../../test/upstream.ts';
import type { Received, TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { Settings } from '../../settings/index.ts';

const SITE = 'https://shop.example';
const SAID = 'Grüße 🌍 {"usage":{"prompt_tokens":1}} "choices":[]';

interface Asking {
  origin?: string | null;
  sessionId?: unknown;
  message?: unknown;
  more?: object;
  signal?: AbortSignal;
}

interface SentMessage {
  role: string;
  content: string;
}

describeOnBothServers('a widget on the page of a visitor', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;

  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start();
    const body = { name: 'stub', base_url: upstream.baseUrl, api_key: 'sk-of-the-upstream-1234' };
    await server.request('POST', '/v1/upstreams', { body });
    await server.request('POST', '/v1/workspace/new', {
      body: { name: 'Docs', openAiPrompt: 'You work in {workspace.name}.', chatModel: 'gpt-test' },
    });
  });
  afterAll(() => upstream.close());
  beforeEach(async () => {
    upstream.answer(
      stream([chatEvents({ usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })]),
    );
    upstream.received.length = 0;
    await raise({ WidgetChatsPerAddressPerMinute: '1000', WidgetChatsPerAddressPerDay: '100000' });
  });

  const raise = (limits: Record<string, string>): Promise<void> => {
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    const changes = Object.entries(limits).map(([name, value]) => [name, { value }]);
    return storage.transaction((tx) =>
      settings.set(tx, Object.fromEntries(changes) as Record<string, { value: string }>),
    );
  };

  async function make(settings: object = {}): Promise<string> {
    const body = { workspace_slug: 'docs', chat_mode: 'chat', allowlist_domains: [SITE], ...settings };
    const made = await server.request<{ embed: { uuid: string } }>('POST', '/v1/embed/new', { body });
    return made.body.embed.uuid;
  }

  const headersOf = (origin: string | null): Record<string, string> => (origin === null ? {} : { origin });

  const ask = (uuid: string, { origin = SITE, ...asking }: Asking = {}): Promise<Answer<unknown>> => {
    const { sessionId = randomUUID(), message = 'hello', more, signal } = asking;
    return server.request('POST', `/api/embed/${uuid}/stream-chat`, {
      key: null,
      // As pages send it: JSON that is called text.
      body: JSON.stringify({ sessionId, message, ...more }),
      headers: { 'content-type': 'text/plain', ...headersOf(origin) },
      ...(signal === undefined ? {} : { signal }),
    });
  };

  const frames = ({ text }: { text: string }): Record<string, unknown>[] =>
    text
      .split('\n\n')
      .filter((frame) => frame !== '')
      .map((frame) => JSON.parse(frame.replace(/^data: /, '')) as Record<string, unknown>);

  const asked = (): Received[] => upstream.received.filter(({ path }) => path.endsWith('/chat/completions'));

  const sent = (index = -1): { model: string; temperature?: number; messages: SentMessage[] } => {
    const body = asked().at(index)?.body;
    return JSON.parse(body?.toString() ?? '{}') as ReturnType<typeof sent>;
  };

  const refusal = ({ status, body }: Answer<unknown>): [number, unknown] => [
    status,
    (body as { error?: unknown }).error,
  ];

  it('is answered piece by piece, in frames whose members have their order', async () => {
    const answer = await ask(await make());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE);
    const all = frames(answer);
    expect(all.map(({ textResponse }) => textResponse).join('')).toBe(SAID);
    for (const frame of all) {
      expect(Object.keys(frame)).toEqual(['uuid', 'sources', 'type', 'textResponse', 'close', 'error']);
      expect(frame).toMatchObject({
        uuid: all[0]?.['uuid'],
        sources: [],
        type: 'textResponseChunk',
        error: false,
      });
    }
    expect(all.map(({ close }) => close)).toEqual([...all.slice(1).map(() => false), true]);
  });

  it('remembers the session for the model, for the page and for the owner of the widget', async () => {
    const uuid = await make();
    const sessionId = randomUUID();
    await ask(uuid, { sessionId, message: 'first', more: { username: 'Ada' } });
    await ask(uuid, { sessionId, message: 'second' });
    await ask(uuid, { message: 'somebody else' });
    expect(sent(1).messages.map(({ content }) => content)).toEqual([
      'You work in Docs.',
      'first',
      SAID,
      'second',
    ]);
    expect(JSON.stringify(sent(2))).not.toContain('first');

    const path = `/api/embed/${uuid}/${sessionId}`;
    const options = { key: null, headers: { origin: SITE } };
    const { body } = await server.request<{ history: object[] }>('GET', path, options);
    expect(body.history.map((message) => Object.keys(message))).toEqual([
      ['role', 'content', 'sentAt', 'attachments', 'chatId'],
      ['type', 'role', 'content', 'sources', 'chatId', 'sentAt', 'feedbackScore', 'metrics'],
      ['role', 'content', 'sentAt', 'attachments', 'chatId'],
      ['type', 'role', 'content', 'sources', 'chatId', 'sentAt', 'feedbackScore', 'metrics'],
    ]);

    const chats = await server.request<{ chats: Record<string, string>[] }>(
      'GET',
      `/v1/embed/${uuid}/chats/${sessionId}`,
    );
    expect(chats.body.chats.map((chat) => Object.keys(chat))).toEqual(
      chats.body.chats.map(() => [
        'id',
        'prompt',
        'response',
        'session_id',
        'include',
        'connection_information',
        'embed_id',
        'usersId',
        'createdAt',
      ]),
    );
    expect(chats.body.chats.map(({ prompt }) => prompt)).toEqual(['first', 'second']);
    expect(chats.body.chats[0]?.['connection_information']).toBe(
      `{"host":"${SITE}","ip":"127.0.0.0","username":"Ada"}`,
    );
    const all = await server.request<{ chats: object[] }>('GET', `/v1/embed/${uuid}/chats`);
    expect(all.body.chats).toHaveLength(3);
  });

  it('begins anew when the page says so; its owner still sees what was said', async () => {
    const uuid = await make();
    const sessionId = randomUUID();
    await ask(uuid, { sessionId, message: 'first' });
    const path = `/api/embed/${uuid}/${sessionId}`;
    const options = { key: null, headers: { origin: SITE } };
    const gone = await server.request('DELETE', path, options);
    expect([gone.status, gone.text]).toEqual([200, '']);
    expect((await server.request('GET', path, options)).text).toBe('{"history":[]}');
    await ask(uuid, { sessionId, message: 'second' });
    expect(JSON.stringify(sent())).not.toContain('first');
    const { body } = await server.request<{ chats: { include: boolean }[] }>(
      'GET',
      `/v1/embed/${uuid}/chats`,
    );
    expect(body.chats.map(({ include }) => include)).toEqual([false, true]);
  });

  it('refuses pages of other sites, and whatever is no page', async () => {
    const uuid = await make();
    for (const origin of [
      'https://evil.example',
      'http://shop.example',
      'https://a.shop.example',
      'null',
      null,
    ]) {
      const answer = await ask(uuid, { origin });
      expect([origin, ...refusal(answer)]).toEqual([origin, 401, 'Invalid request.']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      const path = `/api/embed/${uuid}/${randomUUID()}`;
      for (const method of ['GET', 'DELETE']) {
        const { status } = await server.request(method, path, { key: null, headers: headersOf(origin) });
        expect([method, origin, status]).toEqual([method, origin, 401]);
      }
    }
    expect(asked()).toEqual([]);
  });

  it('tells browsers before they ask which pages may', async () => {
    const uuid = await make();
    const preflight = async (origin: string, id = uuid) => {
      const { status, headers } = await server.request('OPTIONS', `/api/embed/${id}/stream-chat`, {
        key: null,
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a' },
      });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await preflight(SITE)).toEqual([204, SITE]);
    expect(await preflight('https://evil.example')).toEqual([204, null]);
    expect(await preflight(SITE, 'nope')).toEqual([204, null]);
    expect(await preflight('https://any.where', await make({ allowlist_domains: null }))).toEqual([204, '*']);
  });

  it('answers pages of any site where there is no list', async () => {
    const answer = await ask(await make({ allowlist_domains: null }), { origin: null });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  it('is not there where it is not, and closed where it is closed', async () => {
    const unknown = await ask('nope');
    expect([unknown.status, unknown.text]).toEqual([404, 'Not Found']);
    const uuid = await make();
    await server.request('POST', `/v1/embed/${uuid}`, { body: { enabled: false } });
    const closed = await ask(uuid);
    expect(closed.status).toBe(503);
    expect(Object.keys(closed.body as object)).toEqual([
      'id',
      'type',
      'textResponse',
      'sources',
      'close',
      'error',
    ]);
    expect(closed.body).toMatchObject({ type: 'abort', textResponse: null, sources: [], close: true });
    const history = await server.request('GET', `/api/embed/${uuid}/${randomUUID()}`, {
      key: null,
      headers: { origin: SITE },
    });
    expect(history.status).toBe(503);
  });

  it('refuses what is no session and no message', async () => {
    const uuid = await make();
    for (const sessionId of ['', 'x', 5, {}, `${randomUUID()}x`]) {
      expect(refusal(await ask(uuid, { sessionId }))).toEqual([404, 'Invalid session ID.']);
    }
    for (const message of ['', '  ', 5, [], { length: 3 }]) {
      expect(refusal(await ask(uuid, { message }))).toEqual([400, 'Message is empty.']);
    }
    expect((await ask(uuid, { message: 'x'.repeat(20_001) })).status).toBe(400);
    expect((await ask(uuid, { message: 'x'.repeat(300_000) })).status).toBe(413);
    const broken = await server.request('POST', `/api/embed/${uuid}/stream-chat`, {
      key: null,
      body: '{"message":',
      headers: { origin: SITE },
    });
    expect(broken.status).toBe(400);
  });

  it('lets exactly as many in as its limits say, of 50 at once', async () => {
    const daily = await make({ max_chats_per_day: 5 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(daily)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(45);
    expect(refused[0]?.body).toMatchObject({ type: 'abort', error: 'Rate limit exceeded' });

    const session = await make({ max_chats_per_session: 3 });
    const sessionId = randomUUID();
    const inSession = await Promise.all(Array.from({ length: 50 }, () => ask(session, { sessionId })));
    expect(inSession.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await ask(session)).status).toBe(200);
  });

  it('lets one address in only so often', async () => {
    await raise({ WidgetChatsPerAddressPerMinute: '1' });
    const uuid = await make();
    await ask(uuid);
    const { status, body } = await ask(await make());
    expect(status).toBe(429);
    expect(body).toMatchObject({ type: 'abort', error: expect.stringMatching(/network/) as string });
  });

  it('answers so many visitors at once and no more, and lets go of those who leave', async () => {
    upstream.answer(hang);
    const uuid = await make();
    const leaving = new AbortController();
    const waiting = Array.from({ length: 32 }, () =>
      ask(uuid, { signal: leaving.signal }).catch(() => 'left'),
    );
    const isAsked = (): boolean => asked().length === 32;
    await expect.poll(isAsked, { timeout: 10_000 }).toBe(true);
    expect(frames(await ask(uuid))).toMatchObject([
      { type: 'abort', error: expect.stringMatching(/Too many chats/) as string },
    ]);
    leaving.abort();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'left'));
    await Promise.all(asked().map(({ aborted }) => aborted));
    upstream.answer(stream([chatEvents()]));
    await expect.poll(async () => frames(await ask(uuid)).at(-1)?.['type']).toBe('textResponseChunk');
  });

  it('takes a prompt, model and temperature from the page only where it may choose', async () => {
    const more = { prompt: 'Obey {workspace.name}.', model: 'stub/gpt-test', temperature: 1.5 };
    await ask(await make(), { more });
    expect(sent().messages[0]?.content).toBe('You work in Docs.');
    expect(sent().temperature).not.toBe(1.5);
    const all = { allow_prompt_override: true, allow_model_override: true, allow_temperature_override: true };
    const open = await make(all);
    await ask(open, { more });
    // Its variables are the administrator's: a page's own prompt names none.
    expect(sent().messages[0]?.content).toBe('Obey {workspace.name}.');
    expect(sent().temperature).toBe(1.5);
    expect(frames(await ask(open, { more: { model: 'no-such-model' } }))).toMatchObject([{ type: 'abort' }]);
    await ask(await make(), { more: { model: 'no-such-model' } });
    expect(sent().model).toBe('gpt-test');
  });

  it('says in mode query that it knows nothing where there is nothing, and keeps no chat of that', async () => {
    const uuid = await make({ chat_mode: 'query' });
    const answer = await ask(uuid);
    const [frame, ...rest] = frames(answer);
    expect(rest).toEqual([]);
    expect(Object.keys(frame ?? {})).toEqual(['id', 'type', 'textResponse', 'sources', 'close', 'error']);
    expect(frame).toMatchObject({
      type: 'textResponse',
      textResponse: 'I do not have enough information to answer that. Try another question.',
      close: true,
      error: null,
    });
    expect((await server.request('GET', `/v1/embed/${uuid}/chats`)).text).toBe('{"chats":[]}');
    expect(upstream.received).toEqual([]);
  });

  it('does not tell visitors what its model server complains of', async () => {
    const secret = 'Incorrect API key sk-of-the-upstream-1234 for account 77 at 10.0.0.8';
    upstream.answer(json({ error: { message: secret, code: 'invalid_api_key' } }, 401));
    const answer = await ask(await make());
    expect(frames(answer)).toMatchObject([{ type: 'abort', textResponse: null, close: true }]);
    for (const part of ['sk-of', 'account 77', '10.0.0.8']) expect(answer.text).not.toContain(part);
  });

  it('is not known to a key that does not cover its workspace, whatever was said in it', async () => {
    const uuid = await make();
    await ask(uuid, { message: 'a secret question' });
    const { secret: key } = await server.mint({
      scopes: ['embeds:manage'],
      selectors: { workspaces: { deny: ['docs'] } },
    });
    expect((await server.request('GET', `/v1/embed/${uuid}/chats`, { key })).text).toBe('{"chats":[]}');
    expect((await server.request('GET', '/v1/embed', { key })).text).toBe('{"embeds":[]}');
  });
});
