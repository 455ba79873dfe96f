import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../../test/server.ts';
import { recordChat } from '../../developer/chat/chats.fixture.ts';
import { copyChat, statementsOf } from './long-work.fixture.ts';

const CHATS = 3_500;

interface Embed {
  embed: { id: number; uuid: string };
}

const countOf = async (server: TestServer, table: string, where = '1 = 1'): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where ${sql.raw(where)}`.execute(
    server.app.core.storage.db,
  );
  return rows[0]?.count ?? 0;
};

/** A workspace with thousands of chats outside of threads, in a thread and on a widget. */
async function fillWorkspace(server: TestServer, name: string): Promise<Embed['embed']> {
  const slug = name.toLowerCase();
  await server.request('POST', '/v1/workspace/new', { body: { name } });
  await server.request('POST', `/v1/workspace/${slug}/thread/new`, { body: { slug: 'long' } });
  for (const threadSlug of [undefined, 'long']) {
    const { id } = await recordChat(server, slug, {
      prompt: 'p',
      ...(threadSlug === undefined ? {} : { threadSlug }),
    });
    await copyChat(server, id, CHATS);
  }
  const body = { workspace_slug: slug, chat_mode: 'chat' };
  const { embed } = (await server.request<Embed>('POST', '/v1/embed/new', { body })).body;
  await server.app.core.storage.transaction(async (tx) => {
    for (let from = 1; from <= CHATS; from += 500)
      await sql`insert into embed_chats
        (id, embed_id, session_id, prompt, response, included, connection_information, created_at)
        values ${sql.join(
          Array.from(
            { length: 500 },
            (_, i) =>
              sql`(${embed.id * 100_000 + from + i}, ${embed.id}, 's1', 'p', '{"text":"a"}', 1, '{}', 1)`,
          ),
        )}`.execute(tx);
  });
  return embed;
}

describeOnBothServers('what takes thousands of rows away', (start) => {
  const recordsOf = async (server: TestServer, action: string): Promise<boolean[]> => {
    const { items } = (
      await server.request<{ items: { details: { begun?: boolean } }[] }>('GET', `/v1/audit?action=${action}`)
    ).body;
    return items.map(({ details }) => details.begun === true);
  };

  test('a change of thousands of rows is complete when it is answered, recorded at begin and end, and leaves the rows of others', async () => {
    const server = await start();
    const kept = await fillWorkspace(server, 'Kept');
    const gone = await fillWorkspace(server, 'Gone');
    expect((await server.request('DELETE', '/v1/workspace/gone')).text).toBe('OK');
    expect(await countOf(server, 'workspaces', `slug = 'gone'`)).toBe(0);
    expect(await countOf(server, 'workspace_chats')).toBe(2 * CHATS + 2);
    expect(await countOf(server, 'embed_chats', `embed_id = ${gone.id}`)).toBe(0);
    expect(await recordsOf(server, 'workspaces.delete')).toEqual([false, true]);

    await server.request('POST', '/v1/workspace/kept/chat', { body: { message: '/reset', mode: 'chat' } });
    expect(await countOf(server, 'workspace_chats', 'included = 1')).toBe(CHATS + 1);
    expect(await recordsOf(server, 'chats.reset')).toEqual([false, true]);
    await server.request('DELETE', '/v1/workspace/kept/thread/long');
    expect(await countOf(server, 'workspace_chats')).toBe(CHATS + 1);

    await server.request('DELETE', `/api/embed/${kept.uuid}/s1`, { key: null });
    expect(await countOf(server, 'embed_chats', 'included = 1')).toBe(0);
    expect(await countOf(server, 'embed_chats')).toBe(CHATS);
    await server.request('DELETE', `/v1/embed/${kept.uuid}`);
    expect([await countOf(server, 'embed_chats'), await countOf(server, 'embeds')]).toEqual([0, 0]);
    expect(await recordsOf(server, 'embeds.delete')).toEqual([false, true]);
  });

  test('a change of thousands of rows that the key does not cover is refused, and no row is gone', async () => {
    const server = await start();
    const { uuid } = await fillWorkspace(server, 'Kept');
    const { secret } = await server.mint({ role: 'admin', selectors: { workspaces: { allow: ['other'] } } });
    for (const path of ['/v1/workspace/kept', '/v1/workspace/kept/thread/long', `/v1/embed/${uuid}`])
      await server.request('DELETE', path, { key: secret });
    await server.request('POST', '/v1/workspace/kept/chat', { key: secret, body: { message: '/reset' } });
    expect(await countOf(server, 'workspace_chats', 'included = 1')).toBe(2 * CHATS + 2);
    expect(await countOf(server, 'embed_chats', 'included = 1')).toBe(CHATS);
  });
});

describeOnServer('sqlite', 'no change', (start) => {
  test('no change sets a column that other rows refer to, and none looks through chats that were reset', async () => {
    const server = await start();
    const { uuid } = await fillWorkspace(server, 'Big');
    await server.request('POST', '/v1/owners', { body: { name: 'Ann', kind: 'person' } });
    const { key, id } = await server.mint({ owner: 'Ann' });
    const raw = { textContent: 'text', metadata: { title: 'one' } };
    const { documents } = (
      await server.request<{ documents: { location: string }[] }>('POST', '/v1/document/raw-text', {
        body: raw,
      })
    ).body;
    const from = documents[0]?.location ?? '';
    const statements = await statementsOf(async () => {
      const send = (method: string, path: string, body?: object) =>
        server.request(method, path, body === undefined ? {} : { body });
      await send('PATCH', `/v1/owners/${key.owner.id}`, { name: 'Eve' });
      await send('PATCH', `/v1/keys/${id}`, { name: 'other' });
      await send('POST', `/v1/keys/${id}/rotate`);
      await recordChat(server, 'big', { prompt: 'p', threadSlug: 'long' });
      await send('POST', '/v1/workspace/big/update', { name: 'Bigger' });
      await send('POST', '/v1/workspace/big/thread/long/update', { name: 'longer' });
      await send('POST', '/v1/document/create-folder', { name: 'to' });
      await send('POST', '/v1/document/move-files', { files: [{ from, to: 'to/one.json' }] });
      await send('DELETE', '/v1/system/remove-documents', { names: ['to/one.json'] });
      await send('DELETE', '/v1/document/remove-folder', { name: 'to' });
      await send('POST', '/v1/workspace/big/chat', { message: '/reset', mode: 'chat' });
      await send('DELETE', `/v1/embed/${uuid}`);
      await send('DELETE', `/v1/keys/${id}`);
      await send('DELETE', `/v1/owners/${key.owner.id}`);
      await send('DELETE', '/v1/workspace/big');
    });
    const database = new DatabaseSync(join(server.dataDir, 'keyward.db'), { readOnly: true });
    try {
      const parents = parentsOf(database);
      const updates = [...statements].flatMap(
        (text) => /^\s*update "?(\w+)"? set (.*?) where/is.exec(text) ?? [],
      );
      expect(updates.length).toBeGreaterThan(20);
      const bad = [...statements].filter((text) => {
        const [, table = '', set = ''] = /^\s*update "?(\w+)"? set (.*?) where/is.exec(text) ?? [];
        return [...set.matchAll(/"(\w+)" =/g)].some(([, column = '']) => parents.has(`${table}.${column}`));
      });
      expect(bad).toEqual([]);
      const included = [...statements].filter((text) => /included = 1/.test(text));
      const plans = included.map((text) =>
        database
          .prepare(`explain query plan ${text}`)
          .all()
          .map(({ detail }) => String(detail)),
      );
      expect(plans.filter((steps) => !steps.some((step) => /_included\b/.test(step)))).toEqual([]);
      expect(plans.length).toBeGreaterThan(2);
      expect(parents.has('workspaces.id') && parents.has('keys.id')).toBe(true);
    } finally {
      database.close();
    }
  });
});

/** `table.column` of all that a foreign key refers to. */
function parentsOf(database: DatabaseSync): Set<string> {
  const rows = database
    .prepare(
      `select f."table" as parent, f."to" as target from sqlite_schema s, pragma_foreign_key_list(s.name) f
      where s.type = 'table'`,
    )
    .all();
  return new Set(rows.map(({ parent, target }) => `${String(parent)}.${String(target)}`));
}
