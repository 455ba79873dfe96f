import type { JobsContext } from '../context.ts';
import { canceledOn, findWorkers, markSeen } from '../store/worker-store.ts';

export type ControlEvent =
  | { event: 'cancel'; data: { job_id: string } }
  | { event: 'drain' | 'pause' | 'resume'; data: Record<string, never> }
  | { event: 'ready'; data: { worker_id: string } };

/** Clocks of two processes may differ. */
const BEFORE_MS = 2_000;

/** What a worker must know at once, until it leaves or is deleted. */
export async function* controlOf(
  { storage, clock, clocks, news }: Pick<JobsContext, 'storage' | 'clock' | 'clocks' | 'news'>,
  workerId: string,
  signal: AbortSignal,
): AsyncGenerator<ControlEvent> {
  let sinceMs = clock.nowMs() - BEFORE_MS;
  const told = new Set<string>();
  let isDraining = false;
  let isPaused = false;
  await storage.transaction((tx) => markSeen(tx, [workerId], clock.nowMs()), { durable: false });
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
    for (const { id, finished_at: atMs } of await canceledOn(storage.db, workerId, sinceMs)) {
      sinceMs = Math.max(sinceMs, atMs - BEFORE_MS);
      if (told.has(id)) continue;
      told.add(id);
      yield { event: 'cancel', data: { job_id: id } };
    }
    await changed;
  }
}
