import { afterEach, beforeAll, expect, test } from 'vitest';
import { JobClient, newOwnerKey, SHORT_CLOCKS } from '../../../server/src/api/jobs/jobs.fixture.ts';
import { describeOnBothServers, type TestServer } from '../../../server/test/server.ts';
import { createClient, createWorker, JobFailure, KeywardApiError, KeywardJobError } from '../index.ts';
import type { Handle, JobContext, JobPiece, KeywardWorker, WorkerEvent, WorkerOptions } from '../index.ts';

type Fetch = NonNullable<WorkerOptions['fetch']>;

/** Sends, and then loses the first answer to a path that matches. */
function losing(pattern: RegExp): Fetch {
  let isLost = false;
  return async (request) => {
    const response = await fetch(request);
    if (isLost || !pattern.test(new URL(request.url).pathname)) return response;
    isLost = true;
    await response.body?.cancel();
    throw new TypeError('fetch failed');
  };
}

describeOnBothServers('the worker kit', (start) => {
  let server: TestServer;
  let number = 0;
  const running: { worker: KeywardWorker; run: Promise<unknown> }[] = [];
  beforeAll(async () => {
    server = await start(SHORT_CLOCKS);
  });
  afterEach(async () => {
    for (const { worker, run } of running.splice(0)) {
      await worker.stop({ timeoutMs: 0 });
      await run;
    }
  });

  /** Owners and a model of their own for each test. */
  const cast = async () => {
    const model = `model-${++number}`;
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const owner = await newOwnerKey(server, 'client', { role: 'client' });
    const serve = (handle: Handle, more: Partial<WorkerOptions> = {}) => {
      const events: WorkerEvent[] = [];
      const options = { url: server.url, apiKey: miner.secret, capabilities: { models: [model] } };
      const onEvent = (event: WorkerEvent) => void events.push(event);
      const worker = createWorker({ ...options, name: 'one', handle, onEvent, ...more });
      const ended = worker.run();
      const failure = ended.then(
        () => undefined,
        (error: unknown) => error,
      );
      running.push({ worker, run: failure });
      return { worker, events, failure };
    };
    const api = (given?: Fetch) => createClient({ url: server.url, apiKey: owner.secret, fetch: given });
    return { model, miner, serve, api, client: api(), jobs: new JobClient(server, owner.secret) };
  };
  const collect = async (pieces: AsyncIterable<JobPiece>): Promise<JobPiece[]> => {
    const all = [];
    for await (const piece of pieces) all.push(piece);
    return all;
  };
  const outputsOf = (pieces: readonly JobPiece[]) =>
    pieces.flatMap((piece) => (piece.kind === 'output' ? [piece.output] : []));
  const until = async (condition: () => boolean): Promise<void> => {
    await expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true);
  };

  test('A function of a user serves jobs, and run gives their results', async () => {
    const { client, serve, model } = await cast();
    const usage = { prompt_tokens: 2, completion_tokens: 3 };
    serve(({ payload }) => ({ output: String(payload['text']).toUpperCase(), usage }));
    const result = await client.jobs.run({ payload: { text: 'hello' }, model });
    expect(result).toMatchObject({ state: 'COMPLETED', result: { output: 'HELLO', usage }, usage });
  });

  test('A worker does as many jobs at a time as its concurrency, and no more', async () => {
    const { client, serve, model } = await cast();
    let now = 0;
    let most = 0;
    const both = Promise.withResolvers<void>();
    const handle = async () => {
      most = Math.max(most, ++now);
      if (now === 2) both.resolve();
      await both.promise;
      now--;
    };
    serve(handle, { concurrency: 2 });
    await Promise.all([1, 2, 3, 4, 5].map(() => client.jobs.run({ prompt: 'x', model })));
    expect(most).toBe(2);
  });

  test('Pieces arrive in order, and those that come together are sent together', async () => {
    const { client, serve, model } = await cast();
    let requests = 0;
    const counting: Fetch = (request) => {
      if (new URL(request.url).pathname.endsWith('/chunks')) requests++;
      return fetch(request);
    };
    const handle: Handle = (_job, { emit, progress }) => {
      progress({ percent: 10 });
      for (let at = 0; at < 1_200; at++) void emit({ at });
      return { output: 'all' };
    };
    serve(handle, { fetch: counting });
    const pieces = await collect(client.jobs.stream({ prompt: 'x', model }));
    expect(outputsOf(pieces)).toEqual(Array.from({ length: 1_200 }, (_, at) => ({ at })));
    expect(requests).toBeLessThan(10);
    expect(pieces.at(-1)).toMatchObject({ kind: 'result', result: { result: { output: 'all' } } });
  });

  test('Progress reaches the client before the job ends', async () => {
    const { client, serve, model } = await cast();
    const seen = Promise.withResolvers<void>();
    serve(async (_job, { progress }) => {
      progress({ percent: 40 });
      await seen.promise;
    });
    for await (const piece of client.jobs.stream({ prompt: 'x', model })) {
      if (piece.kind !== 'progress') continue;
      expect(piece.progress).toEqual({ percent: 40 });
      seen.resolve();
    }
    await seen.promise;
  });

  test.for<[string, (context: JobContext) => unknown]>([
    ['progress', ({ progress }) => progress('x'.repeat(5_000))],
    ['a piece of output', ({ emit }) => void emit('x'.repeat(1_048_577))],
    ['no piece of output', ({ emit }) => void emit(undefined)],
    ['a result', () => Symbol('no JSON')],
  ])('What is no JSON, or too long, fails the job and not the worker: %s', async ([, wrong]) => {
    const { client, serve, model } = await cast();
    serve(({ payload }, context) => (payload['isGood'] === true ? 'good' : wrong(context)));
    const failing = client.jobs.run({ prompt: 'x', model, max_attempts: 1 });
    await expect(failing).rejects.toMatchObject({ code: 'internal' });
    expect((await client.jobs.run({ payload: { isGood: true }, model })).result).toBe('good');
  });

  test('A cancellation aborts the signal of the job within a second, and the place is free', async () => {
    const { jobs, client, serve, model } = await cast();
    const begun = Promise.withResolvers<void>();
    let abortedMs = 0;
    const { events } = serve(({ payload }, { signal }) => {
      if (payload['quick'] === true) return 'quick';
      begun.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          abortedMs = performance.now();
          reject(signal.reason as Error);
        }),
      );
    });
    const id = await jobs.id({ model });
    await begun.promise;
    const askedMs = performance.now();
    await jobs.ask('POST', `/v1/jobs/${id}/cancel`);
    await until(() => abortedMs > 0);
    expect(abortedMs - askedMs).toBeLessThan(5_000);
    await client.jobs.run({ payload: { quick: true }, model });
    expect(events.find(({ type }) => type === 'job_ended')).toMatchObject({ jobId: id, reason: 'canceled' });
  });

  test('A client that gives up cancels its job: by its signal, and by leaving the loop', async () => {
    const { jobs, client, serve, model } = await cast();
    const ends: Promise<void>[] = [];
    const begun: string[] = [];
    const handle: Handle = ({ id }, { signal, emit }) => {
      begun.push(id);
      const ended = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => ended.resolve());
      ends.push(ended.promise);
      return emit({ text: 'a' }).then(() => ended.promise);
    };
    serve(handle, { concurrency: 2 });
    const reason = new Error('enough');
    const giveUp = new AbortController();
    const result = client.jobs.run({ prompt: 'x', model }, { signal: giveUp.signal });
    await until(() => begun.length === 1);
    giveUp.abort(reason);
    await expect(result).rejects.toBe(reason);
    for await (const piece of client.jobs.stream({ prompt: 'x', model })) if (piece.kind === 'output') break;
    await Promise.all(ends);
    for (const id of begun) expect((await jobs.get(id)).state).toBe('CANCELED');
  });

  test('A failure names its code and message; the message of another error stays on the machine', async () => {
    const { client, serve, model } = await cast();
    serve(({ payload }) => {
      if (payload['known'] === true) throw new JobFailure('bad_payload', 'payload.text: must be a text.');
      throw new Error('canary-4711');
    });
    const failureOf = (known: boolean) =>
      client.jobs.run({ payload: { known }, model, max_attempts: 1 }).catch((error: unknown) => error);
    const known = await failureOf(true);
    expect(known).toBeInstanceOf(KeywardJobError);
    expect(known).toMatchObject({ state: 'FAILED', code: 'bad_payload' });
    expect(String(known)).toContain('FAILED: payload.text: must be a text.');
    const other = (await failureOf(false)) as KeywardJobError;
    expect([other.code, JSON.stringify(other.result)]).toEqual([
      'internal',
      expect.not.stringContaining('canary-4711'),
    ]);
  });

  test('A worker whose key was revoked ends with the error of the server, and another does its job', async () => {
    const { jobs, miner, serve, model } = await cast();
    const aborted = Promise.withResolvers<void>();
    const { failure, events } = serve((_job, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => undefined);
    });
    const id = await jobs.id({ model });
    await until(() => events.some(({ type }) => type === 'job_started'));
    await server.request('POST', `/v1/keys/${miner.id}/revoke`);
    const error = (await failure) as KeywardApiError;
    expect(error).toBeInstanceOf(KeywardApiError);
    expect(error.status).toBe(401);
    await aborted.promise;
    const other = await newOwnerKey(server, 'miner', { role: 'miner' });
    serve(() => 'good', { apiKey: other.secret });
    expect((await jobs.result(id)).body).toMatchObject({ state: 'COMPLETED', result: 'good' });
  });

  test('A worker that stops finishes its job, takes no other, and gives back what takes too long', async () => {
    const { jobs, client, serve, model } = await cast();
    const slow = Promise.withResolvers<void>();
    const first = serve(() => slow.promise.then(() => 'slow'));
    const running = client.jobs.run({ prompt: 'x', model });
    await until(() => first.events.some(({ type }) => type === 'job_started'));
    const stopping = first.worker.stop();
    const waiting = await jobs.id({ model });
    await expect.poll(async () => (await jobs.get(waiting)).waiting?.excluded['draining']).toBe(1);
    slow.resolve();
    expect((await running).result).toBe('slow');
    await stopping;
    expect([await first.failure, (await jobs.get(waiting)).state]).toEqual([undefined, 'QUEUED']);
    const second = serve(() => new Promise(() => undefined));
    await until(() => second.events.some(({ type }) => type === 'job_started'));
    await second.worker.stop({ timeoutMs: 0 });
    await expect.poll(async () => (await jobs.get(waiting)).state).toBe('QUEUED');
    serve(() => 'third');
    expect((await jobs.result(waiting)).body).toMatchObject({ state: 'COMPLETED', result: 'third' });
  });

  test('A worker that the server does not know registers again', async () => {
    const { client, miner, serve, model } = await cast();
    const { events } = serve(() => 'done');
    await client.jobs.run({ prompt: 'x', model });
    await server.request('DELETE', '/v1/workers/one', { key: miner.secret });
    expect((await client.jobs.run({ prompt: 'x', model })).result).toBe('done');
    expect(events.filter(({ type }) => type === 'registered').length).toBeGreaterThan(1);
  });

  test('A result whose answer was lost is reported again, and counts once', async () => {
    const { client, serve, model } = await cast();
    let calls = 0;
    serve(() => ++calls, { fetch: losing(/\/result$/) });
    const result = await client.jobs.run({ prompt: 'x', model });
    expect([result.result, result.receipt?.attempts.length, calls]).toEqual([1, 1, 1]);
  });

  test('Output whose answer was lost is sent again in the same attempt, and stored once', async () => {
    const { client, serve, model } = await cast();
    serve(
      async (_job, { emit }) => {
        await emit({ text: 'a' });
        await emit({ text: 'b' });
        return 'done';
      },
      { fetch: losing(/\/chunks$/) },
    );
    const pieces = await collect(client.jobs.stream({ prompt: 'x', model }));
    expect(pieces.map(({ kind }) => kind)).not.toContain('reset');
    expect(outputsOf(pieces)).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(pieces.at(-1)).toMatchObject({ result: { receipt: { attempts: [{}] } } });
  });

  test('A job whose submission was not answered is submitted once, and a broken stream goes on', async () => {
    const { api, jobs, serve, model } = await cast();
    const go = Promise.withResolvers<void>();
    serve(async (_job, { emit }) => {
      await emit({ text: 'a' });
      await go.promise;
      await emit({ text: 'b' });
    });
    let streams = 0;
    const losesFirst = losing(/\/jobs$/);
    const flaky: Fetch = async (request) => {
      const response = await losesFirst(request);
      if (!request.url.endsWith('/events') || ++streams > 1 || response.body === null) return response;
      // The first stream breaks behind its first piece of output.
      const reader = response.body.getReader();
      let text = '';
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (text.includes('event: output')) {
            go.resolve();
            await reader.cancel();
            return controller.error(new TypeError('terminated'));
          }
          const { value = new Uint8Array() } = await reader.read();
          text += Buffer.from(value).toString();
          controller.enqueue(value);
        },
      });
      return new Response(body, response);
    };
    const pieces = await collect(api(flaky).jobs.stream({ prompt: 'x', model }));
    expect(outputsOf(pieces)).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(streams).toBe(2);
    expect((await jobs.ask<{ total: number }>('GET', '/v1/jobs')).body.total).toBe(1);
  });
});
