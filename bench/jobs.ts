import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresServer } from '../server/test/postgres-server.ts';

// The queue of jobs in one process, without HTTP, beside BullMQ on Redis and pg-boss on PostgreSQL in the same run: 50 workers
// that take and complete one job at a time. Then with a million waiting jobs that no worker can do. Redis flushes to disk
// once a second, as it is installed; Keyward and PostgreSQL before each answer.
// Bars: 4,000 a second on SQLite; as many as the peers; a million waiting jobs cost at most a third.
const JOBS = process.argv[2] ?? '20000';
const WAITING = process.argv[3] ?? '1000000';

interface Figures {
  submitted: number;
  completed: number;
  p50?: number;
  p99?: number;
  rss?: number;
}

async function run(program: string, ...args: string[]): Promise<Figures> {
  const file = new URL(program, import.meta.url).pathname;
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args];
  const child = spawn('taskset', ['-c', '0', ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as Figures;
}

async function startRedis(): Promise<{ port: string; stop: () => void }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = String((probe.address() as AddressInfo).port);
  probe.close();
  const args = [
    '--port',
    port,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--dir',
    '/tmp',
    '--appenddirname',
    `redis-${port}`,
  ];
  const redis = spawn('taskset', ['-c', '1', 'redis-server', ...args], { stdio: 'ignore' });
  await sleep(500);
  return { port, stop: () => redis.kill('SIGKILL') };
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const shown = (name: string, { submitted, completed, p50, p99, rss }: Figures): string =>
  `${name.padEnd(34)} ${String(submitted).padStart(6)} submitted/s ${String(completed).padStart(6)} completed/s` +
  (p50 === undefined || p99 === undefined
    ? ''
    : `  to a worker p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`) +
  (rss === undefined ? '' : `  ${rss} MB`);

const postgres = await startPostgresServer();
const redis = await startRedis();
try {
  const sqlite = await run('jobs-core.ts', 'sqlite', JOBS);
  say(shown('Keyward on SQLite', sqlite));
  const bullmq = await run('jobs-bullmq.ts', redis.port, JOBS);
  say(shown('BullMQ on Redis', bullmq));
  const onPostgres = await run('jobs-core.ts', postgres.url, JOBS);
  say(shown('Keyward on PostgreSQL', onPostgres));
  const boss = await run('jobs-pgboss.ts', postgres.url, JOBS);
  say(shown('pg-boss on PostgreSQL', boss));
  const full = await run('jobs-core.ts', 'sqlite', JOBS, '50', WAITING);
  say(shown(`Keyward on SQLite, ${WAITING} wait`, full));
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  say(`on SQLite ${ratio(sqlite.completed, bullmq.completed)} of BullMQ`);
  say(`on PostgreSQL ${ratio(onPostgres.completed, boss.completed)} of pg-boss`);
  say(`with ${WAITING} waiting jobs ${ratio(full.completed, sqlite.completed)} of none`);
} finally {
  redis.stop();
  await postgres.remove();
}
