import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type Behaviour, type TestUpstream } from '../../../test/upstream.ts';

const PATH = '/api/v1/openai/images/generations';
const PICTURE = Buffer.from('a picture').toString('base64');

const html: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<html>');
};

const brokenOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"data":[', () => response.destroy());
};

describeOnBothServers('images of the Developer API', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: string;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start();
    ({ secret: key } = await server.mint({ scopes: ['workspaces:chat'] }));
  });
  afterAll(() => upstream.close());
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json({ created: 1, data: [{ b64_json: PICTURE }] }));
  });
  const make = (body: unknown, headers: Record<string, string> = {}) =>
    server.request<{ error?: string; data?: object[] }>('POST', PATH, { key, body, headers });

  test('a prompt must say something; without a model for it the error says so', async () => {
    const empty = await make({ prompt: '' });
    expect([empty.status, empty.body]).toEqual([400, { error: 'A prompt is required.' }]);
    const none = await make({ prompt: 'a river' });
    expect(none.status).toBe(500);
    expect(none.body.error).toContain('No model that makes images');
  });

  test('a form of too many parts is refused', async () => {
    const part = '--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na\r\n';
    const { status } = await make(`${part.repeat(1_001)}--x--\r\n`, {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect(status).toBe(413);
  });

  test('an upstream that makes images is asked, and its image given back', async () => {
    const body = { name: 'painter', base_url: upstream.baseUrl, models: ['dall-e-3'] };
    await server.request('POST', '/v1/upstreams', { body });
    const { status, text } = await make({ prompt: 'a river', size: '512x512' });
    expect([status, text]).toEqual([200, JSON.stringify({ data: [{ b64_json: PICTURE }] })]);
    expect(upstream.received.map(({ path }) => path)).toEqual(['/v1/images/generations']);
    expect(JSON.parse(upstream.received[0]?.body.toString() ?? '')).toEqual({
      model: 'dall-e-3',
      prompt: 'a river',
      n: 1,
      size: '512x512',
      response_format: 'b64_json',
    });
  });

  test('an upstream that sends something else, or breaks off, is reported', async () => {
    for (const [behaviour, error] of [
      [html, /no answer/],
      [brokenOff, /lost/],
    ] as const) {
      upstream.answer(behaviour);
      const { status, body } = await make({ prompt: 'a river' });
      expect(status).toBe(500);
      expect(body.error).toMatch(error);
    }
  });

  test('as bytes where they are wanted', async () => {
    const { headers, text } = await make({ prompt: 'a river', response_format: 'blob' });
    expect([headers.get('content-type'), text]).toEqual(['image/png', 'a picture']);
  });

  test('a form with pictures to go by is passed on as a form', async () => {
    const form = new FormData();
    form.set('prompt', 'the same in blue');
    form.append('image_references', new File(['one'], 'one.png', { type: 'image/png' }));
    form.append('image_references', new File(['two'], 'two.png', { type: 'image/png' }));
    const encoded = new Response(form);
    const type = encoded.headers.get('content-type') ?? '';
    const answer = await make(Buffer.from(await encoded.arrayBuffer()), { 'content-type': type });
    expect(answer.status).toBe(200);
    const [received] = upstream.received;
    expect(received?.path).toBe('/v1/images/edits');
    const sent = received?.body.toString() ?? '';
    expect(sent).toContain('the same in blue');
    expect(sent.match(/name="image\[\]"; filename="(one|two)\.png"/g)).toHaveLength(2);
  });

  test("a failure has the upstream's words; an unreadable form is 400", async () => {
    upstream.answer(json({ error: { message: 'Not such a picture.' } }, 400));
    const refused = await make({ prompt: 'a river' });
    expect([refused.status, refused.body]).toEqual([500, { error: 'Not such a picture.' }]);
    const broken = await make('nonsense', { 'content-type': 'multipart/form-data; boundary=x' });
    expect(broken.status).toBe(400);
  });

  test('a body, a picture and an answer have a limit each, and the error says which', async () => {
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json`;
    const large = await server.raw(`${head}\r\nContent-Length: ${64 * 1024 * 1024 + 1}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 413 [\s\S]*The limit is 64 MiB/);
    const mebibyte = `"${'A'.repeat(1024 * 1024)}",`;
    upstream.answer(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":[');
      for (let i = 0; i < 65 && !response.destroyed; i++)
        await new Promise((resolve) => response.write(mebibyte, resolve));
      response.end('0]}');
    });
    const answer = await make({ prompt: 'a river' });
    expect([answer.status, answer.body.error]).toEqual([
      500,
      `The images are longer than ${64 * 1024 * 1024} bytes together: ask for a smaller size.`,
    ]);
  });

  test('the models that a key covers are the models of its images', async () => {
    const selectors = { models: { allow: ['gpt-*'], deny: [] } };
    const { secret } = await server.mint({ scopes: ['workspaces:chat'], selectors });
    const answer = await server.request<{ error: string }>('POST', PATH, {
      key: secret,
      body: { prompt: 'a river' },
    });
    expect(answer.status).toBe(500);
    expect(answer.body.error).toContain('No model that makes images');
    expect(upstream.received).toEqual([]);
  });
});
