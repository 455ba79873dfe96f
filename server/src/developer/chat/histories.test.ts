import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { promptsOf, recordChat, workspacesOf, type Message } from './chats.fixture.ts';

type History = { history: Message[] };

describeOnBothServers('histories of the Developer API', (start) => {
  let server: TestServer;
  const workspace = async (name: string) => {
    await server.request('POST', '/v1/workspace/new', { body: { name } });
    await server.request('POST', `/v1/workspace/${name}/thread/new`, { body: { slug: 't' } });
  };
  const chats = (slug: string, query = '') =>
    server.request<History>('GET', `/v1/workspace/${slug}/chats${query}`);
  const prompts = async (slug: string, query = '') => promptsOf((await chats(slug, query)).body.history);

  beforeAll(async () => {
    server = await start();
  });

  test('a chat is two messages, their members in the order that clients know', async () => {
    await workspace('shape');
    const chat = await recordChat(server, 'shape', { prompt: 'zebra' });
    const { status, headers, body } = await chats('shape');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const sentAt = Math.floor(chat.createdAt / 1000);
    expect(body.history).toEqual([
      { role: 'user', content: 'zebra', sentAt, attachments: [], chatId: chat.id },
      {
        type: 'chat',
        role: 'assistant',
        content: 'About zebra',
        sources: chat.response.sources,
        chatId: chat.id,
        sentAt,
        feedbackScore: null,
        metrics: { total_tokens: 3 },
      },
    ]);
    expect(body.history.map((message) => Object.keys(message).join(','))).toEqual([
      'role,content,sentAt,attachments,chatId',
      'type,role,content,sources,chatId,sentAt,feedbackScore,metrics',
    ]);
  });

  test('sessions, threads and the workspace itself are apart', async () => {
    await workspace('apart');
    await recordChat(server, 'apart', { prompt: 'plain' });
    await recordChat(server, 'apart', { prompt: 'one', apiSessionId: 's1' });
    await recordChat(server, 'apart', { prompt: 'two', apiSessionId: 's2' });
    await recordChat(server, 'apart', { prompt: 'thread', threadSlug: 't' });
    await recordChat(server, 'apart', { prompt: 'both', threadSlug: 't', apiSessionId: 's1' });
    expect(await prompts('apart')).toEqual(['plain']);
    expect(await prompts('apart', '?apiSessionId=s1')).toEqual(['one']);
    expect(await prompts('apart', '?apiSessionId=s2')).toEqual(['two']);
    expect(await prompts('apart', '?apiSessionId=s3')).toEqual([]);
    expect(await prompts('apart', '?apiSessionId=')).toEqual(['plain']);
    const thread = await server.request<History>('GET', '/v1/workspace/apart/thread/t/chats');
    expect(promptsOf(thread.body.history)).toEqual(['thread']);
  });

  test('the limit counts prompts with their answers, in the order that is asked for', async () => {
    await workspace('many');
    for (const prompt of ['a', 'b', 'c']) await recordChat(server, 'many', { prompt });
    expect(await prompts('many')).toEqual(['a', 'b', 'c']);
    expect(await prompts('many', '?orderBy=desc')).toEqual(['c', 'b', 'a']);
    expect(await prompts('many', '?limit=2')).toEqual(['a', 'b']);
    const last = await chats('many', '?limit=1&orderBy=desc');
    expect(last.body.history.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'c'],
      ['assistant', 'About c'],
    ]);
    expect(await prompts('many', '?limit=99999999999999999999')).toHaveLength(3);
    expect(await prompts('many', '?limit=2&limit=1&orderBy=up')).toHaveLength(3);
  });

  test('longer than a page, each comes once and in order', async () => {
    await workspace('long');
    const all = Array.from({ length: 120 }, (_, i) => `p${i}`);
    for (const prompt of all) await recordChat(server, 'long', { prompt });
    expect(await prompts('long')).toEqual(all.slice(0, 100));
    expect(await prompts('long', '?limit=1000')).toEqual(all);
    expect(await prompts('long', '?limit=110&orderBy=desc')).toEqual(all.toReversed().slice(0, 110));
  });

  test('after a reset a conversation is empty, and no other is', async () => {
    await workspace('reset');
    await recordChat(server, 'reset', { prompt: 'kept' });
    const chat = await recordChat(server, 'reset', { prompt: 'gone', apiSessionId: 's' });
    const { workspaceId } = chat;
    const conversation = { workspaceId, threadId: null, apiSessionId: 's' };
    const reset = () => workspacesOf(server).chats.resetBy({ kind: 'system' }, conversation);
    await reset();
    await reset();
    expect([await prompts('reset', '?apiSessionId=s'), await prompts('reset')]).toEqual([[], ['kept']]);
  });

  test('a model is shown the last ones, oldest first, of the user who asks', async () => {
    await workspace('recent');
    for (const userId of [null, 1, 2]) {
      for (const n of [1, 2, 3]) await recordChat(server, 'recent', { prompt: `${userId}.${n}`, userId });
    }
    await recordChat(server, 'recent', { prompt: 'refused', userId: 1, isIncluded: false });
    const found = await workspacesOf(server).findCovered('everything', 'recent');
    const recent = async (userId?: number | null) => {
      const conversation = { workspaceId: found?.id ?? 0, threadId: null, apiSessionId: null, userId };
      const list = await workspacesOf(server).chats.recent(conversation, 2);
      return list.map(({ prompt }) => prompt);
    };
    expect(await recent(1)).toEqual(['1.2', '1.3']);
    expect(await recent(null)).toEqual(['null.2', 'null.3']);
    expect(await recent()).toEqual(['2.2', '2.3']);
  });

  test('what somebody thinks of an answer is shown with it', async () => {
    await workspace('scored');
    const { id, workspaceId } = await recordChat(server, 'scored', { prompt: 'x' });
    const score = (isGood: boolean | null, where = workspaceId) =>
      workspacesOf(server).chats.score({ kind: 'system' }, { id, workspaceId: where }, isGood);
    const shown = async () => (await chats('scored')).body.history[1];
    expect(await score(true)).toBe(true);
    expect(await shown()).toMatchObject({ feedbackScore: true });
    expect(await score(false, workspaceId + 1)).toBe(false);
    expect(await shown()).toMatchObject({ feedbackScore: true });
    await score(false);
    expect(await shown()).toMatchObject({ feedbackScore: false });
    await score(null);
    expect(await shown()).toMatchObject({ feedbackScore: null });
  });

  test('a slug that nobody has is a bad request', async () => {
    const { status, text } = await chats('nope');
    expect([status, text]).toEqual([400, 'Bad Request']);
  });

  test('a chat for a workspace or thread that was removed meanwhile is not kept', async () => {
    await workspace('removed');
    const { workspaceId, threadId } = await recordChat(server, 'removed', { prompt: 'x', threadSlug: 't' });
    const record = (place: { workspaceId: number; threadId: number | null }) => {
      const response = { text: '', sources: [], type: 'chat', attachments: [], metrics: {} };
      return server.app.core.storage.transaction((tx) =>
        workspacesOf(server).chats.record(tx, { ...place, prompt: 'late', response }),
      );
    };
    await workspace('elsewhere');
    const other = await recordChat(server, 'elsewhere', { prompt: 'x' });
    await expect(record({ workspaceId: other.workspaceId, threadId })).rejects.toThrow('thread');
    await server.request('DELETE', '/v1/workspace/removed/thread/t');
    await expect(record({ workspaceId, threadId })).rejects.toThrow('thread');
    await server.request('DELETE', '/v1/workspace/removed');
    await expect(record({ workspaceId, threadId: null })).rejects.toThrow('workspace');
  });

  test('what is put under a workspace while it is removed is kept or refused, never left over', async () => {
    for (let round = 0; round < 5; round++) {
      await workspace('raced');
      const recorded = Array.from({ length: 6 }, (_, i) =>
        recordChat(server, 'raced', { prompt: `p${i}`, ...(i % 2 === 0 ? { threadSlug: 't' } : {}) }),
      );
      const begun = Array.from({ length: 4 }, () =>
        server.request('POST', '/v1/workspace/raced/thread/new', { body: { name: 'late' } }),
      );
      const removed = server.request('DELETE', '/v1/workspace/raced');
      await Promise.allSettled(recorded);
      for (const { status } of await Promise.all(begun)) expect([200, 400]).toContain(status);
      expect((await removed).status).toBe(200);
      await workspace('raced');
      expect(await prompts('raced')).toEqual([]);
      expect((await server.request('DELETE', '/v1/workspace/raced')).status).toBe(200);
    }
  });
});
