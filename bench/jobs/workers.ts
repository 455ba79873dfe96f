import { Connection, good, orderOnStdin, spinUntil } from './connection.ts';
import { cpuMs } from '../load.ts';

/*
 * Workers over HTTP, a key and name of its own each: every one polls, reports the results of its jobs, and polls again until
 * the queue is empty. Before that the jobs are submitted. Results of several jobs go in one request, or each over a connection
 * of its own, all of them at the same time. Prints one line of JSON.
 */
export interface WorkersOrder {
  url: string;
  /** Of the server, for its processor time. */
  pid: number;
  /** Of a client. */
  client: string;
  /** One a worker. */
  miners: string[];
  maxJobs: number;
  /** Whether the results of several jobs are one request. */
  isTogether: boolean;
  /** Whether the answers to results have no receipts, as the worker kit prefers. */
  isMinimal: boolean;
  jobs: number;
}

export interface WorkersSeen {
  submittedPerSecond: number;
  /** Processor time of the server, µs. */
  cpuUsASubmission: number;
  /** Of a claim or a completion, in the mean. */
  cpuUs: number;
  /** Claims and completions. */
  perSecond: number;
  polls: number;
}

const SUBMITTERS = 64;
/** The claim and the completion of a job. */
const OPERATIONS = 2;
const MODEL = 'bench';
const { url, pid, client, miners, maxJobs, isTogether, isMinimal, jobs } = await orderOnStdin<WorkersOrder>();

let isOver = false;
spinUntil(() => isOver);

const sinceMs = (startedMs: number): number => (performance.now() - startedMs) / 1_000;

async function submitAll(): Promise<number> {
  const left = Array.from({ length: jobs }).keys();
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: SUBMITTERS }, async () => {
      const connection = new Connection(url);
      for (const _ of left)
        await good(connection, '/v1/jobs', { key: client, body: { prompt: 'word', model: MODEL } });
      connection.close();
    }),
  );
  return jobs / sinceMs(startedMs);
}

interface Assigned {
  job_id: string;
  lease_token: string;
}

interface Worker {
  key: string;
  places: Connection[];
}

async function registered(key: string): Promise<Worker> {
  const places = Array.from({ length: isTogether ? 1 : maxJobs }, () => new Connection(url));
  const body = { capabilities: { models: [MODEL] }, concurrency: maxJobs };
  for (const place of places) await good(place, '/v1/workers/register', { key, body });
  return { key, places };
}

const headers = isMinimal ? { prefer: 'return=minimal' } : {};
const result = { output: 'word '.repeat(20), usage: { prompt_tokens: 1, completion_tokens: 20 } };
let done = 0;
let polls = 0;

async function work({ key, places }: Worker): Promise<void> {
  const [first] = places;
  if (first === undefined) return;
  for (;;) {
    polls++;
    const text = await good(first, '/v1/workers/poll', {
      key,
      body: { max_jobs: maxJobs, max_wait_seconds: 0 },
    });
    if (text === '') return;
    const answer = JSON.parse(text) as Assigned | { jobs: Assigned[] };
    const got = 'jobs' in answer ? answer.jobs : [answer];
    if (isTogether && got.length > 1) {
      const results = got.map(({ job_id, lease_token }) => ({ job_id, lease_token, result }));
      const outcomes = await good(first, '/v1/workers/results', { key, headers, body: { results } });
      if (outcomes.includes('"refused"')) throw new Error(outcomes);
      done += got.length;
      continue;
    }
    await Promise.all(
      got.map(async ({ job_id: id, lease_token }, at) => {
        const message = { key, headers, body: { lease_token, result } };
        await good(places[at] ?? first, `/v1/workers/${id}/result`, message);
        done++;
      }),
    );
  }
}

const beforeMs = cpuMs(pid);
const submittedPerSecond = await submitAll();
const submittedMs = cpuMs(pid);
const workers = [];
for (const key of miners) workers.push(await registered(key));
const idleMs = cpuMs(pid);
const startedMs = performance.now();
await Promise.all(workers.map(work));
const seen: WorkersSeen = {
  submittedPerSecond,
  cpuUsASubmission: ((submittedMs - beforeMs) * 1_000) / jobs,
  cpuUs: ((cpuMs(pid) - idleMs) * 1_000) / (done * OPERATIONS),
  perSecond: (done * OPERATIONS) / sinceMs(startedMs),
  polls,
};
isOver = true;
process.stdout.write(`${JSON.stringify(seen)}\n`);
for (const { places } of workers) for (const place of places) place.close();
