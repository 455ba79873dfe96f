import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, stream, type TestUpstream } from '../../../test/upstream.ts';
import { appendChange } from '../../nodes/node-store.ts';
import { openRequest, statusOf } from './open-request.fixture.ts';
import { revokeStreams } from './open-streams.fixture.ts';

interface Acknowledged {
  acknowledged: { nodes: number; waited_ms: number; requests_ended: number };
}

const LINES = 'application/x-ndjson';
const event = (text: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`);

describeOnBothServers('what runs under a key', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const revoke = (id: string, on = server) =>
    on
      .request<Acknowledged>('POST', `/v1/keys/${id}/revoke`, { key: server.adminKey })
      .then(({ body }) => body.acknowledged);
  const imports = (keyId: string): number =>
    server.app.core.nodes.runs.newest().filter((run) => run.about.key_id === keyId).length;
  const works = async (key: string) => (await server.request('GET', '/v1/keys/self', { key })).status === 200;

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', { body: { name: 'test', base_url: upstream.baseUrl } });
    return () => upstream.close();
  });

  test('an import that is open when its key is revoked imports nothing more', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const open = openRequest(server, { path: '/v1/keys/import', key: secret, type: LINES });
    await expect.poll(() => imports(id)).toBe(1);
    expect((await revoke(id)).requests_ended).toBe(1);
    open.end(`${JSON.stringify({ name: 'way back', role: 'admin', secret: 'way-back-0123456789abcdef' })}\n`);
    const received = await open.closed;
    expect(statusOf(received)).toBe(401);
    expect(await works('way-back-0123456789abcdef')).toBe(false);
  });

  test('an import that has begun to answer ends with a line that says so, and its connection is closed', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const open = openRequest(server, { path: '/v1/keys/import', key: secret, type: LINES });
    const line = (at: number) =>
      `${JSON.stringify({ name: `line ${at}`, role: 'client', secret: `begun-${at}-0123456789abcdef` })}\n`;
    open.send(Array.from({ length: 250 }, (_, at) => line(at)).join(''));
    await expect.poll(() => open.received()).toContain('"outcome":"imported"');
    expect((await revoke(id)).requests_ended).toBe(1);
    // The client neither ends its body nor its connection.
    expect(await open.closed).toMatch(/"outcome":"broken_off","code":"key_revoked"[^\n]*\n\r\n0\r\n\r\n$/);
  });

  test('an import stores nothing after a committed revocation that its process has not heard of', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const open = openRequest(server, { path: '/v1/keys/import', key: secret, type: LINES });
    await expect.poll(() => imports(id)).toBe(1);
    const { storage } = server.app.core;
    const revoked = { kind: 'key', subject: id, ends: true } as const;
    await storage.transaction((tx) => appendChange(tx, revoked, { nowMs: Date.now(), madeBy: null }));
    open.end(`${JSON.stringify({ name: 'way in', role: 'admin', secret: 'way-in-0123456789abcdef' })}\n`);
    await expect.poll(() => statusOf(open.received())).toBe(401);
    expect(await works('way-in-0123456789abcdef')).toBe(false);
  });

  test('a stream that is open when its key is revoked ends with an event that says so, and its upstream request is cancelled', async () => {
    const { id, secret } = await server.mint({ scopes: ['models:use'] });
    upstream.answer(stream([event('one')], { end: 'hang' }));
    const open = openRequest(server, { path: '/v1/chat/completions', key: secret });
    open.end(JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }));
    await expect.poll(() => open.received()).toContain('one');
    expect((await revoke(id)).requests_ended).toBe(1);
    await expect.poll(() => open.received()).toContain('"code":"key_revoked"');
    expect(open.received()).toMatch(/0\r\n\r\n$/);
    await upstream.received.findLast(({ path }) => path.endsWith('/chat/completions'))?.aborted;
  });

  test('a stream of a child ends with the revocation of an ancestor, also on another process', async () => {
    const team = await server.mint({ scopes: ['keys:write', 'models:use'], expires_in_seconds: 3_600 });
    const child = async (maker: string): Promise<string> => {
      const body = { name: 'agent', scopes: ['keys:write', 'models:use'] };
      const made = await server.request<{ secret: string }>('POST', '/v1/keys', { key: maker, body });
      return made.body.secret;
    };
    const grandchild = await child(await child(team.secret));
    upstream.answer(stream([event('one')], { end: 'hang' }));
    const open = openRequest(server, { path: '/v1/chat/completions', key: grandchild });
    open.end(JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }));
    await expect.poll(() => open.received()).toContain('one');
    const other = await start(server.environment);
    expect((await revoke(team.id, other)).requests_ended).toBe(1);
    await expect.poll(() => open.received()).toContain('"code":"key_revoked"');
    expect(await works(grandchild)).toBe(false);
  });

  test('an answer to a visitor of a widget ends with the key that pays for it', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const site = 'https://shop.example';
    await server.request('POST', '/api/v1/workspace/new', { body: { name: 'Shop', chatModel: 'gpt-test' } });
    const body = { workspace_slug: 'shop', chat_mode: 'chat', allowlist_domains: [site] };
    const made = await server.request<{ embed: { uuid: string } }>('POST', '/api/v1/embed/new', {
      key: secret,
      body,
    });
    upstream.answer(stream([event('half of an answer')], { end: 'hang' }));
    const asked = fetch(`${server.url}/api/embed/${made.body.embed.uuid}/stream-chat`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: site },
      body: JSON.stringify({ sessionId: '3f0b8b2e-5d0c-4c7a-9a53-0f6f3c1f8a11', message: 'Hi' }),
    });
    const reader = (await asked).body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('half of an answer')) text += (await reader?.read())?.value ?? '';
    expect((await revoke(id)).requests_ended).toBe(1);
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      text += part.value;
    expect(text).toContain('(key_revoked)');
  });

  test('a chat in a workspace ends with the frame that its clients know, and is not stored', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    upstream.answer(stream([event('half of an answer')], { end: 'hang' }));
    await server.request('POST', '/api/v1/workspace/new', { body: { name: 'Room' } });
    const open = openRequest(server, { path: '/api/v1/workspace/room/stream-chat', key: secret });
    open.end(JSON.stringify({ message: 'Hi', mode: 'chat' }));
    await expect.poll(() => open.received()).toContain('half of an answer');
    expect((await revoke(id)).requests_ended).toBe(1);
    await expect.poll(() => open.received()).toContain('(key_revoked)');
    expect(open.received()).toContain('"type":"abort"');
    expect(open.received()).toMatch(/0\r\n\r\n$/);
    const { text } = await server.request('GET', '/api/v1/workspace/room/chats');
    expect(text).not.toContain('half of an answer');
  });

  test('nothing that two processes with open streams send after the acknowledgement reaches a client, and each stream is counted once', async () => {
    const pair = await start();
    const { rounds, counted } = await revokeStreams(pair, 12);
    expect(rounds.filter(({ stream, acknowledgedMs }) => stream.lastSentMs > acknowledgedMs)).toEqual([]);
    expect(rounds.map(({ requestsEnded }) => requestsEnded)).toEqual(rounds.map(() => 1));
    expect(rounds.filter(({ stream }) => !stream.text.includes('"code":"key_revoked"'))).toEqual([]);
    await expect.poll(counted).toEqual(rounds.map(() => 1));
  });
});
