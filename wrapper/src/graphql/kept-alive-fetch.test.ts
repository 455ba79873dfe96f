import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { keptAliveFetch } from './kept-alive-fetch.ts';

async function serve(listener: RequestListener): Promise<{ url: string; ports: (number | undefined)[] }> {
  const ports: (number | undefined)[] = [];
  const server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ports };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text;
}

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test.for(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s takes its body and headers along', async (method) => {
  const { url } = await serve((request, response) => {
    void textOf(request).then((body) =>
      response.end(JSON.stringify({ method: request.method, body, type: request.headers['content-type'] })),
    );
  });
  const init = { method, body: '"é"', headers: { 'content-type': 'application/json' } };
  const response = await keptAliveFetch(new Request(url, init));
  expect(await response.json()).toEqual({ method, body: '"é"', type: 'application/json' });
  expect(response.url).toBe(url);
});

test('one connection serves request after request', async () => {
  const { url, ports } = await serve((_request, response) => response.end('x'.repeat(100_000)));
  for (let turn = 0; turn < 3; turn++)
    expect((await (await keptAliveFetch(new Request(url))).text()).length).toBe(100_000);
  expect(new Set(ports).size).toBe(1);
});

test('a GET on a kept connection that the server has just closed is sent again; a POST is not', async () => {
  let isClosing = false;
  const { url, ports } = await serve((request, response) => {
    if (isClosing) {
      isClosing = false;
      request.socket.resetAndDestroy();
    } else response.end('good');
  });
  const text = async (method: string) => (await keptAliveFetch(new Request(url, { method }))).text();
  expect(await text('GET')).toBe('good');
  isClosing = true;
  expect(await text('GET')).toBe('good');
  expect(new Set(ports).size).toBe(2);
  isClosing = true;
  expect(await failureOf(text('POST'))).toMatchObject({ code: 'ECONNRESET' });
});

test('an answer is given piece by piece, and no more of it is read when the reader leaves', async () => {
  const closed = Promise.withResolvers<void>();
  const { url } = await serve((_request, response) => {
    response.once('close', () => closed.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const { body } = await keptAliveFetch(new Request(url));
  const reader = body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
  await reader?.cancel();
  await closed.promise;
});

test('a signal ends the wait for an answer, and an answer that has begun', async () => {
  const begun = Promise.withResolvers<void>();
  const { url } = await serve((request, response) => {
    if (request.url === '/begun') response.writeHead(200).write('a');
    else begun.resolve();
  });
  const gone = new AbortController();
  const waiting = failureOf(keptAliveFetch(new Request(url, { signal: gone.signal })));
  const response = await keptAliveFetch(new Request(`${url}begun`, { signal: gone.signal }));
  const reading = failureOf(response.text());
  await begun.promise;
  gone.abort();
  expect(await waiting).toMatchObject({ name: 'AbortError' });
  expect(await reading).toBeInstanceOf(Error);
  expect(await failureOf(keptAliveFetch(new Request(url, { signal: gone.signal })))).toMatchObject({
    name: 'AbortError',
  });
});

test('an answer that breaks off is an error, and so is a port where nothing listens', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half', () => request.socket.destroy());
  });
  expect(await failureOf((await keptAliveFetch(new Request(url))).text())).toMatchObject({
    code: 'ECONNRESET',
  });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  expect(await failureOf(keptAliveFetch(new Request(`http://127.0.0.1:${port}/`)))).toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('a redirect is not followed, and an answer without a body has none', async () => {
  const { url, ports } = await serve((request, response) =>
    request.url === '/empty'
      ? response.writeHead(204).end()
      : response.writeHead(302, { location: '/elsewhere' }).end(),
  );
  const response = await keptAliveFetch(new Request(url));
  expect([response.status, response.headers.get('location'), ports.length]).toEqual([302, '/elsewhere', 1]);
  const empty = await keptAliveFetch(new Request(`${url}empty`));
  expect([empty.status, empty.body]).toEqual([204, null]);
});
