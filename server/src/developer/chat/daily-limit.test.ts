import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { framesOf, startChats, type ChatServer } from '../../chat/chats.fixture.ts';
import { enableUsers, PASSWORD, tokenOf } from '../people/identity.fixture.ts';

interface NewUser {
  user: { id: number };
}

describeOnBothServers('how many messages somebody may send in a day', (start) => {
  let chats: ChatServer;
  let userId: number;
  beforeAll(async () => {
    chats = await startChats(start);
    await enableUsers(chats.server);
    userId = await addUser('eve', { dailyMessageLimit: 2 });
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
    await chats.post('/workspace/docs/thread/new', { slug: 'side' });
  });
  afterAll(() => chats.upstream.close());

  const addUser = async (username: string, more: object): Promise<number> => {
    const body = { username, password: 'a long password', role: 'default', ...more };
    const made = await chats.server.request<NewUser>('POST', '/v1/admin/users/new', { body });
    return made.body.user.id;
  };
  const ask = (body: object, verb = 'chat') => chats.post(`/workspace/docs/thread/side/${verb}`, body);

  test('no more than so many, however many come at once; streamed or not', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ask({ message: 'hello', userId }, 'chat')),
    );
    const counts = [200, 429].map((status) => answers.filter((answer) => answer.status === status).length);
    expect(counts[0]).toBeLessThanOrEqual(2);
    for (let left = 2 - (counts[0] ?? 0); left > 0; left--)
      expect((await ask({ message: 'hello', userId })).status).toBe(200);
    for (const verb of ['chat', 'stream-chat']) {
      const refused = await ask({ message: 'hello', userId }, verb);
      expect(refused.status).toBe(429);
      expect(refused.body).toMatchObject({ type: 'abort', textResponse: null, close: true });
      expect(refused.body.error).toContain('within 24 hours');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
    }
  });

  test('nobody else is held up: who has no limit, who is not named, who does not exist', async () => {
    const free = await addUser('sam', { dailyMessageLimit: null });
    for (const who of [{ userId: free }, {}, { userId: 4711 }]) {
      const answer = await ask({ message: 'hello', ...who }, 'stream-chat');
      expect(framesOf(answer.text).at(-1)).toMatchObject({ type: 'finalizeResponseStream' });
    }
  });

  test('who is logged in asks the workspaces of their own, in a conversation of their own, as often', async () => {
    const { server } = chats;
    const id = await addUser('lin', { dailyMessageLimit: 2 });
    await chats.post('/workspace/new', { name: 'Other' });
    await chats.post('/admin/workspaces/docs/manage-users', { userIds: [id] });
    const key = await tokenOf(server, { username: 'lin', password: 'a long password' });
    const say = (slug: string, message: string, session = key) =>
      server.request('POST', `/api/workspace/${slug}/stream-chat`, { key: session, body: { message } });
    const heard = async (slug: string) =>
      server.request<{ history: { content: string }[] }>('GET', `/api/workspace/${slug}/chats`, { key });
    const answer = await say('docs', 'Hello from Lin');
    expect(framesOf(answer.text).at(-1)).toMatchObject({ type: 'finalizeResponseStream' });
    const admin = await tokenOf(server, { username: 'admin', password: PASSWORD });
    expect((await say('other', 'Hello from above', admin)).status).toBe(200);
    await say('docs', 'Hello from above', admin);
    const { body } = await heard('docs');
    expect(body.history.map(({ content }) => content)).toEqual(['Hello from Lin', expect.any(String)]);
    // A workspace that is not theirs is one that nobody has.
    for (const slug of ['other', 'none']) {
      const refused = await say(slug, 'x');
      expect([refused.status, (await heard(slug)).status]).toEqual([400, 404]);
      expect(refused.text).toContain(`Workspace ${slug} is not a valid workspace.`);
    }
    expect((await say('docs', '')).status).toBe(400);
    expect((await say('docs', 'Again')).status).toBe(200);
    expect((await say('docs', 'And again')).status).toBe(429);
    const usage = '/v1/usage?group_by=key&step=total';
    await expect
      .poll(async () => (await server.request('GET', usage)).text, { timeout: 10_000 })
      .toContain(`user:${id}`);
    await server.request('POST', `/v1/admin/users/${id}`, { body: { suspended: 1 } });
    expect((await say('docs', 'Still here')).status).toBe(401);
  });

  test('a key that is bound to a workspace learns nothing of who is no member there', async () => {
    const { secret } = await chats.server.mint({
      scopes: ['workspaces:chat'],
      selectors: { workspaces: { allow: ['docs'] } },
    });
    const speak = (message: string) =>
      chats.post('/workspace/docs/thread/side/chat', { message, userId }, secret);
    await chats.post('/workspace/docs/update', { openAiPrompt: 'You talk to {user.name}.' });
    expect((await speak('hello')).status).toBe(200);
    expect(chats.asked().at(-1)?.messages[0]?.content).toBe('You talk to .');
  });

  test('what each says in a thread is their own conversation', async () => {
    const ada = await addUser('ada', {});
    const bob = await addUser('bob', {});
    await chats.post('/workspace/docs/update', { openAiPrompt: 'You talk to {user.name}.' });
    chats.answer(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { content: 'Yes.' } }] }));
    });
    await ask({ message: 'I am Ada', userId: ada });
    await ask({ message: 'I am Bob', userId: bob });
    await ask({ message: 'Who am I?', userId: ada });
    expect(chats.asked().map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ['You talk to ada.', 'I am Ada'],
      ['You talk to bob.', 'I am Bob'],
      ['You talk to ada.', 'I am Ada', 'Yes.', 'Who am I?'],
    ]);
  });
});
