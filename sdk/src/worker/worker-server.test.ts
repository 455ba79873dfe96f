import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWorker, JobFailure, type WorkerEvent } from '../index.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const KEY = 'sk-kw1-a-key-that-may-be-seen-nowhere';
const job = (id: string) => ({
  job_id: id,
  attempt: 1,
  lease_token: '0'.repeat(32),
  type: 'inference',
  model: null,
  payload: {},
  constraints: {},
  run_timeout_seconds: 60,
});
const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A real server that fails as a test wants: the answers of each path, one after the other; the last one stays. */
async function serve(answers: Record<string, Answer[]>) {
  const at: Record<string, number[]> = {};
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const path = (request.url ?? '').split('/').at(-1) ?? '';
      (at[path] ??= []).push(performance.now());
      const own = answers[path] ?? DEFAULTS[path] ?? [];
      (own.length > 1 ? own.shift() : own[0])?.(response, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, at };
}

const DEFAULTS: Record<string, Answer[]> = {
  register: [json(200, { worker_id: 'wrk_1', heartbeat_seconds: 1, lease_seconds: 3, protocol: 1 })],
  heartbeat: [json(200, { leases: [] })],
  poll: [(response) => setTimeout(() => response.writeHead(204).end(), 50)],
  control: [(response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()],
};

async function work(url: string, until: (event: WorkerEvent) => boolean) {
  const events: WorkerEvent[] = [];
  const over = Promise.withResolvers<void>();
  const worker = createWorker({
    url,
    apiKey: KEY,
    capabilities: {},
    handle: () => 'done',
    onEvent: (event) => {
      events.push(event);
      if (until(event)) over.resolve();
    },
  });
  const run = worker.run();
  await Promise.race([over.promise, run]);
  await worker.stop();
  await run;
  return events;
}

test('A poll that is refused for a time is repeated after Retry-After, and not before', async () => {
  const limited = json(429, { code: 'rate_limited', detail: 'Slow.' }, { 'retry-after': '1' });
  const { url, at } = await serve({ poll: [limited, json(200, job('job_1'))], result: [json(200, {})] });
  await work(url, ({ type }) => type === 'job_completed');
  const [first = 0, second = 0] = at['poll'] ?? [];
  expect(second - first).toBeGreaterThanOrEqual(990);
});

test('A pause, its end and another program under the same name are told once each', async () => {
  const { url } = await serve({
    control: [
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: pause\ndata: {}\n\nevent: resume\ndata: {}\n\n');
      },
    ],
    // The server of the first answer is older, and knows of no other program.
    heartbeat: [json(200, { leases: [] }), json(200, { leases: [], has_twin: true })],
  });
  const events = await work(url, ({ type }) => type === 'twin_found');
  const told = events.map(({ type }) => type).filter((type) => type !== 'registered' && type !== 'draining');
  expect(told.toSorted()).toEqual(['paused', 'resumed', 'twin_found']);
});

test('A result is reported until the server takes it, through errors and broken connections', async () => {
  const slam: Answer = (response) => response.socket?.resetAndDestroy();
  const failing = json(503, { code: 'storage_unavailable', detail: 'Full.' });
  const { url, at } = await serve({
    poll: [json(200, job('job_1')), ...(DEFAULTS['poll'] ?? [])],
    result: [failing, slam, failing, json(200, {})],
  });
  await work(url, ({ type }) => type === 'job_completed');
  expect(at['result']).toHaveLength(4);
});

test('A lease that is lost at the report ends the job, and the worker goes on', async () => {
  const { url, at } = await serve({
    poll: [json(200, job('job_1')), json(200, job('job_2')), ...(DEFAULTS['poll'] ?? [])],
    result: [json(409, { code: 'lease_lost', detail: 'Over.' }), json(200, {})],
  });
  const events = await work(url, ({ type }) => type === 'job_completed');
  expect(events.find(({ type }) => type === 'job_ended')).toMatchObject({
    jobId: 'job_1',
    reason: 'lease_lost',
  });
  expect(at['result']).toHaveLength(2);
});

test.for([
  [401, 'invalid_key'],
  [403, 'insufficient_scope'],
  [422, 'invalid_input'],
] as const)('A registration that is refused with %i ends the worker', async ([status, code]) => {
  const { url } = await serve({ register: [json(status, { code, detail: `No ${KEY}.` })] });
  const failure: unknown = await work(url, () => false).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status, code, message: 'No [key].' });
});

test('A heartbeat follows at once when the control stream breaks, and the stream is opened again', async () => {
  const broken: Answer = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
  const { url, at } = await serve({ control: [broken, ...(DEFAULTS['control'] ?? [])] });
  const worker = createWorker({ url, apiKey: KEY, capabilities: {}, handle: () => null });
  const run = worker.run();
  await expect.poll(() => at['control']?.length).toBe(2);
  const [brokeMs = 0, againMs = 0] = at['control'] ?? [];
  const between = (at['heartbeat'] ?? []).filter((ms) => ms > brokeMs && ms < brokeMs + 500);
  expect([between.length > 0, againMs - brokeMs < 1_000]).toEqual([true, true]);
  await worker.stop();
  await run;
});

test('A heartbeat that misses a job which is being reported does not end the report', async () => {
  const beaten = Promise.withResolvers<void>();
  const registered = { worker_id: 'wrk_1', heartbeat_seconds: 0.05, lease_seconds: 3, protocol: 1 };
  const lost = { job_id: 'job_1', state: 'lost', lease_expires_at: null };
  let isReported = false;
  const { url } = await serve({
    register: [json(200, registered)],
    poll: [json(200, job('job_1')), ...(DEFAULTS['poll'] ?? [])],
    heartbeat: [
      (response, request) => {
        json(200, { leases: isReported ? [lost] : [] })(response, request);
        if (isReported) setTimeout(beaten.resolve, 50);
      },
    ],
    result: [
      (response, request) => {
        isReported = true;
        void beaten.promise.then(() => json(200, {})(response, request));
      },
    ],
  });
  const events = await work(url, ({ type }) => type === 'job_completed');
  expect(events.map(({ type }) => type)).not.toContain('job_ended');
});

test('A worker that never reached its server stops when it is asked to', async () => {
  const { url } = await serve({ register: [json(503, { code: 'not_ready', detail: 'Later.' })] });
  expect(await work(url, ({ type }) => type === 'disconnected')).toMatchObject([
    { type: 'disconnected' },
    { type: 'draining', jobs: 0 },
  ]);
});

test('A worker that a job has cost its model registers again some heartbeats later, once', async () => {
  const registered = { worker_id: 'wrk_1', heartbeat_seconds: 0.05, lease_seconds: 3, protocol: 1 };
  const { url, at } = await serve({
    register: [json(200, registered)],
    poll: [json(200, job('job_1')), ...(DEFAULTS['poll'] ?? [])],
    fail: [json(200, { state: 'QUEUED' })],
  });
  const failure = new JobFailure('oom', 'Out of memory.');
  const worker = createWorker({
    url,
    apiKey: KEY,
    capabilities: {},
    handle: () => Promise.reject(failure),
  });
  const run = worker.run();
  await expect.poll(() => at['register']?.length).toBe(2);
  const [failedMs = 0, againMs = 0] = [at['fail']?.[0], at['register']?.[1]];
  expect(againMs - failedMs).toBeGreaterThanOrEqual(250);
  const beats = at['heartbeat']?.length ?? 0;
  await expect.poll(() => at['heartbeat']?.length).toBeGreaterThan(beats + 8);
  expect(at['register']).toHaveLength(2);
  await worker.stop();
  await run;
});
