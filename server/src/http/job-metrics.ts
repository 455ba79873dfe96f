import { Gauge, type Registry } from 'prom-client';

/** What waits and runs in the whole database, whichever process is asked. */
export interface JobTotals {
  models: readonly { model: string; queued: number; oldestSeconds: number }[];
  running: number;
  workersOnline: number;
}

/** Gauges of the queue of jobs. @returns sets them; undefined: not known, and left out. */
export function jobMetrics(registry: Registry): (totals: JobTotals | undefined) => void {
  const registers = [registry];
  const queued = new Gauge({
    name: 'keyward_jobs_queued',
    help: 'Jobs that could start, by model: the 50 with the most jobs, and the others together',
    labelNames: ['model'],
    registers,
  });
  const oldest = new Gauge({
    name: 'keyward_jobs_oldest_queued_seconds',
    help: 'How long the oldest job that could start has waited, by model',
    labelNames: ['model'],
    registers,
  });
  const running = new Gauge({ name: 'keyward_jobs_running', help: 'Jobs that workers work on', registers });
  const online = new Gauge({ name: 'keyward_workers_online', help: 'Workers that get jobs', registers });
  return (totals) => {
    // A model without jobs, and a number that is not known, have no line.
    queued.reset();
    oldest.reset();
    running.remove();
    online.remove();
    if (totals === undefined) return;
    for (const { model, queued: count, oldestSeconds } of totals.models) {
      queued.set({ model }, count);
      oldest.set({ model }, oldestSeconds);
    }
    running.set(totals.running);
    online.set(totals.workersOnline);
  };
}
