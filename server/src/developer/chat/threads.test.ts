import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { promptsOf, recordChat, type Message } from './chats.fixture.ts';
import type { viewThread } from './threads.ts';

type ThreadView = ReturnType<typeof viewThread>;
type Made = { thread: ThreadView; message: string | null };

describeOnBothServers('threads of the Developer API', (start) => {
  let server: TestServer;
  const make = (body?: unknown, slug = 'docs') =>
    server.request<Made>('POST', `/v1/workspace/${slug}/thread/new`, { body });
  const update = (thread: string, body: object, slug = 'docs') =>
    server.request<Made>('POST', `/v1/workspace/${slug}/thread/${thread}/update`, { body });
  const remove = (thread: string, slug = 'docs') =>
    server.request('DELETE', `/v1/workspace/${slug}/thread/${thread}`);
  const chats = (thread: string, slug = 'docs', query = '') =>
    server.request<{ history: Message[] }>('GET', `/v1/workspace/${slug}/thread/${thread}/chats${query}`);

  beforeAll(async () => {
    server = await start();
    for (const name of ['Docs', 'Other']) {
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    }
  });

  test('a new one has a name and a slug of its own, and no user outside of multi-user mode', async () => {
    const { status, body } = await make({ name: 'T1', slug: 'My Thread', userId: 7 });
    expect([status, Object.keys(body)]).toEqual([200, ['thread', 'message']]);
    const { id, createdAt, lastUpdatedAt, ...rest } = body.thread;
    expect(Object.keys(body.thread)).toEqual([
      'id',
      'name',
      'slug',
      'workspace_id',
      'user_id',
      'createdAt',
      'lastUpdatedAt',
    ]);
    expect([typeof id, createdAt]).toEqual(['number', lastUpdatedAt]);
    expect(rest).toMatchObject({ name: 'T1', slug: 'My-Thread', user_id: null });
  });

  test.for([undefined, {}, { name: '', slug: '' }, { name: 5, slug: ['x'] }])(
    'without a name and a slug it gets both: %j',
    async (body) => {
      const { thread } = (await make(body)).body;
      expect(thread.name).toBe('Thread');
      expect(thread.slug).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('a slug is taken once in a workspace, also by many at the same time, and free in another', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => make({ slug: 'twin' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body }) => body.thread !== null)).toHaveLength(1);
    const refused = answers.find(({ body }) => body.thread === null);
    expect(refused?.body.message).toContain('slug');
    expect((await make({ slug: 'twin' }, 'other')).body.thread.slug).toBe('twin');
  });

  test('renamed; without a name it stays as it is', async () => {
    const made = await make({ slug: 'renamed' });
    const { status, body } = await update('renamed', { name: 'T2' });
    expect([status, body]).toEqual([200, { thread: { ...made.body.thread, name: 'T2' }, message: null }]);
    expect((await update('renamed', { nope: 1 })).body.thread.name).toBe('T2');
  });

  test('removed with its chats; one that is not there is gone already', async () => {
    await make({ slug: 'ended' });
    await recordChat(server, 'docs', { prompt: 'in a thread', threadSlug: 'ended' });
    expect(promptsOf((await chats('ended')).body.history)).toEqual(['in a thread']);
    for (const answer of [await remove('ended'), await remove('ended'), await remove('nope')]) {
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
        200,
        'OK',
        'text/plain; charset=utf-8',
      ]);
    }
    expect((await chats('ended')).status).toBe(404);
    await make({ slug: 'ended' });
    expect((await chats('ended')).body.history).toEqual([]);
  });

  test('all its chats are read, or the part of them that is asked for', async () => {
    await make({ slug: 'long' });
    const all = Array.from({ length: 120 }, (_, number) => `p${number}`);
    for (const prompt of all) await recordChat(server, 'docs', { prompt, threadSlug: 'long' });
    const prompts = async (query: string) => promptsOf((await chats('long', 'docs', query)).body.history);
    expect(await prompts('')).toEqual(all);
    expect(await prompts('?limit=0')).toEqual(['p0']);
    expect(await prompts('?limit=many&orderBy=up')).toEqual(all);
    expect(await prompts('?limit=3&orderBy=desc')).toEqual(['p119', 'p118', 'p117']);
  });

  test('an unknown workspace has another answer than an unknown thread', async () => {
    expect((await make({}, 'nope')).text).toBe('Bad Request');
    expect([(await remove('x', 'nope')).status, (await remove('x', 'nope')).text]).toEqual([
      400,
      'Bad Request',
    ]);
    for (const answer of [await update('nope', { name: 'x' }), await chats('nope')]) {
      expect([answer.status, answer.text]).toEqual([404, '{"message":"Thread not found"}']);
    }
    for (const answer of [await update('x', { name: 'x' }, 'nope'), await chats('x', 'nope')]) {
      expect([answer.status, answer.text]).toEqual([404, '{"message":"Workspace not found"}']);
    }
  });

  test('the thread of another workspace is not found under this one', async () => {
    await make({ slug: 'theirs' }, 'other');
    expect((await chats('theirs')).status).toBe(404);
    expect((await update('theirs', { name: 'x' })).status).toBe(404);
    await remove('theirs');
    expect((await chats('theirs', 'other')).status).toBe(200);
  });

  test('every change has its audit record', async () => {
    const { id } = (await make({ slug: 'recorded' })).body.thread;
    await update('recorded', { name: 'x' });
    await remove('recorded');
    const { body } = await server.request<{ items: { action: string }[] }>(
      'GET',
      `/v1/audit?target=thread:${id}`,
    );
    expect(body.items.map(({ action }) => action)).toEqual([
      'threads.delete',
      'threads.update',
      'threads.create',
    ]);
  });
});
