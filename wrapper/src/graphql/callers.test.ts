import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../server/test/server.ts';
import { startWrapper } from '../../test/wrapper.ts';

const LIST = '{ workspaces { nodes { slug } } }';

describeOnServer('sqlite', 'the caller of the wrapper', (start) => {
  let keyward: TestServer;
  beforeAll(async () => {
    keyward = await start();
    for (const name of ['Ferries', 'Salaries'])
      await keyward.request('POST', '/api/v1/workspace/new', { body: { name } });
  });
  const open = () => startWrapper(`${keyward.url}/api`);
  const boundTo = async (slug: string, scopes = ['workspaces:read', 'workspaces:write', 'workspaces:chat']) =>
    (await keyward.mint({ scopes, selectors: { workspaces: { allow: [slug] } } })).secret;

  test('a request without a key is refused with 401, and nothing is asked upstream', async () => {
    const wrapper = await open();
    const answer = await wrapper.ask(LIST);
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(wrapper.upstream).toEqual([]);
  });

  test.for(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'sk-without-a-scheme', ''])(
    'the header Authorization: "%s" is refused with 401',
    async (authorization) => {
      const wrapper = await open();
      const answer = await wrapper.ask(LIST, { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(wrapper.upstream).toEqual([]);
    },
  );

  test('a wrong key is refused with 401, and its text is in no answer and no log', async () => {
    const wrapper = await open();
    const key = 'sk-wrong-canary-5f2a';
    const answer = await wrapper.ask(LIST, { key });
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(JSON.stringify(answer) + wrapper.log.join('')).not.toContain(key);
  });

  test('a key without the scope is refused, and the error names the scope', async () => {
    const wrapper = await open();
    const { secret } = await keyward.mint({ scopes: ['workspaces:chat'] });
    const { status, errors } = await wrapper.ask(LIST, { key: secret });
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect(errors?.[0]?.message).toContain('workspaces:read');
  });

  test("somebody else's workspace does not exist, in no way of asking", async () => {
    const wrapper = await open();
    const key = await boundTo('ferries');
    const ask = (query: string) => wrapper.ask(query, { key });
    expect((await ask(LIST)).data).toEqual({ workspaces: { nodes: [{ slug: 'ferries' }] } });
    expect((await ask('{ workspace(slug: "salaries") { name } }')).data).toEqual({ workspace: null });
    const entity =
      '{ _entities(representations: [{ __typename: "Workspace", slug: "salaries" }]) { __typename } }';
    expect((await ask(entity)).data).toEqual({ _entities: [null] });
    for (const field of [
      'deleteWorkspace(slug: "salaries")',
      'updateWorkspace(slug: "salaries", name: "x") { slug }',
      'createThread(workspace: "salaries") { slug }',
      'chat(workspace: "salaries", message: "Hello") { text }',
    ]) {
      const { errors } = await ask(`mutation { ${field} }`);
      expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    }
  });

  test('callers at the same time see what their own keys cover, and no more', async () => {
    const wrapper = await open();
    const keys = [await boundTo('ferries'), await boundTo('salaries')];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => wrapper.ask<object>(LIST, { key: keys[i % 2] ?? '' })),
    );
    for (const [i, { data }] of answers.entries())
      expect(data).toEqual({ workspaces: { nodes: [{ slug: i % 2 === 0 ? 'ferries' : 'salaries' }] } });
    expect(new Set(wrapper.upstream.map(({ key }) => key))).toEqual(new Set(keys));
  });

  test.for(['{ __typename }', '{ _service { sdl } }', getIntrospectionQuery()])(
    'a query that asks nothing upstream needs a good key all the same: %#',
    async (query) => {
      const wrapper = await open();
      const refused = await wrapper.ask(query, { key: 'sk-wrong' });
      expect(refused).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
      expect(refused.data ?? null).toBeNull();
      const { errors, data } = await wrapper.ask(query, { key: keyward.adminKey });
      expect(errors).toBeUndefined();
      expect(data).toBeTruthy();
    },
  );

  test('a limit of the key is answered with RATE_LIMITED and when to try again, without waiting', async () => {
    const wrapper = await open();
    const limits = [{ name: 'one', requests: 1, window_seconds: 5 }];
    const { secret } = await keyward.mint({ scopes: ['workspaces:read'], limits });
    await wrapper.ask(LIST, { key: secret });
    const { errors } = await wrapper.ask(LIST, { key: secret });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' });
    expect(errors?.[0]?.extensions?.['retryAfter']).toBeGreaterThan(0);
  });

  test('a Developer API that is away is UPSTREAM_UNAVAILABLE, without its address, under an id that the log has', async () => {
    const wrapper = await startWrapper('http://127.0.0.1:1/api');
    const { errors, headers } = await wrapper.ask(LIST, { key: 'sk-any' });
    const id = headers.get('x-request-id') ?? '';
    expect(errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', requestId: id });
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
    expect(wrapper.log.some((line) => line.includes(id) && line.includes('did not answer'))).toBe(true);
  });

  test.for([
    ['text/html', '<html>canary</html>', 'UPSTREAM_UNAVAILABLE'],
    ['application/json', '{"canary":1}', 'INTERNAL_SERVER_ERROR'],
  ])(
    'another server than the Developer API (%s) is an error that shows nothing of it',
    async ([type = '', body, code]) => {
      const other = createServer((_request, response) => response.setHeader('content-type', type).end(body));
      await once(other.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void other.close());
      const wrapper = await startWrapper(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
      const { errors, headers } = await wrapper.ask(LIST, { key: 'sk-any' });
      const id = headers.get('x-request-id');
      expect(errors?.[0]?.extensions).toMatchObject({ code, requestId: id });
      expect(JSON.stringify(errors)).not.toMatch(/canary|undefined|stack/);
      expect(wrapper.log.some((line) => line.includes('"level":50') && line.includes(String(id)))).toBe(true);
    },
  );

  test('a request id that the caller chose is kept; one with other characters is not', async () => {
    const wrapper = await open();
    const idOf = async (id: string) =>
      (await wrapper.ask(LIST, { key: keyward.adminKey, headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    expect(await idOf('trace-17')).toBe('trace-17');
    expect(await idOf('a b')).not.toBe('a b');
  });
});
