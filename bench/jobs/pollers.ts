import { setTimeout as sleep } from 'node:timers/promises';
import { good, Connection, orderOnStdin } from './connection.ts';
import { cpuMs, rssMb } from '../load.ts';

/*
 * Workers that wait in long polls, each on a connection and under a name of its own, and clients that submit jobs at an even
 * rate. Every second worker serves another model. Prints one line of JSON.
 */
export interface PollersOrder {
  url: string;
  /** Of the server, for its processor time and memory. */
  pid: number;
  /** Of a client. */
  client: string;
  /** Keys of workers, which take turns. */
  miners: string[];
  pollers: number;
  jobs: number;
  /** Between two submissions. */
  everyMs: number;
}

export interface PollersSeen {
  /** From the first byte of the submission to the last byte of the answer to the poll. */
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
  /** Processor time of the server for a job, with its submission and result, µs. */
  cpuUsAJob: number;
  /** Share of a processor that the polls alone take. */
  idleShare: number;
  rssMb: number;
}

const [MODEL, OTHER] = ['bench', 'other'];
/** The default of a poll. */
const WAIT_SECONDS = 15;
const IDLE_MS = 20_000;
const { url, pid, client, miners, pollers, jobs, everyMs } = await orderOnStdin<PollersOrder>();

interface Assigned {
  job_id: string;
  lease_token: string;
  payload: { sent_ms: number };
}

const latenciesMs: number[] = [];
const finished = Promise.withResolvers<void>();

async function work(connection: Connection, key: string, name: string): Promise<void> {
  for (;;) {
    const poll = { key, name, body: { max_wait_seconds: WAIT_SECONDS } };
    const text = await good(connection, '/v1/workers/poll', poll);
    const atMs = performance.now();
    if (text === '') continue;
    const { job_id: id, lease_token, payload } = JSON.parse(text) as Assigned;
    latenciesMs.push(atMs - payload.sent_ms);
    await good(connection, `/v1/workers/${id}/result`, {
      key,
      body: { lease_token, result: { output: 'word' } },
    });
    if (latenciesMs.length === jobs) finished.resolve();
  }
}

for (let number = 0; number < pollers; number++) {
  const connection = new Connection(url);
  const [key = '', name] = [miners[number % miners.length], `worker-${number}`];
  const capabilities = { models: [number % 2 === 0 ? MODEL : OTHER] };
  await good(connection, '/v1/workers/register', { key, name, body: { capabilities } });
  void work(connection, key, name);
}
// Until all are waiting, and then for longer than a poll takes.
await sleep(2_000);
const beforeMs = cpuMs(pid);
await sleep(IDLE_MS);
const idleMs = cpuMs(pid) - beforeMs;
const rss = rssMb(pid);

const free: Connection[] = [];
const startedMs = performance.now();
for (let number = 0; number < jobs; number++) {
  await sleep(Math.max(0, startedMs + number * everyMs - performance.now()));
  const connection = free.pop() ?? new Connection(url);
  const payload = { sent_ms: performance.now() };
  void good(connection, '/v1/jobs', {
    key: client,
    body: { payload, constraints: { models: [MODEL] } },
  }).then(() => free.push(connection));
}
await finished.promise;
const tookMs = performance.now() - startedMs;
const busyMs = cpuMs(pid) - beforeMs - idleMs;
// The first third is the warm-up.
const sorted = latenciesMs.slice(jobs / 3).toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
const seen: PollersSeen = {
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  mostMs: sorted.at(-1) ?? 0,
  cpuUsAJob: ((busyMs - (idleMs * tookMs) / IDLE_MS) * 1_000) / jobs,
  idleShare: idleMs / IDLE_MS,
  rssMb: rss,
};
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
