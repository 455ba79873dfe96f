import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../server/test/server.ts';
import { startWrapper, type RunningWrapper } from '../../test/wrapper.ts';

interface Listed<T> {
  nodes: T[];
  totalCount: number;
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

describeOnServer('sqlite', 'workspaces and threads in GraphQL', (start) => {
  let keyward: TestServer;

  beforeAll(async () => {
    keyward = await start();
    for (const name of ['Ferries', 'Salaries', 'Trains']) {
      await keyward.request('POST', '/api/v1/workspace/new', { body: { name, chatMode: 'query' } });
      const path = `/api/v1/workspace/${name.toLowerCase()}/thread/new`;
      await keyward.request('POST', path, { body: { name: `About ${name}`, slug: `about-${name}` } });
    }
  });

  const open = async () => {
    const wrapper = await startWrapper(`${keyward.url}/api`);
    const ask = <T>(query: string, variables?: Record<string, unknown>) =>
      wrapper.ask<T>(query, { key: keyward.adminKey, ...(variables === undefined ? {} : { variables }) });
    return { wrapper, ask };
  };
  const paths = ({ upstream }: RunningWrapper) => upstream.map(({ path }) => path.replace('/api/v1', ''));

  test('workspaces with their threads take one request to the Developer API', async () => {
    const { wrapper, ask } = await open();
    const { data } = await ask<{ workspaces: Listed<object> }>(
      '{ workspaces { totalCount nodes { slug name chatMode threads { nodes { slug name workspace { slug } } } } } }',
    );
    expect(data?.workspaces.totalCount).toBe(3);
    expect(data?.workspaces.nodes[0]).toEqual({
      slug: 'ferries',
      name: 'Ferries',
      chatMode: 'QUERY',
      threads: { nodes: [{ slug: 'about-Ferries', name: 'About Ferries', workspace: { slug: 'ferries' } }] },
    });
    expect(paths(wrapper)).toEqual(['/workspaces']);
  });

  test('one workspace is asked for by its slug, and the same one once', async () => {
    const { wrapper, ask } = await open();
    const { data } = await ask(
      '{ a: workspace(slug: "ferries") { name } b: workspace(slug: "ferries") { documents { totalCount } } }',
    );
    expect(data).toEqual({ a: { name: 'Ferries' }, b: { documents: { totalCount: 0 } } });
    expect(paths(wrapper)).toEqual(['/workspace/ferries']);
  });

  test('a workspace that does not exist is null', async () => {
    const { ask } = await open();
    expect(await ask('{ workspace(slug: "none") { name } }')).toMatchObject({ data: { workspace: null } });
  });

  test('entities of any number are resolved with one request', async () => {
    const { wrapper, ask } = await open();
    const query = `query ($of: [_Any!]!) {
      _entities(representations: $of) { ... on Workspace { name } ... on Thread { name workspace { name } } }
    }`;
    const workspace = (slug: string) => ({ __typename: 'Workspace', slug });
    const thread = { __typename: 'Thread', workspaceSlug: 'trains', slug: 'about-Trains' };
    const { data } = await ask(query, {
      of: [workspace('trains'), workspace('none'), workspace('ferries'), thread, { ...thread, slug: 'none' }],
    });
    expect(data).toEqual({
      _entities: [
        { name: 'Trains' },
        null,
        { name: 'Ferries' },
        { name: 'About Trains', workspace: { name: 'Trains' } },
        null,
      ],
    });
    expect(paths(wrapper)).toEqual(['/workspaces']);
  });

  test('documents of all workspaces take one request for each workspace, and one for the list', async () => {
    const { wrapper, ask } = await open();
    await ask('{ workspaces { nodes { a: documents { totalCount } b: documents { nodes { pinned } } } } }');
    expect(paths(wrapper).toSorted()).toEqual([
      '/workspace/ferries',
      '/workspace/salaries',
      '/workspace/trains',
      '/workspaces',
    ]);
  });

  test('a list is given in pages that follow each other', async () => {
    const { ask } = await open();
    const query =
      'query ($after: String) { workspaces(first: 2, after: $after) { nodes { slug } totalCount pageInfo { endCursor hasNextPage } } }';
    const first = (await ask<{ workspaces: Listed<{ slug: string }> }>(query)).data?.workspaces;
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const after = first?.pageInfo.endCursor;
    const second = (await ask<{ workspaces: Listed<{ slug: string }> }>(query, { after })).data?.workspaces;
    expect(second?.pageInfo.hasNextPage).toBe(false);
    expect([...(first?.nodes ?? []), ...(second?.nodes ?? [])].map(({ slug }) => slug)).toEqual([
      'ferries',
      'salaries',
      'trains',
    ]);
  });

  test.for([
    ['workspaces(first: 0) { totalCount }', 'first'],
    ['workspaces(first: 201) { totalCount }', 'first'],
    ['workspaces(after: "nonsense") { totalCount }', 'after'],
    ['workspace(slug: "ferries") { chats(last: 0) { id } }', 'last'],
    ['search(workspace: "ferries", query: " ") { id }', 'query'],
    ['search(workspace: "ferries", query: "x", topN: 101) { id }', 'topN'],
    ['search(workspace: "ferries", query: "x", scoreThreshold: 2) { id }', 'scoreThreshold'],
  ])('the error of { %s } names the argument %s', async ([field = '', argument]) => {
    const { ask } = await open();
    const { errors } = await ask(`{ ${field} }`);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument });
  });

  test('a workspace is made, changed and removed', async () => {
    const { ask } = await open();
    const fields = '{ slug name chatMode topN temperature systemPrompt }';
    const made = await ask(
      `mutation { createWorkspace(name: "Night buses", settings: { chatMode: CHAT, topN: 6 }) ${fields} }`,
    );
    const settings = {
      slug: 'night-buses',
      name: 'Night buses',
      chatMode: 'CHAT',
      topN: 6,
      temperature: null,
    };
    expect(made.data).toMatchObject({ createWorkspace: settings });
    const changed = await ask(
      `mutation { updateWorkspace(slug: "night-buses", name: "Buses", settings: { temperature: 0.2, systemPrompt: "Be brief." }) ${fields} }`,
    );
    expect(changed.data).toEqual({
      updateWorkspace: { ...settings, name: 'Buses', temperature: 0.2, systemPrompt: 'Be brief.' },
    });
    const removed = await ask('mutation { deleteWorkspace(slug: "night-buses") }');
    expect(removed.data).toEqual({ deleteWorkspace: 'night-buses' });
    const again = await ask('mutation { deleteWorkspace(slug: "night-buses") }');
    expect(again.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });

  test('what a mutation has changed is read anew within the same request', async () => {
    const { ask } = await open();
    const { data } = await ask(
      'mutation { a: createThread(workspace: "trains", name: "One") { workspace { threads { totalCount } } } b: createThread(workspace: "trains", name: "Two") { workspace { threads { totalCount } } } }',
    );
    expect(data).toMatchObject({
      a: { workspace: { threads: { totalCount: 2 } } },
      b: { workspace: { threads: { totalCount: 3 } } },
    });
  });

  test('a thread is begun, renamed and removed; a slug that is used is refused', async () => {
    const { ask } = await open();
    const begin =
      'mutation { createThread(workspace: "ferries", name: "Prices", slug: "prices") { slug name } }';
    expect((await ask(begin)).data).toEqual({ createThread: { slug: 'prices', name: 'Prices' } });
    expect((await ask(begin)).errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'slug' });
    const renamed = await ask(
      'mutation { renameThread(workspace: "ferries", slug: "prices", name: "Tickets") { name } }',
    );
    expect(renamed.data).toEqual({ renameThread: { name: 'Tickets' } });
    await ask('mutation { deleteThread(workspace: "ferries", slug: "prices") }');
    expect((await ask('{ thread(workspace: "ferries", slug: "prices") { name } }')).data).toEqual({
      thread: null,
    });
  });

  test.for([
    'updateWorkspace(slug: "none", name: "x") { slug }',
    'createThread(workspace: "none") { slug }',
    'renameThread(workspace: "ferries", slug: "none", name: "x") { slug }',
    'deleteThread(workspace: "none", slug: "x")',
    'changeDocuments(workspace: "none", add: ["a/b.json"]) { notAdded }',
    'pinDocument(workspace: "none", location: "a/b.json") { pinned }',
    'pinDocument(workspace: "ferries", location: "a/b.json") { pinned }',
    'chat(workspace: "none", message: "Hello") { text }',
    'chat(workspace: "ferries", thread: "none", message: "Hello") { text }',
  ])('mutation { %s } says that it does not exist', async (field) => {
    const { ask } = await open();
    const { errors } = await ask(`mutation { ${field} }`);
    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });
});
