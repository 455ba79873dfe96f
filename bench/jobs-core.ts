import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../server/src/app.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { readConfig } from '../server/src/config.ts';
import { findOwnWorker, registerWorker, takeJobs } from '../server/src/jobs/index.ts';
import { callerOfKey, mintFirstKey } from '../server/src/keys/index.ts';

/*
 * The queue in one process, without HTTP: everything that the routes do below the request. Arguments: the URL of a database
 * or `sqlite`, jobs, workers, how many jobs wait in another lane. Prints one line of JSON.
 */
const [database = 'sqlite', jobsText = '20000', workersText = '50', waitingText = '0'] =
  process.argv.slice(2);
const [JOBS, WORKERS, WAITING] = [Number(jobsText), Number(workersText), Number(waitingText)];
const SUBMITTERS = 200;
const LATENCIES = 300;

const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-jobs-'));
const config = readConfig({
  KEYWARD_DATA_DIR: folder,
  KEYWARD_PORT: '0',
  KEYWARD_LOCAL_MODEL: 'off',
  KEYWARD_DRAIN_SECONDS: '0',
  KEYWARD_JOB_QUEUED_MAX: '10000000',
  ...(database === 'sqlite' ? {} : { KEYWARD_DATABASE_URL: database }),
});
const app = await openApp(config, await createLogger('warn'));
const first = await mintFirstKey(app.core.keys);
await app.start();
const { jobs, keys } = app.core;
const caller = await callerOfKey(keys, first?.key.id ?? '');
if (caller === undefined) throw new Error('no key');
const { signal } = new AbortController();

/** @returns jobs a second since, and the CPU time of this process for one, in µs: that varies less than the time. */
function meter(): (count: number) => { rate: number; cpuUs: number } {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  return (count) => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { rate: Math.round(count / seconds), cpuUs: Math.round((user + system) / count) };
  };
}

async function submit(count: number, model: string): Promise<ReturnType<ReturnType<typeof meter>>> {
  const measured = meter();
  const left = Array.from({ length: count }).values();
  const one = async (): Promise<void> => {
    for (const _ of left) await jobs.submissions.submit(caller!, { prompt: 'x', model }, undefined);
  };
  await Promise.all(Array.from({ length: SUBMITTERS }, one));
  return measured(count);
}

/** Without what is only not collected yet. */
function idleMb(): number {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return Math.round(process.memoryUsage().rss / 1_048_576);
}

const workers = [];
for (let number = 0; number < WORKERS; number++) {
  const input = { capabilities: { models: ['m'] }, concurrency: 32 };
  await registerWorker(jobs, caller, { name: `w${number}`, input });
  workers.push(await findOwnWorker(jobs, caller, `w${number}`));
}

if (WAITING > 0) await submit(WAITING, 'other');
const rssBefore = idleMb();
const submitted = await submit(JOBS, 'm');
let done = 0;
const measured = meter();
await Promise.all(
  workers.map(async (worker) => {
    for (;;) {
      const got = await takeJobs(jobs, worker, { max: 1, waitMs: 0, signal });
      if (got.jobs.length === 0) return;
      for (const { id, lease_token } of got.jobs) {
        await jobs.completions.complete(caller, id, {
          lease_token,
          result: { output: 'x' },
          isReceiptWanted: false,
        });
        done++;
      }
    }
  }),
);
const completed = measured(done);

const latencies: number[] = [];
for (let number = 0; number < LATENCIES; number++) {
  const worker = workers[number % WORKERS];
  if (worker === undefined) break;
  const waiting = takeJobs(jobs, worker, { max: 1, waitMs: 5_000, signal });
  await new Promise((resolve) => setTimeout(resolve, 2));
  const sentMs = performance.now();
  await jobs.submissions.submit(caller, { prompt: 'x', model: 'm' }, undefined);
  const { jobs: got } = await waiting;
  latencies.push(performance.now() - sentMs);
  for (const { id, lease_token } of got)
    await jobs.completions.complete(caller, id, { lease_token, result: 1, isReceiptWanted: false });
}
latencies.sort((a, b) => a - b);
const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
process.stdout.write(
  `${JSON.stringify({
    submitted: submitted.rate,
    submitCpuUs: submitted.cpuUs,
    completed: completed.rate,
    completeCpuUs: completed.cpuUs,
    done,
    p50: at(0.5),
    p99: at(0.99),
    rssBefore,
    rssAfter: idleMb(),
  })}\n`,
);
await app.stop();
rmSync(folder, { recursive: true });
