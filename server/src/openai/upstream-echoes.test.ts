import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { json, startTestUpstream, type Behaviour, type TestUpstream } from '../../test/upstream.ts';

const KEY = 'sk-proj-Zx81qTLm9aT4vB7nQ2wE5rY8';
const TENANT = 'acme-tenant-5f3c';

/** As FastAPI and others tell what they could not read: they quote it. */
const echo: Behaviour = (response, { body }) => {
  const { messages } = JSON.parse(body.toString()) as { messages: unknown };
  response.writeHead(422, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ detail: [{ loc: ['body', 'messages'], msg: 'is wrong', input: messages }] }));
};

/** The same in the middle of a stream that has begun with 200. */
const echoInStream: Behaviour = (response, { body }) => {
  const { messages } = JSON.parse(body.toString()) as { messages: unknown };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`data: ${JSON.stringify({ error: { message: 'is wrong', input: messages } })}\n\n`);
};

const quote: Behaviour = (response, { body }) => {
  const message = `The key ${KEY} of ${TENANT} cannot read ${body.toString()}`;
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
};

const typed =
  (type: string, ...pieces: string[]): Behaviour =>
  async (response) => {
    response.writeHead(200, { 'content-type': type });
    response.flushHeaders();
    for (const piece of pieces) {
      response.write(piece);
      await new Promise(setImmediate);
    }
    response.end();
  };

const cutOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 1_000 });
  response.write(`no ${KEY}`, () => response.destroy());
};

describeOnServer('sqlite', 'an upstream that quotes what it was sent', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let port = '';
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    ({ port } = new URL(upstream.baseUrl));
    await server.request('POST', '/v1/upstreams', {
      body: {
        name: 'one',
        base_url: upstream.baseUrl,
        models: ['gpt-test'],
        api_key: KEY,
        headers: { 'X-Tenant': TENANT },
      },
    });
  });
  afterAll(() => upstream.close());

  const told = async (behaviour: Behaviour, guesses: string[], more: object = {}) => {
    upstream.answer(behaviour);
    const body = { model: 'gpt-test', messages: guesses, ...more };
    return (await server.request('POST', '/v1/chat/completions', { body, isPassedOn: true })).text;
  };

  // Otherwise a caller reads the operator's key one letter at a time: the guess that comes back as [secret] is right.
  test.for<[string, string, string]>([
    ['the beginning of the key', 'sk-proj-Zx', 'sk-proj-Zz'],
    ['a part of the key', 'proj-Zx81q', 'proj-Zx81z'],
    ['a part of the key in capitals', 'PROJ-ZX81Q', 'PROJ-ZX81Z'],
    ['a part of the key in Base64', btoa(KEY).slice(0, 12), btoa(KEY).slice(1, 12)],
    ['the beginning of the key, behind it stars', 'sk-proj-Zx***', 'sk-proj-Zz***'],
    ['the end of the key, before it dots', '...5rY8', '...5rY9'],
    ['the value of a header', TENANT, 'acme-tenant-5f3d'],
    ['the beginning of a value', 'acme-tenant', 'acme-tenent'],
    ['the host', '127.0.0.1', '127.0.0.2'],
  ])(
    'an upstream that quotes its request answers a right guess of %s like a wrong one',
    async ([, right, wrong]) => {
      for (const [behaviour, more] of [
        [echo, {}],
        [echoInStream, { stream: true }],
      ] as const) {
        const shapes = [];
        for (const guess of [right, wrong]) {
          const quoted = JSON.stringify(guess).slice(1, -1);
          shapes.push((await told(behaviour, [`a ${guess}`, guess], more)).replaceAll(quoted, '<guess>'));
        }
        expect(shapes[0]).toBe(shapes[1]);
        expect(shapes[0]).toMatch(/<guess>|\[upstream\]/);
      }
    },
  );

  test('an upstream that quotes its request answers a right port like a wrong one', async () => {
    const shapes = [];
    for (const guess of [port, '1'])
      shapes.push((await told(echo, [`x.example:${guess}`])).replaceAll(guess, '<guess>'));
    expect(shapes[0]).toBe(shapes[1]);
  });

  test('an upstream that quotes its request reveals only the code for a request that is too long to search', async () => {
    const shapes = [];
    for (const guess of ['sk-proj-Zx', 'sk-proj-Zz'])
      shapes.push(
        await told(echo, [...Array.from({ length: 20_000 }, (_, at) => `${at}${'x '.repeat(40)}`), guess]),
      );
    expect(shapes[0]).toBe(shapes[1]);
    upstream.answer(
      json({ error: { message: `no ${KEY}`, type: 'invalid_request_error', code: 'too_long' } }, 400),
    );
    const body = { model: 'gpt-test', messages: Array.from({ length: 20_000 }, () => 'x '.repeat(40)) };
    const { text } = await server.request('POST', '/v1/chat/completions', { body, isPassedOn: true });
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'invalid_request_error', code: 'too_long' } });
    expect(text).not.toContain(KEY.slice(8));
  });

  test.for([
    ['the beginning of the key', ['sk-proj-Zx', 'sk-', 'proj']],
    ['every letter', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'.split('')],
    ['parts of the key', [KEY.slice(0, 14), KEY.slice(14)]],
  ])(
    'an upstream that quotes its request never shows its key, even if the caller sent %s',
    async ([, guesses = []]) => {
      const text = await told(quote, guesses as string[]);
      expect(text).toContain('The key [secret] of [secret] cannot read');
      expect(text).not.toContain(KEY);
    },
  );

  const BIG = 'x'.repeat(1_200_000);
  test.for<[string, Behaviour]>([
    ['a whole answer', json({ input: BIG, error: { message: KEY } })],
    ['an answer of no kind', typed('application/octet-stream', 'no ', KEY.slice(0, 9), KEY.slice(9))],
    ['a recording', typed('audio/mpeg', `\u0001\u0002${KEY}`, `\u0003${KEY.slice(0, 1)}`, KEY.slice(1))],
    ['the beginning of an answer that is cut off', cutOff],
    ['an event', typed('text/event-stream', `data: {"choices":[],"x":"${KEY}"}\n\n`)],
    [
      'an event that is too long to be held',
      typed(
        'text/event-stream',
        `data: {"input":"${BIG}","error":"${KEY.slice(0, 9)}`,
        `${KEY.slice(9)}"}\n\n`,
      ),
    ],
    ['a line that is too long to be held', typed('application/x-ndjson', `{"a":"${BIG}","b":"${KEY}"}\n`)],
  ])(
    'an upstream that quotes its request shows no credential in any answer, and keeps its declared length: in %s',
    async ([, behaviour]) => {
      const text = await told(behaviour, []).catch((error: unknown) => String(error));
      expect(text).not.toContain(KEY);
      // One that is cut off is told by the end of its connection.
      expect(text).toMatch(/\*{32}|terminated/);
    },
  );

  test('an upstream that quotes its request may show text that only begins like a credential, wherever the pieces end', async () => {
    const pieces = [
      'sk-',
      'proj-Zx',
      '81q sk-proj-Zx81',
      'qTLm9aT4vB7nQ2wE5rY',
      '9 sk-proj-Zx81qTLm9aT4vB7nQ2wE5rY',
    ];
    expect(await told(typed('application/octet-stream', ...pieces), [])).toBe(pieces.join(''));
  });
});
