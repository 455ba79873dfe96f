import { setTimeout as sleep } from 'node:timers/promises';
import { Every } from '../base/every.ts';
import { booksOf, type Db, type Storage } from '../storage/index.ts';
import type { Charges } from './charges.ts';
import type { JobsContext } from './context.ts';
import { endJob, loseAttempt } from './ending.ts';
import { changeAllJobs, endAllWaiting } from './jobs.ts';
import { isFinal, type JobRow } from './job.ts';
import { KeyChanges } from './key-changes.ts';
import type { Presence } from './presence/presence.ts';
import { closeReader } from './store/job-store.ts';
import { extendLeases, shortenLeases } from './store/lease-store.ts';
import * as store from './store/sweep-store.ts';
import { deleteLanes } from './store/lane-store.ts';
import * as workers from './store/worker-store.ts';
import { markWorker } from './workers/reports.ts';

/** Jobs in one transaction. */
const SLICE = 200;
const RELEASE_MS = 250;
/** A sweep this many times later than it should be: nobody could renew a lease meanwhile. */
const OUTAGE_SWEEPS = 3;
const LANES_UNUSED_MS = 86_400_000;
const CLEAN_MS = 60_000;

/** Applies the clocks of jobs: leases, times to run and to wait, retries. Nothing waits for a reader. */
export class Sweeper {
  readonly #context: JobsContext & { charges: Charges };
  readonly #storage: Storage;
  readonly #presence: Presence;
  readonly #sweeps: Every;
  readonly #releases: Every;
  readonly #graces = new Set<NodeJS.Timeout>();
  #sweptMs = -Infinity;
  /** Until then workers may have been without a server. */
  #outageMs = -Infinity;
  #cleanedMs = -Infinity;
  readonly #lookAtKeys: () => Promise<void>;

  constructor(context: JobsContext & { charges: Charges }, presence: Presence) {
    this.#context = context;
    this.#presence = presence;
    this.#storage = booksOf(context.storage);
    this.#sweeps = new Every(context.clocks.sweepMs, () => this.#guarded(() => this.sweep()));
    this.#releases = new Every(RELEASE_MS, () => this.#guarded(() => this.#release()));
    const keyChanges = new KeyChanges(context, this.#storage);
    this.#lookAtKeys = context.nodes.onTakenAway(() => keyChanges.look());
    context.workers.readAfter(this.#lookAtKeys);
  }

  start(): void {
    this.#sweeps.start();
    this.#releases.start();
    void this.#sweeps.run();
  }

  async stop(): Promise<void> {
    for (const grace of this.#graces) clearTimeout(grace);
    await Promise.all([this.#sweeps.stop(), this.#releases.stop()]);
  }

  /**
   * The control stream of a worker broke: its leases end after a grace, unless the worker is heard of before. A server that
   * stops breaks all streams, and changes nothing.
   */
  streamBroke(workerId: string): void {
    const { clock, clocks } = this.#context;
    const brokeMs = clock.nowMs();
    const grace = setTimeout(() => {
      this.#graces.delete(grace);
      void this.#guarded(() => this.#endLeases(workerId, brokeMs));
    }, clocks.graceMs);
    this.#graces.add(grace.unref());
  }

  async #endLeases(workerId: string, brokeMs: number): Promise<void> {
    const [worker] = await workers.findWorkers(this.#storage.db, [workerId]);
    if (worker === undefined || worker.seen_at > brokeMs) return;
    const nowMs = this.#context.clock.nowMs();
    await this.#storage.transaction((tx) => shortenLeases(tx, workerId, nowMs), { durable: false });
    await this.#sweeps.run();
  }

  /** Once, for all jobs whose time is over. */
  async sweep(): Promise<void> {
    const { clock, clocks } = this.#context;
    const nowMs = clock.nowMs();
    if (clock.monotonicMs() - this.#sweptMs > OUTAGE_SWEEPS * clocks.sweepMs) {
      this.#outageMs = nowMs;
      await this.#storage.transaction(
        async (tx) => {
          await extendLeases(tx, nowMs + clocks.leaseMs);
          await store.extendReaders(tx, nowMs + clocks.leaseMs);
        },
        { durable: false },
      );
    }
    await this.#all(
      (db) => store.overdue(db, nowMs, SLICE),
      (tx, job) => this.#overdue(tx, job, nowMs),
    );
    await endAllWaiting(this.#context, this.#storage, (db, limit) => store.expired(db, nowMs, limit), {
      ...EXPIRED,
      nowMs,
      expiresMs: nowMs,
    });
    await this.#all(
      (db) => store.unread(db, nowMs, SLICE),
      (tx, job) => this.#unread(tx, job),
    );
    await this.#lookAtKeys();
    await this.#context.charges.release((held) => store.overLeases(this.#storage.db, held));
    if (await workers.anyLeaving(this.#storage.db))
      await this.#storage.transaction((tx) => workers.deleteGone(tx), { durable: false });
    if (clock.monotonicMs() - this.#cleanedMs > CLEAN_MS) await this.#clean(nowMs);
    this.#sweptMs = clock.monotonicMs();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) =>
      this.#context.logger.warn({ err: error }, 'jobs could not be swept'),
    );
  }

  /** In slices. @param change gives false where the job needed nothing. */
  async #all(
    find: (db: Db) => Promise<string[]>,
    change: (tx: Db, job: JobRow) => Promise<boolean>,
  ): Promise<void> {
    await changeAllJobs(this.#context, this.#storage, { find, change, slice: SLICE });
  }

  /** Its process was killed: nobody waits for it any more. */
  async #unread(tx: Db, job: JobRow): Promise<boolean> {
    if (!isFinal(job.state))
      await endJob(tx, this.#context, job, { state: 'CANCELED', ...READER_GONE, outcome: 'canceled' });
    await closeReader(tx, job.id);
    return true;
  }

  async #overdue(tx: Db, job: JobRow, nowMs: number): Promise<boolean> {
    if (job.state !== 'RUNNING') return false;
    const isTimedOut = (job.deadline_at ?? Infinity) <= nowMs;
    if (!isTimedOut && (job.lease_until ?? Infinity) > nowMs) return false;
    const isServers = !isTimedOut && (await this.#wasServers(tx, job));
    const end = isServers ? SERVER_AWAY : isTimedOut ? TIMED_OUT : LEASE_LOST;
    await loseAttempt(tx, this.#context, job, { ...end, costs: !isServers });
    if (end === LEASE_LOST) await markWorker(tx, this.#context, job);
    return true;
  }

  /**
   * Whether a lease ended as a server was away: this one before its first sweep, or any one after the lease was renewed last.
   * Counted, three of them let the worker rest (worker-marks.test.ts).
   */
  async #wasServers(tx: Db, { started_at: at, lease_until: until }: JobRow): Promise<boolean> {
    const { leaseMs } = this.#context.clocks;
    const startedMs = at ?? 0;
    const untilMs = until ?? 0;
    if (startedMs <= this.#outageMs && untilMs <= this.#outageMs + leaseMs) return true;
    const renewedMs = Math.max(startedMs, untilMs - leaseMs);
    return this.#presence.wasAway(tx, { fromMs: renewedMs, toMs: untilMs });
  }

  async #release(): Promise<void> {
    const nowMs = this.#context.clock.nowMs();
    const next = await store.nextRelease(this.#storage.db);
    if (next === undefined || next > nowMs) return;
    const lanes = await this.#storage.transaction((tx) => store.release(tx, nowMs, SLICE), {
      durable: false,
    });
    if (lanes.length > 0) await this.#context.queue.returned([...new Set(lanes)]);
  }

  async #clean(nowMs: number): Promise<void> {
    const { limits, clock } = this.#context;
    this.#cleanedMs = clock.monotonicMs();
    await this.#storage.transaction((tx) => deleteLanes(tx, nowMs - LANES_UNUSED_MS), { durable: false });
    await this.#presence.clean(nowMs);
    await this.#storage.transaction((tx) => workers.deleteLost(tx, nowMs - CLEAN_MS), { durable: false });
    for (;;) {
      const ids = await store.finishedBefore(this.#storage.db, nowMs - limits.keptMs, SLICE);
      if (ids.length > 0)
        await this.#storage.transaction((tx) => store.deleteJobs(tx, ids), { durable: false });
      if (ids.length < SLICE) return;
      await sleep(1);
    }
  }
}

const LEASE_LOST = {
  outcome: 'lease_lost',
  code: 'lease_lost',
  message: 'The worker was not heard of any more.',
} as const;

const SERVER_AWAY = {
  outcome: 'lease_lost',
  code: 'interrupted',
  message: 'A server was away: the worker did not get the job, or could not report it.',
} as const;

const READER_GONE = { code: 'canceled', message: 'The request that waited for it has ended.' } as const;

const TIMED_OUT = {
  outcome: 'timed_out',
  code: 'run_timeout',
  message: 'The job ran longer than its run_timeout_seconds.',
} as const;

const EXPIRED = {
  state: 'EXPIRED',
  code: 'expired',
  message: 'No worker took the job within its ttl_seconds.',
} as const;
