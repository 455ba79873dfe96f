import { isoTime } from '../../base/clock.ts';
import { Every } from '../../base/every.ts';
import { booksOf, type Storage } from '../../storage/index.ts';
import { queueState } from '../admin/stats.ts';
import type { JobsContext } from '../context.ts';
import * as store from './history-store.ts';

const HOUR_MS = 3_600_000;
const LOOK_MS = 60_000;
const KEPT_MS = 32 * 24 * HOUR_MS;

const STEPS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
export type HistoryStep = keyof typeof STEPS;
export const HISTORY_STEPS = Object.keys(STEPS) as HistoryStep[];

/** The highest counts within a step. */
export interface QueueStep {
  /** ISO 8601. */
  start: string;
  jobs_queued: number;
  jobs_running: number;
  workers_online: number;
}

type Context = Pick<JobsContext, 'storage' | 'clock' | 'logger'>;

/** Counts the queue and the workers each minute, and keeps the highest counts of each hour for a month. */
export class QueueHistory {
  readonly #context: Context;
  readonly #storage: Storage;
  readonly #looks: Every;
  /** A count that is no higher is not written: an idle process writes once an hour. */
  #noted: store.HourRow | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#storage = booksOf(context.storage);
    this.#looks = new Every(LOOK_MS, () =>
      this.look().catch((error: unknown) =>
        context.logger.warn({ err: error }, 'the queue could not be counted for its history'),
      ),
    );
  }

  start(): void {
    this.#looks.start();
    void this.#looks.run();
  }

  stop(): Promise<void> {
    return this.#looks.stop();
  }

  /** Counts once. */
  async look(): Promise<void> {
    const nowMs = this.#context.clock.nowMs();
    const {
      jobs_queued: queued,
      jobs_running: running,
      workers_online: workers,
    } = await queueState(this.#context);
    const before = this.#noted;
    const now = { hour: nowMs - (nowMs % HOUR_MS), queued, running, workers };
    const isNew = before?.hour !== now.hour;
    if (!isNew && queued <= before.queued && running <= before.running && workers <= before.workers) return;
    await this.#storage.transaction(
      async (tx) => {
        await store.noteHour(tx, now);
        if (isNew) await store.deleteHours(tx, nowMs - KEPT_MS);
      },
      { durable: false },
    );
    this.#noted = isNew
      ? now
      : {
          hour: now.hour,
          queued: Math.max(queued, before.queued),
          running: Math.max(running, before.running),
          workers: Math.max(workers, before.workers),
        };
  }
}

/** Steps in which no process looked are left out. `fromMs` is rounded down to its hour. */
export async function queueHistory(
  { storage }: Pick<JobsContext, 'storage'>,
  { fromMs, step }: { fromMs: number; step: HistoryStep },
): Promise<QueueStep[]> {
  const wanted = { fromMs: fromMs - (fromMs % HOUR_MS), stepMs: STEPS[step] };
  const rows = await store.hoursSince(storage.db, wanted);
  return rows.map(({ hour, queued, running, workers }) => ({
    start: isoTime(hour),
    jobs_queued: queued,
    jobs_running: running,
    workers_online: workers,
  }));
}
