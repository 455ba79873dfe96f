import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../../test/server.ts';
import type { viewWorkspace } from '../schemas.ts';

type WorkspaceView = ReturnType<typeof viewWorkspace>;
type Made = { workspace: WorkspaceView; message: string | null };

const MEMBERS =
  'id,name,slug,vectorTag,createdAt,openAiTemp,openAiHistory,lastUpdatedAt,openAiPrompt,similarityThreshold,chatProvider,' +
  'chatModel,topN,chatMode,pfpFilename,agentProvider,agentModel,queryRefusalResponse,vectorSearchMode,router_id';

describeOnBothServers('workspaces of the Developer API', (start) => {
  let server: TestServer;
  const make = (body: unknown) => server.request<Made>('POST', '/api/v1/workspace/new', { body });
  const update = (slug: string, body: object) =>
    server.request<Made>('POST', `/v1/workspace/${slug}/update`, { body });
  const get = (slug: string) =>
    server.request<{ workspace: WorkspaceView[] }>('GET', `/v1/workspace/${slug}`);

  beforeAll(async () => {
    server = await start();
  });

  test('a new one has the defaults, its members in the order that clients know', async () => {
    const { status, body } = await make({ name: 'Docs' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['workspace', 'message']);
    expect(Object.keys(body.workspace).join(',')).toBe(MEMBERS);
    const { id, createdAt, lastUpdatedAt, openAiPrompt, ...rest } = body.workspace;
    expect(id).toBeGreaterThan(0);
    expect([createdAt, new Date(createdAt).toISOString()]).toEqual([lastUpdatedAt, createdAt]);
    expect(openAiPrompt).toContain('{datetime}');
    expect({ ...rest, message: body.message }).toEqual({
      name: 'Docs',
      slug: 'docs',
      vectorTag: null,
      openAiTemp: null,
      openAiHistory: 20,
      similarityThreshold: 0.25,
      chatProvider: null,
      chatModel: null,
      topN: 4,
      chatMode: 'automatic',
      pfpFilename: null,
      agentProvider: null,
      agentModel: null,
      queryRefusalResponse: null,
      vectorSearchMode: 'default',
      router_id: null,
      message: null,
    });
  });

  test('a bad value of a new workspace is clamped, and unknown members are ignored', async () => {
    const { body } = await make({
      name: 'Clamped',
      similarityThreshold: 7,
      id: 99_999,
      slug: 'mine',
      unknown: 1,
    });
    expect(body.workspace).toMatchObject({ slug: 'clamped', similarityThreshold: 1 });
    expect(body.workspace.id).toBeLessThan(99_999);
  });

  test.for([{}, undefined, { name: '' }, { name: null }, { name: 5 }, { name: ['x'] }, [], '"name"'])(
    'a workspace without a name is refused: %j',
    async (body) => {
      const answer = await make(body);
      expect([answer.status, answer.text]).toEqual([
        400,
        '{"workspace":null,"message":"name cannot be null"}',
      ]);
    },
  );

  test.for(['bogus', '', 5, ['hybrid']])(
    'an unknown vectorSearchMode is refused, and changes nothing: %j',
    async (vectorSearchMode) => {
      const refused = await make({ name: 'Searched', vectorSearchMode });
      expect([refused.status, refused.body.workspace]).toEqual([400, null]);
      expect(refused.text).toContain('vectorSearchMode: must be one of default, ');
      const { slug } = (await make({ name: 'Searching', vectorSearchMode: 'hybrid' })).body.workspace;
      const body = { vectorSearchMode, topN: 9 };
      const kept = await server.request('POST', `/v1/workspace/${slug}/update`, { body });
      expect([kept.status, kept.text]).toEqual([
        400,
        expect.stringMatching(/^vectorSearchMode: must be one of/),
      ]);
      expect((await get(slug)).body.workspace[0]).toMatchObject({ vectorSearchMode: 'hybrid', topN: 4 });
    },
  );

  test('a name that is taken gets 8 digits more, also by many at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => make({ name: 'Twin' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const slugs = answers.map(({ body }) => body.workspace.slug);
    expect(new Set(slugs).size).toBe(8);
    expect(slugs.filter((slug) => slug === 'twin')).toHaveLength(1);
    for (const slug of slugs) expect(slug).toMatch(/^twin(-\d{8})?$/);
    expect(new Set(answers.map(({ body }) => body.workspace.id)).size).toBe(8);
  });

  test('a name of which nothing can stand in an address still makes one', async () => {
    const { body } = await make({ name: '日本語' });
    expect(body.workspace).toMatchObject({ name: '日本語' });
    expect((await get(body.workspace.slug)).body.workspace[0]?.id).toBe(body.workspace.id);
  });

  test('got in a list, which is empty for a slug that nobody has', async () => {
    const made = await make({ name: 'Got' });
    const { body } = await get('got');
    expect(Object.keys(body.workspace[0] ?? {}).join(',')).toBe(`${MEMBERS},documents,threads`);
    expect(body.workspace).toEqual([{ ...made.body.workspace, documents: [], threads: [] }]);
    expect((await get('nope')).text).toBe('{"workspace":[]}');
  });

  test('listed in the order in which they were made, with their threads', async () => {
    const first = await make({ name: 'Listed one' });
    const second = await make({ name: 'Listed two' });
    await server.request('POST', '/v1/workspace/listed-one/thread/new', { body: { name: 'T', slug: 'T' } });
    const { body } = await server.request<{ workspaces: WorkspaceView[] }>('GET', '/v1/workspaces');
    const listed = body.workspaces.filter(({ slug }) => slug.startsWith('listed-'));
    expect(listed).toEqual([
      { ...first.body.workspace, threads: [{ user_id: null, slug: 'T', name: 'T' }] },
      { ...second.body.workspace, threads: [] },
    ]);
    expect(Object.keys(listed[0] ?? {}).join(',')).toBe(`${MEMBERS},threads`);
  });

  test('changed in what can be changed', async () => {
    const made = await make({ name: 'Changed', openAiTemp: 0.9 });
    const { status, body } = await update('changed', { chatMode: 'chat', openAiTemp: 0.2, name: 'Other' });
    expect([status, body.message]).toEqual([200, null]);
    const changed = { ...made.body.workspace, name: 'Other', chatMode: 'chat', openAiTemp: 0.2 };
    // Also lastUpdatedAt, which clients know as the moment at which it was made.
    expect(body.workspace).toEqual(changed);
    expect((await get('changed')).body.workspace[0]).toMatchObject(body.workspace);
    const cleared = await update('changed', { chatProvider: 'default', openAiPrompt: '', router_id: 'x' });
    expect(cleared.body.workspace).toMatchObject({
      chatProvider: null,
      chatModel: null,
      openAiPrompt: null,
      router_id: null,
    });
  });

  test('nothing to change says so; a slug that nobody has is a bad request', async () => {
    const { body } = await make({ name: 'Still' });
    const nothing = await update('still', { nope: 1 });
    expect([nothing.status, nothing.body]).toEqual([
      200,
      { workspace: { id: body.workspace.id }, message: 'No valid fields to update!' },
    ]);
    const unknown = await update('nope', { name: 'x' });
    expect([unknown.status, unknown.text, unknown.headers.get('content-type')]).toEqual([
      400,
      'Bad Request',
      'text/plain; charset=utf-8',
    ]);
  });

  test('removed with all that is under it, once', async () => {
    await make({ name: 'Gone' });
    await server.request('POST', '/v1/workspace/gone/thread/new', { body: { slug: 't' } });
    const remove = () => server.request('DELETE', '/v1/workspace/gone');
    const answer = await remove();
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
      200,
      'OK',
      'text/plain; charset=utf-8',
    ]);
    const again = await remove();
    expect([again.status, again.text]).toEqual([400, 'Bad Request']);
    expect((await get('gone')).body.workspace).toEqual([]);
    const made = await make({ name: 'Gone' });
    expect(made.body.workspace.slug).toBe('gone');
    const threads = await server.request<{ history: unknown }>('GET', '/v1/workspace/gone/thread/t/chats');
    expect(threads.status).toBe(404);
  });

  test('an address in capitals is found, but a slug is what it is', async () => {
    await make({ name: 'Case' });
    const found = await server.request<{ workspace: unknown[] }>('GET', '/api/V1/Workspace/case/');
    expect(found.body.workspace).toHaveLength(1);
    const other = await server.request<{ workspace: unknown[] }>('GET', '/v1/workspace/CASE');
    expect(other.body.workspace).toHaveLength(0);
  });

  test('every change has its audit record, without the texts of prompts', async () => {
    const { body } = await make({ name: 'Recorded', openAiPrompt: 'whisper' });
    await update('recorded', { openAiPrompt: 'murmur' });
    await server.request('DELETE', '/v1/workspace/recorded');
    const target = `workspace:${body.workspace.id}`;
    const audit = await server.request<{ items: { action: string }[] }>('GET', `/v1/audit?target=${target}`);
    expect(audit.body.items.map(({ action }) => action)).toEqual([
      'workspaces.delete',
      'workspaces.update',
      'workspaces.create',
    ]);
    expect(audit.text).not.toMatch(/whisper|murmur/);
  });
});

describeOnServer('sqlite', 'workspaces under protection', (start) => {
  test('none is removed, whether there is one or not', async () => {
    const server = await start({ KEYWARD_WORKSPACE_DELETION_PROTECTION: 'on' });
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Kept' } });
    for (const slug of ['kept', 'nope']) {
      const { status, body } = await server.request('DELETE', `/v1/workspace/${slug}`);
      expect([status, body]).toEqual([
        403,
        { success: false, error: 'Workspace deletion is blocked by the system administrator.' },
      ]);
    }
    const { body } = await server.request<{ workspaces: unknown[] }>('GET', '/v1/workspaces');
    expect(body.workspaces).toHaveLength(1);
  });
});
