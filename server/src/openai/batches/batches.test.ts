import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { newOwnerKey, SHORT_CLOCKS, TestWorker } from '../../api/jobs/jobs.fixture.ts';
import { whole } from '../worker-models.fixture.ts';
import {
  BatchClient,
  failure,
  gated,
  requestLine,
  requestLines,
  type ResultLine,
} from './batches.fixture.ts';

const codes = (lines: readonly ResultLine[]): (string | undefined)[] =>
  lines.map(({ error, response }) => {
    const body = response?.body as { error?: { code: string } } | undefined;
    return error?.code ?? body?.error?.code;
  });

describeOnBothServers('batches', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let owner: NewKey;
  let client: BatchClient;

  const newClient = async (fields: object = {}) => {
    const key = await newOwnerKey(server, 'client', { role: 'client', ...fields });
    return { key, client: new BatchClient(server, key.secret) };
  };
  const asked = () => upstream.received.filter(({ path }) => path === '/v1/chat/completions').length;

  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start({ ...SHORT_CLOCKS, KEYWARD_BATCH_CONCURRENCY: '8', KEYWARD_BATCH_LINES_MAX: '500' });
    ({ key: owner, client } = await newClient());
    const prices = { 'gpt-test': { input_usd_per_million_tokens: '1', output_usd_per_million_tokens: '1' } };
    const body = { name: 'up', base_url: upstream.baseUrl, prices };
    await server.request('POST', '/v1/upstreams', { body });
  });
  beforeEach(() => {
    upstream.answer(json(chatAnswer()));
    upstream.received.length = 0;
  });

  test('A batch runs each of its lines once, and its output names each by its custom_id', async () => {
    const lines = requestLines(40);
    const made = await client.start(lines, '24h', { metadata: { purpose: 'test' } });
    expect(made).toMatchObject({
      object: 'batch',
      status: 'validating',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { purpose: 'test' },
      output_file_id: null,
    });
    const { batch, outputs, errors } = await client.results(made.id);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 40, completed: 40, failed: 0 },
      model: 'gpt-test',
      errors: null,
      error_file_id: null,
      usage: { input_tokens: 440, output_tokens: 280, total_tokens: 720 },
    });
    expect(batch.expires_at).toBe(batch.created_at + 86_400);
    expect(batch.completed_at).toBeGreaterThanOrEqual(batch.in_progress_at ?? Infinity);
    expect(outputs.map(({ custom_id: id }) => id)).toEqual(lines.map(({ custom_id: id }) => id));
    expect(outputs[0]).toMatchObject({ error: null, response: { status_code: 200, body: chatAnswer() } });
    expect(new Set(outputs.map(({ id }) => id)).size).toBe(40);
    expect(errors).toEqual([]);
    expect(asked()).toBe(40);
    const file = await client.client.files.retrieve(batch.output_file_id ?? '');
    const text = await (await client.client.files.content(file.id)).text();
    expect(file).toMatchObject({ purpose: 'batch_output', bytes: Buffer.byteLength(text) });
    const usage = async () => (await server.request('GET', `/v1/keys/${owner.id}/usage?group_by=model`)).text;
    await expect.poll(usage).toContain('"requests":40,"refusals":{},"tokens_in":440,"tokens_out":280');
  });

  test('A line that the model refuses stands in the error file with its answer', async () => {
    upstream.answer(json({ error: { message: 'too long', code: 'context_length_exceeded' } }, 400));
    const { id } = await client.start([requestLine('one'), requestLine('other', { model: 'no-such-model' })]);
    const { batch, outputs, errors } = await client.results(id);
    expect(batch.request_counts).toEqual({ total: 2, completed: 0, failed: 2 });
    expect(outputs).toEqual([]);
    expect(errors.map(({ response }) => response?.status_code)).toEqual([400, 404]);
    expect(codes(errors)).toEqual(['context_length_exceeded', 'model_not_found']);
  });

  test('A line whose upstream is too busy is tried again, and counted once', async () => {
    upstream.answer(json({ error: { message: 'busy' } }, 429), json(chatAnswer()));
    const budgets = [{ name: 'b', unit: 'requests', amount: '1000', period: 'total' }];
    const { key, client: own } = await newClient({ budgets });
    const { id } = await own.start(requestLines(1));
    const countsOf = async () =>
      (
        await sql<{ completed: number; failed: number }>`
          select completed, failed from batches where id = ${id} and status = 'completed'`.execute(
          server.app.core.storage.db,
        )
      ).rows[0];
    await expect.poll(countsOf).toEqual({ completed: 1, failed: 0 });
    // The upload, the batch and its line.
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${key.id}`);
    expect(body.budgets[0]?.used).toBe('3');
  });

  const faulty: [name: string, line: object | string, code: string, param: string | null][] = [
    ['is cut off', '{"custom_id": "b", "method": "PO', 'invalid_json_line', null],
    ['is no object', '[]', 'invalid_json_line', null],
    ['has a custom_id of another line', requestLine('a'), 'duplicate_custom_id', 'custom_id'],
    [
      'has no custom_id',
      { ...requestLine('b'), custom_id: undefined },
      'missing_required_parameter',
      'custom_id',
    ],
    ['goes to another url', { ...requestLine('b'), url: '/v1/embeddings' }, 'invalid_url', 'url'],
    ['has another method', { ...requestLine('b'), method: 'GET' }, 'invalid_method', 'method'],
    ['has no body', { ...requestLine('b'), body: undefined }, 'missing_required_parameter', 'body'],
    ['has no model', requestLine('b', { model: undefined }), 'missing_required_parameter', 'body.model'],
    ['asks for a stream', requestLine('b', { stream: true }), 'invalid_request', 'body.stream'],
    ['has a second name for its model', requestLine('b', { Model: 'x' }), 'invalid_request', 'body.Model'],
    [
      'is nested too deeply',
      `{"custom_id":"b","body":${'['.repeat(9_999)}${']'.repeat(9_999)}}`,
      'invalid_json_line',
      null,
    ],
  ];
  test('Lines that cannot be run fail the batch before the first request, each with its number', async () => {
    const { id } = await client.start([requestLine('a'), '', ...faulty.map(([, line]) => line)]);
    const batch = await client.over(id);
    expect(batch).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
    expect(batch.errors?.data?.map(({ code, param, line }) => [code, param, line])).toEqual(
      faulty.map(([, , code, param], index) => [code, param, index + 3]),
    );
    expect(batch.failed_at).toBeGreaterThanOrEqual(batch.created_at);
    expect(asked()).toBe(0);
  });

  test('A file without a request, and one with too many, fail the batch', async () => {
    const errorsOf = async (lines: readonly (object | string)[]) =>
      (await client.over((await client.start(lines)).id)).errors?.data?.map(({ code }) => code);
    expect(await errorsOf(['', ' '])).toEqual(['empty_file']);
    expect(await errorsOf(requestLines(501))).toEqual(['too_many_requests']);
  });

  test('A file of Windows, with a byte order mark and without a last line end, is read', async () => {
    const text = requestLines(3)
      .map((line) => JSON.stringify(line))
      .join('\r\n');
    const { batch, outputs } = await client.results((await client.start([`\uFEFF${text}`])).id);
    expect([batch.status, outputs.length]).toEqual(['completed', 3]);
  });

  test.for<[string, object, string]>([
    ['endpoint', { endpoint: '/v1/responses' }, 'endpoint'],
    ['completion_window', { completion_window: 'tomorrow' }, 'completion_window'],
    ['completion_window', { completion_window: '8d' }, 'completion_window'],
    ['metadata', { metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
  ])('A batch with a wrong %s is refused, naming it', async ([, more, param]) => {
    const refused = await failure(client.start([requestLine('a')], '24h', more));
    expect([refused?.status, refused?.param]).toEqual([422, param]);
  });

  test('A repeat with the same Idempotency-Key gets the same batch, and another body is refused', async () => {
    const input_file_id = await client.upload(requestLines(1));
    const create = (window: string) =>
      client.client.batches.create(
        { input_file_id, endpoint: '/v1/chat/completions', completion_window: window as '24h' },
        { headers: { 'Idempotency-Key': `repeat ${server.dialect}` } },
      );
    const made = await Promise.all([create('24h'), create('24h'), create('24h')]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    await client.over(made[0]?.id ?? '');
    const refused = await failure(create('23h'));
    expect([refused?.status, refused?.code]).toEqual([409, 'idempotency_conflict']);
  });

  test('The batches of an owner are listed in pages, and those of another do not exist', async () => {
    const other = await newClient();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await other.client.start([requestLine('a')])).id);
    for (const id of ids) await other.client.over(id);
    const listed: string[] = [];
    for await (const { id } of other.client.client.batches.list({ limit: 2 })) listed.push(id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    const [id = ''] = ids;
    for (const call of [() => client.client.batches.retrieve(id), () => client.client.batches.cancel(id)])
      expect((await failure(call()))?.status).toBe(404);
    expect((await failure(Promise.resolve(client.client.batches.list({ after: id }))))?.status).toBe(422);
  });

  test('A batch that is cancelled keeps the answers so far, and runs nothing more', async () => {
    const gate = gated();
    upstream.answer(json(chatAnswer()), json(chatAnswer()), gate.behaviour);
    const { id, input_file_id: input } = await client.start(requestLines(20));
    await expect.poll(gate.waiting).toBe(4);
    expect((await failure(client.client.files.delete(input)))?.status).toBe(409);
    expect((await client.client.batches.cancel(id)).status).toBe('cancelling');
    // Those that run may end.
    gate.open();
    const { batch, outputs, errors } = await client.results(id);
    expect(batch.status).toBe('cancelled');
    expect(batch.request_counts).toEqual({ total: 20, completed: 6, failed: 14 });
    expect(outputs).toHaveLength(6);
    expect(new Set(codes(errors))).toEqual(new Set(['batch_cancelled']));
    expect(asked()).toBe(6);
    expect((await failure(client.client.batches.cancel(id)))?.status).toBe(409);
    expect((await client.client.files.delete(input)).deleted).toBe(true);
  });

  test('At the end of its window the lines that were not run are in the error file', async () => {
    const gate = gated();
    upstream.answer(json(chatAnswer()), gate.behaviour);
    const { id } = await client.start(requestLines(8), '3s');
    await expect.poll(gate.waiting).toBe(4);
    await client.until(id, ({ status }) => status === 'finalizing');
    gate.open();
    const { batch, outputs, errors } = await client.results(id);
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 8, completed: 5, failed: 3 } });
    expect(batch.expired_at).toBeGreaterThanOrEqual(batch.expires_at ?? Infinity);
    expect(outputs).toHaveLength(5);
    expect(new Set(codes(errors))).toEqual(new Set(['batch_expired']));
    expect(errors.every(({ response }) => response === null)).toBe(true);
  });

  const endings: [name: string, take: (key: NewKey) => Promise<{ status: number }>][] = [
    ['key is revoked', ({ id }) => server.request('POST', `/v1/keys/${id}/revoke`)],
    [
      'owner is suspended',
      ({ key }) => server.request('PATCH', `/v1/owners/${key.owner.id}`, { body: { state: 'suspended' } }),
    ],
  ];
  test.for(endings)('When its %s, nothing of a batch begins after the acknowledgement', async ([, take]) => {
    const { key, client: ending } = await newClient();
    const reader = new BatchClient(server, (await server.mint({ owner: owner.key.owner.id })).secret);
    const gate = gated();
    upstream.answer(json(chatAnswer()), gate.behaviour);
    const { id } = await ending.start(requestLines(20));
    await expect.poll(gate.waiting).toBe(4);
    expect((await take(key)).status).toBeLessThan(300);
    const begun = asked();
    await expect.poll(gate.waiting).toBe(0);
    const view = async () =>
      (
        await sql<{ status: string; completed: number; failed: number; errors: string }>`
          select status, completed, failed, errors from batches where id = ${id}`.execute(
          server.app.core.storage.db,
        )
      ).rows[0];
    await expect.poll(async () => (await view())?.status).toBe('completed');
    expect(await view()).toMatchObject({ completed: 1, failed: 19 });
    expect((await view())?.errors).toContain('key_revoked');
    const { rows } = await sql<{ answer: string }>`
      select answer from batch_lines where batch_id = ${id} and part = 'error'`.execute(
      server.app.core.storage.db,
    );
    expect(rows.every(({ answer }) => answer.includes('"key_revoked"'))).toBe(true);
    expect(asked()).toBe(begun);
    expect((await failure(reader.client.batches.retrieve(id)))?.status).toBe(404);
  });

  test('Lines of a key that has lost a model are refused, as a direct request is, and those that run end', async () => {
    const { key, client: narrowed } = await newClient();
    const gate = gated();
    upstream.answer(gate.behaviour);
    const { id } = await narrowed.start(requestLines(9));
    await expect.poll(gate.waiting).toBe(4);
    const body = { selectors: { models: { deny: ['gpt-test'] } } };
    expect((await server.request('PATCH', `/v1/keys/${key.id}`, { body })).status).toBe(200);
    gate.open();
    const { batch, errors } = await narrowed.results(id);
    expect(batch.request_counts).toEqual({ total: 9, completed: 0, failed: 9 });
    expect(new Set(codes(errors))).toEqual(new Set(['forbidden_resource']));
  });

  test('A key that loses models:use has its running lines ended and judged anew', async () => {
    const { key, client: narrowed } = await newClient();
    const gate = gated();
    upstream.answer(gate.behaviour);
    const { id } = await narrowed.start(requestLines(6));
    await expect.poll(gate.waiting).toBe(4);
    const body = { scopes: ['batches:*'] };
    expect((await server.request('PATCH', `/v1/keys/${key.id}`, { body })).status).toBe(200);
    const { errors } = await narrowed.results(id);
    expect(codes(errors)).toEqual(Array.from({ length: 6 }, () => 'insufficient_scope'));
  });

  test('A line over a request limit of its key waits, and then runs', async () => {
    const { client: slow } = await newClient({
      limits: [{ name: 'few', requests: 6, window_seconds: 1 }],
    });
    const { id } = await slow.start(requestLines(10));
    // Reading it with this key would count too.
    const counts = async () =>
      (
        await sql<{ completed: number; failed: number }>`
          select completed, failed from batches where id = ${id} and status = 'completed'`.execute(
          server.app.core.storage.db,
        )
      ).rows[0];
    await expect.poll(counts, { timeout: 10_000 }).toEqual({ completed: 10, failed: 0 });
  });

  test('A line for which a budget has nothing left fails, and says so', async () => {
    const budgets = [{ name: 'small', unit: 'requests', amount: '8', period: 'total' }];
    const { client: poor } = await newClient({ budgets });
    // Its requests count too: an upload and the batch itself.
    const { id } = await poor.start(requestLines(10));
    const done = async () =>
      (
        await sql<{ completed: number; failed: number }>`
          select completed, failed from batches where id = ${id} and status = 'completed'`.execute(
          server.app.core.storage.db,
        )
      ).rows[0];
    await expect.poll(done).toEqual({ completed: 6, failed: 4 });
    const { rows } = await sql<{ answer: string }>`
      select answer from batch_lines where batch_id = ${id} and part = 'error'`.execute(
      server.app.core.storage.db,
    );
    for (const { answer } of rows) expect(answer).toContain('The budget \\"small\\" of this key is spent.');
  });

  test('Lines for a model of workers become jobs of the lowest priority, and wait for a worker', async () => {
    const model = `model-${server.dialect}`;
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, miner.secret, 'worker');
    await worker.register({ models: [model] });
    const { id } = await client.start(requestLines(2, { model }));
    for (let n = 0; n < 2; n++) {
      const job = await worker.take();
      expect(job.payload).toMatchObject({ endpoint: '/v1/chat/completions', model });
      const { priority } = (
        await sql<{ priority: number }>`select priority from jobs where id = ${job.job_id}`.execute(
          server.app.core.storage.db,
        )
      ).rows[0] ?? { priority: -1 };
      expect(priority).toBe(0);
      await worker.post(`${job.job_id}/result`, {
        lease_token: job.lease_token,
        result: whole(`answer ${n}`),
      });
    }
    const { batch, outputs } = await client.results(id);
    expect(batch.request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
    expect(JSON.stringify(outputs)).toContain('answer 1');
  });

  test('Files and batches are deleted when their time is over', async () => {
    const { id, input_file_id: input } = await client.start(requestLines(1));
    const { output_file_id: output } = await client.over(id);
    const { db } = server.app.core.storage;
    await server.app.core.storage.transaction(async (tx) => {
      await sql`update batch_files set expires_at = 1 where id in (${input}, ${output})`.execute(tx);
      await sql`update batches set finished_at = 1 where id = ${id}`.execute(tx);
    });
    // A change of an owner lets the cleaner look.
    const { body } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: `x ${Math.random()}`, kind: 'person' },
    });
    await server.request('DELETE', `/v1/owners/${body.id}`);
    const left = async () =>
      (
        await sql<{ n: number }>`
        select count(*) as n from batch_lines where batch_id = ${id}`.execute(db)
      ).rows[0]?.n;
    await expect.poll(async () => Number(await left())).toBe(0);
    expect((await failure(client.client.batches.retrieve(id)))?.status).toBe(404);
    for (const file of [input, output ?? ''])
      expect((await failure(client.client.files.retrieve(file)))?.status).toBe(404);
  });

  test('A file of results that is deleted is gone, and its batch stays', async () => {
    const { id } = await client.start(requestLines(2));
    const { output_file_id: output } = await client.over(id);
    expect((await client.client.files.delete(output ?? '')).deleted).toBe(true);
    expect((await failure(client.client.files.content(output ?? '')))?.status).toBe(404);
    expect((await client.client.batches.retrieve(id)).status).toBe('completed');
  });

  test('No text of a request or of a key is in the log', () => {
    const log = server.log.join('\n');
    expect(log).not.toContain('request-1"');
    expect(log).not.toContain(owner.secret);
  });
});
