import { isoTime } from '../../base/clock.ts';
import type { JobsContext } from '../context.ts';
import type { AttemptRow } from '../job.ts';
import { jobNotFound } from '../jobs.ts';
import { viewOfJob, type JobView } from '../job-view.ts';
import { receiptOf, type Receipt } from '../receipt.ts';
import { attemptsOf, findJob } from '../store/job-store.ts';
import { rowOfAdmin, type AdminJob } from './lists.ts';

/** One lease that has ended. Times ISO 8601. */
interface AttemptView {
  attempt: number;
  worker_id: string;
  outcome: AttemptRow['outcome'];
  error_code: string | null;
  started_at: string;
  ended_at: string;
}

type Queued = Pick<
  JobView,
  'queue_position' | 'eta_seconds' | 'waiting' | 'is_possible' | 'impossible_because'
>;

/** A job of any owner: nothing that its client or its worker has written, as no administrator reads what others ask. */
export interface AdminJobDetails extends AdminJob, Queued {
  /** The key that submitted it. */
  key_id: string;
  run_timeout_seconds: number;
  attempts: AttemptView[];
  receipt: Receipt | null;
}

/** @throws KeywardError `job_not_found` */
export async function findAnyJob(context: JobsContext, id: string): Promise<AdminJobDetails> {
  const { db } = context.storage;
  const row = await findJob(db, id);
  if (row === undefined || row.deleted_at !== null) throw jobNotFound();
  const { queue_position, eta_seconds, waiting, is_possible, impossible_because } = await viewOfJob(
    context,
    row,
  );
  return {
    ...rowOfAdmin(row),
    queue_position,
    eta_seconds,
    waiting,
    is_possible,
    impossible_because,
    key_id: row.key_id,
    run_timeout_seconds: row.run_timeout_ms / 1_000,
    attempts: (await attemptsOf(db, id)).map(viewOfAttempt),
    receipt: await receiptOf(context, row),
  };
}

const viewOfAttempt = (row: AttemptRow): AttemptView => ({
  attempt: row.attempt,
  worker_id: row.worker_id,
  outcome: row.outcome,
  error_code: row.error_code,
  started_at: isoTime(row.started_at),
  ended_at: isoTime(row.ended_at),
});
