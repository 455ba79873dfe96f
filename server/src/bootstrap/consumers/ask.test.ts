import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askForProof, callWebhook } from './ask.ts';

const SECRET = 'canary-webhook-secret';
const surroundings = { folder: '/', variables: { TOKEN: SECRET } };
const headers = { authorization: 'Bearer {token}' };
const secrets = { token: { env: 'TOKEN' } };
const timeoutMs = 10_000;

interface Consumer {
  url: string;
  seen: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
}

async function consumer(answer: RequestListener): Promise<Consumer> {
  const seen: Consumer['seen'] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join('');
      const { method = '', url: path = '' } = request;
      seen.push({ method, path, headers: request.headers, body });
      answer(request, response);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const hook = (url: string, more: object = {}, ms = timeoutMs) =>
  callWebhook(
    { url, headers, secrets, ...more },
    { surroundings, id: 'app', place: 'main:kv/data/app#KEY', timeoutMs: ms },
  );
const prove = (proof: object, ms = timeoutMs) =>
  askForProof({ headers, secrets, ...proof }, { surroundings, values: { version: '3' }, timeoutMs: ms });

test('a webhook gets the id of the key and its place, and the headers with their secret', async () => {
  const { url, seen } = await consumer((_request, response) => response.writeHead(204).end());
  expect(await hook(`${url}/hooks/a%20b?x=%7Bkey%7D`)).toBe(undefined);
  expect(seen).toMatchObject([
    { method: 'POST', path: '/hooks/a%20b?x=%7Bkey%7D', headers: { authorization: `Bearer ${SECRET}` } },
  ]);
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    event: 'key.changed',
    key: 'app',
    place: 'main:kv/data/app#KEY',
  });
});

test.for([301, 404, 500])(
  'a webhook that answers %i is a problem, and a redirect is not followed',
  async (status) => {
    const { url, seen } = await consumer((request, response) =>
      response.writeHead(status, { location: '/elsewhere' }).end(request.headers.authorization),
    );
    expect(await hook(`${url}/hook?token=canary-query`)).toBe(`${url} answers ${status}`);
    expect(seen).toHaveLength(1);
  },
);

test('a consumer that never answers, or never ends its answer, is given up after the time', async () => {
  const silent = await consumer(() => undefined);
  const endless = await consumer((_request, response) => void response.writeHead(200).write('{'));
  for (const { url } of [silent, endless]) {
    expect(await hook(url, {}, 200)).toBe(`${url} does not answer (TimeoutError).`);
    expect(await prove({ url }, 200)).toBe(`${url} does not answer (TimeoutError).`);
  }
});

test('a host without an address and a url of another kind are problems of the consumer', async () => {
  expect(await hook('http://consumer.invalid/hook?token=canary')).toMatch(
    /^http:\/\/consumer\.invalid does not answer \((ENOTFOUND|EAI_AGAIN)\)\.$/,
  );
  expect(await hook('file:///etc/canary')).toBe('The url must be such as http://127.0.0.1:3001.');
});

test('a secret that is missing, or that no header can carry, is a problem that does not show it', async () => {
  const { url, seen } = await consumer((_request, response) => response.end());
  expect(await hook(url, { secrets: { token: { env: 'MISSING' } } })).toContain('MISSING is not set');
  const broken = { folder: '/', variables: { TOKEN: `${SECRET}\nx` } };
  const call = { surroundings: broken, id: 'app', place: 'main:app', timeoutMs };
  expect(await callWebhook({ url, headers, secrets }, call)).toMatch(
    /^http:\/\/\S+ does not answer \(\w+\)\.$/,
  );
  expect(seen).toEqual([]);
});

test.for<[what: string, body: string, proof: object, problem: string | undefined]>([
  ['the expected number', '{"key":{"version":3}}', {}, undefined],
  ['the expected text', '{"key":{"version":"3"}}', {}, undefined],
  ['a former version', '{"key":{"version":2}}', {}, 'does not answer with the new {version} at /key/version'],
  ['no such member', `{"other":"${SECRET}"}`, {}, 'does not answer with the new {version} at /key/version'],
  ['no JSON', SECRET, {}, 'does not answer with the new {version} at /key/version'],
  [
    'an id that is not known',
    '{"key":{"version":""}}',
    { equals: '{id}' },
    'does not answer with the new {id} at /key/version',
  ],
])('a proof by %s', async ([, body, more, problem]) => {
  const { url } = await consumer((_request, response) => response.end(body));
  const proof = { url: `${url}/readyz?canary`, pointer: '/key/version', equals: '{version}', ...more };
  expect(await prove(proof)).toBe(problem === undefined ? undefined : `${url} ${problem}`);
});

test('a proof by status alone needs just that status', async () => {
  const { url } = await consumer((_request, response) => response.writeHead(503).end(SECRET));
  expect(await prove({ url, status: 503 })).toBe(undefined);
  expect(await prove({ url })).toBe(`${url} answers 503, not 200`);
});
