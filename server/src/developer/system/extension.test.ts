import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type Behaviour, type TestUpstream } from '../../../test/upstream.ts';

const PASSWORD = 'correct horse battery';

interface ShownKey {
  id: number;
  key: string;
  user_id: number | null;
  user: object | null;
}

/** Vectors of three numbers, as many as there are texts. */
const embeddings: Behaviour = (response, received) => {
  const { input } = JSON.parse(received.body.toString()) as { input: string[] };
  const embedding = Buffer.from(Float32Array.from([1, 0, 0]).buffer).toString('base64');
  const data = input.map((_, index) => ({ object: 'embedding', index, embedding }));
  return json({ object: 'list', model: 'e', data, usage: { prompt_tokens: 1, total_tokens: 1 } })(
    response,
    received,
  );
};

describeOnBothServers('the browser extension', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const sessions = new Map<string, string>();

  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(embeddings);
    server = await start();
    for (const name of ['Docs', 'Other'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    const { body } = await server.request<{ token: string }>('POST', '/api/request-token', {
      key: null,
      body: { password: server.adminKey },
    });
    await server.request('POST', '/api/system/enable-multi-user', {
      key: body.token,
      body: { username: 'admin', password: PASSWORD },
    });
    for (const [username, role] of [
      ['manager', 'manager'],
      ['other', 'manager'],
      ['reader', 'default'],
    ])
      await server.request('POST', '/v1/admin/users/new', { body: { username, password: PASSWORD, role } });
    for (const username of ['admin', 'manager', 'other', 'reader'])
      sessions.set(username, await logIn(username));
  });
  afterAll(() => upstream.close());

  async function logIn(username: string): Promise<string> {
    const options = { key: null, body: { username, password: PASSWORD } };
    const { body } = await server.request<{ token: string }>('POST', '/api/request-token', options);
    return body.token;
  }

  const as = <T>(username: string, method: string, path: string, body?: object) =>
    server.request<T>(method, `/api/browser-extension/${path}`, {
      key: sessions.get(username) ?? null,
      ...(body === undefined ? {} : { body }),
    });
  const newKey = async (username: string): Promise<string> =>
    (await as<{ apiKey: string }>(username, 'POST', 'api-keys/new')).body.apiKey;
  const listed = async (username: string): Promise<ShownKey[]> =>
    (await as<{ apiKeys: ShownKey[] }>(username, 'GET', 'api-keys')).body.apiKeys;
  const byKey = <T>(key: string | null, method: string, path: string, body?: object) =>
    server.request<T>(method, `/api/browser-extension/${path}`, {
      key,
      ...(body === undefined ? {} : { body }),
    });
  const workspaceId = async (slug: string): Promise<number> => {
    const { body } = await server.request<{ workspaces: { id: number; slug: string }[] }>(
      'GET',
      '/v1/workspaces',
    );
    return body.workspaces.find((workspace) => workspace.slug === slug)?.id ?? 0;
  };

  it('has keys of its own kind, shown whole once and by their end later', async () => {
    const key = await newKey('manager');
    expect(key).toMatch(/^brx-kw1[0-9A-Za-z]{50}$/);
    const mine = (await listed('manager')).at(-1);
    expect(mine).toEqual({
      id: expect.any(Number) as number,
      key: `brx-…${key.slice(-4)}`,
      user_id: expect.any(Number) as number,
      createdAt: expect.any(String) as string,
      lastUpdatedAt: expect.any(String) as string,
      user: { id: mine?.user_id, username: 'manager', role: 'manager' },
    });
    const texts = [
      (await as('admin', 'GET', 'api-keys')).text,
      (await server.request('GET', '/v1/keys?limit=100')).text,
      (await server.request('GET', '/v1/audit?limit=100')).text,
      server.log.join('\n'),
    ].join('\n');
    expect(texts).not.toContain(key);
    expect(texts).not.toMatch(/password_?hash|\$argon2|\$2[aby]\$/i);
  });

  it('shows managers their own keys and admins all; only they and the owner end one', async () => {
    await newKey('manager');
    const othersKey = await newKey('other');
    const ofOther = await listed('other');
    const others = ofOther.at(-1)?.id ?? 0;
    expect((await listed('manager')).map(({ id }) => id)).not.toContain(others);
    expect((await listed('admin')).map(({ id }) => id)).toContain(others);
    const refused = await as('manager', 'DELETE', `api-keys/${others}`);
    expect([refused.status, refused.text]).toEqual([403, '{"error":"Unauthorized"}']);
    const unknown = await as('manager', 'DELETE', 'api-keys/999999');
    expect([unknown.status, unknown.text]).toEqual([refused.status, refused.text]);
    expect((await byKey(othersKey, 'GET', 'check')).status).toBe(200);
    expect((await as('admin', 'DELETE', `api-keys/${others}`)).text).toBe('{"success":true}');
    expect((await byKey(othersKey, 'GET', 'check')).status).toBe(403);
    expect((await listed('other')).map(({ id }) => id)).not.toContain(others);
  });

  it('ends no key of another kind', async () => {
    const { key } = await server.mint({ scopes: ['workspaces:read'] });
    const { number } = key as unknown as { number?: number };
    const { body } = await server.request<{ apiKeys: { id: number }[] }>('GET', '/api/v1/admin/api-keys');
    const extension = (await listed('admin')).map(({ id }) => id);
    const ordinary = number ?? body.apiKeys.find(({ id }) => !extension.includes(id))?.id ?? 0;
    expect((await as('admin', 'DELETE', `api-keys/${ordinary}`)).status).toBe(403);
  });

  it('is for admins and managers who are logged in, and no key makes one', async () => {
    for (const [method, path] of [
      ['GET', 'api-keys'],
      ['POST', 'api-keys/new'],
      ['DELETE', 'api-keys/1'],
    ] as const) {
      expect([path, (await as('reader', method, path)).status]).toEqual([path, 401]);
      expect([path, (await byKey(null, method, path)).status]).toEqual([path, 401]);
      expect([path, (await byKey(server.adminKey, method, path)).status]).toEqual([path, 401]);
      expect([path, (await byKey(await newKey('manager'), method, path)).status]).toEqual([path, 401]);
    }
  });

  it('sees with its key the workspaces, and that it is connected', async () => {
    const key = await newKey('manager');
    const { status, body } = await byKey<{ workspaces: { slug: string }[]; apiKeyId: number }>(
      key,
      'GET',
      'check',
    );
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['connected', 'workspaces', 'apiKeyId']);
    expect(body.workspaces.map(({ slug }) => slug)).toEqual(['docs', 'other']);
    expect((await listed('manager')).at(-1)?.id).toBe(body.apiKeyId);
    const list = await byKey<{ workspaces: object[] }>(key, 'GET', 'workspaces');
    expect(list.body.workspaces).toEqual(body.workspaces);
  });

  it('takes no other key, and its own opens nothing else', async () => {
    const id = await workspaceId('docs');
    const { secret } = await server.mint({ scopes: ['workspaces:read', 'documents:write'] });
    const { secret: inScope } = await server.mint({ scopes: ['documents:clip'] });
    for (const key of [server.adminKey, inScope]) {
      const answer = await byKey(key, 'GET', 'check');
      expect([answer.status, answer.text]).toEqual([403, '{"error":"No valid API key found."}']);
    }
    for (const key of [server.adminKey, secret, inScope]) {
      expect((await byKey(key, 'GET', 'check')).status).toBe(403);
      const content = { workspaceId: id, textContent: 'text' };
      expect((await byKey(key, 'POST', 'embed-content', content)).status).toBe(403);
      expect((await byKey(key, 'DELETE', 'disconnect')).status).toBe(403);
    }
    expect((await byKey(null, 'GET', 'check')).status).toBe(403);
    const own = await newKey('manager');
    for (const path of [
      '/v1/system',
      '/v1/keys',
      '/v1/admin/users',
      '/v1/embed',
      '/v1/documents',
      '/v1/workspaces',
      '/v1/workspace/docs/chats',
      '/v1/system/export-chats',
    ])
      expect([path, (await server.request('GET', path, { key: own })).status]).toEqual([path, 403]);
  });

  it('stores what was read off a page, and puts it into a workspace where that is wanted', async () => {
    const key = await newKey('manager');
    const id = await workspaceId('docs');
    const page = { title: 'A Page About Newts', url: 'https://newts.example/a' };
    // The extension names no workspace here.
    const stored = await byKey(key, 'POST', 'upload-content', {
      textContent: 'Newts have tails.',
      metadata: page,
    });
    expect([stored.status, stored.text]).toEqual([200, '{"success":true}']);
    const tree = await server.request('GET', '/v1/documents');
    expect(tree.text).toContain('a-page-about-newts');
    const documents = async (): Promise<unknown[]> => {
      const { body } = await server.request<{ workspace: { documents: unknown[] }[] }>(
        'GET',
        '/v1/workspace/docs',
      );
      return body.workspace[0]?.documents ?? [];
    };
    expect(await documents()).toEqual([]);

    const content = { workspaceId: id, textContent: 'Newts like ponds.', metadata: page };
    const without = await byKey<{ message: string }>(key, 'POST', 'embed-content', content);
    expect([without.status, without.body.message]).toEqual([
      200,
      expect.stringContaining('waits to be embedded'),
    ]);
    await server.request('POST', '/v1/system/update-env', {
      body: {
        EmbeddingEngine: 'generic-openai',
        EmbeddingBasePath: upstream.baseUrl,
        EmbeddingModelPref: 'three-numbers',
      },
    });
    const embedded = await byKey(key, 'POST', 'embed-content', content);
    expect([embedded.status, embedded.text]).toEqual([200, '{"success":true}']);
    expect(await documents()).toHaveLength(2);
  });

  it('is refused what is no text and a workspace that is not there', async () => {
    const key = await newKey('manager');
    const id = await workspaceId('docs');
    for (const workspaceId of [999_999, 'x', null, undefined]) {
      const answer = await byKey(key, 'POST', 'embed-content', { workspaceId, textContent: 'text' });
      expect([answer.status, answer.text]).toEqual([404, '{"error":"Workspace not found"}']);
    }
    for (const textContent of ['', '  ', 5, null]) {
      const answer = await byKey(key, 'POST', 'upload-content', { workspaceId: id, textContent });
      expect([answer.status, answer.text]).toEqual([
        400,
        '{"success":false,"error":"There is no text to store."}',
      ]);
    }
  });

  it('lets go of its key', async () => {
    const key = await newKey('manager');
    expect((await byKey(key, 'DELETE', 'disconnect')).text).toBe('{"success":true}');
    expect((await byKey(key, 'GET', 'check')).status).toBe(403);
    expect((await byKey(key, 'DELETE', 'disconnect')).status).toBe(403);
  });

  it('works no longer for a user who is suspended, or neither admin nor manager any more', async () => {
    const { body } = await server.request<{ users: { id: number; username: string }[] }>(
      'GET',
      '/v1/admin/users',
    );
    const id = body.users.find(({ username }) => username === 'other')?.id ?? 0;
    const key = await newKey('other');
    const change = (fields: object) => server.request('POST', `/v1/admin/users/${id}`, { body: fields });
    await change({ suspended: 1 });
    expect((await byKey(key, 'GET', 'check')).status).toBe(403);
    await change({ suspended: 0 });
    expect((await byKey(key, 'GET', 'check')).status).toBe(200);
    await change({ role: 'default' });
    const ended = await byKey(key, 'GET', 'check');
    expect([ended.status, ended.text]).toEqual([403, '{"error":"No valid api key found."}']);
    // Nor does it work where an administrator restores the key.
    const { items } = (
      await server.request<{ items: { id: string }[] }>('GET', '/v1/keys?tag=browser-extension&state=revoked')
    ).body;
    for (const { id } of items) await server.request('POST', `/v1/keys/${id}/restore`);
    const answer = await byKey(key, 'GET', 'check');
    expect([answer.status, answer.text]).toEqual([403, '{"error":"Unauthorized"}']);
    await change({ role: 'manager' });
  });
});

describeOnBothServers('the browser extension on an instance without users', (start) => {
  it('has keys of the one administrator', async () => {
    const server = await start();
    const login = await server.request<{ token: string }>('POST', '/api/request-token', {
      key: null,
      body: { password: server.adminKey },
    });
    const made = await server.request<{ apiKey: string }>('POST', '/api/browser-extension/api-keys/new', {
      key: login.body.token,
    });
    expect(made.status).toBe(200);
    const check = await server.request('GET', '/api/browser-extension/check', { key: made.body.apiKey });
    expect(check.body).toMatchObject({ connected: true, workspaces: [] });
    const { body } = await server.request<{ apiKeys: ShownKey[] }>('GET', '/api/browser-extension/api-keys', {
      key: login.body.token,
    });
    expect(body.apiKeys).toMatchObject([{ user_id: null, user: null }]);
  });
});
