import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import {
  eventsAt,
  JobClient,
  newOwnerKey,
  SHORT_CLOCKS,
  TestWorker,
  type SentEvent,
} from './jobs.fixture.ts';

describeOnBothServers('jobs in time', (start) => {
  let server: TestServer;
  let second: TestServer;
  let number = 0;
  beforeAll(async () => {
    server = await start(SHORT_CLOCKS);
    // With a long lease: what ends before it was ended by something else.
    second = await start({
      ...server.environment,
      KEYWARD_JOB_LEASE_SECONDS: '60',
      KEYWARD_JOB_HEARTBEAT_SECONDS: '20',
    });
  });
  /** Each test has owners and a model of its own: they run at the same time. */
  const cast = async () => {
    const model = `model-${++number}`;
    const clientKey = await newOwnerKey(server, 'client', { role: 'client' });
    const minerKey = await newOwnerKey(server, 'miner', { role: 'miner' });
    const newWorker = async (name: string): Promise<TestWorker> => {
      const made = new TestWorker(server, minerKey.secret, name);
      await made.register({ models: [model] });
      return made;
    };
    const client = new JobClient(server, clientKey.secret);
    return { model, clientKey, minerKey, client, newWorker, worker: await newWorker('one') };
  };
  const collect = async (events: AsyncGenerator<SentEvent>): Promise<SentEvent[]> => {
    const all = [];
    for await (const event of events) all.push(event);
    return all;
  };

  test.concurrent(
    'a silent worker loses its job to another, and all that it says later is refused',
    async ({ expect }) => {
      const { client: mine, model, worker: first, newWorker } = await cast();
      const second = await newWorker('two');
      const id = await mine.id({ model });
      const lost = await first.take();
      const again = await second.take();
      expect([again.job_id, again.attempt]).toEqual([id, 2]);
      for (const answer of [
        await first.heartbeat([lost]),
        await first.chunks(lost, [{ text: 'x' }]),
        await first.result(lost, 'late'),
        await first.fail(lost, 'internal'),
      ])
        expect([answer.status, answer.body.code]).toEqual([409, 'lease_lost']);
      const { body } = await second.result(again, 'good');
      expect(body.receipt.attempts).toHaveLength(2);
      expect((await first.result(lost, 'late')).body.code).toBe('already_finished');
      expect((await mine.result(id)).body).toMatchObject({ result: { output: 'good' } });
    },
  );

  test.concurrent('the time that a job ran is no part of the time that it may wait', async ({ expect }) => {
    const { client: mine, model, worker: first, newWorker } = await cast();
    const second = await newWorker('two');
    const id = await mine.id({ model, ttl_seconds: 1 });
    await first.take();
    // Its lease of two seconds ends, and a wait before the next attempt follows.
    const again = await second.take();
    expect([again.job_id, again.attempt]).toEqual([id, 2]);
  });

  test.concurrent(
    'heartbeats keep a lease, and a job that runs too long loses its attempt',
    async ({ expect }) => {
      const { worker: one, client: mine, model } = await cast();
      const id = await mine.id({ model, max_attempts: 1, run_timeout_seconds: 4 });
      const held = await one.take();
      let beats = 0;
      while ((await one.heartbeat([held])).status === 200) {
        beats++;
        await sleep(500);
      }
      expect(beats).toBeGreaterThan(5);
      expect((await mine.result(id)).body).toMatchObject({ state: 'FAILED', error: { code: 'run_timeout' } });
    },
  );

  test.concurrent('a job that nobody takes expires, and one for later starts later', async ({ expect }) => {
    const { worker: one, client: mine, model } = await cast();
    const expiring = await mine.id({ model: `${model}-none`, ttl_seconds: 1 });
    const at = Date.now() + 1_500;
    const later = await mine.id({ model, not_before: new Date(at).toISOString() });
    expect((await mine.get(later)).waiting?.reason).toBe('not_before');
    expect((await one.take()).job_id).toBe(later);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect((await mine.result(expiring)).body).toMatchObject({
      state: 'EXPIRED',
      error: { code: 'expired' },
    });
  });

  test.concurrent(
    'a worker whose key was revoked loses its jobs at once, and nothing of its result is kept',
    async ({ expect }) => {
      const { worker: one, client: mine, minerKey: key, model: name } = await cast();
      const id = await mine.id({ model: name, max_attempts: 1 });
      const held = await one.take();
      await server.request('POST', `/v1/keys/${key.id}/revoke`);
      expect((await one.result(held)).status).toBe(401);
      await expect.poll(async () => (await mine.get(id)).state).toBe('QUEUED');
      const other = new TestWorker(
        server,
        (await newOwnerKey(server, 'miner', { role: 'miner' })).secret,
        'three',
      );
      await other.register({ models: [name] });
      const again = await other.take();
      await other.result(again, 'good');
      expect((await mine.result(id)).body).toMatchObject({ state: 'COMPLETED', result: { output: 'good' } });
    },
  );

  test.concurrent(
    'jobs of a client key that was revoked are canceled; those of a rotated key go on',
    async ({ expect }) => {
      const { worker: one, client: mine, clientKey: key, model: name } = await cast();
      await one.register({ models: [name] }, { concurrency: 5 });
      const reader = new JobClient(
        server,
        (await server.mint({ role: 'client', owner: key.key.owner.id })).secret,
      );
      const running = await mine.id({ model: name });
      const held = await one.take();
      const { body: rotated } = await server.request<{ secret: string }>(
        'POST',
        `/v1/keys/${key.id}/rotate`,
        {
          body: { overlap_seconds: 0 },
        },
      );
      const after = new JobClient(server, rotated.secret);
      expect((await after.get(running)).state).toBe('RUNNING');
      const waiting = await after.id({ model: `${name}-none` });
      const signal = AbortSignal.timeout(50_000);
      const told = eventsAt(server, `/v1/workers/one/control`, { key: one.key, signal });
      expect((await told.next()).value).toMatchObject({ event: 'ready' });
      await server.request('POST', `/v1/keys/${key.id}/revoke`);
      expect((await told.next()).value).toEqual({ event: 'cancel', data: { job_id: running, attempt: 1 } });
      expect((await one.result(held)).body.code).toBe('already_finished');
      for (const id of [running, waiting])
        expect((await reader.result(id)).body).toMatchObject({
          state: 'CANCELED',
          error: { code: 'key_revoked' },
        });
      await told.return(undefined);
    },
  );

  test.concurrent('a cancellation reaches the worker over its control stream', async ({ expect }) => {
    const { worker: one, client: mine, model } = await cast();
    const stop = new AbortController();
    const told = eventsAt(server, '/v1/miners/one/control', { key: one.key, signal: stop.signal });
    await told.next();
    const id = await mine.id({ model });
    await one.take();
    const event = told.next();
    await mine.ask('POST', `/v1/jobs/${id}/cancel`);
    expect((await event).value).toEqual({ event: 'cancel', data: { job_id: id, attempt: 1 } });
    stop.abort();
  });

  test.concurrent(
    'a worker whose control stream breaks loses its job after the grace, not the lease',
    async ({ expect }) => {
      const { client: mine, minerKey, model } = await cast();
      const patient = new TestWorker(second, minerKey.secret, 'one');
      const stop = new AbortController();
      const told = eventsAt(second, '/v1/workers/one/control', { key: patient.key, signal: stop.signal });
      await told.next();
      const id = await mine.id({ model });
      await patient.take();
      stop.abort();
      const brokeMs = performance.now();
      await expect.poll(async () => (await mine.get(id)).state, { interval: 50 }).toBe('QUEUED');
      expect(performance.now() - brokeMs).toBeLessThan(15_000);
    },
  );

  test.concurrent(
    'events tell states and output, go on behind the last one, and reset what another attempt replaces',
    async ({ expect }) => {
      const { worker: one, client: mine, model } = await cast();
      const id = await mine.id({ model });
      const path = `/v1/jobs/${id}/events`;
      const whole = collect(eventsAt(server, path, { key: mine.key }));
      const first = await one.take();
      await one.chunks(first, [{ text: 'a' }, { text: 'b' }]);
      await expect.poll(async () => (await mine.get(id)).state).toBe('RUNNING');
      await one.fail(first, 'interrupted');
      const second = await one.take();
      await one.chunks(second, [{ text: 'c' }]);
      await one.result(second);
      const events = await whole;
      const seen = events.map(({ event, data }) => [
        event,
        data['state'] ?? data['output'] ?? data['attempt'],
      ]);
      expect(seen.at(-1)).toEqual(['state', 'COMPLETED']);
      expect(seen.filter(([event]) => event === 'output').at(-1)).toEqual(['output', { text: 'c' }]);
      const resetAt = seen.findIndex(([event]) => event === 'reset');
      const before = seen.slice(0, Math.max(0, resetAt)).filter(([event]) => event === 'output');
      expect(before).toEqual(
        resetAt < 0
          ? []
          : [
              ['output', { text: 'a' }],
              ['output', { text: 'b' }],
            ],
      );
      const rest = await collect(
        eventsAt(server, path, { key: mine.key, lastEventId: events.at(-2)?.id ?? '' }),
      );
      expect(rest.map(({ event }) => event)).toEqual(['state']);
      const late = await collect(eventsAt(server, path, { key: mine.key, lastEventId: '1.2' }));
      expect(late.map(({ event }) => event)).toEqual(['reset', 'output', 'state']);
    },
  );

  test.concurrent('a reader learns at once that a job runs, not at its next look', async ({ expect }) => {
    const { client: mine, model, worker } = await cast();
    await worker.register({ models: [model] }, { concurrency: 10 });
    const waits: number[] = [];
    for (let job = 0; job < 5; job++) {
      const id = await mine.id({ model });
      const events = eventsAt(server, `/v1/jobs/${id}/events`, { key: mine.key });
      expect((await events.next()).value).toMatchObject({ data: { state: 'QUEUED' } });
      const running = events.next();
      await worker.take();
      const takenMs = performance.now();
      expect((await running).value).toMatchObject({ data: { state: 'RUNNING' } });
      waits.push(performance.now() - takenMs);
      await events.return(undefined);
    }
    // A look follows after a second: a busy machine is slower than it is late.
    const [median = 0] = waits.toSorted((a, b) => a - b).slice(2);
    expect(median).toBeLessThan(400);
  });

  test.concurrent(
    'a poll of a busy worker gets a job when its place becomes free at another server',
    async ({ expect }) => {
      const { client: mine, model, worker: one, minerKey } = await cast();
      const elsewhere = new TestWorker(second, minerKey.secret, 'one');
      await mine.submit({ model });
      const held = await one.take();
      const id = await mine.id({ model });
      const waiting = one.take();
      await expect.poll(async () => (await one.poll()).headers.get('x-skipped')).toContain('busy=');
      const reportedMs = performance.now();
      await elsewhere.result(held);
      expect((await waiting).job_id).toBe(id);
      expect(performance.now() - reportedMs).toBeLessThan(5_000);
    },
  );

  test.concurrent(
    'jobs that are released at the same moment wake as many of the polls that wait',
    async ({ expect }) => {
      const { client: mine, model, newWorker } = await cast();
      const names = Array.from({ length: 12 }, (_, index) => `worker-${index}`);
      const workers = await Promise.all(names.map(newWorker));
      const notBefore = Date.now() + 1_500;
      const not_before = new Date(notBefore).toISOString();
      const ids = await Promise.all(names.map(() => mine.id({ model, not_before })));
      const taken = await Promise.all(workers.map((worker) => worker.take()));
      expect(taken.map(({ job_id: id }) => id).toSorted()).toEqual(ids.toSorted());
      // One a second, as each look wakes one, would take twelve seconds.
      expect(Date.now() - notBefore).toBeLessThan(8_000);
    },
  );

  test.concurrent(
    'a job is not called impossible once a worker for it has registered, also at another server',
    async ({ expect }) => {
      const { client: mine, model, minerKey } = await cast();
      const wanted = `${model}-wanted`;
      expect((await mine.submit({ model: wanted })).body.is_possible).toBe(false);
      await new TestWorker(second, minerKey.secret, 'late').register({ models: [wanted] });
      const { body } = await mine.submit({ model: wanted });
      expect([body.is_possible, body.waiting?.reason]).toEqual([true, 'in_queue']);
    },
  );

  test.concurrent(
    'a poison job fails after its attempts and drains nobody; several failing jobs let a worker rest',
    async ({ expect }) => {
      const { worker: one, client: mine, model: name } = await cast();
      const poison = await mine.id({ model: name, max_attempts: 4 });
      for (let attempt = 1; attempt <= 4; attempt++) await one.fail(await one.take(), 'internal');
      expect((await mine.result(poison)).body.state).toBe('FAILED');
      const good = await mine.id({ model: name });
      const taken = await one.take();
      expect(taken.job_id).toBe(good);
      await one.fail(taken, 'internal');
      await mine.id({ model: name });
      await one.fail(await one.take(), 'internal');
      const rested = await one.poll();
      expect([rested.status, rested.headers.get('x-skipped')]).toEqual([
        204,
        expect.stringContaining('resting='),
      ]);
    },
  );

  test.concurrent('a worker on which a job succeeds between failures does not rest', async ({ expect }) => {
    const { worker: one, client: mine, model } = await cast();
    const next = async () => {
      await mine.id({ model, max_attempts: 1 });
      return one.take();
    };
    for (let number = 0; number < 2; number++) await one.fail(await next(), 'internal');
    await one.result(await next());
    for (let number = 0; number < 2; number++) await one.fail(await next(), 'internal');
    await one.fail(await next(), 'internal');
    await mine.id({ model });
    expect((await one.poll()).headers.get('x-skipped')).toContain('resting=');
  });
});
