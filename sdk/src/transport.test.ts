import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedUrl, failureOf, json, KEY, serve, type Answer } from './client.fixture.ts';
import { createClient, readEvents, unwrap, type KeywardClient } from './index.ts';

const OWNER = { name: 'x', kind: 'team' as const };
const EMPTY = { items: [], next_cursor: null };
const hangUp: Answer = (request) => request.socket.destroy();

describe('the time limit', () => {
  const begin: Answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":');

  test('ends the wait for an answer, and for the rest of one that has begun', async () => {
    for (const answer of [() => undefined, begin]) {
      const { url } = await serve(answer);
      const client = createClient({ url, apiKey: KEY, timeoutMs: 50 });
      expect(await failureOf(client.GET('/v1/keys'))).toMatchObject({
        name: 'KeywardConnectionError',
        code: 'timeout',
        url: `${url}/v1/keys`,
      });
    }
  });

  test('is for silence: an answer that keeps coming may take longer', async () => {
    const limitMs = 400;
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pieces = Array.from(JSON.stringify(EMPTY));
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) {
          clearInterval(timer);
          response.end();
        } else response.write(piece);
      }, 20);
    });
    const startedMs = performance.now();
    const client = createClient({ url, timeoutMs: limitMs });
    expect(await unwrap(client.GET('/v1/keys'))).toEqual(EMPTY);
    expect(performance.now() - startedMs).toBeGreaterThan(limitMs);
  });

  test('ends an answer in the middle of a chat', async () => {
    const { url } = await serve((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'),
    );
    const begun = async (timeoutMs: number) => {
      const pieces = createClient({ url, timeoutMs }).chat({ model: 'm', messages: [] });
      return { pieces, first: await pieces.next().catch(() => undefined) };
    };
    // On a busy machine the first piece may take longer than a short limit.
    let chat = await begun(50);
    for (let limitMs = 200; chat.first === undefined && limitMs < 30_000; limitMs *= 4)
      chat = await begun(limitMs);
    expect(chat.first?.value).toMatchObject({ choices: [{ delta: { content: 'a' } }] });
    expect(await failureOf(chat.pieces.next())).toMatchObject({ code: 'timeout' });
  });
});

describe('repeating', () => {
  const busy = json(503, { code: 'storage_unavailable', detail: 'no' }, { 'retry-after': '0' });

  test('a GET that may be is repeated, twice at most', async () => {
    const { client, requests } = await serve(busy, busy, json(200, { items: [], next_cursor: null }));
    expect(await unwrap(client.GET('/v1/keys'))).toEqual({ items: [], next_cursor: null });
    expect(requests).toHaveLength(3);
    const always = await serve(busy);
    expect(await failureOf(always.client.GET('/v1/keys'))).toMatchObject({ status: 503 });
    expect(always.requests).toHaveLength(3);
  });

  test('no other request that was answered is, nor one that would have to wait for long', async () => {
    const post = await serve(busy);
    expect(
      await failureOf(post.client.POST('/v1/owners', { body: { name: 'x', kind: 'team' } })),
    ).toMatchObject({
      status: 503,
    });
    const without = await serve(json(503, { code: 'storage_unavailable', detail: 'no' }));
    await failureOf(without.client.GET('/v1/keys'));
    const late = await serve(json(429, { code: 'rate_limited', detail: 'no' }, { 'retry-after': '3600' }));
    await failureOf(late.client.GET('/v1/keys'));
    expect([post, without, late].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  test('a GET whose connection broke is repeated; a POST is not, for it may have been carried out', async () => {
    const get = await serve(hangUp, json(200, EMPTY));
    expect(await unwrap(get.client.GET('/v1/keys'))).toEqual(EMPTY);
    expect(get.requests).toHaveLength(2);
    const post = await serve(hangUp, json(201, {}));
    expect(await failureOf(post.client.POST('/v1/owners', { body: OWNER }))).toMatchObject({
      name: 'KeywardConnectionError',
    });
    expect(post.requests).toHaveLength(1);
  });

  /** A client of a server that listens only after the first try. */
  async function lateServer(): Promise<{ client: KeywardClient; bodies: string[] }> {
    const url = await closedUrl();
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"own_1"}');
      });
    });
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const lately = async (request: Request): Promise<Response> => {
      if (server.listening) return fetch(request);
      const refused = await failureOf(fetch(request));
      await once(server.listen(Number(new URL(url).port), '127.0.0.1'), 'listening');
      throw refused;
    };
    return { client: createClient({ url, fetch: lately }), bodies };
  }

  test('a POST that was never sent is repeated with its body', async () => {
    const { client, bodies } = await lateServer();
    expect(await unwrap(client.POST('/v1/owners', { body: OWNER }))).toEqual({ id: 'own_1' });
    expect(bodies).toEqual([JSON.stringify(OWNER)]);
  });

  test('an upload is not: its file would have to be kept in memory', async () => {
    const { client, bodies } = await lateServer();
    const upload = client.uploadDocument({ file: new Blob(['x']), name: 'x.txt' });
    expect(await failureOf(upload)).toMatchObject({ code: 'ECONNREFUSED' });
    expect(bodies).toEqual([]);
  });
});

describe('the address', () => {
  test.for(['', '/', '/v1', '/v1/'])('may end with "%s"', async (end) => {
    const { url, requests } = await serve(json(200, EMPTY));
    const client = createClient({ url: `${url}/below${end}` });
    await client.GET('/v1/keys');
    expect([client.url, requests[0]?.url]).toEqual([`${url}/below`, '/below/v1/keys']);
  });

  test('of the Developer API is refused, with the one to give', () => {
    expect(() => createClient({ url: 'http://127.0.0.1:5390/api/v1' })).toThrow(
      'url: must end before /api/v1, such as http://127.0.0.1:5390.',
    );
  });
});

describe('an abort', () => {
  /** The platform follows signals by weak references: it forgets them for a request that it no longer needs itself. */
  async function collectGarbage(): Promise<void> {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let round = 0; round < 5; round++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test.for(['answer', 'body'])('ends a wait for the %s, also after garbage was collected', async (part) => {
    const { url, requests } = await serve((_request, response) => {
      if (part === 'body') response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const read = async (): Promise<void> => {
      const client = createClient({ url, timeoutMs: 60_000, retries: 0 });
      const response = await client.get('/x', { signal: controller.signal });
      for await (const event of readEvents(response.body)) expect(event).toBeUndefined();
    };
    const failure = failureOf(read());
    await expect.poll(() => requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await collectGarbage();
    controller.abort(reason);
    expect(await failure).toBe(reason);
  });
});
