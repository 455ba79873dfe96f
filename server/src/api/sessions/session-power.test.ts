import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { startChats, type ChatServer } from '../../chat/chats.fixture.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf } from './browser.fixture.ts';

interface Made {
  code: string;
  key: { id: string; owner: { id: string } };
}
const BUDGET = { name: 'monthly', unit: 'tokens', amount: '1000', period: 'month' };
const said = ({ status, body }: Answer<unknown>): [number, string | undefined] => [
  status,
  (body as { code?: string }).code,
];

describeOnBothServers('the bounds of a person', (start) => {
  let server: TestServer;
  let browser: Browser;
  let ownerId: string;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    browser = await browserAs(server, 'admin', 'ada');
    ownerId = (await browser.state()).session!.owner_id;
    await server.request('PATCH', `/v1/owners/${ownerId}`, { body: { budgets: [BUDGET] } });
  });

  const mint = (fields: object) =>
    browser.send<Made>('POST', '/v1/keys', { body: { name: 'k', role: 'client', ...fields } });

  test('a person with a budget makes keys that count against it, and none of another owner', async () => {
    const own = await mint({});
    expect([own.status, own.body.key.owner.id]).toEqual([201, ownerId]);
    const { body: other } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Others', kind: 'team' },
    });
    // Also with a budget as large as the own one: it would be a second one.
    for (const fields of [{ owner: other.id }, { owner: other.id, budgets: [BUDGET] }])
      expect(said(await mint(fields))).toEqual([403, 'scope_escalation']);
    const theirs = await server.mint({ owner: other.id, budgets: [BUDGET] });
    const changes = [
      ['POST', `/v1/keys/${theirs.id}/rotate`, undefined],
      ['PATCH', `/v1/keys/${theirs.id}`, { budgets: [] }],
    ] as const;
    for (const [method, path, body] of changes)
      expect([path, ...said(await browser.send(method, path, { body }))]).toEqual([
        path,
        403,
        'scope_escalation',
      ]);
  });

  test('a person neither loosens nor ends the owner that bounds it', async () => {
    const change = (body: object) => browser.send('PATCH', `/v1/owners/${ownerId}`, { body });
    expect(said(await change({ budgets: [] }))).toEqual([403, 'scope_escalation']);
    expect(said(await change({ budgets: [{ ...BUDGET, amount: '2000' }] }))).toEqual([
      403,
      'scope_escalation',
    ]);
    expect(said(await change({ state: 'suspended' }))).toEqual([409, 'conflict']);
    expect((await browser.send('DELETE', `/v1/owners/${ownerId}`)).status).toBe(409);
    expect(await browser.status()).toBe(200);
  });

  test('requests of a session count against the limits of its owner, and for it in the report', async () => {
    const lin = await browserAs(server, 'admin', 'lin');
    const { session } = await lin.state();
    const limits = [{ name: 'slow', requests: 3, window_seconds: 3_600 }];
    await server.request('PATCH', `/v1/owners/${session?.owner_id}`, { body: { limits } });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await lin.send('GET', '/v1/keys'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const report = async () => {
      const { body } = await server.request<{ items: { group: Record<string, string>; requests: number }[] }>(
        'GET',
        '/v1/usage?group_by=owner,key',
      );
      return body.items.filter(({ group }) => Object.values(group).includes(session?.owner_id ?? ''));
    };
    await expect.poll(async () => (await report()).reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
    expect(Object.values((await report())[0]?.group ?? {})).toContain(`user:${session?.user?.id}`);
  });

  test('the same Idempotency-Key of two people makes two keys, and of one person one', async () => {
    const two = await Promise.all(['sam', 'pat'].map((name) => browserAs(server, 'admin', name)));
    const send = (one: Browser) =>
      one.send<Made>('POST', '/v1/keys', {
        body: { name: 'once', role: 'client' },
        headers: { 'idempotency-key': 'same' },
      });
    for (const one of two) expect((await send(one)).status).toBe(201);
    for (const one of two) expect(said(await send(one))).toEqual([409, 'idempotent_repeat']);
  });

  test('a manager sees and stops its own requests only', async () => {
    const manager = await browserAs(server, 'manager', 'max');
    const list = await manager.send<{ items: { id: string; key_id: null; route: string }[] }>(
      'GET',
      '/v1/running',
    );
    expect(list.body.items.map(({ route, key_id }) => [route, key_id])).toEqual([['running.list', null]]);
    expect(said(await manager.send('POST', '/v1/running/run_000000000000_1/stop'))).toEqual([
      404,
      'not_found',
    ]);
    const stop = await manager.send('POST', '/v1/running/stop', { body: { owner: ownerId } });
    expect(said(stop)).toEqual([403, 'insufficient_scope']);
  });

  test('a manager makes no administrator, and takes nothing from one', async () => {
    const manager = await browserAs(server, 'manager', 'eve');
    const body = { username: 'backdoor', password: PASSWORD, role: 'admin' };
    for (const path of ['/v1/admin/users/new', '/api/admin/users/new'])
      expect((await manager.send('POST', path, { body })).body).toMatchObject({ user: null });
    const adaId = (await browser.state()).session?.user?.id;
    for (const path of [`/v1/admin/users/${adaId}`, `/api/admin/user/${adaId}`])
      expect((await manager.send('POST', path, { body: { suspended: 1 } })).body).toMatchObject({
        success: false,
      });
    expect(await browser.status()).toBe(200);
  });
});

describeOnBothServers('chats in a session', (start) => {
  let chats: ChatServer;
  let eve: Browser;
  let sam: Browser;
  beforeAll(async () => {
    chats = await startChats(start);
    const { server } = chats;
    await enableUsers(server);
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
    await chats.post('/workspace/docs/thread/new', { slug: 'side' });
    await chats.post('/workspace/docs/chat', { message: 'a word of the key' });
    eve = await browserAs(server, 'default', 'eve');
    sam = await browserAs(server, 'default', 'sam');
    const ids = [];
    for (const one of [eve, sam]) ids.push((await one.state()).session?.user?.id);
    await chats.post('/admin/workspaces/docs/manage-users', { userIds: ids });
    await server.request('POST', `/v1/admin/users/${ids[0]}`, { body: { dailyMessageLimit: 2 } });
  });
  afterAll(() => chats.upstream.close());

  const ask = (one: Browser, path: string, body: object) =>
    one.send<{ textResponse: string | null }>('POST', `/api/v1${path}`, { body });

  test('a member chats as itself within its limit, on every route, and reads its own chats alone', async () => {
    expect((await ask(sam, '/workspace/docs/chat', { message: 'a word of sam' })).body).toMatchObject({
      textResponse: 'Good day.',
    });
    const messages = [{ role: 'user', content: 'a word of eve' }];
    const model = { model: 'docs', messages };
    expect((await ask(eve, '/openai/chat/completions', model)).status).toBe(200);
    expect((await ask(eve, '/workspace/docs/chat', { message: 'another word of eve' })).status).toBe(200);
    for (const stream of [false, true])
      expect((await ask(eve, '/openai/chat/completions', { ...model, stream })).status).toBe(429);
    for (const verb of ['chat', 'stream-chat'])
      expect((await ask(eve, `/workspace/docs/${verb}`, { message: 'a third' })).status).toBe(429);
    const { text } = await eve.send('GET', '/api/v1/workspace/docs/chats');
    expect(text).toContain('another word of eve');
    expect(text).not.toMatch(/of sam|of the key/);
    // What went to the model with the question of eve.
    expect(JSON.stringify(chats.asked().at(-1))).not.toMatch(/of sam|of the key/);
  });

  test('what shows chats and threads of others is closed to members', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/workspace/docs/thread/side/chats'],
      ['POST', '/api/v1/workspace/docs/thread/side/chat'],
      ['POST', '/api/v1/admin/workspace-chats'],
      ['GET', '/api/v1/system/export-chats'],
    ] as const)
      expect([path, (await sam.send(method, path)).status]).toEqual([path, 403]);
    const list = await sam.send('GET', '/api/v1/workspaces');
    expect(list.text).not.toContain('"side"');
    expect((await sam.send('GET', '/api/v1/workspace/docs')).text).not.toContain('"side"');
  });

  test('a workspace that a member leaves is gone for its session at once', async () => {
    const list = async (): Promise<string> => (await sam.send('GET', '/api/v1/workspaces')).text;
    expect(await list()).toContain('"docs"');
    const body = { userIds: [(await eve.state()).session?.user?.id], reset: true };
    await chats.server.request('POST', '/v1/admin/workspaces/docs/manage-users', { body });
    expect(await list()).not.toContain('"docs"');
    expect((await ask(sam, '/workspace/docs/chat', { message: 'x' })).status).toBe(400);
  });

  test('a person with a limit on messages makes no key without one', async () => {
    const { server } = chats;
    const admin = await browserOf(server, { username: 'admin', password: PASSWORD });
    const id = (await admin.state()).session?.user?.id;
    const other = await browserAs(server, 'admin', 'root');
    await other.send('POST', `/v1/admin/users/${id}`, { body: { dailyMessageLimit: 5 } });
    const chatting = { name: 'k', scopes: ['workspaces:chat'] };
    expect(said(await admin.send('POST', '/v1/keys', { body: chatting }))).toEqual([403, 'scope_escalation']);
  });
});
