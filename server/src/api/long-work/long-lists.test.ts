import { StatementSync } from 'node:sqlite';
import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { enableUsers } from '../../developer/people/identity.fixture.ts';
import { copyRow } from './long-work.fixture.ts';

/** More than one statement reads, whatever the list. */
const COPIES = 2_100;

interface Named {
  name: string;
}
interface Folder {
  documents: Named[];
  folder?: { items: Named[] };
  totalCount: number;
  hasMore: boolean;
}

describeOnBothServers('a list of thousands', (start, dialect) => {
  let server: TestServer;
  let bound: string;
  let workspaceId: number;
  const get = async <T>(path: string, key?: string): Promise<T> =>
    (await server.request<T>('GET', path, key === undefined ? {} : { key })).body;
  const names = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => `name-${100_001 + from + i}.json`);

  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    const selectors = { workspaces: { allow: ['open*'] } };
    bound = (await server.mint({ role: 'admin', selectors })).secret;
    const user = { username: 'first', password: 'correct horse', role: 'default' };
    const { id } = (
      await server.request<{ user: { id: number } }>('POST', '/v1/admin/users/new', { body: user })
    ).body.user;
    const owner = `'own_copy' || i`;
    const ofUser = `id = (select owner_id from users where id = ${id})`;
    await copyRow(server, {
      table: 'owners',
      where: ofUser,
      count: COPIES,
      change: { id: owner, account: owner, name: `'copy ' || i` },
    });
    const users = { id: '1000 + i', owner_id: owner, username: `'user' || (100000 + i)` };
    await copyRow(server, { table: 'users', where: `id = ${id}`, count: COPIES, change: users });

    const made = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
      body: { name: 'Open' },
    });
    workspaceId = made.body.workspace.id;
    const ofIt = `id = ${workspaceId}`;
    const workspaces = { id: '1000 + i', slug: `'copy-' || i`, name: `'Copy ' || i` };
    await copyRow(server, { table: 'workspaces', where: ofIt, count: COPIES, change: workspaces });
    await server.request('POST', '/v1/workspace/open/thread/new', { body: { slug: 'first' } });
    const threads = { id: '1000 + i', workspace_id: '1000 + i', slug: `'t' || i` };
    await copyRow(server, {
      table: 'workspace_threads',
      where: `slug = 'first'`,
      count: COPIES,
      change: threads,
    });
    const member = { userIds: [id] };
    await server.request('POST', `/v1/admin/workspaces/${workspaceId}/update-users`, { body: member });
    await copyRow(server, {
      table: 'workspace_users',
      where: `user_id = ${id}`,
      count: COPIES,
      change: { user_id: '1000 + i' },
    });
    await server.request('POST', '/v1/embed/new', { body: { workspace_slug: 'open', chat_mode: 'chat' } });
    await copyRow(server, {
      table: 'embeds',
      where: '1 = 1',
      count: COPIES,
      change: { id: '1000 + i', uuid: `'u' || i`, workspace_id: '1000 + i' },
    });

    const raw = { textContent: 'text', metadata: { title: 'one' } };
    await server.request('POST', '/v1/document/raw-text', { body: raw });
    await server.request('POST', '/v1/document/create-folder', { body: { name: 'many' } });
    const documents = { id: `'doc-' || i`, folder: `'many'`, name: `'name-' || (100000 + i) || '.json'` };
    await copyRow(server, { table: 'documents', where: '1 = 1', count: COPIES, change: documents });
    await server.request('POST', '/v1/document/create-folder', { body: { name: 'other' } });
    await copyRow(server, {
      table: 'document_folders',
      where: `name = 'other'`,
      count: COPIES,
      change: { name: `'folder-' || i` },
    });
  });

  test('a list of thousands of users, members, workspaces with threads or widgets has all, in order', async () => {
    const { users } = await get<{ users: { id: number }[] }>('/v1/admin/users');
    const ids = users.map(({ id }) => id);
    expect([ids.length, ids]).toEqual([COPIES + 2, ids.toSorted((a, b) => a - b)]);
    const members = await get<{ users: { userId: number }[] }>(`/v1/admin/workspaces/${workspaceId}/users`);
    expect(new Set(members.users.map(({ userId }) => userId)).size).toBe(COPIES + 1);
    const { workspaces } = await get<{ workspaces: { id: number; threads: { slug: string }[] }[] }>(
      '/v1/workspaces',
    );
    expect(workspaces.map(({ threads }) => threads.length)).toEqual(
      Array.from({ length: COPIES + 1 }, () => 1),
    );
    expect(workspaces.at(-1)?.threads[0]?.slug).toBe(`t${COPIES}`);
    const stores = await get<{ data: { id: string }[] }>('/v1/openai/vector_stores');
    expect(stores.data).toHaveLength(COPIES + 1);
    expect((await get<{ data: unknown[] }>('/v1/openai/models')).data).toHaveLength(COPIES + 1);
    expect((await get<{ embeds: unknown[] }>('/v1/embed')).embeds).toHaveLength(COPIES + 1);
    const seen = await get<{ workspaces: { slug: string }[] }>('/v1/workspaces', bound);
    expect(seen.workspaces.map(({ slug }) => slug)).toEqual(['open']);
  });

  test('the list of thousands of documents of a folder has all, on every page', async () => {
    const path = '/v1/documents/folder/many';
    const all = await get<Folder>(`${path}?limit=all`);
    expect(all.documents.map(({ name }) => name)).toEqual(names(0, COPIES));
    const page = await get<Folder>(`${path}?limit=10&offset=1995`);
    expect(page).toMatchObject({ totalCount: COPIES, hasMore: true });
    expect(page.documents.map(({ name }) => name)).toEqual(names(1_995, 2_005));
    const last = await get<Folder>(`${path}?limit=1000&offset=2000`);
    expect([last.documents.length, last.hasMore]).toEqual([COPIES - 2_000, false]);
    const { localFiles } = await get<{ localFiles: { items: (Named & { items: Named[] })[] } }>(
      '/v1/documents',
    );
    const many = localFiles.items.find(({ name }) => name === 'many');
    expect(many?.items.map(({ name }) => name)).toEqual(names(0, COPIES));
    expect(localFiles.items.filter(({ name }) => name.startsWith('folder-'))).toHaveLength(COPIES);
  });

  test('a list for a bound key has everything that it sees, behind any number of others', async () => {
    expect((await server.request('GET', '/v1/documents/folder/many', { key: bound })).text).not.toContain(
      'name-',
    );
    const member = `(id, collection_id, document_id, pinned, watched, created_at, updated_at)`;
    const { storage } = server.app.core;
    await storage.transaction((tx) =>
      sql`insert into collection_documents ${sql.raw(member)} values (1, ${workspaceId}, ${`doc-${COPIES}`}, 0, 0, 1, 1)`.execute(
        tx,
      ),
    );
    const listed = await get<Folder>('/v1/documents/folder/many', bound);
    expect([listed.documents.map(({ name }) => name), listed.totalCount]).toEqual([
      names(COPIES - 1, COPIES),
      1,
    ]);
    const { localFiles } = await get<{ localFiles: { items: (Named & { items: Named[] })[] } }>(
      '/v1/documents',
      bound,
    );
    expect(localFiles.items.map(({ name, items }) => [name, items.length])).toEqual([['many', 1]]);
  });

  test.skipIf(dialect !== 'sqlite')(
    'takes no more rows in one statement than some milliseconds are',
    async () => {
      const watched = vi.spyOn(StatementSync.prototype, 'all');
      try {
        for (const key of [server.adminKey, bound]) {
          for (const path of [
            '/v1/admin/users',
            '/v1/users',
            `/v1/admin/workspaces/${workspaceId}/users`,
            '/v1/embed',
          ])
            await get(path, key);
          for (const path of [
            '/v1/workspaces',
            '/v1/openai/models',
            '/v1/openai/vector_stores',
            '/v1/system/vector-count',
          ])
            await get(path, key);
          for (const path of ['/v1/documents', '/v1/documents/folder/many?limit=all', '/v1/workspace/open'])
            await get(path, key);
        }
        const rows = watched.mock.results.map(({ value }) => (value as unknown[]).length);
        expect(rows.length).toBeGreaterThan(50);
        expect(Math.max(...rows)).toBeLessThanOrEqual(1_000);
      } finally {
        watched.mockRestore();
      }
    },
  );
});
