import OpenAI from 'openai';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type NewKey, type TestServer } from '../../test/server.ts';
import { chatAnswer, json, startTestUpstream } from '../../test/upstream.ts';
import {
  eventsAt,
  JobClient,
  newOwnerKey,
  SHORT_CLOCKS,
  TestWorker,
  type Assigned,
} from '../api/jobs/jobs.fixture.ts';
import { chunk, failure, textOf, usageChunk, whole } from './worker-models.fixture.ts';

const messages = [{ role: 'user' as const, content: 'How are you?' }];
interface Receipt {
  attempts: { worker_id: string; outcome: string }[];
  gpu_seconds: number;
}

describeOnBothWhenSlow('models of workers', (start) => {
  let server: TestServer;
  let owner: NewKey;
  let miner: NewKey;
  let worker: TestWorker;
  let client: OpenAI;
  let jobs: JobClient;
  let number = 0;
  let model = '';

  const clientOf = (apiKey: string, of = server) =>
    new OpenAI({ baseURL: `${of.url}/v1`, apiKey, maxRetries: 0, timeout: 30_000 });
  const newWorker = async (name: string, capabilities: object = { models: [model] }, more: object = {}) => {
    const made = new TestWorker(server, miner.secret, `${name}-${number}`);
    await made.register(capabilities, more);
    return made;
  };
  /** Reports a whole OpenAI answer, or another result. */
  const report = (by: TestWorker, { job_id, lease_token }: Assigned, result: unknown, metrics: object = {}) =>
    by.post<{ receipt: Receipt; code: string }>(`${job_id}/result`, { lease_token, result, metrics });
  const chat = (more: object = {}) =>
    client.chat.completions.create({ model, messages, ...more }) as Promise<OpenAI.ChatCompletion>;
  const streamed = (more: object = {}) =>
    client.chat.completions.create({ model, messages, stream: true, ...more });
  const post = (more: object, signal: AbortSignal) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, ...more }),
      signal,
    });
  const stateOf = async (id: string) => (await jobs.get(id, '?wait=20')).state;
  /** What is settled, and what running requests hold. */
  const usedOf = async (key: NewKey) => {
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${key.id}`);
    return Number(body.budgets[0]?.used);
  };

  beforeAll(async () => {
    server = await start(SHORT_CLOCKS);
    owner = await newOwnerKey(server, 'client', { role: 'client' });
    miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    client = clientOf(owner.secret);
    jobs = new JobClient(server, owner.secret);
  });
  // Each test has a model of its own: no other's jobs fit its worker.
  beforeEach(async () => {
    model = `model-${++number}`;
    worker = await newWorker('worker');
  });

  test('a model that a live worker serves is in the list of those whose key covers it', async () => {
    const found = (await client.models.list()).data.find(({ id }) => id === model);
    expect(found).toMatchObject({ owned_by: 'workers', object: 'model' });
    expect(await client.models.retrieve(`workers/${model}`)).toMatchObject({ id: model });
    const other = await server.mint({ selectors: { models: { allow: ['other'] } } });
    expect((await clientOf(other.secret).models.list()).data).toEqual([]);
    const refused = await failure(clientOf(other.secret).chat.completions.create({ model, messages }));
    expect([refused?.status, refused?.code]).toEqual([403, 'forbidden_resource']);
    await worker.heartbeat([], 'draining');
    expect((await client.models.list()).data.map(({ id }) => id)).not.toContain(model);
  });

  test('a request becomes a job with its endpoint, and the result is the answer', async () => {
    const answer = chat({ temperature: 0.5 });
    const job = await worker.take();
    expect(job.payload).toEqual({ model, messages, temperature: 0.5, endpoint: '/v1/chat/completions' });
    await report(worker, job, whole('Fine.'));
    expect(await answer).toEqual(whole('Fine.'));
    expect(await stateOf(job.job_id)).toBe('COMPLETED');
  });

  test('a result that is a text becomes an answer of the OpenAI API', async () => {
    const answer = chat();
    await worker.result(await worker.take(), 'Fine.');
    expect(await answer).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [{ message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    });
    const completion = client.completions.create({ model, prompt: 'Once' });
    const job = await worker.take();
    expect(job.payload).toMatchObject({ prompt: 'Once', endpoint: '/v1/completions' });
    await worker.result(job, ' upon');
    expect((await completion).choices[0]?.text).toBe(' upon');
  });

  test('embeddings come from a worker', async () => {
    const answer = client.embeddings.create({ model, input: ['a', 'b'], encoding_format: 'float' });
    const job = await worker.take();
    expect(job.payload).toMatchObject({ input: ['a', 'b'], endpoint: '/v1/embeddings' });
    await worker.result(job, [
      [0.5, 0.25],
      [1, 0],
    ]);
    expect((await answer).data.map(({ embedding }) => embedding)).toEqual([
      [0.5, 0.25],
      [1, 0],
    ]);
  });

  test('the texts of a request are deleted with its answer; its job and its receipt stay', async () => {
    const answer = chat({ messages: [{ role: 'user', content: 'a canary of the prompt' }] });
    const job = await worker.take();
    await report(worker, job, whole('a canary of the answer'));
    await answer;
    const gone = async () => {
      const { body } = await jobs.result(job.job_id);
      return (body.result ?? 'deleted') as string;
    };
    await expect.poll(gone).toBe('deleted');
    const { body } = await jobs.ask<Receipt>('GET', `/v1/jobs/${job.job_id}/receipt`);
    expect(body.attempts).toMatchObject([{ outcome: 'completed' }]);
    const { db } = server.app.core.storage;
    const left = db.withTables<Record<'job_payloads' | 'job_output', { job_id: string }>>();
    for (const table of ['job_payloads', 'job_output'] as const)
      expect(await left.selectFrom(table).selectAll().where('job_id', '=', job.job_id).execute()).toEqual([]);
    expect(server.log.join('\n')).not.toContain('canary');
  });

  test('the chunks of a worker are streamed as they arrive', async () => {
    const stream = await streamed({ stream_options: { include_usage: true } });
    const job = await worker.take();
    expect(job.payload).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    const chunks = stream[Symbol.asyncIterator]();
    for (const text of ['One', ' two']) {
      await worker.chunks(job, [chunk(text)]);
      // The worker sends no more before this has arrived.
      expect((await chunks.next()).value).toEqual(chunk(text));
    }
    await worker.chunks(job, [chunk('', 'stop'), usageChunk]);
    await worker.result(job, 'One two');
    expect((await chunks.next()).value).toEqual(chunk('', 'stop'));
    expect((await chunks.next()).value).toEqual(usageChunk);
    expect((await chunks.next()).done).toBe(true);
  });

  test('a worker that sends texts, or only a result, is streamed too, with a reason of the end and the usage', async () => {
    const usage = { stream_options: { include_usage: true } };
    const read = async (work: (job: Assigned) => Promise<unknown>) => {
      const stream = await streamed(usage);
      await work(await worker.take());
      const all = [];
      for await (const one of stream) all.push(one);
      return all;
    };
    const texts = await read(async (job) => {
      await worker.chunks(job, [{ text: 'One' }, { text: ' two' }]);
      await worker.result(job, 'One two');
    });
    const only = await read((job) => worker.result(job, 'One two'));
    for (const chunks of [texts, only]) {
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('One two');
      expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop']);
      expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 });
    }
  });

  test('a caller that waits in the queue gets the head at once, and its place as a comment', async () => {
    const place = async (response: Response) => {
      const { value } = (await response.body?.getReader().read()) ?? {};
      return Buffer.from(value ?? []).toString();
    };
    const gone = new AbortController();
    const ask = () => post({ stream: true }, gone.signal);
    const first = await ask();
    expect(first.headers.get('content-type')).toContain('text/event-stream');
    expect(await place(first)).toBe(': queued 1\n\n');
    expect(await place(await ask())).toBe(': queued 2\n\n');
    gone.abort();
  });

  test('two requests at once get their own answers', async () => {
    await worker.register({ models: [model] }, { concurrency: 2 });
    const answers = ['one', 'two'].map((content) =>
      streamed({ messages: [{ role: 'user', content }] }).then(textOf),
    );
    const taken = [await worker.take(), await worker.take()];
    await Promise.all(
      taken.map(async (job) => {
        const [message] = job.payload['messages'] as { content: string }[];
        await worker.chunks(job, [chunk(`about ${message?.content}`, 'stop')]);
        await worker.result(job, '');
      }),
    );
    expect(await Promise.all(answers)).toEqual(['about one', 'about two']);
  });

  test('an upstream of the same name wins', async () => {
    const upstream = await startTestUpstream();
    upstream.answer(json(chatAnswer()));
    const shared = `shared-${number}`;
    const name = `up-${number}`;
    await server.request('POST', '/v1/upstreams', {
      body: { name, base_url: upstream.baseUrl, models: [shared] },
    });
    await newWorker('other', { models: [shared] });
    await client.chat.completions.create({ model: shared, messages });
    expect(upstream.received).toHaveLength(1);
    expect(await client.models.retrieve(shared)).toMatchObject({ owned_by: name });
    await upstream.close();
  });

  test('a worker that is lost before its first token is replaced: one answer, no error, two attempts', async () => {
    const second = await newWorker('second');
    const answer = streamed().then(textOf);
    const lost = await worker.take();
    // It says nothing more: its lease ends.
    const job = await second.take();
    expect(job).toMatchObject({ job_id: lost.job_id, attempt: 2 });
    await second.chunks(job, [chunk('Fine.', 'stop')]);
    await second.result(job, 'Fine.');
    expect(await answer).toBe('Fine.');
    const { body } = await jobs.ask<Receipt>('GET', `/v1/jobs/${job.job_id}/receipt`);
    expect(body.attempts.map(({ outcome }) => outcome)).toEqual(['lease_lost', 'completed']);
  });

  test('a stream from a worker that dies half-way ends with an error, and its job with it', async () => {
    const stream = await streamed();
    const job = await worker.take();
    await worker.chunks(job, [chunk('Half')]);
    const seen: string[] = [];
    const ended = await failure(
      (async () => {
        for await (const { choices } of stream) seen.push(choices[0]?.delta.content ?? '');
      })(),
    );
    expect(seen).toEqual(['Half']);
    expect(ended?.message).toContain('The worker was lost in the middle of its answer.');
    expect(await stateOf(job.job_id)).toBe('CANCELED');
  });

  test('a job that its workers fail at is an error, at once and of the request where they say so', async () => {
    await worker.register({ models: [model] }, { concurrency: 5 });
    const kinds = ['interrupted', 'context_too_long', 'bad_payload', 'refused'];
    const answers = kinds.map((content) => failure(chat({ messages: [{ role: 'user', content }] })));
    const ends = new Map<string, number>();
    while (ends.size < kinds.length) {
      const job = await worker.take();
      const kind = (job.payload['messages'] as { content: string }[])[0]?.content ?? '';
      const { state } = (await worker.fail(job, kind)).body;
      if (state === 'FAILED') ends.set(kind, job.attempt);
    }
    for (const kind of kinds.slice(1)) expect([kind, ends.get(kind)]).toEqual([kind, 1]);
    const seen = (await Promise.all(answers)).map((error) => `${error?.status} ${error?.code}`);
    const about = ['400 context_length_exceeded', '400 bad_request', '400 content_policy_violation'];
    expect(seen).toEqual(['502 upstream_unavailable', ...about]);
  });

  test('a result that is no answer is an error', async () => {
    const answer = failure(chat());
    await report(worker, await worker.take(), { output: { strange: true } });
    expect(await answer).toMatchObject({ status: 502, code: 'upstream_unavailable' });
  });

  test('a caller that leaves cancels its job at once, and the worker hears of it within a second', async () => {
    const { body: registered } = await worker.register({ models: [model] });
    const stop = new AbortController();
    const events = eventsAt(server, `/v1/workers/${registered.worker_id}/control`, {
      key: miner.secret,
      signal: stop.signal,
    });
    expect((await events.next()).value).toMatchObject({ event: 'ready' });
    for (const stream of [true, false]) {
      const gone = new AbortController();
      const answer = failure(post({ stream }, gone.signal).then((response) => response.text()));
      const job = await worker.take();
      if (stream) await worker.chunks(job, [chunk('Half')]);
      const next = events.next();
      const atMs = performance.now();
      gone.abort();
      expect((await next).value).toEqual(
        expect.objectContaining({ event: 'cancel', data: { job_id: job.job_id, attempt: 1 } }),
      );
      expect(performance.now() - atMs).toBeLessThan(5_000);
      await answer;
      expect((await report(worker, job, whole('late'))).body.code).toMatch(/already_finished|lease_lost/);
    }
    stop.abort();
  });

  test('a revoked key ends its request and its job', async () => {
    const key = await newOwnerKey(server, 'revoked', { role: 'client' });
    const stream = await clientOf(key.secret).chat.completions.create({ model, messages, stream: true });
    const job = await worker.take();
    await worker.chunks(job, [chunk('Half')]);
    const chunks = stream[Symbol.asyncIterator]();
    await chunks.next();
    const ended = failure(chunks.next());
    await server.request('POST', `/v1/keys/${key.id}/revoke`, { body: {} });
    expect((await ended)?.message).toContain('revoked');
    await expect
      .poll(async () => (await worker.heartbeat([job])).body.leases?.[0]?.state ?? 'lost')
      .not.toBe('active');
  });

  test('a request that no worker takes in time is a 504', async () => {
    const impatient = await start({ ...SHORT_CLOCKS, KEYWARD_JOB_REQUEST_WAIT_SECONDS: '1' });
    const { secret } = await impatient.mint({ role: 'miner' });
    await new TestWorker(impatient, secret, 'worker').register({ models: [model] });
    const waiting = clientOf(impatient.adminKey, impatient);
    const [refused, stream] = await Promise.all([
      failure(waiting.chat.completions.create({ model, messages })),
      waiting.chat.completions.create({ model, messages, stream: true }),
    ]);
    expect(refused).toMatchObject({ status: 504, code: 'upstream_timeout' });
    const ended = await failure(textOf(stream));
    expect(ended?.message).toContain('No worker took the request in time.');
  });

  test('a model whose workers are away is a 503 and not a 404, which clients would remember', async () => {
    const answer = chat();
    const job = await worker.take();
    await worker.heartbeat([job], 'draining');
    expect(await failure(chat())).toMatchObject({ status: 503, code: 'upstream_unavailable' });
    await client.models.list();
    expect((await failure(chat()))?.message).toMatch(/503 No worker with the model .* is online/);
    await report(worker, job, whole('Fine.'));
    expect((await answer).choices).toHaveLength(1);
    expect(await failure(chat({ model: 'never' }))).toMatchObject({ status: 404 });
  });

  test('workers do not answer other routes', async () => {
    const refused = await failure(client.responses.create({ model, input: 'x' }));
    expect(refused).toMatchObject({ status: 404, message: expect.stringContaining('Responses API') });
  });

  test('tokens of the worker count in the budget and in the usage report, with the worker and its GPU time', async () => {
    const gpus = [{ name: 'T4', memory_mb: 16_000 }];
    const { body: registered } = await worker.register({ models: [model], gpus });
    const key = await newOwnerKey(server, 'counted', {
      role: 'client',
      budgets: [{ name: 'day', unit: 'tokens', amount: '100000', period: 'day' }],
    });
    const answer = clientOf(key.secret).chat.completions.create({ model, messages });
    const job = await worker.take();
    expect(await usedOf(key)).toBeGreaterThan(7);
    await report(worker, job, whole('Fine.'), { gpu_seconds: 0.001 });
    await answer;
    await expect.poll(() => usedOf(key)).toBe(7);
    await server.app.core.counters.flush();
    const usage = await server.request('GET', `/v1/keys/${key.id}/usage?group_by=worker`);
    const counts = { requests: 1, tokens_in: 5, tokens_out: 2, gpu_seconds: '0.001' };
    expect(usage.body).toMatchObject({ items: [{ group: { worker: registered.worker_id }, ...counts }] });
  });

  test('a budget of GPU seconds is settled by the receipt, and refuses when it is spent', async () => {
    const gpus = [{ name: 'T4', memory_mb: 16_000 }];
    await worker.register({ models: [model], gpus });
    const key = await newOwnerKey(server, 'gpu', {
      role: 'client',
      budgets: [{ name: 'gpu', unit: 'gpu_seconds', amount: '0.002', period: 'day' }],
    });
    const counted = clientOf(key.secret);
    const answer = counted.chat.completions.create({ model, messages });
    const job = await worker.take();
    const { body } = await report(worker, job, whole('Fine.'), { gpu_seconds: 0.002 });
    expect(body.receipt.gpu_seconds).toBe(0.002);
    await answer;
    await expect.poll(() => usedOf(key)).toBe(0.002);
    const refused = await failure(counted.chat.completions.create({ model, messages }));
    expect([refused?.status, refused?.code]).toEqual([429, 'budget_exceeded']);
  });

  test('a key with a budget in USD gets workers without a price only', async () => {
    const key = await newOwnerKey(server, 'usd', {
      role: 'client',
      budgets: [{ name: 'usd', unit: 'usd', amount: '1', period: 'day' }],
    });
    const counted = clientOf(key.secret);
    const answer = counted.chat.completions.create({ model, messages });
    await report(worker, await worker.take(), whole('Fine.'));
    expect((await answer).choices).toHaveLength(1);
    await worker.register({ models: [model] }, { price_per_hour: 2 });
    const refused = await failure(counted.chat.completions.create({ model, messages }));
    expect(refused).toMatchObject({ status: 503 });
    expect(refused?.message).toContain('no_worker_with_price');
  });
});
