import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type RequestOptions, type TestServer } from '../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import type { UpstreamView } from '../models/index.ts';

interface Problem {
  code: string;
  errors?: { field: string }[];
}
type Upstream = UpstreamView &
  Problem & { items: UpstreamView[]; ok: boolean; steps: { step: string; ok: boolean }[] };

const SECRET = 'sk-of-the-upstream-0123456789';

describeOnBothServers('upstreams', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const ask = (method: string, path = '', options: RequestOptions = {}) =>
    server.request<Upstream>(method, `/v1/upstreams${path}`, options);
  const add = (name: string, more: object = {}) =>
    ask('POST', '', { body: { name, base_url: upstream.baseUrl, ...more } });

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
  });
  afterAll(() => upstream.close());

  test('no text of a key stands in the record of a change, also where keys of this server have a prefix of their own', async () => {
    const own = await start({ KEYWARD_KEY_PREFIX: 'acme_' });
    const text = `acme_kw1${'aB3'.repeat(16)}xy`;
    const body = { name: 'one', base_url: `${upstream.baseUrl}/${text}` };
    const made = await own.request<Upstream>('POST', '/v1/upstreams', { body });
    expect(made.status).toBe(201);
    const { text: shown } = await own.request('GET', `/v1/audit?target=${made.body.id}`);
    expect([shown.includes('upstreams.add'), shown.includes(text)]).toEqual([true, false]);
  });

  test('an upstream can be added, read, changed, listed and removed, and no answer has its credentials', async () => {
    const headers = { 'x-team': 'secret-team' };
    const made = await add('one', {
      api_key: SECRET,
      headers,
      models: ['m', { name: 'n', upstream_name: 'o' }],
      weight: 3,
    });
    expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([
      201,
      `/v1/upstreams/${made.body.id}`,
      '"1"',
    ]);
    expect(made.body).toMatchObject({
      has_api_key: true,
      api_key_hint: '6789',
      headers: ['x-team'],
      weight: 3,
      timeout_seconds: 600,
      enabled: true,
    });
    const path = `/${made.body.id}`;
    expect((await ask('GET', path)).body).toEqual(made.body);
    const changed = await ask('PATCH', path, { body: { weight: 5 }, headers: { 'if-match': '"1"' } });
    expect([changed.status, changed.body.weight, changed.body.revision]).toEqual([200, 5, 2]);
    const stale = await ask('PATCH', path, { body: { weight: 6 }, headers: { 'if-match': '"1"' } });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await ask('GET')).body.items.map(({ name }) => name)).toEqual(['one']);
    const audit = await server.request('GET', `/v1/audit?target=${made.body.id}`);
    for (const text of [made.text, changed.text, audit.text, server.log.join('')])
      for (const secret of [SECRET, 'secret-team']) expect(text).not.toContain(secret);
    expect((await ask('DELETE', path, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('GET', path)).status).toBe(404);
    expect((await ask('DELETE', path)).status).toBe(404);
  });

  test('the name of an upstream is unique, also under simultaneous requests', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => add('twin')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, body } of refused)
      expect([status, body.code, body.errors?.[0]?.field]).toEqual([409, 'conflict', 'name']);
  });

  test.for<[object, string]>([
    [{ base_url: 'http://169.254.169.254/latest' }, 'base_url'],
    [{ base_url: 'http://[fe80::1]/v1' }, 'base_url'],
    [{ base_url: 'http://2852039166/' }, 'base_url'],
    [{ base_url: 'http://metadata.google.internal/' }, 'base_url'],
    [{ base_url: 'ftp://x.example/' }, 'base_url'],
    [{ base_url: 'https://a:b@x.example/' }, 'base_url'],
    [{ name: 'Two Words' }, 'name'],
    [{ name: 'local' }, 'name'],
    [{ weight: -1 }, 'weight'],
    [{ timeout_seconds: 0 }, 'timeout_seconds'],
    [{ api_key: 'a\nb' }, 'api_key'],
    [{ headers: { host: 'x' } }, 'headers'],
    [{ models: ['a b'] }, 'models'],
    [{ prices: { '*': { per_request_usd: '-1' } } }, 'prices'],
  ])('an upstream with %j is refused with the field %s', async ([more, field]) => {
    const answer = await add('odd', more);
    expect([answer.status, answer.body.errors?.[0]?.field.split(/[.[]/)[0]]).toEqual([422, field]);
  });

  test('a sealed credential is never sent to another host', async () => {
    const { body } = await add('moving', { api_key: SECRET });
    const moved = await ask('PATCH', `/${body.id}`, { body: { base_url: 'https://elsewhere.example/v1' } });
    expect([moved.status, moved.body.errors?.[0]?.field]).toEqual([422, 'api_key']);
  });

  test('the test of an upstream sends one real request and reports each step', async () => {
    upstream.models = ['gpt-test'];
    const { body } = await add('tested', { api_key: SECRET });
    const good = await ask('POST', `/${body.id}/test`);
    expect(good.body.ok).toBe(true);
    expect(good.body.steps.map(({ step }) => step)).toEqual(['connect', 'models', 'chat']);
    const down = await add('down', { base_url: 'http://127.0.0.1:1/v1' });
    const bad = await ask('POST', `/${down.body.id}/test`);
    expect([bad.status, bad.body.ok, bad.body.steps.at(-1)]).toMatchObject([
      200,
      false,
      { step: 'connect', ok: false },
    ]);
  });
});
