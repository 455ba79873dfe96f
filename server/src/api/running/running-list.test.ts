import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import { describeOnBothWhenSlow, type NewKey, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, stream, type TestUpstream } from '../../../test/upstream.ts';
import { openRequest, type OpenRequest } from './open-request.fixture.ts';

interface Item {
  id: string;
  key_id: string | null;
  owner_id: string | null;
  route: string;
  model: string | null;
  age_seconds: number;
  tokens_in: number;
  tokens_out: number;
  node: string;
}
interface List {
  items: Item[];
  next_cursor: string | null;
  missing_nodes: number;
}
interface Stopped {
  acknowledged: { nodes: number; requests_ended: number };
}

const text = 'a few words of an answer that goes on';
const piece = Buffer.from(
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`,
);

describeOnBothWhenSlow('requests that are being answered', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.answer(stream([piece], { end: 'hang' }));
    await server.request('POST', '/v1/upstreams', { body: { name: 'test', base_url: upstream.baseUrl } });
  });
  afterAll(() => upstream.close());

  /** A stream of this key that has begun; closed after the test. */
  async function chatOf({ secret }: NewKey, port = server.port): Promise<OpenRequest> {
    const open = openRequest({ port }, { path: '/v1/chat/completions', key: secret });
    open.end(
      JSON.stringify({ model: 'gpt-test', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    );
    await expect.poll(() => open.received()).toContain('a few words');
    onTestFinished(async () => {
      open.socket.destroy();
    });
    return open;
  }
  const running = async (key?: string, query = '') => {
    const { body } = await server.request<List>(
      'GET',
      `/v1/running${query}`,
      key === undefined ? {} : { key },
    );
    return body;
  };
  const chats = async (key?: string) =>
    (await running(key)).items.filter(({ route }) => route === 'chat.completions');
  const scoped = (...scopes: string[]) => server.mint({ scopes: ['models:use', ...scopes] });

  test('the list of running requests covers all processes, with key, owner, model, age and tokens so far', async () => {
    const other = await startServerProcess(server.environment);
    const [here, there] = [await scoped(), await scoped()];
    await chatOf(here);
    await chatOf(there, Number(new URL(other.url).port));
    const items = await chats();
    expect(new Set(items.map(({ key_id }) => key_id))).toEqual(new Set([here.id, there.id]));
    expect(new Set(items.map(({ node }) => node)).size).toBe(2);
    for (const item of items) {
      expect(item).toMatchObject({ owner_id: here.key.owner.id, model: 'gpt-test' });
      expect(item.tokens_in).toBeGreaterThan(0);
      expect(item.tokens_out).toBeGreaterThan(0);
      expect(item.age_seconds).toBeGreaterThanOrEqual(0);
    }
    const [item] = items.filter(({ key_id }) => key_id === there.id);
    const stopped = await server.request<Stopped>('POST', `/v1/running/${item?.id}/stop`);
    expect(stopped.body.acknowledged).toMatchObject({ nodes: 2, requests_ended: 1 });
    expect((await chats()).map(({ key_id }) => key_id)).toEqual([here.id]);
  });

  test('a key without keys:read sees its own requests alone, and a key of another owner none of them', async () => {
    const mine = await scoped();
    const reader = await server.mint({ scopes: ['keys:read'] });
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'somebody else', kind: 'person' },
    });
    const stranger = await server.mint({ scopes: ['keys:read', 'keys:write'], owner: owner.body.id });
    const neighbour = await scoped();
    await chatOf(mine);
    await chatOf(neighbour);
    expect((await chats(mine.secret)).map(({ key_id }) => key_id)).toEqual([mine.id]);
    expect((await chats(reader.secret)).length).toBe(2);
    expect(await chats(stranger.secret)).toEqual([]);
    expect((await running(stranger.secret)).items.map(({ route }) => route)).toEqual(['running.list']);
  });

  test('a key that may not see a request cannot stop it; its own key can, others need keys:write', async () => {
    const mine = await scoped();
    const open = await chatOf(mine);
    const [item] = await chats(mine.secret);
    const path = `/v1/running/${item?.id}/stop`;
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'nobody here', kind: 'person' },
    });
    const stranger = await server.mint({ scopes: ['keys:read', 'keys:write'], owner: owner.body.id });
    const reader = await server.mint({ scopes: ['keys:read'] });
    const bare = await scoped();
    // Holds all that the key holds, but may not change keys.
    const peer = await scoped('keys:read');
    const statuses = [];
    for (const { secret } of [stranger, bare, reader, peer])
      statuses.push((await server.request('POST', path, { key: secret })).status);
    expect(statuses).toEqual([404, 404, 403, 403]);
    expect((await server.request('POST', path, { key: mine.secret })).status).toBe(200);
    await expect.poll(() => open.received()).toContain('"code":"request_stopped"');
    // The key goes on, and a request is stopped once.
    expect((await server.request('GET', '/v1/keys/self', { key: mine.secret })).status).toBe(200);
    expect((await server.request('POST', path)).status).toBe(404);
  });

  test('all requests of a key, an owner or a tag can be stopped at once, and no other request ends', async () => {
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'a team', kind: 'team' },
    });
    const [byKey, byTag, byOwner, rest] = [
      await scoped(),
      await server.mint({ scopes: ['models:use'], tags: ['batch'] }),
      await server.mint({ scopes: ['models:use'], owner: owner.body.id }),
      await scoped(),
    ];
    for (const key of [byKey, byKey, byTag, byOwner, rest]) await chatOf(key);
    const stop = async (body: object) =>
      (await server.request<Stopped>('POST', '/v1/running/stop', { body })).body.acknowledged.requests_ended;
    expect(await stop({ key: byKey.id })).toBe(2);
    expect(await stop({ tag: 'batch' })).toBe(1);
    expect(await stop({ owner: owner.body.id })).toBe(1);
    expect(await stop({ tag: 'nobody has this' })).toBe(0);
    expect((await chats()).map(({ key_id }) => key_id)).toEqual([rest.id]);
    for (const body of [{}, { key: byKey.id, tag: 'batch' }])
      expect((await server.request('POST', '/v1/running/stop', { body })).status).toBe(422);
  });

  test('any number of requests of an owner can be stopped at once', async () => {
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'a crowd', kind: 'team' },
    });
    const { id } = owner.body;
    const { nodes } = server.app.core;
    const ended: string[] = [];
    // All at the same moment: a page that skips some of them would leave them running.
    const startedAt = Date.now();
    const runs = Array.from({ length: 1_200 }, () =>
      nodes.runs.enter({
        subjects: () => [],
        end: (by) => void ended.push(by),
        endsAt: () => Infinity,
        staysWithin: () => false,
        describe: () => ({ key_id: null, owner_id: id, route: 'test', startedAt }),
      }),
    );
    onTestFinished(() => runs.forEach((run) => nodes.runs.leave(run)));
    const { body } = await server.request<Stopped>('POST', '/v1/running/stop', { body: { owner: id } });
    expect(body.acknowledged.requests_ended).toBe(1_200);
    expect(ended).toHaveLength(1_200);
  });

  test('rotating or changing a key ends its requests only if asked to', async () => {
    for (const [method, path, body] of [
      ['POST', 'rotate', { overlap_seconds: 0 }],
      ['PATCH', '', { scopes: ['models:use', 'keys:read'] }],
    ] as const) {
      for (const ends of [false, true]) {
        const key = await scoped('keys:read');
        const open = await chatOf(key);
        const changed = await server.request<Stopped>(method, `/v1/keys/${key.id}${path && `/${path}`}`, {
          body: ends ? { ...body, running: 'end' } : body,
        });
        expect([path, ends, changed.body.acknowledged.requests_ended]).toEqual([path, ends, ends ? 1 : 0]);
        expect((await chats()).some(({ key_id }) => key_id === key.id)).toBe(!ends);
        await expect.poll(() => open.received().includes('"code":"key_revoked"')).toBe(ends);
      }
    }
  });

  test('ending the old secret of a rotation ends only the requests with that secret', async () => {
    const key = await scoped();
    await chatOf(key);
    const rotated = await server.request<{ secret: string }>('POST', `/v1/keys/${key.id}/rotate`, {
      body: {},
    });
    await chatOf({ ...key, secret: rotated.body.secret });
    const old = key.key.secrets[0]?.id;
    const ended = await server.request<Stopped>('POST', `/v1/keys/${key.id}/secrets/${old}/end`);
    expect(ended.body.acknowledged.requests_ended).toBe(1);
    expect((await chats()).filter(({ key_id }) => key_id === key.id)).toHaveLength(1);
  });

  test('a key that expires ends its running requests', async () => {
    const key = await server.mint({ scopes: ['models:use'], expires_in_seconds: 2 });
    const open = await chatOf(key);
    await expect.poll(() => open.received()).toContain('"code":"key_revoked"');
  });

  test('the list of running requests has pages, each of which continues the former one', async () => {
    const key = await scoped('keys:read');
    for (let i = 0; i < 5; i++) await chatOf(key);
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page++) {
      const { items, next_cursor } = await running(undefined, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...items.filter(({ key_id }) => key_id === key.id).map(({ id }) => id));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });
});
