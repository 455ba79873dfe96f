import { isoTime } from '../../base/clock.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { JobsContext } from '../context.ts';
import { findJobs } from '../store/job-store.ts';
import { findWorkers, heldBy, jobsOn } from '../store/worker-store.ts';
import { workerNotFound } from '../workers/register.ts';
import { latestOn } from './admin-store.ts';
import { rowOfAdmin, workerOfAdmin, type AdminJob, type AdminWorker } from './lists.ts';

/** Of each list of jobs. */
const JOBS_MAX = 20;
/** Jobs that ended last, of all workers: among them the latest of this one are looked for. */
const LOOKED_AT_MAX = 2_000;

export interface AdminWorkerDetails extends AdminWorker {
  /** The key that registered it last. */
  key_id: string;
  protocol: number;
  /** Null: it does not rest. */
  rests_until: string | null;
  /** It said that it has them, and then that it does not. */
  missing_models: string[];
  running: AdminJob[];
  /** The latest that it ended, newest first. */
  ended: AdminJob[];
}

/** @throws KeywardError `worker_not_found` */
export async function findAnyWorker(
  { storage, clock }: Pick<JobsContext, 'storage' | 'clock'>,
  id: string,
): Promise<AdminWorkerDetails> {
  const { db } = storage;
  const [row] = await findWorkers(db, [id]);
  if (row === undefined) throw workerNotFound();
  const nowMs = clock.nowMs();
  const held = (await heldBy(db, [id])).get(id) ?? 0;
  const running = await findJobs(db, await jobsOn(db, id, JOBS_MAX));
  const ended = await latestOn(db, id, { lookedAtMax: LOOKED_AT_MAX, max: JOBS_MAX });
  return {
    ...workerOfAdmin(row, held, nowMs),
    key_id: row.key_id,
    protocol: row.protocol,
    rests_until: row.rests_until > nowMs ? isoTime(row.rests_until) : null,
    missing_models: jsonIn(row.missing_models) as string[],
    running: running.map(rowOfAdmin),
    ended: ended.map(rowOfAdmin),
  };
}
