/* eslint-disable vitest/no-standalone-expect -- called by a test */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Assigned, JobClient, TestWorker } from './jobs.fixture.ts';

/** Jobs that a worker may have at a time. */
export const CONCURRENCY = 2;
const FAIL_CODES = ['interrupted', 'bad_payload', 'refused'] as const;

type Verb =
  | { verb: 'submit'; client: number; attempts: number }
  | { verb: 'poll'; worker: number; max: number }
  | { verb: 'heartbeat' | 'chunks' | 'result' | 'repeat'; lease: number }
  | { verb: 'fail'; lease: number; code: (typeof FAIL_CODES)[number] }
  | { verb: 'cancel' | 'delete'; job: number; client: number };

const index = fc.nat(40);
export const verbs = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant('submit' as const),
      client: fc.nat(1),
      attempts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constant('poll' as const),
      worker: fc.nat(2),
      max: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constantFrom('heartbeat' as const, 'chunks' as const, 'result' as const, 'repeat' as const),
      lease: index,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant('fail' as const),
      lease: index,
      code: fc.constantFrom(...FAIL_CODES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constantFrom('cancel' as const, 'delete' as const),
      job: index,
      client: fc.nat(1),
    }),
  },
) as fc.Arbitrary<Verb>;

interface ModelJob {
  id: string;
  client: number;
  state: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED';
  /** It waits for its next attempt: a worker may get it or not. */
  isHeld: boolean;
  attempt: number;
  spent: number;
  max: number;
  isDeleted: boolean;
  worker: number | undefined;
}

interface ModelLease {
  assigned: Assigned;
  job: ModelJob;
  worker: number;
}

const isOver = ({ state }: ModelJob): boolean => state !== 'QUEUED' && state !== 'RUNNING';

/** The states of jobs as they should be, and the verbs that are compared with it. */
export class World {
  readonly jobs: ModelJob[] = [];
  readonly leases: ModelLease[] = [];
  readonly #model: string;
  readonly #clients: readonly JobClient[];
  readonly #workers: readonly TestWorker[];

  constructor(
    model: string,
    { clients, workers }: { clients: readonly JobClient[]; workers: readonly TestWorker[] },
  ) {
    this.#model = model;
    this.#clients = clients;
    this.#workers = workers;
  }

  isHeld({ assigned, job, worker }: ModelLease): boolean {
    return job.state === 'RUNNING' && job.attempt === assigned.attempt && job.worker === worker;
  }

  async carryOut(step: Verb): Promise<void> {
    if (step.verb === 'submit') return this.#submit(step.client, step.attempts);
    if (step.verb === 'poll') return this.#poll(step.worker, step.max);
    if ('job' in step) {
      const job = this.jobs[step.job % Math.max(this.jobs.length, 1)];
      return job === undefined ? undefined : this.#end(step.verb, job, step.client);
    }
    const lease = this.leases[step.lease % Math.max(this.leases.length, 1)];
    return lease === undefined ? undefined : this.#report(step, lease);
  }

  async #submit(client: number, max: number): Promise<void> {
    const { status, body } = await (this.#clients[client] as JobClient).submit({
      model: this.#model,
      max_attempts: max,
    });
    expect([status, body.state]).toEqual([201, 'QUEUED']);
    this.jobs.push({
      id: body.job_id,
      client,
      state: 'QUEUED',
      isHeld: false,
      attempt: 0,
      spent: 0,
      max,
      isDeleted: false,
      worker: undefined,
    });
  }

  async #poll(worker: number, max: number): Promise<void> {
    const { status, body } = await (this.#workers[worker] as TestWorker).poll({ max_jobs: max });
    const got = status === 204 ? [] : max === 1 ? [body] : body.jobs;
    const busy = this.jobs.filter((job) => job.state === 'RUNNING' && job.worker === worker).length;
    const ready = this.jobs.filter(({ state, isHeld }) => state === 'QUEUED' && !isHeld).length;
    expect(got.length).toBeLessThanOrEqual(Math.min(max, CONCURRENCY - busy));
    expect(got.length).toBeGreaterThanOrEqual(Math.min(max, CONCURRENCY - busy, ready));
    for (const assigned of got) {
      const job = this.jobs.find(({ id }) => id === assigned.job_id) as ModelJob;
      expect(job.state).toBe('QUEUED');
      expect(assigned.attempt).toBe(job.attempt + 1);
      Object.assign(job, { state: 'RUNNING', attempt: assigned.attempt, isHeld: false, worker });
      this.leases.push({ assigned, job, worker });
    }
  }

  async #report(
    step: Exclude<Verb, { verb: 'submit' | 'poll' | 'cancel' | 'delete' }>,
    lease: ModelLease,
  ): Promise<void> {
    const { assigned, job } = lease;
    const worker = this.#workers[lease.worker] as TestWorker;
    const isHeld = this.isHeld(lease);
    // A job that waited again and was canceled then is no job of this worker any more.
    const refusal = isOver(job) && job.worker !== undefined ? 'already_finished' : 'lease_lost';
    if (step.verb === 'heartbeat') {
      const { status, body } = await worker.heartbeat([assigned]);
      const isTold = job.state === 'CANCELED' && job.worker === lease.worker;
      if (isHeld) expect(body.leases).toMatchObject([{ state: 'active' }]);
      else if (isTold) expect(body.leases).toMatchObject([{ state: 'cancel_requested' }]);
      else expect([status, body.code]).toEqual([409, 'lease_lost']);
    } else if (step.verb === 'chunks') {
      const { status, body } = await worker.chunks(assigned, [{ text: 'x' }]);
      expect([status, body.code]).toEqual(isHeld ? [202, undefined] : [409, 'lease_lost']);
    } else if (step.verb === 'fail') {
      const { status, body } = await worker.fail(assigned, step.code);
      if (!isHeld) return expect([status, body.code]).toEqual([409, refusal]);
      if (step.code !== 'interrupted') job.spent++;
      const isSpent = job.spent >= job.max;
      Object.assign(job, {
        state: isSpent ? 'FAILED' : 'QUEUED',
        isHeld: step.code !== 'interrupted',
        ...(!isSpent && { worker: undefined }),
      });
      expect(body.state).toBe(job.state);
    } else {
      const wasCompleted = job.state === 'COMPLETED' && job.attempt === assigned.attempt;
      const output = step.verb === 'result' ? `of ${assigned.attempt}` : 'another';
      const { status, body } = await worker.result(assigned, output);
      if (isHeld) {
        expect(status).toBe(200);
        Object.assign(job, { state: 'COMPLETED', output });
      } else if (wasCompleted && (job as { output?: string }).output === output) {
        expect(status).toBe(200);
      } else expect([status, body.code]).toEqual([409, refusal]);
    }
  }

  async #end(verb: 'cancel' | 'delete', job: ModelJob, client: number): Promise<void> {
    const asker = this.#clients[client] as JobClient;
    const [method, path] = verb === 'cancel' ? (['POST', '/cancel'] as const) : (['DELETE', ''] as const);
    const { status } = await asker.ask(method, `/v1/jobs/${job.id}${path}`);
    if (job.isDeleted || client !== job.client) return expect(status).toBe(404);
    if (isOver(job) === (verb === 'cancel')) return expect(status).toBe(409);
    expect(status).toBe(verb === 'cancel' ? 200 : 204);
    if (verb === 'cancel') job.state = 'CANCELED';
    else job.isDeleted = true;
  }

  /** Cancels what is not over. */
  async end(): Promise<void> {
    for (const job of this.jobs)
      if (!isOver(job))
        await (this.#clients[job.client] as JobClient).ask('POST', `/v1/jobs/${job.id}/cancel`);
  }

  /** Every job is as the model says. */
  async check(): Promise<void> {
    for (const job of this.jobs) {
      const client = this.#clients[job.client] as JobClient;
      const { status, body } = await client.ask<{ state: string; attempt: number }>(
        'GET',
        `/v1/jobs/${job.id}`,
      );
      if (job.isDeleted) expect(status).toBe(404);
      else expect(body).toMatchObject({ state: job.state, attempt: job.attempt });
    }
  }
}
