import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../server/test/server.ts';
import { startWrapper } from '../../test/wrapper.ts';

const MEBIBYTE = 1024 * 1024;

describeOnServer('sqlite', 'the limits of a query', (start) => {
  let keyward: TestServer;
  beforeAll(async () => {
    keyward = await start();
    await keyward.request('POST', '/api/v1/workspace/new', { body: { name: 'Ferries' } });
  });

  const open = async () => {
    const wrapper = await startWrapper(`${keyward.url}/api`);
    const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
      fetch(`${wrapper.url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keyward.adminKey}`,
          'content-type': 'application/json',
          ...headers,
        },
        body,
      });
    return { wrapper, post, ask: (query: string) => wrapper.ask(query, { key: keyward.adminKey }) };
  };

  const nested = (levels: number): string =>
    levels === 0 ? 'slug' : `threads { nodes { workspace { ${nested(levels - 1)} } } }`;

  test.for([
    ['depth', `{ workspace(slug: "ferries") { ${nested(5)} } }`],
    [
      'aliases',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: workspace(slug: "w${i}") { slug }`).join(' ')} }`,
    ],
    [
      'cost',
      '{ workspaces(first: 200) { nodes { threads(first: 200) { nodes { slug name } } documents(first: 200) { nodes { pinned } } } } }',
    ],
    ['tokens', `{ workspaces { nodes { ${'slug '.repeat(2_000)} } } }`],
  ])('a query over the limit of %s is refused before anything is asked', async ([, query = '']) => {
    const { wrapper, ask } = await open();
    const answer = await ask(query);
    expect(answer.errors?.length).toBeGreaterThan(0);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('QUERY_TOO_COSTLY');
    expect(answer.data).toBeUndefined();
    expect(wrapper.upstream).toEqual([]);
  });

  test('a query below the limits that needs too many requests is stopped on the way', async () => {
    const { wrapper, ask } = await open();
    const search = Array.from({ length: 28 }, (_, i) => `a${i}: chats(last: ${i + 1}) { id }`).join(' ');
    const of = Array.from({ length: 10 }, () => '{ __typename: "Workspace", slug: "ferries" }').join(' ');
    const { errors } = await ask(
      `{ _entities(representations: [${of}]) { ... on Workspace { ${search} } } }`,
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'QUERY_TOO_COSTLY' });
    expect(wrapper.upstream.length).toBeLessThanOrEqual(250);
  });

  test('a misspelt field is refused without a suggestion of others', async () => {
    const { ask } = await open();
    const { errors } = await ask('{ workspaces { nodes { slugg } } }');
    expect(errors?.[0]?.message).toContain('slugg');
    expect(errors?.[0]?.message).not.toContain('Did you mean');
  });

  test('several queries in one request are refused', async () => {
    const { wrapper, post } = await open();
    const response = await post(JSON.stringify([{ query: '{ workspaces { totalCount } }' }]));
    expect(response.status).toBe(400);
    expect(wrapper.upstream).toEqual([]);
  });

  test('a body over 1 MiB is refused, also one that does not say its length', async () => {
    const { wrapper, post } = await open();
    const body = JSON.stringify({
      query: '{ workspaces { totalCount } }',
      variables: { x: 'x'.repeat(MEBIBYTE) },
    });
    expect((await post(body)).status).toBe(413);
    const pieces = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(body));
        controller.close();
      },
    });
    const response = await fetch(`${wrapper.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keyward.adminKey}`, 'content-type': 'application/json' },
      body: pieces,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(wrapper.upstream).toEqual([]);
  });

  test('a mutation cannot be sent with GET, and a form is no query', async () => {
    const { wrapper, post } = await open();
    const mutation = encodeURIComponent('mutation { deleteWorkspace(slug: "ferries") }');
    const response = await fetch(`${wrapper.url}/graphql?query=${mutation}`, {
      headers: { authorization: `Bearer ${keyward.adminKey}` },
    });
    expect(response.status).toBe(405);
    const form = await post('x', { 'content-type': 'multipart/form-data; boundary=x' });
    expect(form.status).toBe(415);
    expect(wrapper.upstream).toEqual([]);
  });
});
