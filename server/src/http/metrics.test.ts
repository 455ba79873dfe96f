import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';
import type { JobTotals } from './job-metrics.ts';

const metricsOf = (jobs: () => Promise<JobTotals | undefined>): Metrics =>
  new Metrics({ nodeHoldsLease: () => true, totals: () => [], jobs, upstreams: () => [] });

const TOTALS = { models: [{ model: 'a"b\n', queued: 3, oldestSeconds: 1.5 }], running: 2, workersOnline: 1 };

test('the metrics of jobs have a line for each model, and no line for one without jobs', async () => {
  const answers: JobTotals[] = [TOTALS, { ...TOTALS, models: [] }];
  const metrics = metricsOf(async () => answers.shift());
  const first = (await metrics.render()).text;
  expect(first).toContain('keyward_jobs_queued{model="a\\"b\\n"} 3\n');
  expect(first).toContain('keyward_jobs_oldest_queued_seconds{model="a\\"b\\n"} 1.5\n');
  const second = (await metrics.render()).text;
  expect(second).not.toContain('keyward_jobs_queued{');
  expect(second).toContain('keyward_jobs_running 2\n');
});

test('while the database does not answer, the other metrics are there, and none of jobs is made up', async () => {
  for (const jobs of [async () => undefined, () => new Promise<undefined>(() => undefined)]) {
    const answers = [async () => TOTALS, jobs];
    const metrics = metricsOf(() => (answers.shift() ?? jobs)());
    await metrics.render();
    const { text } = await metrics.render();
    expect(text).toContain('keyward_node_lease 1\n');
    expect(text).not.toMatch(/^keyward_(jobs|workers)_/m);
  }
});
