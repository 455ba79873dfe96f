import { connect } from 'node:net';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, stream } from '../../../test/upstream.ts';
import { openRequest, statusOf } from '../../api/running/open-request.fixture.ts';

/** What takes minutes elsewhere; both have to pass before anything may be ended. */
const TIMES = { arrivalMs: 200, standstillMs: 300 };
const LINES = 'application/x-ndjson';
const line = (number: number): string =>
  `${JSON.stringify({ name: `key ${number}`, role: 'client', secret: `late-${number}-0123456789abcdef` })}\n`;
/** As often as a body moves enough to go on. */
const padded = (text: string): string => `${' '.repeat(2_000)}\n${text}`;

/** How many answers there are in what came on one connection. */
const heads = (text: string): number => text.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;

describeOnServer('sqlite', 'a request that takes long to arrive', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({}, TIMES);
  });
  const passed = async (ms: number): Promise<void> => {
    const endMs = performance.now() + ms;
    await expect.poll(() => performance.now(), { interval: 20 }).toBeGreaterThan(endMs);
  };

  test('an import continues as long as data arrives, and its answer is complete', async () => {
    const open = openRequest(server, { path: '/v1/keys/import', key: server.adminKey, type: LINES });
    for (let number = 1; number <= 220; number++) {
      open.send(padded(line(number)));
      if (number % 10 === 0) await passed(60);
    }
    open.end();
    await expect.poll(() => open.received()).toContain('"line":440');
    await expect.poll(() => open.received()).toMatch(/0\r\n\r\n$/);
    expect(heads(open.received())).toBe(1);
    expect(statusOf(open.received())).toBe(200);
  });

  test('an import that stops arriving ends with a line that says so, and without a second head', async () => {
    const open = openRequest(server, { path: '/v1/keys/import', key: server.adminKey, type: LINES });
    for (let number = 1_000; number < 1_250; number++) open.send(line(number));
    const received = await open.closed;
    expect(heads(received)).toBe(1);
    expect(received).toContain('"outcome":"broken_off"');
    expect(received).toContain('stopped arriving');
  });

  test('a JSON body that stops arriving is refused with 408', async () => {
    const open = openRequest(server, { path: '/v1/keys', key: server.adminKey });
    open.send('{"name":');
    const received = await open.closed;
    expect([heads(received), statusOf(received)]).toEqual([1, 408]);
  });

  test('a head that stops arriving is refused with 408', async () => {
    expect(statusOf(await server.raw('GET /healthz HTTP/1.1\r\nhost: x\r\n'))).toBe(408);
  });

  test('a refused request whose body never ends gets its refusal and nothing after it', async () => {
    const open = openRequest(server, { path: '/v1/keys', key: 'nobody-0123456789abcdef' });
    open.send('{"name":');
    const received = await open.closed;
    expect([heads(received), statusOf(received)]).toEqual([1, 401]);
  });

  test('half a head behind a request that is still being answered adds nothing to its answer', async () => {
    const upstream = await startTestUpstream();
    onTestFinished(() => upstream.close());
    const pieces = Array.from({ length: 12 }, (_, at) => Buffer.from(`data: {"piece":${at}}\n\n`));
    upstream.answer(stream(pieces, { pauseMs: 100 }));
    await server.request('POST', '/v1/upstreams', { body: { name: 'slow', base_url: upstream.baseUrl } });
    const open = openRequest(server, { path: '/v1/chat/completions', key: server.adminKey });
    open.end(JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }));
    open.socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
    const received = await open.closed;
    expect(received).toContain('"piece":11');
    expect(received).not.toContain('408');
    expect(heads(received)).toBe(1);
  });
});

describeOnServer('sqlite', 'a client that sends its whole body before it reads', (start) => {
  test('an import whose answer is larger than the socket buffers ends, and its answer is complete', async () => {
    const server = await start();
    const lines = 60_000;
    // Neither the body nor its outcomes find room in the sockets.
    const wrong = { ['x'.repeat(400)]: 1 };
    const body = Buffer.from(`${JSON.stringify(wrong)}\n`.repeat(lines));
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    socket.pause();
    const head = [
      'POST /v1/keys/import HTTP/1.1',
      'host: x',
      `authorization: Bearer ${server.adminKey}`,
      `content-type: ${LINES}`,
      `content-length: ${body.length}`,
      'connection: close',
    ].join('\r\n');
    // All of it is out before a byte is read.
    await new Promise<void>((resolve) => {
      socket.write(`${head}\r\n\r\n`);
      socket.write(body, () => resolve());
    });
    await expect.poll(() => server.app.core.nodes.runs.newest().length).toBe(1);
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.resume();
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
    const chunked = Buffer.concat(pieces).toString();
    // More than the buffers of both ends hold: what is kept for the reader must not keep the body from being read.
    expect(chunked.length).toBeGreaterThan(12_000_000);
    const received = chunked.replaceAll(/\r\n[0-9a-f]+\r\n/g, '');
    expect(received.match(/"outcome":"refused"/g)).toHaveLength(lines);
    expect(received).toContain(`{"line":${lines},`);
  });
});
