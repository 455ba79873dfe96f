import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWorker, type WorkerEvent } from '../index.ts';

interface Reported {
  job_id: string;
  lease_token: string;
  result: unknown;
}

type Reply = (response: ServerResponse, reported: readonly Reported[]) => void;

const reply = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const takes: Reply = (response, reported) =>
  reply(response, 200, {
    results: reported.map(({ job_id }) => ({ job_id, outcome: 'completed', receipt: {}, error: null })),
  });
const job = (number: number) => ({
  job_id: `job_${number}`,
  attempt: 1,
  lease_token: String(number).padStart(32, '0'),
  type: 'inference',
  model: null,
  payload: {},
  constraints: {},
  run_timeout_seconds: 60,
});

/**
 * A worker with `count` jobs that end together, and a real server that answers requests with several results as a test wants, one
 * after the other; the last reply stays. It takes each result that comes alone.
 * @returns what was reported by several and alone, and the events of the worker.
 */
async function run(count: number, replies: Reply[], handle: (id: string) => unknown = () => 'done') {
  const together: (readonly Reported[])[] = [];
  const alone: string[] = [];
  let polls = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const [, , , thing = '', verb = ''] = (request.url ?? '').split('/');
      const body = text === '' ? {} : (JSON.parse(text) as { results?: Reported[] });
      if (thing === 'register')
        reply(response, 200, { worker_id: 'wrk_1', heartbeat_seconds: 60, lease_seconds: 90, protocol: 1 });
      else if (thing === 'poll' && polls++ === 0)
        reply(response, 200, { jobs: Array.from({ length: count }, (_, number) => job(number)) });
      else if (thing === 'poll') setTimeout(() => response.writeHead(204).end(), 50);
      else if (thing === 'heartbeat') reply(response, 200, { leases: [] });
      else if (thing === 'results') {
        together.push(body.results ?? []);
        const next = replies.length > 1 ? replies.shift() : replies[0];
        next?.(response, body.results ?? []);
      } else if (verb === 'result') {
        alone.push(thing);
        reply(response, 200, { receipt: {} });
      } else response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const events: WorkerEvent[] = [];
  let ended = 0;
  const over = Promise.withResolvers<void>();
  const worker = createWorker({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'sk-kw1-a-key',
    capabilities: {},
    concurrency: count,
    handle: ({ id }) => handle(id),
    onEvent: (event) => {
      events.push(event);
      if (/^job_(completed|failed|ended)$/.test(event.type) && ++ended === count) over.resolve();
    },
  });
  const running = worker.run();
  await Promise.race([over.promise, running]);
  await worker.stop();
  await running;
  const typesOf = (id: string): string[] =>
    events.flatMap((event) => ('jobId' in event && event.jobId === id ? [event.type] : []));
  return { together, alone: alone.sort(), events, typesOf };
}

test('Results that end together are reported in one request, each with the token of its job', async () => {
  const { together, alone, typesOf } = await run(5, [takes]);
  expect(together.flat().length + alone.length).toBe(5);
  expect(together.length).toBeGreaterThan(0);
  for (const { job_id: id, lease_token, result } of together.flat())
    expect([id, result]).toEqual([`job_${Number(lease_token)}`, 'done']);
  for (let number = 0; number < 5; number++)
    expect(typesOf(`job_${number}`)).toEqual(['job_started', 'job_completed']);
});

test('Results that end while a report is under way are reported together after it', async () => {
  const first = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  const { together } = await run(
    6,
    [
      (response, reported) => {
        first.resolve();
        // The others end while this one is under way.
        setTimeout(() => takes(response, reported), 200);
      },
      takes,
    ],
    async (id) => {
      if (id === 'job_0' || id === 'job_1') return 'first';
      await first.promise;
      if (id === 'job_5') rest.resolve();
      await rest.promise;
      return 'rest';
    },
  );
  expect(together.map((results) => results.map(({ result }) => result))).toEqual([
    ['first', 'first'],
    ['rest', 'rest', 'rest', 'rest'],
  ]);
});

test('Of results that are reported together, a refused one ends its job only', async () => {
  const refusals: Record<string, [number, string]> = {
    job_1: [409, 'lease_lost'],
    job_2: [409, 'already_finished'],
  };
  const { events, typesOf } = await run(4, [
    (response, reported) =>
      reply(response, 200, {
        results: reported.map(({ job_id }) => {
          const [status, code] = refusals[job_id] ?? [];
          if (code === undefined) return { job_id, outcome: 'completed', receipt: {}, error: null };
          const error = { status, code, detail: 'No.', hint: null };
          return { job_id, outcome: 'refused', receipt: null, error };
        }),
      }),
  ]);
  expect(typesOf('job_0')).toEqual(['job_started', 'job_completed']);
  expect(typesOf('job_3')).toEqual(['job_started', 'job_completed']);
  expect(events.filter(({ type }) => type === 'job_ended')).toMatchObject([
    { jobId: 'job_1', reason: 'lease_lost', error: { code: 'lease_lost', message: 'No.' } },
    { jobId: 'job_2', reason: 'lease_lost', error: { code: 'already_finished' } },
  ]);
});

test('A server that does not know the route is asked once, and gets each result alone', async () => {
  const { together, alone } = await run(4, [
    (response) => reply(response, 404, { code: 'route_not_found', detail: 'No such endpoint.' }),
  ]);
  expect([together.length, alone]).toEqual([1, ['job_0', 'job_1', 'job_2', 'job_3']]);
});

test.for([
  ['is too large together', (response) => reply(response, 413, { code: 'too_large', detail: 'Large.' })],
  ['is refused by something between', (response) => reply(response, 422, { code: 'x', detail: 'No.' })],
  ['breaks off', (response) => response.socket?.resetAndDestroy()],
  ['has no answer that can be read', (response) => response.writeHead(200).end('{"results":')],
] as [string, Reply][])(
  'Where the report of several %s, each result is reported alone',
  async ([, answer]) => {
    const { alone, events } = await run(3, [answer]);
    expect(alone).toEqual(['job_0', 'job_1', 'job_2']);
    expect(events.filter(({ type }) => type === 'job_completed')).toHaveLength(3);
  },
);

test('Where the server has no room for a report of several, all of them come again and none is lost', async () => {
  const { together, alone, events } = await run(3, [
    (response) => reply(response, 503, { code: 'storage_unavailable', detail: 'Full.' }),
    takes,
  ]);
  expect(
    [
      ...together
        .slice(1)
        .flat()
        .map(({ job_id: id }) => id),
      ...alone,
    ].sort(),
  ).toEqual(['job_0', 'job_1', 'job_2']);
  expect(events.filter(({ type }) => type === 'job_completed')).toHaveLength(3);
});

test('A refused key ends the worker, and nothing is reported again', async () => {
  const running = run(3, [(response) => reply(response, 401, { code: 'invalid_key', detail: 'Over.' })]);
  await expect(running).rejects.toMatchObject({ status: 401, code: 'invalid_key' });
});

test('A large result goes alone, and the others do not wait for it', async () => {
  const { together, alone } = await run(4, [takes], (id) => (id === 'job_2' ? 'x'.repeat(300_000) : 'small'));
  expect(alone).toContain('job_2');
  expect(together.flat().map(({ job_id: id }) => id)).not.toContain('job_2');
});
