import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { newOwnerKey } from '../../api/jobs/jobs.fixture.ts';
import { BatchClient, requestLine, requestLines } from './batches.fixture.ts';

describeOnBothServers('batches', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let owner: NewKey;
  let client: BatchClient;

  beforeAll(async () => {
    upstream = await startTestUpstream();
    server = await start();
    owner = await newOwnerKey(server, 'client', { role: 'client' });
    client = new BatchClient(server, owner.secret);
    const body = { name: 'up', base_url: upstream.baseUrl };
    expect((await server.request('POST', '/v1/upstreams', { body })).status).toBe(201);
  });
  beforeEach(() => upstream.answer(json(chatAnswer())));

  test('A batch runs each of its lines once, and its output names each by its custom_id', async () => {
    const lines = requestLines(20);
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
      request_counts: { total: 20, completed: 20, failed: 0 },
      model: 'gpt-test',
      errors: null,
      error_file_id: null,
      usage: { input_tokens: 220, output_tokens: 140, total_tokens: 360 },
    });
    expect(outputs.map(({ custom_id: id }) => id)).toEqual(lines.map(({ custom_id: id }) => id));
    expect(outputs[0]).toMatchObject({ error: null, response: { status_code: 200, body: chatAnswer() } });
    expect(new Set(outputs.map(({ id }) => id)).size).toBe(20);
    expect(errors).toEqual([]);
    const file = await client.client.files.retrieve(batch.output_file_id ?? '');
    const text = await (await client.client.files.content(file.id)).text();
    expect(file).toMatchObject({ purpose: 'batch_output', bytes: Buffer.byteLength(text) });
  });

  test('A line that the model refuses stands in the error file with its answer', async () => {
    upstream.answer(json({ error: { message: 'too long', code: 'context_length_exceeded' } }, 400));
    const { id } = await client.start([requestLine('one'), requestLine('other', { model: 'no-such-model' })]);
    const { batch, outputs, errors } = await client.results(id);
    expect(batch.request_counts).toEqual({ total: 2, completed: 0, failed: 2 });
    expect(outputs).toEqual([]);
    expect(errors[0]?.response).toMatchObject({ status_code: 400, body: { error: { code: 'context_length_exceeded' } } });
    expect(errors[1]?.response).toMatchObject({ status_code: 404, body: { error: { code: 'model_not_found' } } });
  });
});
