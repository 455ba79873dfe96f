import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { systemClock } from '../base/clock.ts';
import { Settings } from '../settings/index.ts';
import { chatAnswer, chatEvents, json, startTestUpstream, stream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';

const KEY = 'sk-proj-Zx81qTLm9aT4vB7nQ2wE5rY8';
const TENANT = 'acme-tenant-5f3c';
const INNER = '10.11.12.13:9999';

/** What some servers say when they fail, with the port of the upstream. */
const quoting = (port: string): string =>
  [
    `Incorrect API key provided: ${KEY}`,
    `or ${KEY.slice(0, 8)}********${KEY.slice(-4)}`,
    `or ${Buffer.from(`user:${KEY}`).toString('base64')}`,
    `of tenant ${TENANT} at http://127.0.0.1:${port}/v1 behind ${INNER}`,
  ].join(' ');

const leaksOf = (text: string, port: string): string[] =>
  [
    KEY,
    KEY.slice(8),
    KEY.slice(-4),
    Buffer.from(`user:${KEY}`).toString('base64').slice(8, 28),
    TENANT,
    '127.0.0.1',
    port,
    INNER,
  ].filter((secret) => text.includes(secret));

const packed =
  (status: number, encoding: string, pack: (text: string) => Buffer): ((text: string) => Behaviour) =>
  (text) =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-encoding': encoding });
    response.end(pack(JSON.stringify({ error: { message: text, type: 'bad', code: 'no_good' } })));
  };

/** In pieces of a few bytes: every secret lies across several. */
const inPieces =
  (status: number, type: string, wrap: (text: string) => string): ((text: string) => Behaviour) =>
  (text) =>
  async (response) => {
    response.writeHead(status, { 'content-type': type });
    response.flushHeaders();
    for (const piece of wrap(text).match(/.{1,23}/gs) ?? []) {
      response.write(piece);
      await new Promise(setImmediate);
    }
    response.end();
  };

const asError = (text: string): object => ({
  error: { message: text, type: 'bad', param: text, code: 'no_good' },
});
const escapedJson = (text: string): string =>
  JSON.stringify(asError(text)).replaceAll('sk-', '\\u0073\\u006b-').replaceAll('/', '\\/');
const event = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;

const FAILURES: [string, (text: string) => Behaviour][] = [
  ...[400, 401, 403, 404, 413, 429, 500, 502, 503].map((status): [string, (text: string) => Behaviour] => [
    `${status}`,
    (text) => json(asError(text), status),
  ]),
  ['302', (text) => json(asError(text), 302, { location: `http://127.0.0.1/${KEY}` })],
  [
    'headers',
    (text) => json({ error: {} }, 400, { 'x-request-id': text, 'retry-after': text, 'x-debug': text }),
  ],
  ['a text', (text) => json({ detail: text }, 400)],
  ['a list', (text) => json([{ loc: [text], msg: text }], 422)],
  ['a name', (text) => json({ [text]: { [KEY]: 1 } }, 400)],
  ['HTML', inPieces(502, 'text/html', (text) => `<html><body>Bad gateway: ${text}</body></html>`)],
  ['no type', inPieces(500, '', (text) => text)],
  ['a text that says it is JSON', inPieces(400, 'application/json', (text) => `oops ${text}`)],
  ['pieces', inPieces(400, 'application/json', (text) => JSON.stringify(asError(text)))],
  ['escapes', inPieces(400, 'application/json', escapedJson)],
  [
    'the same member twice',
    inPieces(400, 'application/json', (text) => `{"error":"${text}","error":"fine"}`),
  ],
  ['gzip', packed(400, 'gzip', gzipSync)],
  ['deflate', packed(500, 'deflate', deflateSync)],
  ['br', packed(429, 'br', brotliCompressSync)],
  ['an unknown encoding', packed(400, 'rot0', (text) => Buffer.from(text))],
  ['a broken encoding', packed(400, 'gzip', (text) => Buffer.from(text))],
  [
    'UTF-16',
    (text) => (response) => {
      response.writeHead(400, { 'content-type': 'application/json; charset=utf-16' });
      response.end(Buffer.from(JSON.stringify(asError(text)), 'utf16le'));
    },
  ],
  [
    'an error that is cut off',
    (text) => (response) => {
      const body = JSON.stringify(asError(text));
      response.writeHead(400, { 'content-type': 'application/json', 'content-length': body.length });
      response.write(body.slice(0, 70), () => response.destroy());
    },
  ],
  ['a long error', inPieces(400, 'text/plain', (text) => `${text} `.repeat(20) + 'x'.repeat(1_000))],
  ['an error that is too long to be read', (text) => json(asError(text + 'x'.repeat(300_000)), 400)],
  ['200 with an error', (text) => json(asError(text))],
  [
    '200 with an error and its length',
    (text) => (response) => {
      const body = JSON.stringify({ id: null, choices: null, ...asError(text) });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    },
  ],
  ['200 with an error of no type', inPieces(200, 'text/plain', (text) => JSON.stringify(asError(text)))],
  ['200 with a detail', (text) => json({ detail: text })],
  ['200 with an error of another name', (text) => json({ error_message: text, code: 500 })],
  ['200 with an exception', (text) => json({ Exception: { text } })],
  ['200 with an error in capitals', (text) => json({ ERROR: text })],
  [
    '200 with an error behind what it is about',
    (text) => json({ input: 'x'.repeat(200_000), ...asError(text) }),
  ],
  ['200 with a text', inPieces(200, 'text/plain', (text) => `Error: ${text}`)],
  ['200 with a page', inPieces(200, 'text/html', (text) => `<html><h1>ERROR</h1>${text}</html>`)],
  ['200 with a text of the type of JSON', inPieces(200, 'application/json', (text) => `Error: ${text}`)],
  [
    '200 with the length of a text',
    (text) => (response) => {
      const body = `Error: ${text}`;
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
      response.end(body);
    },
  ],
  [
    '200 with an error of the wrong type',
    inPieces(200, 'application/octet-stream', (text) => JSON.stringify(asError(text))),
  ],
  [
    '200 with an error of the type of a recording',
    inPieces(200, 'audio/mpeg', (text) => `\ufeff ${JSON.stringify(asError(text))}`),
  ],
  ...['application/x-ndjson', 'application/jsonl', 'application/json'].map(
    (type): [string, (text: string) => Behaviour] => [
      `lines of ${type}`,
      inPieces(200, type, (text) => `${JSON.stringify(chatAnswer())}\n${JSON.stringify(asError(text))}\n`),
    ],
  ),
  ['a line without an end', inPieces(200, 'application/x-ndjson', (text) => JSON.stringify(asError(text)))],
  ['an event', (text) => stream([Buffer.from(event(asError(text)))])],
  [
    'an event behind others',
    inPieces(200, 'text/event-stream', (text) =>
      String(chatEvents()).replace('data: [DONE]', `${event(asError(text))}data: [DONE]`),
    ),
  ],
  [
    'an event of the Messages API',
    inPieces(
      200,
      'text/event-stream',
      (text) => `event: error\n${event({ type: 'error', error: { type: 'x', message: text } })}`,
    ),
  ],
  [
    'an event of the Responses API',
    inPieces(
      200,
      'text/event-stream',
      (text) =>
        `event: response.failed\r\ndata: ${JSON.stringify({ type: 'response.failed', response: { error: { code: 'x', message: text } } })}\r\n\r\n`,
    ),
  ],
  [
    'an event with an error in a choice',
    inPieces(200, 'text/event-stream', (text) =>
      event({ choices: [{ delta: {}, error: { message: text } }] }),
    ),
  ],
  [
    'an event with an error of another name',
    inPieces(200, 'text/event-stream', (text) => event({ status: 'FAILED', Exception: text })),
  ],
  [
    'an event that says what is the cause',
    inPieces(200, 'text/event-stream', (text) => event({ code: 500, description: text })),
  ],
  [
    'an event with a message',
    inPieces(200, 'text/event-stream', (text) => event({ object: 'error', message: text })),
  ],
  ['an event that is a text', inPieces(200, 'text/event-stream', (text) => event(text))],
  ['an event without an end', inPieces(200, 'text/event-stream', (text) => event(asError(text)).trimEnd())],
  ['a comment', inPieces(200, 'text/event-stream', (text) => `: error ${text}\n\n${String(chatEvents())}`)],
];

const MODEL_PATHS = [
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
  '/v1/rerank',
  '/v1/images/generations',
  '/v1/audio/speech',
];

describeOnServer('sqlite', 'what an upstream says when it fails', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let port = '';
  let id = '';
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    ({ port } = new URL(upstream.baseUrl));
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: 'embed' } }));
    const models = ['gpt-test', 'dall-e-3', 'embed'];
    const added = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: {
        name: 'one',
        base_url: upstream.baseUrl,
        models,
        api_key: KEY,
        headers: { 'X-Tenant': TENANT },
      },
    });
    ({ id } = added.body);
    await server.request('POST', '/api/v1/workspace/new', {
      body: { name: 'Docs', chatMode: 'chat', chatModel: 'gpt-test', chatProvider: 'one' },
    });
  });
  afterAll(() => upstream.close());
  /** A success between failures: the upstream goes on being asked. */
  const reset = async () => {
    upstream.answer(json(chatAnswer()));
    for (const model of ['gpt-test', 'dall-e-3', 'embed'])
      await server.request('POST', '/v1/chat/completions', {
        body: { model, messages: [] },
        isPassedOn: true,
      });
    upstream.received.length = 0;
  };
  beforeEach(reset);

  /** What a stranger sees of an answer: all of it. */
  const seen = async (path: string, body: object) => {
    const answer = await server
      .request('POST', path, { body, isPassedOn: true })
      .catch((error: unknown) => error);
    if (answer instanceof Error) return { status: 0, all: String(answer), text: '' };
    const { status, text, headers } = answer as Awaited<ReturnType<typeof server.request>>;
    return { status, text, all: `${text}\n${JSON.stringify(Object.fromEntries(headers))}` };
  };

  describe.for(FAILURES)('%s', ([, behaviour]) => {
    test.for(MODEL_PATHS)(
      'the failure of an upstream contains nothing of the operator at %s',
      async (path) => {
        upstream.answer(behaviour(quoting(port)));
        const body = {
          model: 'gpt-test',
          messages: [],
          input: 'x',
          prompt: 'x',
          query: 'x',
          documents: ['y'],
        };
        for (const more of [
          {},
          { stream: true },
          { stream: true, stream_options: { include_usage: true } },
        ]) {
          const { all } = await seen(path, { ...body, ...more });
          expect([leaksOf(all, port), all]).toEqual([[], all]);
        }
        // A stream may be refused for the stream_options that Keyward added (stream-usage.test.ts): it is asked for again.
        // Documents of other tests here, whose embedding failed, are tried again in between.
        const received = upstream.received.filter((request) => !request.body.includes('owls'));
        const isAgain = path === '/v1/chat/completions' && received.length === 4;
        expect(received).toHaveLength(isAgain ? 4 : 3);
      },
    );

    test.for([
      ['/api/v1/workspace/docs/chat', { message: 'hello', mode: 'chat' }],
      ['/api/v1/workspace/docs/stream-chat', { message: 'hello', mode: 'chat' }],
      ['/api/v1/openai/chat/completions', { model: 'docs', messages: [{ role: 'user', content: 'hello' }] }],
      [
        '/api/v1/openai/chat/completions',
        { model: 'docs', messages: [{ role: 'user', content: 'x' }], stream: true },
      ],
      ['/api/v1/openai/images/generations', { prompt: 'a river' }],
      [
        '/api/v1/document/raw-text',
        { textContent: 'owls', metadata: { title: 'owls' }, addToWorkspaces: 'docs' },
      ],
    ] as const)('the failure of an upstream quotes nothing of the operator at %s', async ([path, body]) => {
      upstream.answer(behaviour(quoting(port)));
      const { all } = await seen(path, body);
      expect([leaksOf(all, port), all]).toEqual([[], all]);
      expect(upstream.received.length).toBeGreaterThan(0);
    });
  });

  test('the failure of an upstream is shown by its test without a credential', async () => {
    for (const [, behaviour] of FAILURES) {
      upstream.answer(behaviour(quoting(port)));
      upstream.modelsAnswer = behaviour(quoting(port));
      const answer = await server.request('POST', `/v1/upstreams/${id}/test`);
      upstream.modelsAnswer = undefined;
      const again = await server.request('POST', `/v1/upstreams/${id}/test`);
      for (const { text } of [answer, again])
        for (const secret of [KEY, KEY.slice(-4), TENANT]) expect(text).not.toContain(secret);
    }
  });

  test('the failure of an upstream keeps its status and the shape of its error', async () => {
    for (const status of [400, 403, 404, 422, 429, 500, 503]) {
      upstream.answer(json(asError(quoting(port)), status));
      const { status: got, text } = await seen('/v1/chat/completions', { model: 'gpt-test', messages: [] });
      expect(got).toBe(status);
      const { error } = JSON.parse(text) as { error: { message: string } };
      expect(error).toMatchObject({ type: 'bad', code: 'no_good' });
      expect(error.message).toMatch(/^Incorrect API key provided: \[secret\] or /);
    }
    for (const [name, behaviour] of FAILURES.filter(([name]) =>
      /encoding|UTF-16|cut off|too long|says it is JSON/.test(name),
    )) {
      upstream.answer(behaviour(quoting(port)));
      const { status, text } = await seen('/v1/chat/completions', { model: 'gpt-test', messages: [] });
      expect([name, status, JSON.parse(text)]).toMatchObject([
        name,
        400,
        { error: { type: 'upstream_error' } },
      ]);
    }
  });

  test('the failure of an upstream in a stream comes after the earlier events, which stay unchanged', async () => {
    const before = chatEvents().toString().replace('data: [DONE]\n\n', '');
    upstream.answer(stream([Buffer.from(before), Buffer.from(event(asError(quoting(port))))]));
    const { text } = await seen('/v1/chat/completions', { model: 'gpt-test', messages: [], stream: true });
    expect(text.startsWith(before)).toBe(true);
    expect(text.slice(before.length)).toMatch(
      /^data: \{"error":\{"message":"Incorrect API key provided: \[secret\]/,
    );
  });

  test('an answer that is no failure passes byte for byte, whatever its content', async () => {
    const content = `An error: {"error": "x"} at 10.0.0.1 or 127.0.0.1:${port}, "message", \n\n data: x`;
    const whole = { ...chatAnswer(), choices: [{ message: { role: 'assistant', content } }], error: null };
    upstream.answer(json(whole));
    expect((await seen('/v1/chat/completions', { model: 'gpt-test', messages: [] })).text).toBe(
      JSON.stringify(whole),
    );
    const events = [
      { choices: [{ delta: { content } }] },
      { type: 'response.created', response: { error: null, content } },
      { type: 'message_start', message: { content } },
    ];
    const bytes = events.map((value) => event(value)).join('') + event('[DONE]');
    upstream.answer(inPieces(200, 'text/event-stream', () => bytes)(''));
    const options = { stream: true, stream_options: { include_usage: true } };
    expect((await seen('/v1/chat/completions', { model: 'gpt-test', messages: [], ...options })).text).toBe(
      bytes,
    );
  });

  test('the failure of an upstream reaches no log', () => {
    const log = server.log.join('\n');
    expect([KEY, TENANT].filter((secret) => log.includes(secret))).toEqual([]);
  });
});
