import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Database, Server } from '../server.ts';
import { JobHome, SWEEP_MS, type Job, type WorkerProcess } from './job-home.ts';

/** Thousands are in soak.slow.test.ts. */
const JOBS = 500;
const WORKERS = 2;
const PLACES = 25;
/** No lease is lost where the machine is busy. */
const LEASE_SECONDS = 4;
/** At a time. */
const SUBMITS = 25;
/** Answers that were sent arrive in this time. */
const STOPPED_MS = 100;
/** A busy machine answers later. */
const SLACK_MS = 20_000;

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: SUBMITS }, line));
}

const portOf = ({ url }: Server): string => new URL(url).port;

function suite(database: Database): void {
  let jobs: JobHome;
  let servers: Server[];
  beforeAll(async () => {
    jobs = await JobHome.open(database, {
      KEYWARD_JOB_LEASE_SECONDS: String(LEASE_SECONDS),
      KEYWARD_LOG_LEVEL: 'warn',
    });
    servers = await Promise.all([jobs.home.serve(), jobs.home.serve()]);
  });
  const one = (): Server => servers[0] as Server;
  const other = (): Server => servers[1] as Server;

  /** Half of them ask at one server and report to the other one, half the other way round. */
  const startWorkers = async (model: string, count: number, places: number): Promise<WorkerProcess[]> => {
    const key = await jobs.key(one(), 'miner');
    const start = (_: unknown, index: number): Promise<WorkerProcess> =>
      jobs.worker({ servers: index % 2 === 0 ? servers : servers.toReversed(), key, model, places });
    const workers = await Promise.all(Array.from({ length: count }, start));
    // A worker that stays would take the jobs of the next test.
    onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.kill()))));
    return workers;
  };
  const doneOf = (workers: readonly WorkerProcess[]): string[] =>
    workers.flatMap(({ events }) =>
      events.flatMap(({ event, job_id: id, attempt }) => (event === 'done' ? [`${id} ${attempt}`] : [])),
    );
  /** By outcome, of the jobs of one owner. */
  const attemptsOf = async (owner: string): Promise<Record<string, number>> => {
    const rows = await jobs.rows<{ outcome: string; count: number }>(
      `select outcome, count(*) as count from job_attempts
       where job_id in (select id from jobs where owner_id = '${owner}') group by outcome`,
    );
    return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
  };
  const countOf = async (owner: string, state: string): Promise<number> => {
    const where = `owner_id = '${owner}' and state = '${state}'`;
    const [row] = await jobs.rows<{ count: number }>(`select count(*) as count from jobs where ${where}`);
    return Number(row?.count);
  };

  test('50 pollers of two servers take 500 jobs: each once, and its budget is settled once', async () => {
    const model = jobs.newName('model');
    const workers = await startWorkers(model, WORKERS, PLACES);
    const budgets = [{ name: 'b', unit: 'tokens', amount: '1000000', period: 'day' }];
    const client = await jobs.client(one(), { budgets });
    const mine = [client, { server: other(), key: client.key }];
    await inParallel(JOBS, async (index) => {
      const { server, key } = mine[index % 2] as (typeof mine)[number];
      const body = { payload: { model } };
      expect((await server.request('POST', '/v1/jobs', { key: key.secret, body })).status).toBe(201);
    });
    await expect.poll(() => countOf(client.key.owner, 'COMPLETED'), { interval: 200 }).toBe(JOBS);
    expect((await attemptsOf(client.key.owner))['completed']).toBe(JOBS);
    await expect.poll(() => new Set(doneOf(workers)).size).toBe(JOBS);
    expect(doneOf(workers)).toHaveLength(JOBS);
    const used = async (): Promise<number> => {
      const path = `/v1/keys/${client.key.id}`;
      const {
        budgets: [budget],
      } = await one().ask<{ budgets: { used: string }[] }>('GET', path);
      return Number(budget?.used);
    };
    // What each worker reports: 3 tokens in, 5 out.
    await expect.poll(used, { interval: 200 }).toBe(8 * JOBS);
  });

  test('The same Idempotency-Key, at both servers at once, makes one job, and refuses another body at each', async () => {
    const { key } = await jobs.client(one());
    const headers = { 'idempotency-key': 'once' };
    const submit = (index: number, prompt = 'x') =>
      (servers[index % 2] as Server).request<Job & { code: string }>('POST', '/v1/jobs', {
        key: key.secret,
        headers,
        body: { prompt },
      });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => submit(index)));
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    for (const { status, body } of [await submit(0, 'y'), await submit(1, 'y')])
      expect([status, body.code]).toEqual([409, 'idempotency_conflict']);
    expect(await countOf(key.owner, 'QUEUED')).toBe(1);
  });

  test('A killed server delays the jobs that its workers hold by a lease at most, and the others not at all', async () => {
    const model = jobs.newName('model');
    const workers = await startWorkers(model, 2, 4);
    const client = await jobs.client(other());
    const ids: string[] = [];
    await inParallel(40, async () => ids.push(await client.start(model, { work_ms: 200 })));
    await Promise.all(workers.map((worker) => worker.until(({ event }) => event === 'done')));
    await one().kill();
    const killedMs = Date.now();
    for (const id of ids) expect((await client.result(id)).state).toBe('COMPLETED');
    const { body } = await client.ask<{ items: Job[] }>('GET', '/v1/jobs?limit=200');
    const lastMs = Math.max(...body.items.map(({ finished_at: at }) => Date.parse(at)));
    expect(lastMs - killedMs).toBeLessThan((40 / 8) * 200 + LEASE_SECONDS * 1_000 + SWEEP_MS + SLACK_MS);
    expect((await attemptsOf(client.key.owner))['completed']).toBe(40);
    servers = [await jobs.home.serve(), other()];
  });

  test('A server is killed between a stored result and its answer: the repeat gets the same receipt', async () => {
    const model = jobs.newName('model');
    const client = await jobs.client(other());
    const miner = { key: (await jobs.key(one(), 'miner')).secret };
    const say = <T>(server: Server, path: string, body: object) =>
      server.request<T>('POST', `/v1/workers/${path}`, { ...miner, body });
    await say(one(), 'register', { capabilities: { models: [model] } });
    const id = await client.start(model);
    const { body: job } = await say<{ lease_token: string }>(one(), 'poll', {});
    const report = { lease_token: job.lease_token, result: { output: 'x' } };
    // Its answer is not read.
    const unread = say(one(), `${id}/result`, report).catch(() => undefined);
    await client.result(id);
    await one().kill();
    await unread;
    const repeats = [await say(other(), `${id}/result`, report)];
    servers = [await jobs.home.serve(), other()];
    repeats.push(await say(one(), `${id}/result`, report));
    const { body: receipt } = await client.ask('GET', `/v1/jobs/${id}/receipt`);
    for (const { status, body } of repeats) expect([status, body]).toEqual([200, { receipt }]);
    expect(await attemptsOf(client.key.owner)).toEqual({ completed: 1 });
  });

  test('A server is killed between the stored results of one request and its answer: the repeat gets the same receipts', async () => {
    const model = jobs.newName('model');
    const client = await jobs.client(other());
    const miner = { key: (await jobs.key(one(), 'miner')).secret };
    const say = <T>(server: Server, path: string, body: object) =>
      server.request<T>('POST', `/v1/workers/${path}`, { ...miner, body });
    await say(one(), 'register', { capabilities: { models: [model] }, concurrency: 3 });
    const ids = [await client.start(model), await client.start(model), await client.start(model)];
    const results = [];
    while (results.length < ids.length) {
      const { body } = await say<{ job_id: string; lease_token: string }>(one(), 'poll', {});
      results.push({ job_id: body.job_id, lease_token: body.lease_token, result: { output: body.job_id } });
    }
    // Its answer is not read.
    const unread = say(one(), 'results', { results }).catch(() => undefined);
    for (const id of ids) expect((await client.result(id)).result).toEqual({ output: id });
    await one().kill();
    await unread;
    const repeats = [await say(other(), 'results', { results })];
    servers = [await jobs.home.serve(), other()];
    repeats.push(await say(one(), 'results', { results }));
    const expected = [];
    for (const { job_id } of results) {
      const { body: receipt } = await client.ask('GET', `/v1/jobs/${job_id}/receipt`);
      expected.push({ job_id, outcome: 'completed', receipt, error: null });
    }
    for (const { status, body } of repeats) expect([status, body]).toEqual([200, { results: expected }]);
    expect(await attemptsOf(client.key.owner)).toEqual({ completed: 3 });
  });

  test('A server that is killed while results come in loses none, and counts none twice', async () => {
    const model = jobs.newName('model');
    const port = portOf(one());
    await other().kill();
    servers = [one(), one()];
    const { key } = await jobs.client(one());
    const [worker] = (await startWorkers(model, 1, 16)) as [WorkerProcess];
    const ids: string[] = [];
    const body = { payload: { model, work_ms: 50 }, max_attempts: 20 };
    const submit = (): Promise<unknown> =>
      inParallel(100, async () =>
        ids.push((await one().ask<Job>('POST', '/v1/jobs', { key: key.secret, body })).job_id),
      );
    // On PostgreSQL again after its restart.
    for (let round = 0; round < (database === 'sqlite' ? 1 : 2); round++) {
      await submit();
      // It is stopped at any moment, until one lies between a result that is stored and its answer.
      for (;;) {
        one().child.kill('SIGSTOP');
        await sleep(STOPPED_MS);
        const stored = await countOf(key.owner, 'COMPLETED');
        if (stored > doneOf([worker]).length) break;
        one().child.kill('SIGCONT');
        if (stored === ids.length) await submit();
        await sleep(randomInt(20));
      }
      await one().kill();
      servers = [await jobs.home.serve({ KEYWARD_PORT: port }), one()];
    }
    await expect.poll(() => countOf(key.owner, 'COMPLETED'), { interval: 200 }).toBe(ids.length);
    await expect.poll(() => doneOf([worker]).length).toBe(ids.length);
    expect((await attemptsOf(key.owner))['completed']).toBe(ids.length);
    expect(new Set(doneOf([worker]).map((line) => line.split(' ')[0])).size).toBe(ids.length);
  });
}

describe('servers that share a queue in SQLite', () => {
  suite('sqlite');
});
describe('servers that share a queue in PostgreSQL', () => {
  suite('postgres');
});
