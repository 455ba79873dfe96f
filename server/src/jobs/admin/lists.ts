import { pageOf, readPlace, type Page } from '../../base/page.ts';
import type { JobsContext } from '../context.ts';
import type { JobRow, JobState } from '../job.ts';
import { factsOf, type JobFacts } from '../job-view.ts';
import { pageOfWorkers } from '../marketplace/booking-store.ts';
import { pageOfJobs } from '../store/job-store.ts';
import type { WorkerRow } from '../store/tables.ts';
import { heldBy } from '../store/worker-store.ts';
import { viewOfWorker, type WorkerView } from '../workers/register.ts';
import { bookedFor, KNOWN_MS } from '../workers/worker.ts';

/** A job as an administrator sees it: nothing that its client or its worker has written. */
export interface AdminJob extends JobFacts {
  owner_id: string;
  assigned_worker: string | null;
  error_code: string | null;
}

export interface AllJobsInput {
  owner?: string | undefined;
  state?: JobState | undefined;
  type?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Jobs of all owners, newest first. */
export async function listAllJobs(
  { storage }: Pick<JobsContext, 'storage'>,
  { owner, state, type, fromMs, toMs, limit = 50, cursor }: AllJobsInput,
): Promise<Page<AdminJob>> {
  const filter = { ownerId: owner, state, type, fromMs, toMs };
  const rows = await pageOfJobs(storage.db, { ...filter, after: readPlace(cursor), limit: limit + 1 });
  const { items, next_cursor } = pageOf(rows, limit, (last) => [last.requested_at, last.id]);
  return { items: items.map(rowOfAdmin), next_cursor };
}

export const rowOfAdmin = (row: JobRow): AdminJob => ({
  ...factsOf(row),
  owner_id: row.owner_id,
  assigned_worker: row.worker_id,
  error_code: row.error_code,
});

export interface AdminWorker extends WorkerView {
  booked_by: string | null;
}

/** Workers of all owners that were seen within a week, the latest registered first. */
export async function listAllWorkers(
  { storage, clock }: Pick<JobsContext, 'storage' | 'clock'>,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<AdminWorker>> {
  const { db } = storage;
  const nowMs = clock.nowMs();
  const page = { seenSinceMs: nowMs - KNOWN_MS, after: readPlace(cursor), limit: limit + 1 };
  const rows = await pageOfWorkers(db, page);
  const held = await heldBy(
    db,
    rows.map(({ id }) => id),
  );
  const { items, next_cursor } = pageOf(rows, limit, (last) => [last.registered_at, last.id]);
  return {
    items: items.map((row) => workerOfAdmin(row, held.get(row.id) ?? 0, nowMs)),
    next_cursor,
  };
}

/** @param held the leases that it holds */
export const workerOfAdmin = (row: WorkerRow, held: number, nowMs: number): AdminWorker => ({
  ...viewOfWorker(row, held, nowMs),
  booked_by: bookedFor(row, nowMs) ?? null,
});
