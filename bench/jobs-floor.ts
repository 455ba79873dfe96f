import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openApp } from '../server/src/app.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { readConfig } from '../server/src/config.ts';

/*
 * What SQLite alone takes for the same: bare statements on the tables and indexes of Keyward, the same rows, a commit for the
 * claims of all workers and one, on the disk, for their results. No queue that keeps results in SQLite can be faster with so
 * many workers. Arguments: jobs, workers. Prints one line of JSON.
 */
const [JOBS = 20_000, WORKERS = 50] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-floor-'));
const config = readConfig({
  KEYWARD_DATA_DIR: folder,
  KEYWARD_PORT: '0',
  KEYWARD_LOCAL_MODEL: 'off',
});
await (await openApp(config, await createLogger('warn'))).stop();
const database = new DatabaseSync(join(folder, 'keyward.db'));
database.exec('pragma journal_mode = wal; pragma foreign_keys = on; pragma synchronous = full');

const nowMs = Date.now();
database.exec(`insert into job_lanes (id, owner_id, key_id, priority, hash, spec, used_at)
  values (1, 'own_abcdefghijkl', 'key_abcdefghijkl', 5, 'hash', '{}', 1)`);
const submit =
  database.prepare(`insert into jobs (id, owner_id, key_id, type, state, lane, priority, requested_at,
    queued_at, held_until, expires_at, run_timeout_ms, attempt, spent, max_attempts, recovery, output_seq, output_bytes, metadata)
  values (?, 'own_abcdefghijkl', 'key_abcdefghijkl', 'inference', 'QUEUED', 1, 5, ?, ?, 0, ?, 600000, 0, 0, 3, 'restart', 0, 0, '{}')`);
const payload = database.prepare('insert into job_payloads (job_id, payload) values (?, ?)');
database.exec('begin');
for (let job = 0; job < JOBS; job++) {
  const id = `job_${String(job).padStart(21, '0')}`;
  submit.run(id, nowMs + job, nowMs + job, nowMs + 900_000 + job);
  payload.run(id, '{"prompt":"x"}');
}
database.exec('commit');

const first =
  database.prepare(`select jobs.rowid as place, id, lane, key_id, owner_id, type, attempt, queued_at, reader_until,
    run_timeout_ms, payload
  from jobs left join job_payloads on job_id = id
  where lane = 1 and state = 'QUEUED' and held_until = 0 order by queued_at, id limit ?`);
const start =
  database.prepare(`update jobs set state = 'RUNNING', attempt = attempt + 1, worker_id = ?, model = 'm',
    lease_token = ?, lease_until = ?, deadline_at = ? + run_timeout_ms, started_at = ?, output_bytes = 0, progress = null
  where rowid = ?`);
const held =
  database.prepare(`select rowid as place, id, owner_id, key_id, attempt, state, lane, worker_id, model, started_at,
    reader_until, webhook_url, lease_token
  from jobs where id in (select value from json_each(?)) and state = 'RUNNING'`);
const complete = database.prepare(`update jobs set state = 'COMPLETED', finished_at = ?, lease_until = null,
    deadline_at = null, result_hash = ?, error_code = null, error_message = null
  where rowid = ?`);
const result = database.prepare('insert into job_results (job_id, result) values (?, ?)');
const attempt =
  database.prepare(`insert into job_attempts (job_id, attempt, worker_id, worker_owner_id, started_at, ended_at,
    outcome, tokens_in, tokens_out, gpu_ms_claimed, gpu_ms_measured)
  values (?, 1, ?, 'own_abcdefghijkl', ?, ?, 'completed', 0, 0, 0, 0)`);
const [HASH, TOKEN] = ['a'.repeat(64), 'a'.repeat(32)];

const startedMs = performance.now();
const before = process.cpuUsage();
for (let completed = 0; completed < JOBS;) {
  database.exec('pragma synchronous = normal; begin immediate');
  const jobs = first.all(WORKERS) as { place: number; id: string }[];
  const worker = (at: number): string => `wrk_${String(at).padStart(12, '0')}`;
  for (const [at, { place }] of jobs.entries())
    start.run(worker(at), TOKEN, nowMs + 30_000, nowMs, nowMs, place);
  database.exec('commit; pragma synchronous = full; begin immediate');
  const running = held.all(JSON.stringify(jobs.map(({ id }) => id))) as { place: number; id: string }[];
  for (const { place } of running) complete.run(nowMs, HASH, place);
  for (const { id } of running) result.run(id, '{"output":"x"}');
  for (const [at, { id }] of running.entries()) attempt.run(id, worker(at), nowMs, nowMs);
  database.exec('commit');
  completed += running.length;
}
const { user, system } = process.cpuUsage(before);
const completed = Math.round(JOBS / ((performance.now() - startedMs) / 1_000));
process.stdout.write(
  `${JSON.stringify({ submitted: 0, completed, completeCpuUs: Math.round((user + system) / JOBS) })}\n`,
);
database.close();
rmSync(folder, { recursive: true });
