import { beforeAll, expect, test } from 'vitest';
import { createUser, deleteUser, enableMultiUser, type UserRole } from '../../identity/index.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { tokenOf } from '../people/identity.fixture.ts';
import { promptsOf, recordChat, workspacesOf, type Message } from '../chat/chats.fixture.ts';
import { memberships } from '../../workspaces/index.ts';

interface Member {
  userId: number;
  username: string;
  role: string;
  lastUpdatedAt: string;
}
type Managed = { success: boolean; error: string | null; users: Member[] };

const SYSTEM = { kind: 'system' } as const;
const PASSWORD = 'password123';

async function workspaceId(server: TestServer, name: string): Promise<number> {
  const { body } = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
    body: { name },
  });
  return body.workspace.id;
}

const newUser = async (server: TestServer, username: string, role: UserRole = 'default') =>
  (await createUser(server.app.core.identity, SYSTEM, { username, password: PASSWORD, role })).id;

const enable = (server: TestServer) =>
  enableMultiUser(server.app.core.identity, SYSTEM, { username: 'root', password: PASSWORD });

describeOnBothServers('members of workspaces', (start) => {
  let server: TestServer;
  let docs: number;
  let ann: number;
  let bob: number;
  const list = (id: number | string, key = server.adminKey) =>
    server.request<{ users: Member[] }>('GET', `/v1/admin/workspaces/${id}/users`, { key });
  const replace = (id: number | string, body?: object, key = server.adminKey) =>
    server.request<Managed>('POST', `/v1/admin/workspaces/${id}/update-users`, { body, key });
  const manage = (slug: string, body?: object, key = server.adminKey) =>
    server.request<Managed>('POST', `/v1/admin/workspaces/${slug}/manage-users`, { body, key });
  const names = async (id: number) => (await list(id)).body.users.map(({ username }) => username);

  beforeAll(async () => {
    server = await start();
    docs = await workspaceId(server, 'Docs');
    await enable(server);
    ann = await newUser(server, 'ann');
    bob = await newUser(server, 'bob');
  });

  test('without multi-user mode there are none: 401', async () => {
    const single = await start();
    const id = await workspaceId(single, 'Docs');
    const answers = [
      await single.request('GET', `/v1/admin/workspaces/${id}/users`),
      await single.request('POST', `/v1/admin/workspaces/${id}/update-users`, { body: { userIds: [1] } }),
      await single.request('POST', '/v1/admin/workspaces/docs/manage-users', { body: { userIds: [1] } }),
    ];
    for (const { status, text } of answers) expect([status, text]).toEqual([401, 'Unauthorized']);
  });

  test('replaced as a whole; ids that nobody has are passed over', async () => {
    const { status, body } = await replace(docs, { userIds: [ann, bob, 9_999, 'x', ann] });
    expect([status, body]).toEqual([200, { success: true, error: null }]);
    const { users } = (await list(docs)).body;
    expect(users.map(({ username }) => username).sort()).toEqual(['ann', 'bob']);
    expect(Object.keys(users[0] ?? {})).toEqual(['userId', 'username', 'role', 'lastUpdatedAt']);
    await replace(docs, { userIds: [bob] });
    expect(await names(docs)).toEqual(['bob']);
    await replace(docs, { userIds: [] });
    expect(await names(docs)).toEqual([]);
  });

  test('a value that is not a list changes nothing', async () => {
    await replace(docs, { userIds: [bob] });
    for (const body of [undefined, {}, { userIds: null }, { userIds: 'x' }]) {
      const answer = await replace(docs, body);
      expect([answer.status, answer.body.success]).toEqual([200, false]);
    }
    expect(await names(docs)).toEqual(['bob']);
  });

  test('added to those that are there, or instead of them', async () => {
    await replace(docs, { userIds: [bob] });
    const added = await manage('docs', { userIds: [ann] });
    expect([added.status, Object.keys(added.body)]).toEqual([200, ['success', 'error', 'users']]);
    expect(new Set(added.body.users.map(({ userId }) => userId))).toEqual(new Set([ann, bob]));
    const reset = await manage('docs', { userIds: [ann], reset: true });
    expect(reset.body.users.map(({ userId }) => userId)).toEqual([ann]);
  });

  test('nobody to add is 404 with those that are there', async () => {
    await replace(docs, { userIds: [bob] });
    const { status, body } = await manage('docs', { userIds: [9_999] });
    expect([status, body.success, body.error]).toEqual([404, false, 'No valid user IDs provided.']);
    expect(body.users.map(({ userId }) => userId)).toEqual([bob]);
  });

  test('a workspace that nobody has', async () => {
    for (const id of [99_999, 'x', '-1', '1e3']) expect((await list(id)).body).toEqual({ users: [] });
    expect((await replace(99_999, { userIds: [ann] })).body.success).toBe(false);
    for (const answer of [await manage('nope', { userIds: [ann] }), await manage('docs', {})]) {
      expect([answer.status, answer.body.success]).toEqual([400, false]);
      expect(answer.body.error).toMatch(/^(?:Workspace not found|userIds: must be a list)/);
    }
  });

  test('a workspace that the key does not cover is answered like one that nobody has', async () => {
    const hidden = await workspaceId(server, 'Hidden');
    await replace(hidden, { userIds: [bob] });
    const selectors = { workspaces: { allow: ['docs'] } };
    const { secret: key } = await server.mint({ scopes: ['users:manage'], selectors });
    expect((await list(hidden, key)).body).toEqual({ users: [] });
    expect((await replace(hidden, { userIds: [ann] }, key)).text).toBe(
      (await replace(99_999, { userIds: [ann] }, key)).text,
    );
    expect((await manage('hidden', { userIds: [ann] }, key)).text).toBe(
      (await manage('nope', { userIds: [ann] }, key)).text,
    );
    expect(await names(hidden)).toEqual(['bob']);
    expect((await list(docs, key)).status).toBe(200);
  });

  test('for a key that is bound to a workspace, and may manage users, there are its members and those in none', async () => {
    const own = await start();
    const [open, closed] = [await workspaceId(own, 'Open'), await workspaceId(own, 'Closed')];
    await enable(own);
    const [mia, tom, ned] = [await newUser(own, 'mia'), await newUser(own, 'tom'), await newUser(own, 'ned')];
    const boss = await newUser(own, 'boss', 'manager');
    const change = (id: number, userIds: number[], key = own.adminKey) =>
      own.request('POST', `/v1/admin/workspaces/${id}/update-users`, { body: { userIds }, key });
    await change(open, [mia]);
    await change(closed, [tom]);
    const selectors = { workspaces: { allow: ['open'] } };
    const scopes = ['users:manage', 'workspaces:read', 'workspaces:chat'];
    const { secret: key } = await own.mint({ scopes, selectors });
    const seen = async (path: string) =>
      (await own.request<{ users: { id: number }[] }>('GET', path, { key })).body.users.map(({ id }) => id);
    for (const path of ['/v1/users', '/v1/admin/users']) expect(await seen(path)).toEqual([mia, ned]);
    // A user who does not exist for the key is answered like an unknown id; the answer shows no name.
    const letIn = (ids: number[]) =>
      own.request('POST', '/v1/admin/workspaces/open/manage-users', { body: { userIds: ids }, key });
    const [hidden, none] = [await letIn([tom, boss]), await letIn([9_999])];
    expect([hidden.status, hidden.text]).toEqual([none.status, none.text]);
    expect((await letIn([ned])).status).toBe(200);
    await change(open, [tom, boss], key);
    expect(await seen(`/v1/admin/workspaces/${open}/users`)).toEqual([]);
    // Nor by what the other verbs say of a user.
    for (const [method, path, body] of [
      ['POST', '/v1/admin/users/:id', { bio: 'x' }],
      ['POST', '/v1/admin/users/:id', { role: 'default' }],
      ['DELETE', '/v1/admin/users/:id', undefined],
    ] as const) {
      const ask = (id: number) =>
        own.request(method, path.replace(':id', String(id)), { key, ...(body && { body }) });
      const [there, gone] = [await ask(tom), await ask(9_999)];
      expect([method, there.status, there.text]).toEqual([method, gone.status, gone.text]);
    }
    // A user that it makes is there, and is let in.
    const fields = { key, body: { username: 'new', password: PASSWORD } };
    const made = await own.request<{ user: { id: number } }>('POST', '/v1/admin/users/new', fields);
    expect((await letIn([made.body.user.id])).status).toBe(200);
    const invite = { body: { workspaceIds: [open] } };
    const asRoot = await tokenOf(own, { username: 'root', password: PASSWORD });
    await own.request('POST', '/api/admin/invite/new', { ...invite, key: asRoot });
    const invites = await own.request('GET', '/v1/admin/invites', { key });
    expect([invites.text.includes('"invites":[{'), invites.text.includes('root')]).toEqual([true, false]);
  });

  test('a thread may be a user’s', async () => {
    const make = async (userId: unknown) =>
      server.request<{ thread: { user_id: number | null } }>('POST', '/v1/workspace/docs/thread/new', {
        body: { userId },
      });
    expect((await make(ann)).body.thread.user_id).toBe(ann);
    expect((await make(String(ann))).body.thread.user_id).toBe(ann);
    for (const userId of [9_999, 'x', null]) expect((await make(userId)).body.thread.user_id).toBe(null);
  });

  test('for a key that is bound to a workspace there are no users beside its members', async () => {
    await replace(docs, { userIds: [bob] });
    const selectors = { workspaces: { allow: ['docs'] } };
    const { secret: key } = await server.mint({ scopes: ['workspaces:*'], selectors });
    const make = async (userId: number) =>
      server.request<{ thread: { user_id: number | null } }>('POST', '/v1/workspace/docs/thread/new', {
        body: { userId },
        key,
      });
    expect((await make(bob)).body.thread.user_id).toBe(bob);
    for (const userId of [ann, 9_999]) expect((await make(userId)).body.thread.user_id).toBe(null);
  });

  test('a user who is removed leaves no membership, thread or chat behind', async () => {
    const eve = await newUser(server, 'eve');
    await manage('docs', { userIds: [eve] });
    await server.request('POST', '/v1/workspace/docs/thread/new', { body: { userId: eve, slug: 'eves' } });
    await recordChat(server, 'docs', { prompt: 'in her thread', threadSlug: 'eves' });
    await recordChat(server, 'docs', { prompt: 'hers', userId: eve });
    await recordChat(server, 'docs', { prompt: 'another’s', userId: ann });
    await deleteUser(server.app.core.identity, SYSTEM, eve);
    expect(await names(docs)).not.toContain('eve');
    const { body } = await server.request<{ history: Message[] }>('GET', '/v1/workspace/docs/chats');
    expect(promptsOf(body.history)).toEqual(['another’s']);
    const thread = await server.request('GET', '/v1/workspace/docs/thread/eves/chats');
    expect(thread.status).toBe(404);
  });

  test('who is invited to workspaces joins those that are there', async () => {
    const { members } = workspacesOf(server);
    const gone = await workspaceId(server, 'Gone soon');
    await server.request('DELETE', '/v1/workspace/gone-soon');
    const ivy = await newUser(server, 'ivy');
    await server.app.core.storage.transaction((tx) =>
      memberships.join(tx, { userId: ivy, workspaceIds: [docs, gone, 99_999, docs], at: 1 }),
    );
    const seen = await members.workspacesFor({ id: ivy, role: 'default' });
    expect(seen.map(({ slug }) => slug)).toEqual(['docs']);
  });

  test('who accepts an invite to workspaces joins them', async () => {
    const invited = await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new', {
      body: { workspaceIds: [docs, 99_999] },
    });
    const accepted = await server.request('POST', `/api/invite/${invited.body.invite.code}`, {
      key: null,
      body: { username: 'guest', password: PASSWORD },
    });
    expect(accepted.status).toBe(200);
    expect(await names(docs)).toContain('guest');
  });

  test('every change has its audit record', async () => {
    const id = await workspaceId(server, 'Recorded');
    await replace(id, { userIds: [ann] });
    await manage('recorded', { userIds: [bob] });
    const { body } = await server.request<{ items: { action: string; details: object }[] }>(
      'GET',
      `/v1/audit?target=workspace:${id}&action=workspaces.members`,
    );
    expect(body.items.map(({ details }) => details)).toMatchObject([
      { slug: 'recorded', user_ids: [bob], replace: false },
      { slug: 'recorded', user_ids: [ann], replace: true },
    ]);
  });
});

describeOnBothServers('workspaces of a session', (start) => {
  let server: TestServer;
  const tokens = new Map<string, string>();
  const ask = <T>(username: string, path: string, body?: object) =>
    server.request<T>(body === undefined ? 'GET' : 'POST', `/api${path}`, {
      key: tokens.get(username) ?? '',
      body,
    });
  type List = { workspaces: { slug: string }[] };
  type Suggested = { suggestedMessages: object[] };
  const suggestions = [
    { heading: 'Start', message: 'What is this?' },
    { heading: '', message: 'More' },
  ];

  beforeAll(async () => {
    server = await start();
    for (const name of ['Docs', 'Hidden']) await workspaceId(server, name);
    await enable(server);
    const members = { root: 'admin', max: 'manager', dan: 'default' } as const;
    for (const [username, role] of Object.entries(members)) {
      const id = username === 'root' ? 0 : await newUser(server, username, role);
      if (username === 'dan') {
        const body = { userIds: [id] };
        await server.request('POST', '/v1/admin/workspaces/docs/manage-users', { body });
      }
      const { body } = await server.request<{ token: string }>('POST', '/api/request-token', {
        key: null,
        body: { username, password: PASSWORD },
      });
      tokens.set(username, body.token);
    }
  });

  test.for([
    ['root', 'docs,hidden'],
    ['max', 'docs,hidden'],
    ['dan', 'docs'],
  ] as const)('%s is shown %s', async ([username, slugs]) => {
    const { status, body } = await ask<List>(username, '/workspaces');
    expect([status, body.workspaces.map(({ slug }) => slug).join(',')]).toEqual([200, slugs]);
  });

  test('one that a user may not use is answered like one that nobody has', async () => {
    const found = await ask<{ workspace: object }>('dan', '/workspace/docs');
    expect(found.body.workspace).toMatchObject({ slug: 'docs', documents: [], currentContextTokenCount: 0 });
    expect(Object.keys(found.body.workspace).slice(-3).join(' ')).toBe(
      'documents contextWindow currentContextTokenCount',
    );
    expect((await ask('dan', '/workspace/hidden')).text).toBe('{"workspace":null}');
    expect((await ask('dan', '/workspace/nope')).text).toBe('{"workspace":null}');
    expect((await ask('max', '/workspace/hidden')).text).toContain('"slug":"hidden"');
  });

  test('suggested messages are set by managers and shown to members', async () => {
    const path = '/workspace/docs/suggested-messages';
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toEqual([]);
    expect((await ask('max', path, { messages: suggestions })).status).toBe(200);
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toEqual(suggestions);
    expect((await ask('root', path, { suggestedMessages: suggestions.slice(0, 1) })).status).toBe(200);
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toEqual(suggestions.slice(0, 1));
    const refused = await ask('dan', path, { messages: [] });
    expect([refused.status, refused.text]).toEqual([401, 'Unauthorized']);
    for (const messages of ['x', 5, [5], [null], {}])
      expect((await ask('max', path, { messages })).status).toBe(400);
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toHaveLength(1);
    await ask('max', path, { messages: [] });
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toEqual([]);
  });

  test('those of a workspace that a user may not use are not shown', async () => {
    const path = '/workspace/hidden/suggested-messages';
    await ask('max', path, { messages: suggestions });
    expect((await ask<Suggested>('dan', path)).body.suggestedMessages).toEqual([]);
    expect((await ask('max', '/workspace/nope/suggested-messages', { messages: [] })).status).toBe(404);
  });

  test('users say what they think of answers to themselves, and of no others', async () => {
    const dan = (await server.app.core.identity.listUsers()).find(({ username }) => username === 'dan');
    const own = await recordChat(server, 'docs', { prompt: 'own', userId: dan?.id ?? 0 });
    const other = await recordChat(server, 'docs', { prompt: 'other' });
    const elsewhere = await recordChat(server, 'hidden', { prompt: 'elsewhere', userId: dan?.id ?? 0 });
    const score = (slug: string, id: number | string, feedback: unknown) =>
      ask('dan', `/workspace/${slug}/chat-feedback/${id}`, { feedback });
    const shown = async () => {
      const { body } = await server.request<{ history: { feedbackScore?: boolean | null }[] }>(
        'GET',
        '/v1/workspace/docs/chats',
      );
      return body.history.flatMap(({ feedbackScore }) =>
        feedbackScore === undefined ? [] : [feedbackScore],
      );
    };
    expect((await score('docs', own.id, true)).text).toBe('{"success":true}');
    expect(await shown()).toEqual([true, null]);
    for (const [slug, id] of [
      ['docs', other.id],
      ['docs', elsewhere.id],
      ['hidden', elsewhere.id],
      ['nope', own.id],
      ['docs', 'x'],
    ] as const) {
      const answer = await score(slug, id, false);
      expect([answer.status, answer.text]).toEqual([404, 'Not Found']);
    }
    expect((await score('docs', own.id, null)).status).toBe(200);
    expect(await shown()).toEqual([null, null]);
  });

  test('the administrator of an instance without users sees all', async () => {
    const single = await start();
    await workspaceId(single, 'Docs');
    const login = { key: null, body: { password: single.adminKey } };
    const { body } = await single.request<{ token: string }>('POST', '/api/request-token', login);
    const list = await single.request<List>('GET', '/api/workspaces', { key: body.token });
    expect(list.body.workspaces.map(({ slug }) => slug)).toEqual(['docs']);
    const path = '/api/workspace/docs/suggested-messages';
    await single.request('POST', path, { key: body.token, body: { messages: suggestions } });
    const read = await single.request<Suggested>('GET', path, { key: body.token });
    expect(read.body.suggestedMessages).toEqual(suggestions);
  });

  test('a key opens none of it', async () => {
    for (const path of ['/workspaces', '/workspace/docs', '/workspace/docs/suggested-messages']) {
      expect((await server.request('GET', `/api${path}`)).status).toBe(401);
    }
  });
});
