import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Server } from '../server.ts';
import { JobHome } from './job-home.ts';

const QUEUED = process.env['KEYWARD_SLOW'] === '1' ? 100_000 : 30_000;

function suite(database: Database): void {
  let jobs: JobHome;
  let server: Server;
  beforeAll(async () => {
    jobs = await JobHome.open(database);
    server = await jobs.home.serve();
  });

  test('A key is rotated in the middle of a job: job and result are there for its new secret', async () => {
    const [model, miner, client] = [
      jobs.newName('model'),
      await jobs.key(server, 'miner'),
      await jobs.client(server),
    ];
    const worker = await jobs.worker({ servers: [server], key: miner, model });
    const id = await client.start(model, { work_ms: 700 });
    await worker.took(id);
    const rotate = { body: { overlap_seconds: 0 } };
    const { secret: key } = await server.ask<{ secret: string }>(
      'POST',
      `/v1/keys/${client.key.id}/rotate`,
      rotate,
    );
    jobs.secrets.push(key);
    expect((await client.ask('GET', `/v1/jobs/${id}`)).status).toBe(401);
    expect(await server.ask('GET', `/v1/jobs/${id}`, { key })).toMatchObject({ state: 'RUNNING' });
    const path = `/v1/jobs/${id}/result?wait=30`;
    expect(await server.ask('GET', path, { key })).toMatchObject({
      state: 'COMPLETED',
      receipt: { job_id: id },
    });
    await worker.kill();
  });

  test('A job that nobody can run says so at once, with the constraint that no worker meets', async () => {
    const [model, miner, client] = [
      jobs.newName('model'),
      await jobs.key(server, 'miner'),
      await jobs.client(server),
    ];
    const gpus = [{ name: 'small', memory_mb: 4_096 }];
    const { worker_id: id } = await server.ask<{ worker_id: string }>('POST', '/v1/miners/register', {
      key: miner.secret,
      body: { capabilities: { models: [model], gpus } },
    });
    const workers = [id];
    const fits = await client.submit({ prompt: 'x', model, constraints: { workers, min_vram_gb: 4 } });
    expect(fits.body).toMatchObject({ is_possible: true, impossible_because: [] });
    const large = await client.submit({ prompt: 'x', model, constraints: { workers, min_vram_gb: 80 } });
    expect(large.body.is_possible).toBe(false);
    expect(large.body.impossible_because).toContain('vram');
    const unknown = await client.submit({ prompt: 'x', model: jobs.newName('model') });
    expect(unknown.body.is_possible).toBe(false);
    expect(unknown.body.impossible_because).toContain('model');
  });

  test('No key, in any form, is in an answer, a log, a line of a worker, a file or the database', async () => {
    expect(await jobs.secretsWritten()).toEqual([]);
  });

  /** So many submissions take long: one is copied in the database. */
  const copy = async (id: string): Promise<void> => {
    const name = database === 'sqlite' ? `'job_' || printf('%012d', i)` : `'job_' || lpad(i::text, 12, '0')`;
    const numbers = `with recursive numbers (i) as (
      select 1 union all select i + 1 from numbers where i < ${QUEUED - 1})`;
    for (const [table, column] of [
      ['jobs', 'id'],
      ['job_payloads', 'job_id'],
    ] as const) {
      const [row] = await jobs.rows<object>(`select * from ${table} where ${column} = '${id}'`);
      const others = Object.keys(row ?? {}).filter((one) => one !== column);
      await jobs.change(`insert into ${table} (${[column, ...others].join()}) ${numbers}
        select ${[name, ...others].join()} from ${table} cross join numbers where ${column} = '${id}'`);
    }
  };

  test('Tens of thousands of waiting jobs of one client delay the job of another one by one claim at most', async () => {
    const [model, miner] = [jobs.newName('model'), await jobs.key(server, 'miner')];
    const [crowd, other] = [await jobs.client(server), await jobs.client(server)];
    await copy(await crowd.start(model, { work_ms: 10 }));
    const worker = await jobs.worker({ servers: [server], key: miner, model });
    await worker.until(({ event }) => event === 'done');
    for (let round = 0; round < 3; round++) {
      const id = await other.start(model);
      const submittedMs = Date.now();
      await other.result(id);
      const startedMs = Date.parse((await other.get(id)).started_at);
      const [between] = await jobs.rows<{ count: number }>(
        `select count(*) as count from jobs where owner_id = '${crowd.key.owner}'
         and started_at > ${submittedMs} and started_at < ${startedMs}`,
      );
      expect(Number(between?.count)).toBeLessThanOrEqual(1);
    }
    const [waiting] = await jobs.rows<{ count: number }>(
      `select count(*) as count from jobs where state = 'QUEUED' and owner_id = '${crowd.key.owner}'`,
    );
    expect(Number(waiting?.count)).toBeGreaterThan(QUEUED / 2);
    await worker.kill();
  });
}

describe('clients of the queue, on SQLite', () => {
  suite('sqlite');
});
describe('clients of the queue, on PostgreSQL', () => {
  suite('postgres');
});
