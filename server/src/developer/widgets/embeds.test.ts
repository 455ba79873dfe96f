import { beforeAll, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { bringEmbedChat } from '../../widgets/index.ts';

interface Made {
  embed: { id: number; uuid: string; allowlist_domains: string | null; [name: string]: unknown };
  error: null;
}

const SCOPES = ['embeds:manage', 'workspaces:chat'];

describeOnBothServers('chat widgets over the Developer API', (start) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await start();
    for (const name of ['Docs', 'Secret']) {
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    }
  });

  const create = (body: object, key?: string) =>
    server.request<Made>('POST', '/v1/embed/new', { body, ...(key === undefined ? {} : { key }) });
  const boundKey = async (): Promise<string> =>
    (await server.mint({ scopes: SCOPES, selectors: { workspaces: { allow: ['docs'] } } })).secret;

  it('are made with what clients send, members in their order', async () => {
    const { status, body } = await create({
      workspace_slug: 'docs',
      chat_mode: 'chat',
      allowlist_domains: ['example.com'],
      allow_model_override: true,
      allow_temperature_override: true,
      allow_prompt_override: true,
      max_chats_per_day: 100,
      max_chats_per_session: '10',
      message_limit: 0.5,
      enabled: false,
    });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['embed', 'error']);
    expect(Object.keys(body.embed)).toEqual([
      'id',
      'uuid',
      'enabled',
      'chat_mode',
      'allowlist_domains',
      'allow_model_override',
      'allow_temperature_override',
      'allow_prompt_override',
      'max_chats_per_day',
      'max_chats_per_session',
      'message_limit',
      'workspace_id',
      'createdBy',
      'usersId',
      'createdAt',
    ]);
    expect(body.embed).toMatchObject({
      enabled: true,
      chat_mode: 'chat',
      allowlist_domains: '["https://example.com"]',
      max_chats_per_day: 100,
      allow_model_override: true,
      allow_temperature_override: true,
      allow_prompt_override: true,
      max_chats_per_session: 10,
      message_limit: 1,
      createdBy: null,
      usersId: null,
    });
  });

  it('are not made without a workspace, nor of one that is not there', async () => {
    const without = await create({});
    expect([without.status, without.text]).toEqual([400, '{"error":"Workspace slug is required"}']);
    const unknown = await create({ workspace_slug: 'nope' });
    expect([unknown.status, unknown.text]).toEqual([404, '{"error":"Workspace not found"}']);
  });

  it('are refused with an unreadable allow-list', async () => {
    const allowlist_domains = ['ftp://example.com'];
    const made = await create({ workspace_slug: 'docs', allowlist_domains });
    expect(made.status).toBe(400);
    expect(made.text).toMatch(/^\{"error":"allowlist_domains cannot be read/);
    const { body } = await create({ workspace_slug: 'docs', allowlist_domains: ['https://a.b'] });
    const changed = await server.request('POST', `/v1/embed/${body.embed.uuid}`, {
      body: { allowlist_domains },
    });
    expect(changed.status).toBe(400);
    const { db } = server.app.core.storage;
    const rows = await db
      .withTables<{ embeds: { uuid: string; allowlist_domains: string | null } }>()
      .selectFrom('embeds')
      .select('allowlist_domains')
      .where('uuid', '=', body.embed.uuid)
      .execute();
    expect(rows).toEqual([{ allowlist_domains: '["https://a.b"]' }]);
  });

  it('are listed with their workspace and how many chats they had', async () => {
    const { body } = await create({ workspace_slug: 'docs' });
    const list = await server.request<{ embeds: Record<string, unknown>[] }>('GET', '/v1/embed');
    const listed = list.body.embeds.find(({ uuid }) => uuid === body.embed.uuid);
    expect(Object.keys(listed ?? {})).toEqual([
      'id',
      'uuid',
      'enabled',
      'chat_mode',
      'createdAt',
      'workspace',
      'chat_count',
    ]);
    expect(listed).toMatchObject({ workspace: { name: 'Docs' }, chat_count: 0 });
  });

  it('are shown one by one with all their settings, and with the next step where they answer nobody', async () => {
    const { id, secret } = await server.mint({ scopes: SCOPES });
    const { embed } = (await create({ workspace_slug: 'docs', max_chats_per_day: 7 }, secret)).body;
    const get = () => server.request<{ embed: object }>('GET', `/v1/embed/${embed.uuid}`);
    const workspace = { id: embed['workspace_id'], name: 'Docs', slug: 'docs' };
    expect((await get()).body).toEqual({ embed: { ...embed, workspace } });
    await server.request('POST', `/v1/keys/${id}/revoke`, { body: { reason: 'a test' } });
    const message = expect.stringContaining('adopt') as string;
    expect((await get()).body.embed).toMatchObject({ max_chats_per_day: 7, state: 'ended', message });
    const unknown = await server.request('GET', '/v1/embed/nope');
    expect([unknown.status, unknown.text]).toEqual([404, '{"error":"Embed not found"}']);
  });

  it('are changed by what is named, and by nothing where nothing is', async () => {
    const { embed } = (await create({ workspace_slug: 'docs', chat_mode: 'chat' })).body;
    const change = (body: object) => server.request('POST', `/v1/embed/${embed.uuid}`, { body });
    expect((await change({ bogus: 1, workspace_slug: 'secret' })).text).toBe('{}');
    expect((await change({ enabled: false })).text).toBe('{"success":true,"error":null}');
    const { body } = await server.request<{ embeds: Record<string, unknown>[] }>('GET', '/v1/embed');
    expect(body.embeds.find(({ uuid }) => uuid === embed.uuid)).toMatchObject({
      enabled: false,
      chat_mode: 'chat',
    });
  });

  it('are gone with their chats when they are removed, and a second time not found', async () => {
    const { embed } = (await create({ workspace_slug: 'docs' })).body;
    const first = await server.request('DELETE', `/v1/embed/${embed.uuid}`);
    expect([first.status, first.text]).toEqual([200, '{"success":true,"error":null}']);
    const second = await server.request('DELETE', `/v1/embed/${embed.uuid}`);
    expect([second.status, second.text]).toEqual([404, '{"error":"Embed not found"}']);
    const changed = await server.request('POST', '/v1/embed/nope', { body: { enabled: true } });
    expect([changed.status, changed.text]).toEqual([404, '{"error":"Embed not found"}']);
    expect((await server.request('GET', '/v1/embed/nope/chats')).text).toBe('{"chats":[]}');
    expect((await server.request('GET', '/v1/embed/nope/chats/x')).text).toBe('{"chats":[]}');
  });

  it('show every chat that they had, however many', async () => {
    const { embed } = (await create({ workspace_slug: 'docs' })).body;
    const chats = 120;
    await server.app.core.storage.transaction(async (tx) => {
      for (let i = 1; i <= chats; i++)
        await bringEmbedChat(tx, {
          id: 1_000 + i,
          embedId: embed.id,
          sessionId: i % 2 === 0 ? 'even' : 'odd',
          prompt: `question ${i}`,
          response: '{}',
          included: 1,
          connectionInformation: '{}',
          createdAt: i,
        });
    });
    const prompts = async (path: string) => {
      const { body } = await server.request<{ chats: { prompt: string }[] }>('GET', `/v1/embed/${path}`);
      return body.chats.map(({ prompt }) => prompt);
    };
    const all = Array.from({ length: chats }, (_, i) => `question ${i + 1}`);
    expect(await prompts(`${embed.uuid}/chats`)).toEqual(all);
    expect(await prompts(`${embed.uuid}/chats/even`)).toEqual(all.filter((_, i) => i % 2 === 1));
  });

  it('go with their workspace', async () => {
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Passing' } });
    const { embed } = (await create({ workspace_slug: 'passing' })).body;
    expect((await server.request('DELETE', '/v1/workspace/passing')).status).toBe(200);
    expect((await server.request('DELETE', `/v1/embed/${embed.uuid}`)).status).toBe(404);
  });

  it('need the scope embeds:manage', async () => {
    const { secret: key } = await server.mint({ scopes: ['workspaces:read'] });
    const { embed } = (await create({ workspace_slug: 'docs' })).body;
    const requests: [string, string][] = [
      ['GET', '/v1/embed'],
      ['GET', `/v1/embed/${embed.uuid}`],
      ['GET', `/v1/embed/${embed.uuid}/chats`],
      ['GET', `/v1/embed/${embed.uuid}/chats/x`],
      ['POST', '/v1/embed/new'],
      ['POST', `/v1/embed/${embed.uuid}`],
      ['POST', `/v1/embed/${embed.uuid}/adopt`],
      ['DELETE', `/v1/embed/${embed.uuid}`],
    ];
    for (const [method, path] of requests) {
      const { status, text } = await server.request(method, path, { key });
      expect([path, status]).toEqual([path, 403]);
      expect(text).toContain('embeds:manage');
      expect((await server.request(method, path, { key: null })).status).toBe(403);
    }
  });

  it('of a workspace that a key does not cover are, for it, not there at all', async () => {
    const key = await boundKey();
    const mine = (await create({ workspace_slug: 'docs' }, key)).body.embed;
    const theirs = (await create({ workspace_slug: 'secret' })).body.embed;
    const same = async (method: string, path: (uuid: string) => string, body?: object) => {
      const options = body === undefined ? { key } : { key, body };
      const other = await server.request(method, path(theirs.uuid), options);
      const unknown = await server.request(method, path('11111111-1111-4111-8111-111111111111'), options);
      expect([other.status, other.text]).toEqual([unknown.status, unknown.text]);
    };
    await same('GET', (uuid) => `/v1/embed/${uuid}`);
    await same('GET', (uuid) => `/v1/embed/${uuid}/chats`);
    await same('GET', (uuid) => `/v1/embed/${uuid}/chats/x`);
    await same('POST', (uuid) => `/v1/embed/${uuid}`, { enabled: false });
    await same('POST', (uuid) => `/v1/embed/${uuid}`, {});
    await same('POST', (uuid) => `/v1/embed/${uuid}/adopt`);
    await same('DELETE', (uuid) => `/v1/embed/${uuid}`);
    const making = await create({ workspace_slug: 'secret' }, key);
    expect([making.status, making.text]).toEqual([404, '{"error":"Workspace not found"}']);
    const moving = await server.request('POST', `/v1/embed/${mine.uuid}`, {
      key,
      body: { workspace_id: theirs['workspace_id'] },
    });
    expect([moving.status, moving.text]).toEqual([404, '{"error":"Workspace not found"}']);
    const list = await server.request<{ embeds: { uuid: string }[] }>('GET', '/v1/embed', { key });
    const uuids = list.body.embeds.map(({ uuid }) => uuid);
    expect(uuids).toContain(mine.uuid);
    expect(uuids).not.toContain(theirs.uuid);
    expect(list.text).not.toContain('Secret');
  });

  it('leave a record of each change, without the sites', async () => {
    const { embed } = (await create({ workspace_slug: 'docs', allowlist_domains: 'private.example' })).body;
    await server.request('POST', `/v1/embed/${embed.uuid}`, { body: { enabled: false } });
    await server.request('POST', `/v1/embed/${embed.uuid}/adopt`);
    await server.request('DELETE', `/v1/embed/${embed.uuid}`);
    const { text, body } = await server.request<{ items: { action: string; target: string }[] }>(
      'GET',
      '/v1/audit?limit=20',
    );
    const actions = body.items.filter(({ target }) => target === embed.uuid).map(({ action }) => action);
    expect(actions.sort()).toEqual(['embeds.adopt', 'embeds.create', 'embeds.delete', 'embeds.update']);
    expect(text).not.toContain('private.example');
  });
});
