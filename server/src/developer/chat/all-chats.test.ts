import { beforeAll, expect, test } from 'vitest';
import { createUser, enableMultiUser } from '../../identity/index.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { recordChat } from './chats.fixture.ts';

interface AnyChat {
  id: number;
  prompt: string;
  user: { username: string };
}
type Page = { chats: AnyChat[]; hasPages: boolean };

describeOnBothServers('all chats of the Developer API', (start) => {
  let server: TestServer;
  let bound: string;
  let userId: number;
  const all = (body?: unknown, key = server.adminKey) =>
    server.request<Page>('POST', '/v1/admin/workspace-chats', { body, key });
  const exported = (query: string, key = server.adminKey) =>
    server.request('GET', `/v1/system/export-chats${query}`, { key });

  beforeAll(async () => {
    server = await start();
    for (const name of ['One', 'Two']) await server.request('POST', '/v1/workspace/new', { body: { name } });
    ({ secret: bound } = await server.mint({
      scopes: ['workspaces:read'],
      selectors: { workspaces: { allow: ['one'] } },
    }));
    const { identity } = server.app.core;
    await enableMultiUser(identity, { kind: 'system' }, { username: 'root', password: 'password123' });
    ({ id: userId } = await createUser(
      identity,
      { kind: 'system' },
      { username: 'ann', password: 'password123' },
    ));
    await recordChat(server, 'one', { prompt: 'first', apiSessionId: 's' });
    await recordChat(server, 'two', { prompt: 'secret', userId });
    await recordChat(server, 'one', { prompt: 'refused', isIncluded: false, userId });
  });

  test('newest first, members in the order that clients know, with who asked', async () => {
    const { status, body } = await all({ offset: 0 });
    expect([status, body.hasPages]).toEqual([200, false]);
    expect(body.chats.map(({ prompt, user }) => [prompt, user.username])).toEqual([
      ['refused', 'ann'],
      ['secret', 'ann'],
      ['first', 'API'],
    ]);
    expect(Object.keys(body.chats[0] ?? {}).join(',')).toBe(
      'id,workspaceId,prompt,response,include,user_id,thread_id,api_session_id,createdAt,lastUpdatedAt,feedbackScore,' +
        'memoryProcessed,workspace,user',
    );
    expect(body.chats[0]).toMatchObject({
      include: false,
      user_id: userId,
      thread_id: null,
      api_session_id: null,
      feedbackScore: null,
      workspace: { name: 'One', slug: 'one' },
    });
    const { response } = body.chats[0] as unknown as { response: string };
    expect(JSON.parse(response)).toMatchObject({ text: 'About refused', type: 'chat' });
  });

  test.for([undefined, {}, { offset: 'x' }, { offset: -3 }, { offset: null }, { offset: '0' }])(
    'the first page for %j',
    async (body) => {
      expect((await all(body)).body.chats).toHaveLength(3);
    },
  );

  test('a page further on is empty', async () => {
    expect((await all({ offset: 1e15 })).body).toEqual({ chats: [], hasPages: false });
  });

  test('a bound key sees chats of its own workspaces alone, in pages of 20 and in every export', async () => {
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Many' } });
    for (let n = 0; n < 41; n++) {
      await recordChat(server, 'many', { prompt: `m${n}` });
      await recordChat(server, 'two', { prompt: `hidden ${n}` });
    }
    const { secret: key } = await server.mint({
      scopes: ['workspaces:read'],
      selectors: { workspaces: { allow: ['ma*'], deny: ['many-*'] } },
    });
    const pages = await Promise.all([0, 1, 2, 3].map(async (offset) => (await all({ offset }, key)).body));
    expect(pages.map(({ chats, hasPages }) => [chats.length, hasPages])).toEqual([
      [20, true],
      [20, true],
      [1, false],
      [0, false],
    ]);
    expect(pages.flatMap(({ chats }) => chats.map(({ prompt }) => prompt))).toEqual(
      Array.from({ length: 41 }, (_, i) => `m${40 - i}`),
    );
    for (const type of ['json', 'jsonl', 'csv', 'jsonAlpaca']) {
      const { text } = await exported(`?type=${type}`, key);
      expect(text).toContain('m40');
      expect(text).not.toMatch(/hidden|secret|Two/);
      expect((await exported(`?type=${type}`)).text).toContain('hidden 40');
    }
    expect((await all({}, bound)).body.chats.map(({ prompt }) => prompt)).toEqual(['refused', 'first']);
  });

  test('exported as JSON, oldest first', async () => {
    const { status, headers, body } = await exported('?type=json', bound);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const items = body as Record<string, unknown>[];
    expect(items.map((item) => [item['prompt'], item['username'], item['rating']])).toEqual([
      ['first', 'API', '--'],
      ['refused', 'ann', '--'],
    ]);
    expect(Object.keys(items[0] ?? {}).join(',')).toBe(
      'id,prompt,response,sent_at,attachments,workspace,username,rating',
    );
  });

  test('exported as CSV, as lines for training, and as instructions', async () => {
    const csv = await exported('?type=csv', bound);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.text.split('\n').map((line) => line.split(',')[2])).toEqual([
      'prompt',
      '"first"',
      '"refused"',
    ]);
    for (const query of ['', '?type=jsonl']) {
      const lines = await exported(query);
      expect(lines.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
      const values = lines.text.split('\n').map((line) => JSON.parse(line) as { messages: object[] });
      expect(values.length).toBeGreaterThanOrEqual(2);
      expect(Object.keys(values[0]?.messages[0] ?? {})).toEqual(['role', 'content']);
    }
    const alpaca = await exported('?type=jsonAlpaca', bound);
    const first = (alpaca.body as Record<string, string>[])[0];
    expect(Object.keys(first ?? {})).toEqual(['instruction', 'input', 'output']);
    expect(first?.['instruction']).toMatch(/\{datetime\}[^]*\[CONTEXT 0\]:\nA passage\.\n\[END CONTEXT 0\]/);
  });

  test.for(['bogus', '', 'JSON', '__proto__'])(
    'another type, such as %j, is named in the refusal',
    async (type) => {
      const { status, body } = await exported(`?type=${type}`);
      expect([status, body]).toEqual([
        400,
        { message: `Invalid export type: ${type}. Must be one of json, csv, jsonl, jsonAlpaca` },
      ]);
    },
  );

  test('a key that covers nothing gets nothing', async () => {
    const { secret: key } = await server.mint({
      scopes: ['workspaces:read'],
      selectors: { workspaces: { allow: ['none'] } },
    });
    expect((await all({}, key)).body).toEqual({ chats: [], hasPages: false });
    expect((await exported('', key)).text).toBe('');
    expect((await exported('?type=json', key)).text).toBe('[]');
  });

  test('an export that nobody reads to its end ends with its connection', async () => {
    const long = 'x'.repeat(100_000);
    for (let n = 0; n < 30; n++) await recordChat(server, 'two', { prompt: long });
    const before = server.log.length;
    const request = [
      'GET /v1/system/export-chats?type=json HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${server.adminKey}`,
    ].join('\r\n');
    await server.raw(`${request}\r\n\r\n`, { destroyAfterMs: 30 });
    expect((await exported('?type=json')).status).toBe(200);
    expect(server.log.slice(before).join('\n')).not.toContain('broke off');
  });
});
