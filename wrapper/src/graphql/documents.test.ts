import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChats, type ChatServer } from '../../../server/src/chat/chats.fixture.ts';
import { embeddings } from '../../../server/src/retrieval/retrieval.fixture.ts';
import { json } from '../../../server/test/upstream.ts';
import { describeOnServer } from '../../../server/test/server.ts';
import { startWrapper } from '../../test/wrapper.ts';

interface Added {
  addText: { documents: { location: string; title: string }[]; problem: string | null };
}

describeOnServer('sqlite', 'documents in GraphQL', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
    for (const name of ['Ferries', 'Trains']) await chats.post('/workspace/new', { name });
  });
  afterAll(() => chats.upstream.close());

  const open = async () => {
    const { url, adminKey } = chats.server;
    const wrapper = await startWrapper(`${url}/api`);
    return {
      wrapper,
      ask: <T>(query: string, variables: Record<string, unknown> = {}) =>
        wrapper.ask<T>(query, { key: adminKey, variables }),
    };
  };
  const ADD =
    'mutation ($title: String!, $text: String!, $to: [ID!]) { addText(title: $title, text: $text, workspaces: $to) { problem documents { location title } } }';

  test('a text becomes a document, which a workspace has, pins and loses', async () => {
    const { ask } = await open();
    const text = 'The ferry leaves at nine.';
    const { data } = await ask<Added>(ADD, { title: 'Hours', text, to: ['ferries'] });
    const location = data?.addText.documents[0]?.location ?? '';
    expect(data?.addText).toMatchObject({ problem: null, documents: [{ title: 'hours.txt' }] });

    const place = { location };
    const pinned = await ask(
      'mutation ($location: ID!) { pinDocument(workspace: "ferries", location: $location) { pinned document { title pinnedIn { slug } } } }',
      place,
    );
    expect(pinned.data).toEqual({
      pinDocument: { pinned: true, document: { title: 'hours.txt', pinnedIn: [{ slug: 'ferries' }] } },
    });
    const inside =
      '{ workspace(slug: "ferries") { yes: documents(pinned: true) { totalCount } no: documents(pinned: false) { totalCount } } }';
    expect((await ask(inside)).data).toEqual({
      workspace: { yes: { totalCount: 1 }, no: { totalCount: 0 } },
    });

    const moved = await ask(
      'mutation ($location: ID!) { changeDocuments(workspace: "trains", add: [$location, "custom-documents/none.json"]) { notAdded workspace { slug documents { totalCount } } } }',
      place,
    );
    expect(moved.data).toEqual({
      changeDocuments: {
        notAdded: ['custom-documents/none.json'],
        workspace: { slug: 'trains', documents: { totalCount: 1 } },
      },
    });
    await ask('mutation ($location: ID!) { deleteDocuments(locations: [$location]) }', place);
    expect(
      (await ask('query ($location: ID!) { document(location: $location) { title } }', place)).data,
    ).toEqual({
      document: null,
    });
    expect((await ask('{ workspace(slug: "trains") { documents { totalCount } } }')).data).toEqual({
      workspace: { documents: { totalCount: 0 } },
    });
  });

  test('a document that cannot be embedded yet says so, and why, until it is found', async () => {
    const { ask } = await open();
    await chats.post('/workspace/new', { name: 'Boats' });
    const state = async () => {
      const query = '{ workspace(slug: "boats") { documents { nodes { notEmbedded { status reason } } } } }';
      return (await ask<object>(query)).data;
    };
    const shown = (notEmbedded: unknown) => ({ workspace: { documents: { nodes: [{ notEmbedded }] } } });
    chats.upstream.answer(json({ error: { message: 'down for maintenance' } }, 503));
    const { data } = await ask<Added>(ADD, { title: 'Boats', text: 'Two boats.', to: ['boats'] });
    expect(data?.addText.problem).toContain('down for maintenance');
    const reason = expect.stringContaining('down for maintenance') as string;
    expect(await state()).toEqual(shown({ status: 'PENDING', reason }));

    const add =
      'mutation ($to: [ID!]) { changeDocuments(workspace: "boats", add: $to) { notAdded notEmbedded } }';
    const to = [data?.addText.documents[0]?.location ?? ''];
    expect((await ask(add, { to })).data).toEqual({ changeDocuments: { notAdded: [], notEmbedded: to } });
    chats.upstream.answer(embeddings());
    expect((await ask(add, { to })).data).toEqual({ changeDocuments: { notAdded: [], notEmbedded: [] } });
    expect(await state()).toEqual(shown(null));
  });

  test('documents of several folders are resolved as entities with one request', async () => {
    const { wrapper, ask } = await open();
    const { data } = await ask<Added>(ADD, { title: 'Prices', text: 'A ticket costs forty crowns.' });
    const location = data?.addText.documents[0]?.location ?? '';
    await chats.post('/document/create-folder', { name: 'elsewhere' });
    wrapper.upstream.length = 0;
    const of = [location, 'elsewhere/none.json', 'no location'].map((location) => ({
      __typename: 'Document',
      location,
    }));
    const answer = await ask(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Document { title folder wordCount } } }',
      { of },
    );
    expect(answer.data).toEqual({
      _entities: [{ title: 'prices.txt', folder: 'custom-documents', wordCount: 5 }, null, null],
    });
    expect(wrapper.upstream.map(({ path }) => path)).toEqual(['/api/v1/documents']);
  });

  test('a folder is given page by page, by the Developer API itself', async () => {
    const { wrapper, ask } = await open();
    for (const title of ['One', 'Two', 'Three']) await ask(ADD, { title, text: title });
    wrapper.upstream.length = 0;
    const query =
      'query ($after: String) { documents(folder: "custom-documents", first: 2, after: $after) { nodes { location } totalCount pageInfo { endCursor hasNextPage } } }';
    interface Page {
      documents: {
        nodes: object[];
        totalCount: number;
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
    }
    const seen: object[] = [];
    let after: string | undefined;
    let total = 0;
    for (let hasNext = true; hasNext;) {
      const { data } = await ask<Page>(query, { after });
      seen.push(...(data?.documents.nodes ?? []));
      total = data?.documents.totalCount ?? 0;
      after = data?.documents.pageInfo.endCursor;
      hasNext = data?.documents.pageInfo.hasNextPage ?? false;
    }
    expect(total).toBeGreaterThan(2);
    expect(new Set(seen.map((node) => JSON.stringify(node))).size).toBe(total);
    expect(wrapper.upstream.every(({ path }) => path.includes('limit=2'))).toBe(true);
  });

  test('folders say how many documents they have, with one request', async () => {
    const { wrapper, ask } = await open();
    const { data } = await ask<{ folders: { name: string; documentCount: number }[] }>(
      '{ folders { name documentCount documents(first: 1) { nodes { title } } } }',
    );
    expect(data?.folders.map(({ name }) => name)).toContain('custom-documents');
    expect(wrapper.upstream).toHaveLength(1);
  });

  test('a folder that does not exist, an empty text and too many locations are refused by name', async () => {
    const { ask } = await open();
    const code = async (query: string, variables = {}) =>
      (await ask(query, variables)).errors?.[0]?.extensions;
    expect(await code('{ documents(folder: "none") { totalCount } }')).toEqual({ code: 'NOT_FOUND' });
    expect(await code(ADD, { title: 'x', text: ' ' })).toEqual({ code: 'BAD_USER_INPUT', argument: 'text' });
    const locations = Array.from({ length: 1001 }, (_, i) => `a/${i}.json`);
    expect(await code('mutation ($l: [ID!]!) { deleteDocuments(locations: $l) }', { l: locations })).toEqual({
      code: 'BAD_USER_INPUT',
      argument: 'locations',
    });
  });
});
