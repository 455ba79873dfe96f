import { connect } from 'node:net';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { startTestUpstream, stream, type TestUpstream } from '../../test/upstream.ts';
import { openRequest, statusOf } from '../api/running/open-request.fixture.ts';

/* A revocation ends what runs however it came in: as HTTP/1.0, behind another request on the connection, or after 100. */

const event = (text: string): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`);

describeOnServer('sqlite', 'a revocation', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    await server.request('POST', '/v1/upstreams', { body: { name: 'test', base_url: upstream.baseUrl } });
    return () => upstream.close();
  });

  const revoke = async (id: string): Promise<number> => {
    const answer = await server.request<{ acknowledged: { requests_ended: number } }>(
      'POST',
      `/v1/keys/${id}/revoke`,
    );
    return answer.body.acknowledged.requests_ended;
  };
  const question = (key: string, version: string): string => {
    const body = JSON.stringify({ model: 'gpt-test', stream: true, messages: [] });
    const head = [
      `POST /v1/chat/completions HTTP/${version}`,
      'host: localhost',
      `authorization: Bearer ${key}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  };
  const open = (bytes: string) => {
    const socket = connect(server.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let text = '';
    socket.on('data', (piece) => (text += piece.toString()));
    socket.on('error', () => undefined);
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
    socket.write(bytes);
    return { received: () => text, send: (more: string) => socket.write(more), closed };
  };

  test('a revocation ends a stream in HTTP/1.0, which has no chunks, and its connection', async () => {
    const { id, secret } = await server.mint({ scopes: ['models:use'] });
    upstream.answer(stream([event('one')], { end: 'hang' }));
    const { received, closed } = open(question(secret, '1.0'));
    await expect.poll(received).toContain('one');
    expect(await revoke(id)).toBe(1);
    const all = await closed;
    expect(all).toMatch(/one[^]*"code":"key_revoked"[^]*\n\n$/);
    expect(all).not.toContain('transfer-encoding');
  });

  test('a revocation ends a request behind another one on the same connection, and that one continues', async () => {
    const first = await server.mint({ scopes: ['models:use'] });
    const second = await server.mint({ scopes: ['models:use'] });
    upstream.answer(stream([event('of the first')], { end: 'hang' }));
    const { received, send, closed } = open(question(first.secret, '1.1'));
    await expect.poll(received).toContain('of the first');
    upstream.answer(stream([event('of the second')], { end: 'hang' }));
    send(question(second.secret, '1.1'));
    await expect
      .poll(() => upstream.received.filter(({ path }) => path.endsWith('/completions')).length)
      .toBe(3);
    expect(await revoke(second.id)).toBe(1);
    expect(received()).not.toContain('key_revoked');
    expect(await revoke(first.id)).toBe(1);
    await expect.poll(() => received().split('"code":"key_revoked"').length - 1).toBe(2);
    expect(received()).toMatch(
      /of the first[^]*key_revoked[^]*HTTP\/1\.1 200[^]*of the second[^]*key_revoked/,
    );
    void closed;
  });

  test('a revocation ends a request whose body was requested with 100 and has not arrived yet', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const path = '/v1/keys/import';
    const headers = { expect: '100-continue' };
    const importing = openRequest(server, { path, key: secret, type: 'application/x-ndjson', headers });
    await expect.poll(() => importing.received()).toContain('HTTP/1.1 100 Continue');
    expect(await revoke(id)).toBe(1);
    importing.end(`${JSON.stringify({ name: 'late', role: 'admin', secret: 'late-0123456789abcdef' })}\n`);
    const received = (await importing.closed).replace('HTTP/1.1 100 Continue\r\n\r\n', '');
    expect(statusOf(received)).toBe(401);
    expect((await server.request('GET', '/v1/keys/self', { key: 'late-0123456789abcdef' })).status).toBe(401);
  });
});
