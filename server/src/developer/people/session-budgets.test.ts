import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { framesOf, startChats, type ChatServer } from '../../chat/chats.fixture.ts';
import type { OwnerView } from '../../keys/index.ts';
import { enableUsers, enterAs, login, PASSWORD } from './identity.fixture.ts';

describeOnBothServers('what sessions of a user spend', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
    await enableUsers(chats.server);
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
  });
  afterAll(() => chats.upstream.close());

  async function userWith(username: string, bounds: object) {
    const { server } = chats;
    const session = await enterAs(server, 'default', username);
    const { user } = (await login(server, { username, password: PASSWORD })).body;
    await chats.post('/admin/workspaces/docs/manage-users', { userIds: [user?.id] });
    const { items } = (await server.request<{ items: OwnerView[] }>('GET', '/v1/owners')).body;
    const id = items.find(({ name }) => name.startsWith(`${username} (`))?.id;
    await server.request('PATCH', `/v1/owners/${id}`, { body: bounds });
    const owner = async () => (await server.request<OwnerView>('GET', `/v1/owners/${id}`)).body;
    const say = () =>
      server.request('POST', '/api/workspace/docs/stream-chat', { key: session, body: { message: 'Hello' } });
    return { id, owner, say, key: () => server.mint({ scopes: ['workspaces:chat'], owner: id }) };
  }

  test('counts against the tokens of their owner, together with the keys of the owner', async () => {
    const budgets = [{ name: 'hers', unit: 'tokens', amount: '100000', period: 'total' }];
    const { say, owner, key, id } = await userWith('lin', { budgets });
    expect(framesOf((await say()).text).at(-1)).toMatchObject({ type: 'finalizeResponseStream' });
    const used = async () => Number((await owner()).budgets[0]?.used);
    // As the model says in the end. Until then more is reserved, which counts as used too.
    await expect.poll(used).toBe(15);
    const spent = (await owner()).budgets.map((one) => ({ ...budgets[0], amount: one.used }));
    await chats.server.request('PATCH', `/v1/owners/${id}`, { body: { budgets: spent } });
    expect((await say()).text).toContain('The budget \\"hers\\" of the owner of this key is spent');
    const { secret } = await key();
    const asked = await chats.server.request('POST', '/api/v1/workspace/docs/chat', {
      key: secret,
      body: { message: 'Hello' },
    });
    expect(asked.text).toContain('is spent');
  });

  test('counts against the requests of their owner, and against its limits', async () => {
    const requests = [{ name: 'few', unit: 'requests', amount: '2', period: 'day' }];
    const counted = await userWith('sam', { budgets: requests });
    expect([(await counted.say()).status, (await counted.say()).status]).toEqual([200, 200]);
    expect((await counted.say()).status).toBe(429);
    const limited = await userWith('kim', { limits: [{ name: 'one', requests: 1, window_seconds: 3600 }] });
    expect([(await limited.say()).status, (await limited.say()).status]).toEqual([200, 429]);
  });

  test('holds a place under a limit of its owner until it is answered', async () => {
    const { say, key } = await userWith('zoe', { limits: [{ name: 'one', concurrent: 1 }] });
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    chats.answer(async (response) => {
      isAsked();
      await held;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { content: 'Yes.' } }] }));
    });
    const { secret } = await key();
    const first = say();
    await asked;
    expect((await say()).status).toBe(429);
    expect((await chats.server.request('GET', '/v1/keys/self', { key: secret })).status).toBe(429);
    answer();
    await first;
    await expect.poll(async () => (await say()).status).toBe(200);
  });
});
