import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Server } from '../server.ts';
import {
  JobHome,
  LEASE_MS,
  SWEEP_MS,
  type Client,
  type Key,
  type WorkerEvent,
  type WorkerProcess,
} from './job-home.ts';

/** A busy machine starts a process, or answers, later. */
const SLACK_MS = 20_000;
/** Longer than a lease and the sweep behind it. */
const SILENT_MS = LEASE_MS + SWEEP_MS;

interface Cast {
  model: string;
  client: Client;
  miner: Key;
  start: (options?: {
    name?: string;
    key?: Key;
    places?: number;
    program?: 'python';
  }) => Promise<WorkerProcess>;
}

function suite(database: Database): void {
  let jobs: JobHome;
  let server: Server;
  beforeAll(async () => {
    jobs = await JobHome.open(database);
    server = await jobs.home.serve();
  });
  /** Each test has owners and a model of its own: they run at the same time. */
  const cast = async (): Promise<Cast> => {
    const model = jobs.newName('model');
    const [client, miner] = [await jobs.client(server), await jobs.key(server, 'miner')];
    return {
      model,
      client,
      miner,
      start: (options = {}) => jobs.worker({ servers: [server], key: miner, model, ...options }),
    };
  };
  const resting = async (): Promise<string[]> => {
    const { items } = await server.ask<{ items: { name: string; state: string }[] }>('GET', '/v1/workers');
    return items.filter(({ state }) => state === 'resting' || state === 'draining').map(({ name }) => name);
  };
  const refusals = ({ events }: WorkerProcess, id: string): unknown[] =>
    events
      .filter(({ event, job_id, to }) => event === 'refused' && (job_id === id || to === 'heartbeat'))
      .map(({ to, status, code }) => [to, status, code]);

  test.concurrent(
    'A worker is killed in the middle of a job: another one finishes it, with one result',
    async () => {
      const { model, client, start } = await cast();
      const first = await start();
      const id = await client.start(model, { work_ms: 800 });
      await first.took(id);
      await first.kill();
      const killedMs = performance.now();
      const second = await start();
      const { state, result, receipt } = await client.result(id);
      expect(performance.now() - killedMs).toBeLessThan(SILENT_MS + 800 + SLACK_MS);
      expect([state, result?.output]).toEqual(['COMPLETED', `${second.name} 2`]);
      const [lost, good] = receipt?.attempts ?? [];
      expect([lost?.outcome, good?.outcome]).toEqual(['lease_lost', 'completed']);
    },
  );

  test.concurrent.for([false, true])(
    'A worker stops beyond its lease and goes on: all that it says is refused (the second has the same name: %s)',
    async (isSameName) => {
      const { model, client, start } = await cast();
      const name = isSameName ? jobs.newName('worker') : undefined;
      const options = name === undefined ? {} : { name };
      const first = await start(options);
      const id = await client.start(model, { work_ms: 500, pieces: 2, insists: true });
      await first.took(id);
      first.signal('SIGSTOP');
      const second = await start(options);
      await second.done(id);
      const before = await client.result(id);
      expect(before).toMatchObject({ state: 'COMPLETED', result: { output: `${second.name} 2` } });
      first.signal('SIGCONT');
      await first.until(({ event, to }) => event === 'refused' && to === 'fail');
      expect(refusals(first, id)).toEqual(
        expect.arrayContaining([
          ['heartbeat', 409, 'lease_lost'],
          ['chunks', 409, 'lease_lost'],
          ['result', 409, 'already_finished'],
          ['fail', 409, 'already_finished'],
        ]),
      );
      expect(first.events.filter(({ event }) => event === 'done')).toEqual([]);
      expect(await client.result(id)).toEqual(before);
    },
  );

  test.concurrent(
    'A canceled job is over at once, its worker learns it by a heartbeat, and its place is free',
    async () => {
      const { model, client, start } = await cast();
      const worker = await start();
      const id = await client.start(model, { work_ms: 3_000, insists: true });
      await worker.took(id);
      expect((await client.ask('POST', `/v1/jobs/${id}/cancel`)).status).toBe(200);
      const next = await client.start(model);
      const learned = await worker.until(({ event, job_id }) => event === 'dropped' && job_id === id);
      expect(learned.state).toBe('cancel_requested');
      await worker.done(next);
      expect(refusals(worker, id)).toEqual(expect.arrayContaining([['result', 409, 'already_finished']]));
      expect(await client.result(id)).toMatchObject({
        state: 'CANCELED',
        result: null,
        error: { code: 'canceled' },
      });
    },
  );

  test.concurrent(
    'A job that kills each of its workers fails after max_attempts, and no worker rests for it',
    async () => {
      const { model, client, start } = await cast();
      const [one, two] = [await start(), await start()];
      const id = await client.start(model, { crash: true }, { max_attempts: 2 });
      expect(await client.result(id)).toMatchObject({ state: 'FAILED', error: { code: 'lease_lost' } });
      expect(await client.get(id)).toMatchObject({ attempt: 2 });
      // A busy server can be so slow that a lease ends before its worker has the job: that worker still lives.
      await Promise.all([one.kill(), two.kill()]);
      const took = [one, two].filter(({ events }) => events.some(({ event }) => event === 'took'));
      const names = took.map(({ name }) => name);
      expect(names).not.toEqual([]);
      expect((await resting()).filter((name) => names.includes(name))).toEqual([]);
      const again = await start({ name: names[0] ?? '' });
      const good = await client.start(model);
      await again.done(good);
    },
  );

  test.concurrent('A worker that drains finishes what it holds, gets nothing new, and ends', async () => {
    const { model, client, start } = await cast();
    const worker = await start();
    const held = await client.start(model, { work_ms: 1_500 });
    await worker.took(held);
    const waiting = await client.start(model);
    worker.signal('SIGTERM');
    await worker.ended;
    expect(worker.child.exitCode).toBe(0);
    expect(await client.result(held)).toMatchObject({
      state: 'COMPLETED',
      result: { output: `${worker.name} 1` },
    });
    expect(await client.get(waiting)).toMatchObject({ state: 'QUEUED', attempt: 0 });
    const other = await start();
    await other.done(waiting);
  });

  test.concurrent(
    'The key of a worker is revoked: its next word is refused, and its job runs elsewhere',
    async () => {
      const { model, client, start, miner } = await cast();
      const revoked = await start();
      const id = await client.start(model, { work_ms: 1_500, pieces: 1, insists: true });
      await revoked.took(id);
      await server.ask('POST', `/v1/keys/${miner.id}/revoke`);
      const other = await start({ key: await jobs.key(server, 'miner') });
      await other.done(id);
      const isRefused = ({ event, to }: WorkerEvent): boolean => event === 'refused' && to === 'poll';
      await revoked.until(isRefused);
      const statuses = revoked.events.filter(({ event }) => event === 'refused').map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([401]));
      expect(await client.result(id)).toMatchObject({
        state: 'COMPLETED',
        result: { output: `${other.name} 2` },
      });
    },
  );

  test.concurrent(
    'A worker of 60 lines of Python, without a package, does jobs and streams their output',
    async () => {
      const { model, client, start } = await cast();
      const worker = await start({ program: 'python' });
      const { body } = await client.submit({ prompt: 'any program can be a worker', model });
      expect(await client.result(body.job_id)).toMatchObject({
        state: 'COMPLETED',
        result: { output: 'ANY PROGRAM CAN BE A WORKER' },
      });
      const { text } = await client.ask<string>('GET', `/v1/jobs/${body.job_id}/events`);
      expect(text.match(/"text":"[A-Z]+"/g)).toHaveLength(6);
      const slow = await client.start(model, {
        messages: [{ role: 'user', content: 'a b c d' }],
        seconds_per_word: 1,
      });
      // Longer than its lease, which its heartbeats renew.
      expect(await client.result(slow)).toMatchObject({
        state: 'COMPLETED',
        receipt: { attempts: [{ attempt: 1 }] },
      });
      expect(worker.output).toBe('');
    },
  );
}

describe('workers as processes, on SQLite', () => {
  suite('sqlite');
});
describe('workers as processes, on PostgreSQL', () => {
  suite('postgres');
});
