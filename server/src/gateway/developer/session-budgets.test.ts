import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { framesOf, startChats } from '../../chat/chats.fixture.ts';
import type { ChatServer } from '../../chat/chats.fixture.ts';
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
    await expect.poll(used, { timeout: 10_000 }).toBeGreaterThan(0);
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
});
