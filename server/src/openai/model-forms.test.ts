import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { json, startTestUpstream, type Received, type TestUpstream } from '../../test/upstream.ts';
import { allRoutes } from '../app/routes.ts';

interface Refusal {
  error: { message: string; param: string; code: string };
}

const TYPE = 'multipart/form-data; boundary=X';
const part = (head: string, value: string) => `--X\r\n${head}\r\n\r\n${value}\r\n`;
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
const FILE = part('Content-Disposition: form-data; name="file"; filename="a.wav"', 'RIFF\r\n--');
const END = '--X--\r\n';
const CHEAP = field('model', 'cheap');
const FORM_PATHS = [
  '/v1/images/edits',
  '/v1/images/variations',
  '/v1/audio/transcriptions',
  '/v1/audio/translations',
];

const fieldsOf = async ({ body, headers }: Received): Promise<[string, string | Blob][]> => {
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return [...form.entries()];
};

describeOnServer('sqlite', 'forms for models', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: string;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    const models = [{ name: 'cheap', upstream_name: 'vendor/cheap' }, 'dear'];
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'one', base_url: upstream.baseUrl, models },
    });
    const selectors = { models: { allow: ['cheap'], deny: [] } };
    ({ secret: key } = await server.mint({ scopes: ['models:use'], selectors }));
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(json({ text: 'hello' }));
  });
  afterAll(() => upstream.close());

  const send = (form: string | Buffer, { path = '/v1/audio/transcriptions', type = TYPE } = {}) =>
    server.request<Refusal>('POST', path, {
      key,
      body: Buffer.from(form),
      headers: { 'content-type': type },
    });

  test('this file tests every route that takes a form', () => {
    const declared = allRoutes('0.0.0').filter(
      ({ surface, takesForm }) => surface.name === 'openai' && takesForm,
    );
    expect(declared.map(({ path }) => path)).toEqual(FORM_PATHS);
  });

  test.for(FORM_PATHS)(
    'the upstream gets a rewritten form at %s, with the one model that was checked',
    async (path) => {
      const form = `${field('prompt', 'Grüße')}${FILE}${field('tag[]', 'a')}${CHEAP}${field('tag[]', 'b')}${END}`;
      expect((await send(form, { path })).status).toBe(200);
      const [received] = upstream.received;
      const fields = received === undefined ? [] : await fieldsOf(received);
      expect(fields.map(([name, value]) => [name, typeof value === 'string' ? value : '(file)'])).toEqual([
        ['model', 'vendor/cheap'],
        ['prompt', 'Grüße'],
        ['file', '(file)'],
        ['tag[]', 'a'],
        ['tag[]', 'b'],
      ]);
      const file = fields[2]?.[1] as File;
      expect([file.name, await file.text()]).toEqual(['a.wav', 'RIFF\r\n--']);
      expect(received?.headers['content-type']).not.toContain('boundary=X');
    },
  );

  const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`;
  /** An upstream could read another model in each of them. */
  test.for<[string, string, string]>([
    ['the field twice', `${CHEAP}${field('model', 'dear')}`, 'model'],
    ['one of them without quotes', `${part(disposition('name=model'), 'dear')}${CHEAP}`, 'model'],
    ['one of them after it', `${CHEAP}${part(disposition('name=model'), 'dear')}`, 'model'],
    [
      'one of them in capitals',
      `${CHEAP}${part('CONTENT-DISPOSITION: FORM-DATA; NAME="model"', 'dear')}`,
      'model',
    ],
    ['one of them with name*', `${CHEAP}${part(disposition("name*=utf-8''model"), 'dear')}`, 'model'],
    ['one of them as a file', `${CHEAP}${part(disposition('name="model"; filename="m"'), 'dear')}`, 'model'],
    ['the only one as a file', part(disposition('name="model"; filename=""'), 'cheap'), 'model'],
    [
      'the only one as bytes',
      part(`${disposition('name="model"')}\r\nContent-Type: application/octet-stream`, 'cheap'),
      'model',
    ],
    [
      'one of them under two names',
      `${CHEAP}${part(disposition('name="x"; name="model"'), 'dear')}`,
      'model',
    ],
    ['capitals', `${CHEAP}${field('Model', 'dear')}`, 'Model'],
    ['brackets', `${CHEAP}${field('model[]', 'dear')}`, 'model[]'],
    ['an index', `${CHEAP}${field('model[x]', 'dear')}`, 'model[x]'],
    ['a space', `${CHEAP}${field('model ', 'dear')}`, 'model '],
    ['wide letters', `${CHEAP}${field('ｍodel', 'dear')}`, 'ｍodel'],
    ['a long s', `${CHEAP}${field('\u017fize', '1x1')}`, '\u017fize'],
    ['n twice', `${CHEAP}${field('n', '1')}${field('n', '10')}`, 'n'],
    ['a large N', `${CHEAP}${field('n', '1')}${field('N', '10')}`, 'N'],
    ['size twice', `${CHEAP}${field('size', '256x256')}${field('size', '1024x1024')}`, 'size'],
    ['a size in capitals', `${CHEAP}${field('SIZE', '1024x1024')}`, 'SIZE'],
    ['quality in capitals', `${CHEAP}${field('Quality', 'hd')}`, 'Quality'],
    ['no model', FILE, 'model'],
  ])('a form with %s is refused by name', async ([, form, param]) => {
    for (const path of FORM_PATHS) {
      const answer = await send(`${form}${END}`, { path });
      expect([answer.status, answer.body.error.code, answer.body.error.param]).toEqual([
        422,
        'invalid_input',
        param,
      ]);
    }
    expect(upstream.received).toEqual([]);
  });

  test.for<[string, string, string?]>([
    ['a part without a name', `${CHEAP}${part(disposition('a-name="model"'), 'dear')}${END}`],
    ['a part with an empty name', `${CHEAP}${field('', 'dear')}${END}`],
    [
      'a part that is an attachment',
      `${CHEAP}${part('Content-Disposition: attachment; name="model"', 'dear')}${END}`,
    ],
    ['a part without a disposition', `${CHEAP}${part('Content-Type: text/plain', 'dear')}${END}`],
    ['a part whose head breaks in a name', `${CHEAP}${part(disposition('name="mo\ndel"'), 'dear')}${END}`],
    [
      'a name with quotes',
      `${CHEAP}${part(disposition(String.raw`name="x\"; name=\"model"`), 'dear')}${END}`,
    ],
    ['a name with a NUL', `${CHEAP}${part(disposition('name="model\0"'), 'dear')}${END}`],
    ['a form without an end', `${CHEAP}${field('prompt', 'x')}`],
    ['a part after the end', `${CHEAP}${END}${field('model', 'dear')}${END}`],
    ['another boundary than announced', CHEAP.replaceAll('--X', '--Y')],
    ['no boundary', `${CHEAP}${END}`, 'multipart/form-data'],
    ['an empty boundary', `${CHEAP}${END}`, 'multipart/form-data; boundary=""'],
    ['a boundary of 71 characters', `${CHEAP}${END}`, `multipart/form-data; boundary=${'X'.repeat(71)}`],
    [
      'a head of 20 KiB',
      `${CHEAP}${part(`${disposition('name="x"')}\r\nA: ${'b'.repeat(20_000)}`, 'y')}${END}`,
    ],
  ])('an unreadable form is refused: %s', async ([, form, type]) => {
    const answer = await send(form, type === undefined ? {} : { type });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'bad_request']);
    expect(answer.body.error.message).toContain('form');
    expect(upstream.received).toEqual([]);
  });

  /** Odd, but with one meaning: that one goes on. */
  test.for<[string, string, string?]>([
    ['a name without quotes', part(disposition('name=model'), 'cheap')],
    ['a name in another spelling', part("content-DISPOSITION:form-data;name*=utf-8''model", 'cheap')],
    ['a head over two lines', part('Content-Disposition: form-data;\r\n name="model"', 'cheap')],
    ['two dispositions', part(`${disposition('name="model"')}\r\n${disposition('name="x"')}`, 'cheap')],
    ['another parameter beside it', part(disposition('name="model"; a-name="x"'), 'cheap')],
    ['text before the form', `model=dear\r\n${CHEAP}`],
    ['a boundary in quotes', CHEAP, 'multipart/form-data; boundary="X"'],
    ['two boundaries', CHEAP, 'multipart/form-data; boundary=X; boundary=Y'],
    [
      'a form in a form',
      `${CHEAP}${part(
        `${disposition('name="more"')}\r\nContent-Type: multipart/mixed; boundary=Z`,
        `--Z\r\n${disposition('name="model"')}\r\n\r\ndear\r\n--Z--`,
      )}`,
    ],
  ])('a form leaves in one spelling: %s', async ([, form, type]) => {
    expect((await send(`${form}${END}`, type === undefined ? {} : { type })).status).toBe(200);
    const [received] = upstream.received;
    const fields = received === undefined ? [] : await fieldsOf(received);
    expect(fields.filter(([name]) => name !== 'more')).toEqual([['model', 'vendor/cheap']]);
    expect(received?.body.toString().match(/Content-Type: multipart|boundary=[XYZ]/i)).toBeNull();
  });

  test('the name and type of a file cannot end the head of its part', async () => {
    const names = ['a"b.wav', String.raw`back\slash`, 'Grüße.wav', 'x"; name="model'];
    const forms = names.map((name) =>
      part(
        `${disposition(`name="file"; filename="${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`)}\r\nContent-Type: a/b; c="d"`,
        'x',
      ),
    );
    expect((await send(`${CHEAP}${forms.join('')}${END}`)).status).toBe(200);
    const [received] = upstream.received;
    const fields = received === undefined ? [] : await fieldsOf(received);
    expect(fields.map(([name]) => name)).toEqual(['model', ...names.map(() => 'file')]);
    expect(received?.body.toString()).toContain('filename="a%22b.wav"');
  });

  test('a form of more than 1,000 parts is refused', async () => {
    const answer = await send(`${CHEAP}${field('x', 'y').repeat(1_000)}${END}`);
    expect([answer.status, answer.body.error.code]).toEqual([413, 'too_large']);
  });

  test('a route without forms refuses one, because its model would be unknown', async () => {
    for (const { path } of allRoutes('0.0.0').filter(
      ({ bodyKind, takesForm }) => bodyKind === 'passthrough' && !takesForm,
    )) {
      const answer = await send(`${CHEAP}${END}`, { path });
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 415, 'unsupported_media_type']);
    }
    expect(upstream.received).toEqual([]);
  });

  test('each upstream that is tried gets the form with its own name for the model', async () => {
    const second = await startTestUpstream();
    const models = [{ name: 'cheap', upstream_name: 'other/cheap' }];
    const body = { name: 'two', base_url: second.baseUrl, models, weight: 0 };
    await server.request('POST', '/v1/upstreams', { body });
    upstream.answer(json({}, 503));
    expect((await send(`${CHEAP}${FILE}${END}`)).status).toBe(200);
    const [received] = second.received;
    expect(received === undefined ? [] : (await fieldsOf(received))[0]).toEqual(['model', 'other/cheap']);
    await second.close();
  });
});
