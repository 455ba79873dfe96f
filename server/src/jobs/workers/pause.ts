import type { Caller } from '../../access/index.ts';
import type { JobsContext } from '../context.ts';
import { findWorkers, updateWorker } from '../store/worker-store.ts';
import type { WorkerRow } from '../store/tables.ts';
import { workerNotFound } from './register.ts';

/**
 * A paused worker finishes the jobs that it has and gets no more, until somebody resumes it: also after it registers again. Its
 * program goes on. No boundary against its owner, who can register another name.
 * @param caller may pause workers of all owners
 * @throws KeywardError `worker_not_found`
 */
export const pauseWorker = (context: JobsContext, caller: Caller, id: string): Promise<WorkerRow> =>
  change(context, caller, { id, action: 'workers.pause', pausedAt: context.clock.nowMs() });

/** Undoes a pause. A worker that is not paused stays as it is. @throws KeywardError `worker_not_found` */
export const resumeWorker = (context: JobsContext, caller: Caller, id: string): Promise<WorkerRow> =>
  change(context, caller, { id, action: 'workers.resume', pausedAt: null });

interface Change {
  id: string;
  action: 'workers.pause' | 'workers.resume';
  pausedAt: number | null;
}

async function change(
  { audit, queue, news }: JobsContext,
  caller: Caller,
  { id, action, pausedAt }: Change,
): Promise<WorkerRow> {
  const row = await audit.change({ kind: 'key', caller }, async (tx) => {
    const [before] = await findWorkers(tx, [id]);
    if (before === undefined) throw workerNotFound();
    // A repeat keeps the time of the first one, and is no news.
    if ((before.paused_at === null) === (pausedAt === null)) return { result: before };
    const after = await updateWorker(tx, id, { paused_at: pausedAt });
    if (after === undefined) throw workerNotFound();
    return { result: after, entry: { action, target: id, details: { name: after.name } } };
  });
  news.changed(id);
  queue.workerChanged(id);
  return row;
}
