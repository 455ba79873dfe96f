import type { JobsContext } from '../context.ts';
import type { WorkerRow } from '../store/tables.ts';
import { endedLeases, findWorkers, updateWorker } from '../store/worker-store.ts';

export type ControlEvent =
  | { event: 'cancel'; data: { job_id: string; attempt: number } }
  | { event: 'drain' | 'pause' | 'resume'; data: Record<string, never> }
  | { event: 'ready'; data: { worker_id: string } };

/** Clocks of two processes may differ. */
const BEFORE_MS = 2_000;

/** What a worker must know at once, until it leaves or is deleted. `key_id`: that it asks with. */
export async function* controlOf(
  { storage, clock, clocks, news }: Pick<JobsContext, 'storage' | 'clock' | 'clocks' | 'news'>,
  { id: workerId, key_id: keyId }: Pick<WorkerRow, 'id' | 'key_id'>,
  signal: AbortSignal,
): AsyncGenerator<ControlEvent> {
  let sinceMs = clock.nowMs() - BEFORE_MS;
  const told = new Set<string>();
  let isDraining = false;
  let isPaused = false;
  await storage.transaction((tx) => updateWorker(tx, workerId, { key_id: keyId, seen_at: clock.nowMs() }), {
    durable: false,
  });
  yield { event: 'ready', data: { worker_id: workerId } };
  while (!signal.aborted) {
    // Before the read: a change after it must not be missed. A heartbeat tells what a lost wake-up did not: a thousand idle
    // workers would otherwise read 2,000 times a second.
    const changed = news.within(workerId, signal, clocks.heartbeatMs);
    const [worker] = await findWorkers(storage.db, [workerId]);
    if (worker === undefined) return;
    if (worker.is_draining === 1 && !isDraining) yield { event: 'drain', data: {} };
    isDraining = worker.is_draining === 1;
    if ((worker.paused_at !== null) !== isPaused) yield { event: isPaused ? 'resume' : 'pause', data: {} };
    isPaused = worker.paused_at !== null;
    for (const { job_id, attempt, ended_at: atMs } of await endedLeases(storage.db, workerId, sinceMs)) {
      sinceMs = Math.max(sinceMs, atMs - BEFORE_MS);
      const lease = `${job_id} ${attempt}`;
      if (told.has(lease)) continue;
      told.add(lease);
      yield { event: 'cancel', data: { job_id, attempt } };
    }
    await changed;
  }
}
