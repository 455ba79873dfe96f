import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { ResponsesUpstream } from './responses-upstream.fixture.ts';

const MODEL = 'gpt-responses';
const DAY_MS = 86_400_000;
const ASKED = { model: MODEL, input: 'Say hello.' };

describeOnBothServers('stored responses', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let store: ResponsesUpstream;
  let key: NewKey;
  /** Of the same owner. */
  let sister: NewKey;
  let stranger: NewKey;
  let owner: string;

  const mint = async (fields: object = {}): Promise<NewKey> =>
    server.mint({ scopes: ['models:use'], ...fields });
  const client = ({ secret }: NewKey): OpenAI =>
    new OpenAI({ baseURL: `${server.url}/v1`, apiKey: secret, maxRetries: 0 });
  const failure = async (call: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> => {
    try {
      await call;
    } catch (error) {
      if (error instanceof OpenAI.APIError) return error;
      throw error;
    }
    throw new Error('The call was not refused.');
  };
  const rows = async (): Promise<{ id: string; expires_at: number }[]> => {
    const { db } = server.app.core.storage;
    const tables = db.withTables<{ stored_responses: { id: string; expires_at: number } }>();
    return tables.selectFrom('stored_responses').selectAll().execute();
  };

  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    store = new ResponsesUpstream();
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'keeps', base_url: upstream.baseUrl, models: [MODEL, 'other'] },
    });
    const owners = await Promise.all(
      ['One', 'Two'].map((name) =>
        server.request<{ id: string }>('POST', '/v1/owners', { body: { name, kind: 'person' } }),
      ),
    );
    const [one = '', two] = owners.map(({ body }) => body.id);
    owner = one;
    [key, sister, stranger] = await Promise.all([mint({ owner }), mint({ owner }), mint({ owner: two })]);
  });
  afterAll(() => upstream.close());
  beforeEach(() => {
    upstream.answer(store.behaviour);
    upstream.received.length = 0;
    store.nextId = undefined;
  });

  /** Every use of an id by the published client. */
  const uses = (who: NewKey, id: string): [string, () => PromiseLike<unknown>][] => {
    const { responses } = client(who);
    return [
      ['retrieve', () => responses.retrieve(id)],
      ['retrieve as a stream', () => responses.retrieve(id, { stream: true })],
      ['input items', () => responses.inputItems.list(id)],
      ['cancel', () => responses.cancel(id)],
      ['continue', () => responses.create({ ...ASKED, previous_response_id: id })],
      ['continue as a stream', () => responses.create({ ...ASKED, previous_response_id: id, stream: true })],
      ['count', () => responses.inputTokens.count({ ...ASKED, previous_response_id: id })],
      ['compact', () => responses.compact({ ...ASKED, model: MODEL, previous_response_id: id })],
      ['delete', () => responses.delete(id)],
    ];
  };

  test('A stored response is read, continued, canceled and deleted by each key of its owner', async () => {
    const made = await client(key).responses.create(ASKED);
    const { responses } = client(sister);
    const read = await responses.retrieve(made.id, { include: ['reasoning.encrypted_content'] });
    expect(read.output).toEqual(made.output);
    expect(upstream.received.at(-1)).toMatchObject({
      method: 'GET',
      path: `/v1/responses/${made.id}?include%5B%5D=reasoning.encrypted_content`,
    });
    expect(upstream.received.at(-1)?.headers['content-type']).toBeUndefined();
    const items = await responses.inputItems.list(made.id, { limit: 5, order: 'asc' });
    expect(items.data).toHaveLength(3);
    expect(upstream.received.at(-1)?.path).toBe(`/v1/responses/${made.id}/input_items?limit=5&order=asc`);
    const next = await responses.create({ ...ASKED, previous_response_id: made.id });
    expect(next.previous_response_id).toBe(made.id);
    expect((await responses.cancel(made.id)).status).toBe('cancelled');
    await responses.delete(made.id);
    expect((await failure(responses.retrieve(made.id))).code).toBe('not_found');
    expect(store.kept.has(made.id)).toBe(false);
    const audit = await server.request('GET', '/v1/audit?action=responses.delete');
    expect(audit.text).toContain(made.id);
  });

  test('The items of a stored response are read page by page, after and before ids of the upstream', async () => {
    const { id } = await client(key).responses.create(ASKED);
    const ids: (string | undefined)[] = [];
    for await (const item of client(sister).responses.inputItems.list(id, { limit: 1 })) ids.push(item.id);
    expect(ids).toEqual([0, 1, 2].map((at) => `msg_in_${at}_of_${id}`));
    const before = await server.request<{ data: { id: string }[] }>(
      'GET',
      `/v1/responses/${id}/input_items?before=${ids[2]}`,
      { key: sister.secret },
    );
    expect(before.body.data.map((item) => item.id)).toEqual(ids.slice(0, 2));
    // They are no way to the response of another owner.
    const path = `/v1/responses/${id}/input_items?after=${ids[0]}`;
    expect(await server.request('GET', path, { key: stranger.secret })).toMatchObject({ status: 404 });
  });

  test('A stored response is not there for the keys of another owner, nor for an id that was never seen', async () => {
    const made = await client(key).responses.create(ASKED);
    const unknown = await failure(client(stranger).responses.retrieve('resp_never_seen'));
    upstream.received.length = 0;
    for (const id of [made.id, 'resp_never_seen', '../models', `${made.id}/cancel`, 'resp_forged'])
      for (const [, use] of uses(stranger, id)) {
        const error = await failure(use());
        expect([error.status, error.code, error.type]).toEqual([404, 'not_found', 'invalid_request_error']);
        // It does not say which of both it is.
        expect(error.message).toBe(unknown.message);
      }
    expect(upstream.received).toEqual([]);
    expect((await client(key).responses.retrieve(made.id)).id).toBe(made.id);
  });

  test('A stored response is not there for a key of its owner that does not cover its model', async () => {
    const made = await client(key).responses.create(ASKED);
    const narrow = await mint({ owner, selectors: { models: { allow: ['other'], deny: [] } } });
    for (const [, use] of uses(narrow, made.id)) expect([403, 404]).toContain((await failure(use())).status);
    const other = { model: 'other', input: 'x', previous_response_id: made.id };
    expect((await failure(client(narrow).responses.create(other))).code).toBe('not_found');
    expect(upstream.received).toHaveLength(1);
  });

  test('The id of a streamed response is known before the client sees it', async () => {
    let read: Promise<OpenAI.Responses.Response> | undefined;
    const release = Promise.withResolvers<void>();
    store.beforeRest = () => release.promise;
    const stream = await client(key).responses.create({ ...ASKED, stream: true });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type !== 'response.created') continue;
      read = client(sister).responses.retrieve(event.response.id);
      await read;
      release.resolve();
    }
    store.beforeRest = () => Promise.resolve();
    expect(types).toEqual(['response.created', 'response.completed']);
    expect((await read)?.object).toBe('response');
  });

  test('The usage of a background response is counted once, when it is canceled', async () => {
    const fresh = await mint();
    const { responses } = client(fresh);
    const { id } = await responses.create({ ...ASKED, background: true });
    await responses.retrieve(id);
    await responses.cancel(id);
    await responses.cancel(id);
    await responses.retrieve(id);
    await expect
      .poll(async () => (await server.request('GET', `/v1/keys/${fresh.id}/usage`)).text)
      .toMatch(/"requests":5,.*"tokens_out":30\b/);
  });

  test('A response that is not stored is not written down', async () => {
    const made = await client(key).responses.create({ ...ASKED, store: false });
    expect((await rows()).map(({ id }) => id)).not.toContain(made.id);
    expect((await failure(client(key).responses.retrieve(made.id))).status).toBe(404);
  });

  test('An id that an upstream gave two owners is nobody’s', async () => {
    store.nextId = 'resp_twice';
    await client(key).responses.create(ASKED);
    await client(key).responses.create(ASKED);
    expect((await client(key).responses.retrieve('resp_twice')).id).toBe('resp_twice');
    await client(stranger).responses.create(ASKED);
    for (const who of [key, stranger])
      expect((await failure(client(who).responses.retrieve('resp_twice'))).status).toBe(404);
  });

  test('A stored response is forgotten after the 30 days of the upstream', async () => {
    const { id } = await client(key).responses.create(ASKED);
    const row = (await rows()).find((one) => one.id === id);
    expect(Math.round(((row?.expires_at ?? 0) - Date.now()) / DAY_MS)).toBe(30);
    const { storage, models } = server.app.core;
    await storage.transaction(async (tx) => {
      const tables = tx.withTables<{ stored_responses: { id: string; expires_at: number } }>();
      await tables.updateTable('stored_responses').set({ expires_at: 1 }).where('id', '=', id).execute();
    });
    expect((await failure(client(key).responses.retrieve(id))).status).toBe(404);
    await models.responses.cleaning.run();
    expect((await rows()).map((one) => one.id)).not.toContain(id);
  });

  test('A chat writes nothing for the Responses API, and a stored response is one small write', async () => {
    const before = (await rows()).length;
    upstream.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"id":"resp_of_a_chat","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}');
    });
    await client(key).chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'Hi.' }] });
    expect(await rows()).toHaveLength(before);
    upstream.answer(store.behaviour);
    await client(key).responses.create(ASKED);
    // The response, and the item of its output.
    expect(await rows()).toHaveLength(before + 2);
  });

  test('A key that was revoked reads nothing, and a response whose upstream was removed says so', async () => {
    const own = await mint();
    const added = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'short', base_url: upstream.baseUrl, models: ['brief'] },
    });
    const { id } = await client(own).responses.create({ ...ASKED, model: 'brief' });
    await server.request('DELETE', `/v1/upstreams/${added.body.id}`);
    const gone = await failure(client(own).responses.retrieve(id));
    expect([gone.status, gone.code]).toEqual([503, 'upstream_unavailable']);
    expect(gone.message).toContain('disabled or was removed');
    await server.request('POST', `/v1/keys/${own.id}/revoke`);
    expect((await failure(client(own).responses.retrieve(id))).status).toBe(401);
  });

  describe('what a request refers to at the upstream', () => {
    test.for<[string, object]>([
      ['conversation', { conversation: 'conv_1' }],
      ['conversation', { conversation: { id: 'conv_1' } }],
      ['previous_response_id', { previous_response_id: { id: 'resp_1' } }],
      ['input[0].id', { input: [{ id: 5 }] }],
      ['extra_body.conversation', { extra_body: { conversation: 'conv_1' } }],
      ['extra_body.previous-response-id', { extra_body: { x: { 'previous-response-id': 'resp_1' } } }],
      ['request_id', { request_id: 'resp_of_another' }],
      ['tools[0].container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
      [
        'tools[0].environment.container_id',
        { tools: [{ type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_1' } }] },
      ],
    ])('%s that names something of an unknown owner is refused: %j', async ([field, more]) => {
      for (const path of ['/v1/responses', '/v1/responses/compact', '/v1/responses/input_tokens']) {
        const body = { ...ASKED, ...more };
        const { status, text } = await server.request('POST', path, { key: key.secret, body });
        expect([status, text]).toEqual([422, expect.stringContaining(`"param":"${field}"`)]);
      }
      expect(upstream.received).toEqual([]);
    });

    test('An item of an answer is named by its owner only, whole or streamed, and of a background response once it is read', async () => {
      const { responses } = client(key);
      const whole = await responses.create(ASKED);
      const stream = await responses.create({ ...ASKED, stream: true });
      const events = [];
      for await (const event of stream) events.push(event);
      const last = events.at(-1) as { response: OpenAI.Responses.Response };
      const late = await responses.create({ ...ASKED, background: true });
      store.finish(late.id);
      const read = await responses.retrieve(late.id);
      const ids = [whole, last.response, read].map(({ output }) => output[0]?.id ?? '');
      expect(new Set(ids).size).toBe(3);
      upstream.received.length = 0;
      const named = (id: string): OpenAI.Responses.ResponseInput[] => [
        [
          { role: 'user', content: 'x' },
          { type: 'item_reference', id },
        ],
        [{ role: 'user', content: 'x' }, { id }],
        [
          { role: 'user', content: 'x' },
          { type: 'reasoning', id, summary: [] },
        ],
      ];
      for (const id of ids) {
        for (const input of named(id)) await client(sister).responses.create({ ...ASKED, input });
        for (const input of [...named(id), ...named('msg_never_seen')]) {
          const error = await failure(client(stranger).responses.create({ ...ASKED, input }));
          expect([error.status, error.code, error.param]).toEqual([404, 'not_found', 'input[1].id']);
        }
      }
      expect(upstream.received).toHaveLength(9);
      // An item is no response.
      for (const [, use] of uses(key, ids[0] ?? '').slice(0, 4))
        expect((await failure(use())).status).toBe(404);
      await responses.delete(whole.id);
      const gone = await failure(responses.create({ ...ASKED, input: named(ids[0] ?? '')[0] ?? [] }));
      expect(gone.code).toBe('not_found');
    });

    test('What names nothing passes: items whole, tools, null', async () => {
      const tools = [
        { type: 'code_interpreter', container: { type: 'auto' } },
        { type: 'function', name: 'move', parameters: { properties: { container: { type: 'string' } } } },
      ];
      const input = [
        { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] },
        { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'x' },
        { role: 'user', content: 'x' },
      ];
      const body = { model: MODEL, input, tools, conversation: null, previous_response_id: null };
      const { status } = await server.request('POST', '/v1/responses', {
        key: key.secret,
        body,
        isPassedOn: true,
      });
      expect(status).toBe(200);
    });

    test('A response is continued at the upstream that has it, and nowhere else', async () => {
      const second = await startTestUpstream();
      second.answer(store.behaviour);
      const input = { name: 'twin', base_url: second.baseUrl, models: [MODEL], weight: 100 };
      const added = await server.request<{ id: string }>('POST', '/v1/upstreams', { body: input });
      const made = await client(key).responses.create({ ...ASKED, model: `keeps/${MODEL}` });
      for (let i = 0; i < 5; i++)
        await client(key).responses.create({ ...ASKED, previous_response_id: made.id });
      expect(upstream.received).toHaveLength(6);
      const elsewhere = { ...ASKED, model: `twin/${MODEL}`, previous_response_id: made.id };
      const error = await failure(client(key).responses.create(elsewhere));
      expect([error.status, error.param]).toEqual([422, 'model']);
      expect(second.received).toEqual([]);
      await server.request('DELETE', `/v1/upstreams/${added.body.id}`);
      await second.close();
    });
  });
});
