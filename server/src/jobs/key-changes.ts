import { coversAll, selects, type Caller } from '../access/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { JobsContext } from './context.ts';
import { endJob, loseAttempt } from './ending.ts';
import { changeAllJobs, endAllWaiting } from './jobs.ts';
import { isFinal, type JobRow } from './job.ts';
import { endBookings } from './marketplace/end-bookings.ts';
import { KEY_ENDED, mayWork, modelsOfJob, refusalOf, type Refusal } from './rights.ts';
import * as store from './store/sweep-store.ts';
import * as workers from './store/worker-store.ts';
import { ONLINE_MS } from './workers/worker.ts';

/** Jobs in one transaction. */
const SLICE = 200;
/** Of keys; more are forgotten. */
const LOOKED_MAX = 10_000;

/** Ends what keys may not have any more: jobs of clients, leases of workers, bookings. */
export class KeyChanges {
  readonly #context: JobsContext;
  readonly #storage: Storage;
  /** By key: the rights with which its jobs were looked at last. */
  readonly #looked = new Map<string, string>();

  constructor(context: JobsContext, storage: Storage) {
    this.#context = context;
    this.#storage = storage;
  }

  async look(): Promise<void> {
    await this.#silenceWorkers();
    await this.#endOfWorkers();
    await this.#endOfClients();
    await endBookings(this.#context);
  }

  /** A worker whose key has ended, or may not work any more, is offline from now on: nobody waits for it, or books it. */
  async #silenceWorkers(): Promise<void> {
    const { clock } = this.#context;
    const sinceMs = clock.nowMs() - ONLINE_MS - 1;
    for (const keyId of await this.#ended(await workers.keysOfSeen(this.#storage.db, sinceMs)))
      await this.#storage.transaction((tx) => workers.silence(tx, keyId, sinceMs), { durable: false });
    this.#context.workers.changed();
  }

  /**
   * The leases that a key has asked for end with it, or when it may not work any more: the jobs run elsewhere, and it costs them
   * nothing. The key of the lease, not of its worker: several keys of an owner can ask for the jobs of one worker.
   */
  async #endOfWorkers(): Promise<void> {
    for (const keyId of await this.#ended(await workers.keysOfLeases(this.#storage.db)))
      await this.#all(
        (from) => workers.jobsOfLeaseKey(from, keyId, SLICE),
        async (tx, job) => {
          if (job.state !== 'RUNNING' || !(await workers.isOfLeaseKey(tx, job.id, keyId))) return false;
          await this.#takeAway(tx, job, WORKER_ENDED);
          return true;
        },
      );
  }

  /** Those of these keys that may not work any more. */
  async #ended(keyIds: readonly string[]): Promise<string[]> {
    const callers = await this.#context.submitters.callers(this.#storage.db, keyIds);
    return [...callers].flatMap(([id, caller]) => (mayWork(caller) ? [] : [id]));
  }

  /** Its worker hears of it at once. */
  async #takeAway(tx: Db, job: JobRow, why: typeof WORKER_ENDED | typeof WORKER_EXCLUDED): Promise<void> {
    const { id: jobId, attempt, worker_id: workerId } = job;
    await loseAttempt(tx, this.#context, job, { ...why, costs: false });
    const nowMs = this.#context.clock.nowMs();
    if (workerId !== null) await workers.noteLost(tx, { workerId, jobId, attempt }, nowMs);
  }

  /** Jobs of keys that have ended, or that could not submit them any more, are canceled: such a key has no effect any more. */
  async #endOfClients(): Promise<void> {
    const { db } = this.#storage;
    const callers = await this.#context.submitters.callers(db, await store.keysOfOpenJobs(db));
    for (const [keyId, caller] of callers) {
      const rights =
        caller && JSON.stringify([caller.grants, caller.selectors.models, caller.selectors.workers]);
      // Looked at already: no job was stored since that this key could not submit, and none given to a worker that it excludes.
      if (rights !== undefined && this.#looked.get(keyId) === rights) continue;
      await this.#endOfClient(keyId, caller);
      if (this.#looked.size >= LOOKED_MAX) this.#looked.clear();
      if (rights !== undefined) this.#looked.set(keyId, rights);
    }
  }

  async #endOfClient(keyId: string, caller: Caller | undefined): Promise<void> {
    if (caller === undefined) return this.#cancel(KEY_ENDED, { key_id: keyId });
    // First: these are few.
    await this.#leaveExcluded(keyId, caller);
    for (const { spec, ...kind } of await store.kindsOf(this.#storage.db, keyId)) {
      const refusal = refusalOf(caller, { reader_until: null, models: modelsOfJob(kind, spec) });
      if (refusal !== undefined) await this.#cancel(refusal, kind);
    }
  }

  /** A worker that the key lets have no jobs any more loses those that it has: they run elsewhere, and it costs them nothing. */
  async #leaveExcluded(keyId: string, { selectors: { workers: selector } }: Caller): Promise<void> {
    if (coversAll(selector)) return;
    const isExcluded = ({ owner_id: ownerId }: { owner_id: string }): boolean => !selects(selector, ownerId);
    await this.#all(
      async (db) =>
        (await store.runningJobsOf(db, keyId))
          .filter(isExcluded)
          .slice(0, SLICE)
          .map(({ id }) => id),
      async (tx, job) => {
        const [worker] = await workers.findWorkers(tx, [job.worker_id ?? '']);
        if (job.state !== 'RUNNING' || worker === undefined || !isExcluded(worker)) return false;
        await this.#takeAway(tx, job, WORKER_EXCLUDED);
        return true;
      },
    );
  }

  /**
   * Those that run first: they are few, and their workers could still report output. Then those that wait, however many. Then
   * all that are left: jobs that a worker got, or gave back, meanwhile.
   */
  async #cancel(why: Refusal, jobs: store.OpenJobs): Promise<void> {
    const cancelEach = (find: (db: Db) => Promise<string[]>): Promise<void> =>
      this.#all(find, async (tx, job) => {
        if (isFinal(job.state)) return false;
        await endJob(tx, this.#context, job, { state: 'CANCELED', ...why, outcome: 'canceled' });
        return true;
      });
    await cancelEach((db) => store.openJobs(db, jobs, { state: 'RUNNING', limit: SLICE }));
    await endAllWaiting(
      this.#context,
      this.#storage,
      (db, limit) => store.openJobs(db, jobs, { state: 'QUEUED', limit }),
      { state: 'CANCELED', ...why, nowMs: this.#context.clock.nowMs() },
    );
    await cancelEach((db) => store.openJobs(db, jobs, { limit: SLICE }));
  }

  async #all(
    find: (db: Db) => Promise<string[]>,
    change: (tx: Db, job: JobRow) => Promise<boolean>,
  ): Promise<void> {
    await changeAllJobs(this.#context, this.#storage, { find, change, slice: SLICE });
  }
}

const WORKER_EXCLUDED = {
  outcome: 'lease_lost',
  code: 'lease_lost',
  message: 'The key that submitted the job lets the owner of this worker have its jobs no more.',
} as const;

const WORKER_ENDED = {
  outcome: 'lease_lost',
  code: 'lease_lost',
  message: 'The key that its worker asked for it with has ended, or may not work any more.',
} as const;
