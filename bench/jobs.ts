import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresServer } from '../server/test/postgres-server.ts';

/*
 * The queue of jobs in one process, without HTTP, beside BullMQ on Redis and pg-boss on PostgreSQL in the same run: 50 workers
 * that take and complete one job at a time, and then with many waiting jobs that no worker can do. Arguments: jobs, waiting
 * jobs (1000000 for the bar; submitting them takes two minutes).
 *
 * All of them have the same two processors, and so has Redis; PostgreSQL has the whole machine, for both of its clients.
 * Beside them the floor: bare SQLite, with the same rows and commits (jobs-floor.ts).
 *
 * Keyward and PostgreSQL have a result on the disk before they answer. Redis does so with `appendfsync always`, the
 * like-for-like; as BullMQ is installed (`everysec`) a crash of the machine loses the last second.
 *
 * Then the time until a revocation is acknowledged whose key has 10,000 jobs that wait (jobs/revocation.ts).
 *
 * Bars: 4,000 a second on SQLite; as many as the peers; the waiting jobs cost at most a third, and no memory; the revocation
 * takes at most 100 ms on SQLite.
 */
const JOBS = process.argv[2] ?? '20000';
const WAITING = process.argv[3] ?? '200000';
const REVOKED = '10000';
const CPUS = '0,1';

interface Figures {
  submitted: number;
  completed: number;
  /** CPU time of the process for one job, in µs. */
  submitCpuUs?: number;
  completeCpuUs?: number;
  /** From a submission to a worker that waits, in ms. */
  p50?: number;
  p99?: number;
  /** Memory in MB: of the idle server before the jobs that are measured, and after them. */
  rssBefore?: number;
  rssAfter?: number;
}

async function run<Shape = Figures>(program: string, ...args: string[]): Promise<Shape> {
  const file = new URL(program, import.meta.url).pathname;
  // To measure memory without what is only not collected yet.
  const flags = program === 'jobs-core.ts' ? ['--expose-gc'] : [];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', ...flags, file, ...args];
  const child = spawn('taskset', ['-c', CPUS, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as Shape;
}

/** @param fsync its policy: `everysec`, its default, or `always` */
async function startRedis(fsync: string): Promise<{ port: string; stop: () => void }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = String((probe.address() as AddressInfo).port);
  probe.close();
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-redis-'));
  const options = { port, save: '', appendonly: 'yes', appendfsync: fsync, dir: folder };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const redis = spawn('taskset', ['-c', CPUS, 'redis-server', ...args], { stdio: 'ignore' });
  await sleep(500);
  return {
    port,
    stop: () => {
      redis.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bullmqWith(fsync: string): Promise<Figures> {
  const redis = await startRedis(fsync);
  try {
    return await run('jobs-bullmq.ts', redis.port, JOBS);
  } finally {
    redis.stop();
  }
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const shown = (name: string, { submitted, completed, ...more }: Figures): string => {
  const { submitCpuUs = 0, completeCpuUs, p50, p99, rssBefore, rssAfter } = more;
  const parts = [
    `${name.padEnd(34)} ${String(submitted).padStart(6)} submitted/s ${String(completed).padStart(6)} completed/s`,
  ];
  if (completeCpuUs !== undefined) parts.push(`CPU ${submitCpuUs} + ${completeCpuUs} µs`);
  if (p50 !== undefined && p99 !== undefined)
    parts.push(`to a worker p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  if (rssBefore !== undefined) parts.push(`${rssBefore} → ${rssAfter} MB`);
  return parts.join('  ');
};

const ratio = (a: Figures, b: Figures): string => (a.completed / b.completed).toFixed(2);

/** In ms. */
interface Revocation {
  acknowledgedMs: number;
  cpuMs: number;
  slowestMs: number;
  canceledMs: number;
}

async function sayRevocations(name: string, server: string): Promise<void> {
  const one = await run<Revocation>('jobs/revocation.ts', server, '1');
  const many = await run<Revocation>('jobs/revocation.ts', server, REVOKED);
  say(
    `a revocation on ${name}: ${one.acknowledgedMs.toFixed(0)} ms with 1 waiting job, ` +
      `${many.acknowledgedMs.toFixed(0)} ms with ${REVOKED} (CPU ${many.cpuMs.toFixed(0)} ms), ` +
      `all canceled after ${many.canceledMs.toFixed(0)} ms; ` +
      `a submission of another key takes at most ${many.slowestMs.toFixed(0)} ms meanwhile`,
  );
}

const postgres = await startPostgresServer();
try {
  const sqlite = await run('jobs-core.ts', 'sqlite', JOBS);
  say(shown('Keyward on SQLite', sqlite));
  const floor = await run('jobs-floor.ts', JOBS);
  say(shown('bare SQLite, the same commits', floor));
  const safe = await bullmqWith('always');
  say(shown('BullMQ on Redis, fsync always', safe));
  const everySecond = await bullmqWith('everysec');
  say(shown('BullMQ on Redis, fsync everysec', everySecond));
  const onPostgres = await run('jobs-core.ts', postgres.url, JOBS);
  say(shown('Keyward on PostgreSQL', onPostgres));
  const boss = await run('jobs-pgboss.ts', postgres.url, JOBS);
  say(shown('pg-boss on PostgreSQL', boss));
  const full = await run('jobs-core.ts', 'sqlite', JOBS, '50', WAITING);
  say(shown(`Keyward on SQLite, ${WAITING} wait`, full));
  say(
    `on SQLite ${ratio(sqlite, safe)} of BullMQ with results on the disk (fsync always), ` +
      `${ratio(sqlite, everySecond)} of its default, which may lose the last second`,
  );
  say(`on SQLite ${ratio(sqlite, floor)} of bare SQLite`);
  say(`on PostgreSQL ${ratio(onPostgres, boss)} of pg-boss`);
  say(`with ${WAITING} waiting jobs ${ratio(full, sqlite)} of none`);
  await sayRevocations('SQLite', 'sqlite');
  await sayRevocations('PostgreSQL', postgres.url);
} finally {
  await postgres.remove();
}
