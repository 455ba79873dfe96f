import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker } from '../../api/jobs/jobs.fixture.ts';
import { systemClock } from '../../base/clock.ts';
import { QueueHistory } from './history.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Step {
  start: string;
  jobs_queued: number;
  jobs_running: number;
  workers_online: number;
}

describeOnBothServers('the history of the queue', (start) => {
  let server: TestServer;
  let ids: string[];
  let jobs: JobClient;
  beforeAll(async () => {
    server = await start();
    jobs = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    ids = await Promise.all([1, 2, 3].map(() => jobs.id({ model: 'nobody-serves' })));
    const worker = new TestWorker(
      server,
      (await newOwnerKey(server, 'miner', { role: 'miner' })).secret,
      'machine',
    );
    await worker.register({ models: ['m'], gpus: [{ name: 'card', memory_mb: 8_192 }] }, { concurrency: 1 });
  });

  /** Another process, at another time. */
  const process = (nowMs: number): QueueHistory =>
    new QueueHistory({ ...server.app.core.jobs, clock: { ...systemClock, nowMs: () => nowMs } });
  const steps = async (query: string): Promise<Step[]> =>
    (await server.request<{ items: Step[] }>('GET', `/v1/admin/queue-history${query}`)).body.items;
  const startOf = (ms: number, stepMs: number): string => new Date(ms - (ms % stepMs)).toISOString();

  test('the history keeps the highest counts of an hour and of a day, from every process', async () => {
    const now = Date.now();
    const first = process(now);
    await first.look();
    await process(now - 2 * DAY_MS).look();
    await jobs.ask('POST', `/v1/jobs/${ids[0]}/cancel`);
    await first.look();
    await process(now).look();
    const most = { jobs_queued: 3, jobs_running: 0, workers_online: 1 };
    expect((await steps('')).at(-1)).toEqual({ start: startOf(now, HOUR_MS), ...most });
    const from = new Date(now - 3 * DAY_MS).toISOString();
    expect(await steps(`?step=day&from=${from}`)).toEqual([
      // The clock of its worker is two days ahead: it counts as there.
      { start: startOf(now - 2 * DAY_MS, DAY_MS), ...most },
      { start: startOf(now, DAY_MS), ...most },
    ]);
  });

  test('hours that are older than a month are deleted', async () => {
    const now = Date.now();
    await process(now - 40 * DAY_MS).look();
    await process(now + HOUR_MS).look();
    const from = new Date(now - 60 * DAY_MS).toISOString();
    expect((await steps(`?step=day&from=${from}`)).map(({ start: at }) => at)).not.toContain(
      startOf(now - 40 * DAY_MS, DAY_MS),
    );
  });

  test('a wrong step is refused, and so is a key that may not manage workers', async () => {
    const wrong = await server.request<{ errors: { field: string }[] }>(
      'GET',
      '/v1/admin/queue-history?step=minute',
    );
    expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([422, 'query.step']);
    const { secret } = await server.mint({ scopes: ['jobs:read', 'workers:read'] });
    expect((await server.request('GET', '/v1/admin/queue-history', { key: secret })).status).toBe(403);
  });
});
