import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';
import { startTestUpstream } from '../../test/upstream.ts';
import { says, startChats } from '../chat/chats.fixture.ts';
import { embeddings } from '../retrieval/retrieval.fixture.ts';
import { numbered, openStream } from '../api/running/numbered-stream.fixture.ts';

describeOnBothServers('a process that hangs while a revocation is acknowledged', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    const upstream = await startTestUpstream();
    upstream.answer(numbered);
    await server.request('POST', '/v1/upstreams', { body: { name: 'numbers', base_url: upstream.baseUrl } });
    return () => upstream.close();
  });
  const passed = async (ms: number): Promise<void> => {
    const endMs = performance.now() + ms;
    await expect.poll(() => performance.now(), { interval: 20 }).toBeGreaterThan(endMs);
  };

  test('a process that hangs during an acknowledgement passes on nothing that the upstream sent afterwards, once it continues', async () => {
    const other = await startServerProcess(server.environment);
    const key = await server.mint({ scopes: ['models:use'] });
    const stream = await openStream(other.url, key);
    other.child.kill('SIGSTOP');
    // 503: this process too has lost its lease, on a busy machine, and the caller asks again.
    const revoke = () => server.request('POST', `/v1/keys/${key.id}/revoke`);
    await expect.poll(async () => (await revoke()).status).toBe(200);
    const acknowledgedMs = performance.now();
    // The upstream goes on, into the buffers of the connection.
    await passed(300);
    other.child.kill('SIGCONT');
    await stream.ended;
    expect(stream.lastSentMs).toBeLessThanOrEqual(acknowledgedMs);
    expect(stream.text).toContain('"code":"key_revoked"');
  });

  test('a process that hangs during an acknowledgement asks no model for a key that was revoked in the meantime', async () => {
    const chats = await startChats(start);
    onTestFinished(() => chats.upstream.close());
    await chats.post('/workspace/new', { name: 'Docs', chatMode: 'chat' });
    await chats.add('docs', 'Zebras', 'Zebra stripes are unique.');
    const other = await startServerProcess(chats.server.environment);
    const key = await chats.server.mint({ scopes: ['workspaces:chat', 'models:use'] });
    const embedded = Promise.withResolvers<void>();
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    chats.upstream.answer(async (response, request) => {
      if (!request.path.endsWith('/embeddings')) return says(['late'])(response, request);
      asked.resolve();
      await embedded.promise;
      await embeddings()(response, request);
      answered.resolve();
    });
    const chat = fetch(`${other.url}/api/v1/workspace/docs/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'What is unique?', mode: 'chat' }),
    });
    await asked.promise;
    other.child.kill('SIGSTOP');
    await chats.server.request('POST', `/v1/keys/${key.id}/revoke`);
    chats.upstream.received.length = 0;
    // What the question was embedded to lies in the buffers of the process that hangs.
    embedded.resolve();
    await answered.promise;
    other.child.kill('SIGCONT');
    await (await chat).text();
    expect(chats.upstream.received.map(({ path }) => path)).not.toContain('/v1/chat/completions');
  });

  test('a process that hangs during an acknowledgement ends the requests that were stopped in the meantime, and the list counts it as missing', async () => {
    const other = await startServerProcess(server.environment);
    const key = await server.mint({ scopes: ['models:use'] });
    const stream = await openStream(other.url, key);
    const path = '/v1/running';
    interface List {
      items: { id: string; key_id: string | null }[];
      missing_nodes: number;
    }
    const { items } = (await server.request<List>('GET', path)).body;
    const run = items.find(({ key_id }) => key_id === key.id);
    other.child.kill('SIGSTOP');
    const now = (await server.request<List>('GET', path)).body;
    expect(now.missing_nodes).toBeGreaterThan(0);
    expect(now.items.map(({ key_id }) => key_id)).not.toContain(key.id);
    const stop = (secret = server.adminKey) =>
      server.request<{ code?: string }>('POST', `${path}/${run?.id}/stop`, { key: secret });
    // Its owner cannot be known: its own key gets the answer to ask again, not that it does not exist.
    expect([(await stop(key.secret)).status, (await stop()).status]).toEqual([503, 200]);
    other.child.kill('SIGCONT');
    await stream.ended;
    expect(stream.text).toContain('"code":"request_stopped"');
  });

  test('a process that hangs during an acknowledgement resumes the requests that nobody ended, once it has asked the database', async () => {
    const other = await startServerProcess(server.environment);
    const stream = await openStream(other.url, await server.mint({ scopes: ['models:use'] }));
    other.child.kill('SIGSTOP');
    await passed(2_500);
    other.child.kill('SIGCONT');
    const awakeMs = performance.now();
    await expect.poll(() => stream.lastSentMs).toBeGreaterThan(awakeMs);
  });
});
