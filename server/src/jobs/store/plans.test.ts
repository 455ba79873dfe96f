import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery, type RootOperationNode } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, openStorage, storageMigrations, type Db, type Storage } from '../../storage/index.ts';
import { jobsMigrations } from '../migrations.ts';
import type { JobRow } from '../job.ts';
import { claimFrom } from './claim.ts';
import { countBefore, countQueued } from './job-store.ts';
import { openLanes } from './lane-store.ts';
import { endWaiting } from './lease-store.ts';
import { countQueuedOf, runningByKey } from './limit-store.ts';
import * as sweeps from './sweep-store.ts';
import { WorkerRows } from './worker-rows.ts';
import * as workers from './worker-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-plans-'));
let storage: Storage;

beforeAll(async () => {
  storage = await openStorage(join(folder, 'keyward.db'));
  await migrate(storage, [...storageMigrations, ...jobsMigrations], 1);
});

afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

/** How SQLite finds the rows of `jobs` for each statement of `work`. */
async function plansOf(work: (tx: Db) => Promise<unknown>): Promise<string[]> {
  return storage.transaction(async (tx) => {
    const asked: RootOperationNode[] = [];
    const recorded = tx.withPlugin({
      transformQuery: ({ node }) => {
        asked.push(node);
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    // Those that are written without the builder. A list of lists of values changes rows that a select has found.
    const written: CompiledQuery[] = [];
    const execute = recorded.executeQuery.bind(recorded);
    recorded.executeQuery = (query) => {
      if ('sql' in query && !Array.isArray(query.parameters[0])) written.push(query);
      return execute(query);
    };
    await work(recorded);
    const built = asked.map((node) => tx.getExecutor().compileQuery(node, { queryId: 'plan' }));
    const plans: string[] = [];
    for (const { sql, parameters } of [...written, ...built]) {
      const { rows } = await tx.executeQuery<{ detail: string }>(
        CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
      );
      plans.push(...rows.map(({ detail }) => detail).filter((detail) => /\bjobs\b/.test(detail)));
    }
    return plans;
  });
}

const JOB = { lane: 1, queued_at: 1, id: 'job_1' } as JobRow;
const ENDED = { state: 'CANCELED', code: 'key_revoked', message: '', nowMs: 1 } as const;
const SLOTS = [{ workerId: 'wrk_1', keyId: 'key_1', priceNano: 0, gpus: 0, model: null, token: 'token' }];

test.each<[string, string, (tx: Db) => Promise<unknown>]>([
  ['a claim', 'jobs_queue', (tx) => claimFrom(tx, { lane: 1, slots: SLOTS, nowMs: 1, leaseUntilMs: 2 })],
  ['the position of a job', 'jobs_queue', (tx) => countBefore(tx, JOB, 1_000)],
  ['the waiting jobs of an owner', 'jobs_queue', (tx) => countQueued(tx, 'own_1', 1_000)],
  ['the open lanes', 'jobs_queue', (tx) => openLanes(tx)],
  ['leases that are over', 'jobs_running', (tx) => sweeps.overdue(tx, 1, 200)],
  ['the leases of workers', 'jobs_running', (tx) => workers.heldBy(tx, ['wrk_1'])],
  ['the leases of workers that ask', 'jobs_running', (tx) => new WorkerRows().claiming(tx, ['wrk_1'])],
  ['jobs that waited too long', 'jobs_waiting', (tx) => sweeps.expired(tx, 1, 200)],
  ['jobs whose reader has gone', 'jobs_readers', (tx) => sweeps.unread(tx, 1, 200)],
  ['the keys of open jobs', 'jobs_of_key', (tx) => sweeps.keysOfOpenJobs(tx)],
  ['the open jobs of a key', 'jobs_of_key', (tx) => sweeps.openJobs(tx, { key_id: 'key_1' }, { limit: 200 })],
  [
    'the waiting jobs of a key',
    'jobs_of_key',
    (tx) => sweeps.openJobs(tx, { key_id: 'key_1' }, { state: 'QUEUED', limit: 200 }),
  ],
  ['the running jobs of a key', 'jobs_running', (tx) => sweeps.runningJobsOf(tx, 'key_1')],
  ['the kinds of open jobs of a key', 'jobs_of_key', (tx) => sweeps.kindsOf(tx, 'key_1')],
  [
    'the open jobs of a key that are alike',
    'jobs_of_key',
    (tx) => sweeps.openJobs(tx, { key_id: 'key_1', lane: 1, model: null }, { state: 'QUEUED', limit: 200 }),
  ],
  ['jobs that wait, by their ids', 'sqlite_autoindex_jobs_1', (tx) => endWaiting(tx, ['job_1'], ENDED)],
  ['the queued jobs of keys', 'jobs_of_key', (tx) => countQueuedOf(tx, ['key_1'], 9)],
  ['running jobs by key', 'jobs_running', (tx) => runningByKey(tx)],
  ['jobs to delete', 'jobs_finished', (tx) => sweeps.finishedBefore(tx, 1, 200)],
])('%s are found along an index that holds no others (%s)', async (_what, index, work) => {
  const plans = await plansOf(work);
  expect(plans).not.toEqual([]);
  for (const plan of plans) expect(plan).toMatch(new RegExp(`USING (COVERING )?INDEX ${index}\\b`));
});
