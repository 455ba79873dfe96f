import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadWorkers } from './dead-workers.ts';
import { firstByte } from './first-byte.ts';
import type { PollersOrder, PollersSeen } from './pollers.ts';
import { JobServer } from './job-server.ts';
import type { WorkersOrder, WorkersSeen } from './workers.ts';
import { load, measure, median, rssMb, startSubject, type Measured } from '../load.ts';

/*
 * The queue of jobs over HTTP, with keys, limits, usage and audit on.
 *
 * Jobs: 50 workers with keys of their own empty a queue; each job is one claim and one completion, stored durably. With
 * max_jobs 1 each is a request; with 16 one poll claims up to 16 jobs, whose results are a request each, or one request
 * together. The worker kit sends them together and prefers answers without receipts, which are signed when somebody reads them;
 * the last way has them signed in the answers. The share is claims and completions a second over the requests a second of a
 * bare `node:http` handler that parses the same result and writes the same answer, on 50 connections, in the same run. Bar: 0.5
 * with 16 as the kit sends them.
 *
 * A worker has it: from the first byte of a submission to the last byte of the answer to a poll, while 1,000 workers under
 * names of their own wait in long polls; half of them serve another model. Bars: p50 10 ms, p99 50 ms.
 *
 * First streamed byte: the first event of POST /v1/chat/completions through a worker of the worker kit, less that of its
 * upstream itself. Comments, which say where a request is in the queue, do not count. Bar: 10 ms.
 *
 * Dead workers, with the default clocks. Bars: 35 s, and 6 s where the control stream broke. Memory: 150 MB.
 */
const JOBS = Number(process.argv[2] ?? '10000');
const ROUNDS = Number(process.argv[3] ?? '5');
const WORKERS = 50;
const WAYS = [
  { maxJobs: 1, isTogether: false, isMinimal: true },
  { maxJobs: 16, isTogether: false, isMinimal: true },
  { maxJobs: 16, isTogether: true, isMinimal: true },
  { maxJobs: 16, isTogether: true, isMinimal: false },
];
const POLLERS = 1_000;
const SUBMISSIONS = 1_500;
const SUBMISSION_EVERY_MS = 20;
const MINER_OWNERS = 20;
const KEYS_AN_OWNER = 5;

const FLUSHES = 200;

/** What a commit waits for at least: a page that is flushed to the disk of the database, ms. */
function flushMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-flush-'));
  const file = openSync(join(folder, 'page'), 'w');
  const page = Buffer.alloc(4_096);
  const times = Array.from({ length: FLUSHES }, () => {
    const startedMs = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - startedMs;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Results that one worker reports to bare handlers: one answers with a receipt, one without. */
async function startBare(server: JobServer, client: string) {
  const [key = ''] = await server.keys('miner');
  const worker = { key, body: { capabilities: { models: ['bare'] } } };
  await server.ask('POST', '/v1/workers/register', worker);
  await server.ask('POST', '/v1/jobs', { key: client, body: { prompt: 'word', model: 'bare' } });
  const job = await server.ask('POST', '/v1/workers/poll', { key, body: {} });
  const result = { output: 'word '.repeat(20), usage: { prompt_tokens: 1, completion_tokens: 20 } };
  const body = { lease_token: job['lease_token'], result };
  const full = await server.ask('POST', `/v1/workers/${String(job['job_id'])}/result`, { key, body });
  const [minimal, signed] = [
    await startSubject('bare', 'bare-server.ts', { args: [JSON.stringify({ receipt: null })] }),
    await startSubject('bare', 'bare-server.ts', { args: [JSON.stringify(full)] }),
  ];
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const order = { method: 'POST' as const, headers, body: JSON.stringify(body), connections: WORKERS };
  return {
    measure: ({ isMinimal }: { isMinimal: boolean }) => {
      const { pid, ready } = isMinimal ? minimal : signed;
      return measure({ ...order, pid, url: `${ready.url ?? ''}/` });
    },
    stop: () => Promise.all([minimal.stop(), signed.stop()]),
  };
}

async function throughput(server: JobServer, client: string): Promise<void> {
  const miners = await server.keys('miner', WORKERS);
  const bare = await startBare(server, client);
  for (const { isMinimal } of WAYS) await bare.measure({ isMinimal });
  for (const way of WAYS) {
    const pairs: { jobs: WorkersSeen; bare: Measured }[] = [];
    const { url, subject } = server;
    const order = { url, pid: subject.pid, client, miners, ...way, jobs: JOBS };
    for (let round = 0; round < ROUNDS; round++) {
      const jobs = await load<WorkersSeen>('jobs/workers.ts', order satisfies WorkersOrder);
      pairs.push({ jobs, bare: await bare.measure(way) });
    }
    const of = (value: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(value));
    const ratios = pairs.map((pair) => pair.jobs.perSecond / pair.bare.requestsPerSecond);
    say(
      `max_jobs ${way.maxJobs}, ${way.isTogether ? 'results together' : 'each result alone'}` +
        `${way.isMinimal ? '' : ', receipts in the answers'}: ${of(({ jobs }) => jobs.perSecond).toFixed(0)} claims and completions/s, ` +
        `processor ${of(({ jobs }) => jobs.cpuUs).toFixed(0)} µs each; submissions ${of(({ jobs }) => jobs.submittedPerSecond).toFixed(0)}/s, ` +
        `processor ${of(({ jobs }) => jobs.cpuUsASubmission).toFixed(0)} µs each`,
    );
    say(
      `  bare node:http ${of((pair) => pair.bare.requestsPerSecond).toFixed(0)} requests/s, ` +
        `processor ${of((pair) => pair.bare.cpuUs).toFixed(0)} µs each: ${median(ratios).toFixed(2)} of bare ` +
        `(each pair: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}; ` +
        `by processor time ${of((pair) => pair.bare.cpuUs / pair.jobs.cpuUs).toFixed(2)})`,
    );
  }
  await bare.stop();
}

async function waiting(server: JobServer, client: string): Promise<void> {
  const miners: string[] = [];
  for (let owner = 0; owner < MINER_OWNERS; owner++)
    miners.push(...(await server.keys('miner', KEYS_AN_OWNER)));
  const { url, subject } = server;
  const seen = await load<PollersSeen>('jobs/pollers.ts', {
    url,
    pid: subject.pid,
    client,
    miners,
    pollers: POLLERS,
    jobs: SUBMISSIONS,
    everyMs: SUBMISSION_EVERY_MS,
  } satisfies PollersOrder);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  say(
    `a worker has it, ${POLLERS} wait: p50 ${ms(seen.p50Ms)}, p99 ${ms(seen.p99Ms)}, most ${ms(seen.mostMs)}; ` +
      `processor ${(seen.cpuUsAJob / 1_000).toFixed(2)} ms a job`,
  );
  say(`${POLLERS} idle polls: ${(seen.idleShare * 100).toFixed(1)} % of a processor, ${seen.rssMb} MB`);
}

// The first start keeps what it has compiled, as the installation does: later ones take less memory.
await (await JobServer.start()).subject.stop();
const server = await JobServer.start();
const [client = ''] = await server.keys('client');
say(`the disk: ${flushMs().toFixed(2)} ms a flush`);
const dead = deadWorkers(server, client);
say(`at its start: ${rssMb(server.subject.pid)} MB`);
const { silentSeconds, brokenSeconds } = await dead;
say(`a dead worker: ${silentSeconds.toFixed(1)} s; its control stream broke: ${brokenSeconds.toFixed(1)} s`);
const { throughMs, directMs } = await firstByte(server, client);
say(
  `first streamed event: through a worker ${throughMs.toFixed(2)} ms, its upstream ${directMs.toFixed(2)} ms, ` +
    `difference ${(throughMs - directMs).toFixed(2)} ms`,
);
await waiting(server, client);
await throughput(server, client);
say(`after ${(WAYS.length * ROUNDS * JOBS).toLocaleString('en')} jobs: ${rssMb(server.subject.pid)} MB`);
await server.subject.stop();
