import type { JobsContext } from '../context.ts';
import { JOB_STATES, type JobState } from '../job.ts';
import { KNOWN_MS } from '../workers/worker.ts';
import * as store from './admin-store.ts';

const PERIOD_MS = 86_400_000;
/** Counts go no further. */
const COUNT_MAX = 100_000;
/** Jobs whose durations are read, the latest that ended. */
const DURATIONS_MAX = 10_000;

interface Percentiles {
  p50: number | null;
  p95: number | null;
}

export interface JobStats {
  period_seconds: number;
  /** QUEUED and RUNNING: now; the others: ended within the period. */
  jobs: Record<JobState, number>;
  oldest_queued_seconds: number | null;
  workers: store.WorkerCounts;
  /** Of jobs that were completed within the period, in seconds. */
  durations: { jobs: number; wait_seconds: Percentiles; run_seconds: Percentiles };
}

export async function jobStats({
  storage,
  clock,
}: Pick<JobsContext, 'storage' | 'clock'>): Promise<JobStats> {
  const { db } = storage;
  const nowMs = clock.nowMs();
  const sinceMs = nowMs - PERIOD_MS;
  const jobs = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;
  for (const { state, count } of await store.countFinished(db, sinceMs, COUNT_MAX)) jobs[state] = count;
  jobs.QUEUED = await store.countInState(db, 'QUEUED', COUNT_MAX);
  jobs.RUNNING = await store.countInState(db, 'RUNNING', COUNT_MAX);
  const durations = await store.durationsSince(db, sinceMs, DURATIONS_MAX);
  return {
    period_seconds: PERIOD_MS / 1_000,
    jobs,
    oldest_queued_seconds: await oldestSeconds(storage.db, nowMs),
    workers: await store.countWorkers(db, { nowMs, sinceMs: nowMs - KNOWN_MS }),
    durations: {
      jobs: durations.length,
      wait_seconds: percentiles(durations.map(({ wait }) => wait)),
      run_seconds: percentiles(durations.map(({ run }) => run)),
    },
  };
}

export interface QueueState {
  jobs_queued: number;
  jobs_running: number;
  oldest_queued_seconds: number | null;
  workers_online: number;
}

/** The short form. */
export async function queueState({
  storage,
  clock,
}: Pick<JobsContext, 'storage' | 'clock'>): Promise<QueueState> {
  const { db } = storage;
  const nowMs = clock.nowMs();
  return {
    jobs_queued: await store.countInState(db, 'QUEUED', COUNT_MAX),
    jobs_running: await store.countInState(db, 'RUNNING', COUNT_MAX),
    oldest_queued_seconds: await oldestSeconds(db, nowMs),
    workers_online: (await store.countWorkers(db, { nowMs, sinceMs: nowMs - KNOWN_MS })).online,
  };
}

async function oldestSeconds(db: JobsContext['storage']['db'], nowMs: number): Promise<number | null> {
  const since = await store.oldestQueued(db);
  return since === undefined ? null : Math.max(0, nowMs - since) / 1_000;
}

/** Nearest rank, of times in ms; in seconds. */
function percentiles(valuesMs: readonly number[]): Percentiles {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number): number | null => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    return value === undefined ? null : Math.max(0, value) / 1_000;
  };
  return { p50: at(0.5), p95: at(0.95) };
}
