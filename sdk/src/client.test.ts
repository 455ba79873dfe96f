import { once } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { closedUrl, failureOf, json, KEY, serve, type Answer } from './client.fixture.ts';
import { createClient, KeywardApiError, KeywardConnectionError, paginate, unwrap } from './index.ts';
import type { KeywardClient } from './index.ts';

const everythingOf = (value: unknown): string => inspect(value, { depth: 20, showHidden: true });

describe('errors', () => {
  test('of the form problem+json have their code, hint, fields, request and further members', async () => {
    const problem = {
      type: 'urn:keyward:error:idempotent_repeat',
      title: 'This request was already carried out',
      status: 409,
      detail: 'This request made the key before.',
      code: 'idempotent_repeat',
      hint: 'Rotate it.',
      request_id: 'req_1',
      errors: [{ field: 'name', message: 'is taken' }, 'nonsense'],
      key_id: 'key_1',
    };
    const { client, url } = await serve(json(409, problem));
    const error = (await failureOf(client.POST('/v1/keys', { body: { name: 'x' } }))) as KeywardApiError;
    expect(error).toBeInstanceOf(KeywardApiError);
    expect(error).toMatchObject({
      url: `${url}/v1/keys`,
      status: 409,
      code: 'idempotent_repeat',
      message: 'This request made the key before.',
      hint: 'Rotate it.',
      requestId: 'req_1',
      errors: [{ field: 'name', message: 'is taken' }],
      details: { key_id: 'key_1' },
    });
  });

  test("of OpenAI's form too, with the request id and Retry-After of the headers", async () => {
    const body = {
      error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limited' },
    };
    const { client } = await serve(json(429, body, { 'x-request-id': 'req_2', 'retry-after': '77' }));
    const error = (await failureOf(client.GET('/v1/models'))) as KeywardApiError;
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limited',
      message: 'Slow down.',
      requestId: 'req_2',
      retryAfterSeconds: 77,
    });
  });

  test('of something else say so; a redirect is not followed with the key', async () => {
    const { client, requests } = await serve(
      (_request, response) => response.writeHead(502).end('<html>Bad Gateway</html>'),
      (_request, response) => response.writeHead(302, { location: 'http://example.org/' }).end(),
    );
    expect(await failureOf(client.GET('/v1/keys'))).toMatchObject({ status: 502, code: 'unknown' });
    const moved = await failureOf(client.GET('/v1/keys'));
    expect(moved).toMatchObject({ status: 302, hint: 'It leads to http://example.org/.' });
    expect(requests).toHaveLength(2);
  });

  test('of the connection say which address was asked, without its query', async () => {
    const { client, url } = await serve((request) => request.socket.destroy());
    const error = await failureOf(client.GET('/v1/keys', { params: { query: { q: 'secret' } } }));
    expect(error).toBeInstanceOf(KeywardConnectionError);
    expect((error as Error).message).toContain(`${url}/v1/keys `);
    expect((error as Error).message).not.toContain('secret');
    const nowhere = createClient({ url: await closedUrl(), apiKey: KEY });
    expect(await failureOf(nowhere.GET('/v1/keys'))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a caller who goes away gets its own reason', async () => {
    const { client } = await serve(() => undefined);
    const reason = new Error('enough');
    expect(await failureOf(client.GET('/v1/keys', { signal: abortedSoon(reason) }))).toBe(reason);
  });
});

function abortedSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 30);
  return controller.signal;
}

describe('the key', () => {
  test('is in no error and no client, however they are printed', async () => {
    const leaky = { error: { message: `Incorrect key ${KEY}`, type: 'x', param: null, code: 'invalid_key' } };
    const { client, requests } = await serve(json(401, leaky));
    const refused = await failureOf(client.GET('/v1/models'));
    const unreachable = await failureOf(
      createClient({ url: await closedUrl(), apiKey: KEY }).GET('/v1/models'),
    );
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    for (const value of [client, refused, unreachable]) expect(everythingOf(value)).not.toContain(KEY);
  });

  test('with a line end is refused without being repeated', () => {
    const bad = `${KEY}\n`;
    expect(() => createClient({ url: 'http://127.0.0.1:1', apiKey: bad })).toThrow(
      'characters that no key has',
    );
    const making = new Promise(() => createClient({ url: 'http://127.0.0.1:1', apiKey: bad }));
    return expect(failureOf(making).then(everythingOf)).resolves.not.toContain(KEY);
  });

  test.for(['ftp://x', 'x', 'http://user:pass@x', 'http://x?key=1'])('is not sent to %s', (url) => {
    expect(() => createClient({ url })).toThrow(TypeError);
  });
});

describe('paginate', () => {
  test('gives every item, and asks for a page only when it is wanted', async () => {
    const { client, requests } = await serve(
      json(200, { items: [{ id: 1 }, { id: 2 }], next_cursor: 'a b&c' }),
      json(200, { items: [{ id: 3 }], next_cursor: null }),
    );
    const page = (cursor: string | undefined) =>
      unwrap(client.GET('/v1/owners', { params: { query: cursor === undefined ? {} : { cursor } } }));
    const ids: unknown[] = [];
    for await (const { id } of paginate(page)) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
    expect(requests[1]?.url).toBe('/v1/owners?cursor=a%20b%26c');
  });

  test('a list that does not end ends', async () => {
    const pages = paginate(async () => ({ items: [1], next_cursor: 'same' }));
    await expect(
      Array.from({ length: 3 }).reduce<Promise<unknown>>(
        (p) => p.then(() => pages.next()),
        Promise.resolve(),
      ),
    ).rejects.toThrow('does not end');
  });
});

describe('chat', () => {
  const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
  const chunk = (content: string, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
  const stream =
    (text: string, end: 'end' | 'cut' = 'end'): Answer =>
    async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      // Byte by byte: no border of a packet is one of an event.
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      if (end === 'cut') setTimeout(() => response.destroy(), 20);
      else response.end();
    };
  const textOf = async (client: KeywardClient): Promise<string> => {
    let text = '';
    for await (const { choices } of client.chat(ask)) text += choices[0]?.delta.content ?? '';
    return text;
  };

  test('gives the pieces as they come, asks for a stream, and stops at [DONE]', async () => {
    const { client } = await serve(
      stream(`${chunk('Grüße ')}: remark\n\n${chunk('🌍', 'stop')}data: [DONE]\n\ndata: {\n\n`),
    );
    expect(await textOf(client)).toBe('Grüße 🌍');
  });

  test('a stream without [DONE] is whole when it has come to its end', async () => {
    expect(await textOf((await serve(stream(chunk('a', 'stop')))).client)).toBe('a');
    const cut = await serve(stream(chunk('a')));
    await expect(textOf(cut.client)).rejects.toMatchObject({ code: 'broken_off' });
  });

  test('a connection that breaks off says so, and where', async () => {
    const { client, url } = await serve(stream(chunk('a'), 'cut'));
    const error = await failureOf(textOf(client));
    expect(error).toBeInstanceOf(KeywardConnectionError);
    expect((error as Error).message).toContain(`${url}/v1/chat/completions broke off`);
  });

  test('an error inside of the stream is one of the API', async () => {
    const failed =
      'data: {"error":{"message":"gone","type":"server_error","param":null,"code":"upstream_unavailable"}}\n\n';
    const { client } = await serve(stream(chunk('a') + failed));
    await expect(textOf(client)).rejects.toMatchObject({ code: 'upstream_unavailable', message: 'gone' });
  });

  test('an answer of an upstream that does not stream comes as one piece, its tool calls told apart by index', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const { client } = await serve(
      json(200, { choices: [{ message: { role: 'assistant', content: null, tool_calls: [call] } }] }),
    );
    const pieces = [];
    for await (const piece of client.chat(ask)) pieces.push(piece);
    const delta = { role: 'assistant', content: null, tool_calls: [{ ...call, index: 0 }] };
    expect(pieces.map(({ choices }) => choices)).toEqual([[{ index: 0, delta, finish_reason: 'stop' }]]);
  });

  test('leaving the loop ends the request', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const { client } = await serve((_request, response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('a'));
    });
    for await (const piece of client.chat(ask)) {
      expect(piece.choices[0]?.delta.content).toBe('a');
      break;
    }
    await closed;
  });
});

describe('workspaces and documents', () => {
  const events =
    (...frames: object[]): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join(''));
    };
  const gathered = async (client: KeywardClient): Promise<object[]> => {
    const pieces = [];
    for await (const piece of client.askWorkspace({ slug: 'a b', message: 'Hello' })) pieces.push(piece);
    return pieces;
  };
  const chunk = { type: 'textResponseChunk', textResponse: 'a' };
  const sources = [{ title: 'one' }];
  const last = { type: 'finalizeResponseStream', sources };

  test('text comes as it is made, then the sources; what an agent says again as a whole is not repeated', async () => {
    const { client, requests } = await serve(
      events({ type: 'agentThought', thought: 'looks' }, chunk, { ...chunk, type: 'textResponse' }, last),
      events({ type: 'textResponse', textResponse: 'Refused.' }),
    );
    const text = { kind: 'text', text: 'a' };
    expect(await gathered(client)).toEqual([
      { kind: 'thought', text: 'looks' },
      text,
      { kind: 'sources', sources },
    ]);
    expect(requests[0]?.url).toBe('/v1/workspace/a%20b/stream-chat');
    expect(await gathered(client)).toEqual([{ kind: 'text', text: 'Refused.' }]);
  });

  test('a failure inside of the stream is an error, and so is a stream without its end', async () => {
    const { client } = await serve(events(chunk, { type: 'abort', error: 'Too much.' }), events(chunk));
    expect(await failureOf(gathered(client))).toMatchObject({
      name: 'KeywardApiError',
      message: 'Too much.',
    });
    expect(await failureOf(gathered(client))).toMatchObject({
      name: 'KeywardConnectionError',
      code: 'broken_off',
    });
  });

  test('errors that are a text have the code of their status; a bad key is one under any status', async () => {
    const { client } = await serve(
      json(403, { error: 'No valid api key found.' }),
      json(429, { error: 'Too many.' }, { 'retry-after': '7' }),
      json(500, { success: false, error: 'It is damaged.', documents: [] }),
      json(200, { success: true, error: null, documents: [] }),
      json(400, { success: false, message: 'Folder by that name already exists' }),
    );
    const upload = () => failureOf(client.uploadDocument({ file: new Blob(['x']), name: 'x.txt' }));
    expect(await upload()).toMatchObject({ status: 403, code: 'invalid_key' });
    expect(await upload()).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 7 });
    expect(await upload()).toMatchObject({ code: 'refused', message: 'It is damaged.' });
    expect(await upload()).toMatchObject({ code: 'refused' });
    expect(await upload()).toMatchObject({
      status: 400,
      code: 'refused',
      message: 'Folder by that name already exists',
    });
  });
});

describe('importKeys', () => {
  test('sends and receives at the same time, in constant memory', async () => {
    const { client } = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      let line = 0;
      request.on('data', (bytes: Buffer) => {
        for (const byte of bytes)
          if (byte === 10) response.write(`${JSON.stringify({ line: ++line, outcome: 'imported' })}\n`);
      });
      request.on('end', () => response.end());
    });
    const lines = async function* (): AsyncGenerator<string> {
      for (let i = 0; i < 20_000; i++) yield `{"name":"key ${i}"}\n`;
    };
    let count = 0;
    for await (const { line } of client.importKeys(lines())) expect(line).toBe(++count);
    expect(count).toBe(20_000);
  });

  test('an import that the server breaks off is an error, after what was done', async () => {
    const { client } = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(
        '{"line":1,"outcome":"imported"}\n{"outcome":"broken_off","code":"storage_unavailable","detail":"full"}\n',
      );
    });
    const outcomes = client.importKeys(
      (async function* () {
        yield '{}\n';
      })(),
    );
    expect((await outcomes.next()).value).toEqual({ line: 1, outcome: 'imported' });
    await expect(outcomes.next()).rejects.toMatchObject({ code: 'storage_unavailable', message: 'full' });
  });
});
