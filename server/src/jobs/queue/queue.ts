import type { Clock } from '../../base/clock.ts';
import { Every } from '../../base/every.ts';
import type { Logger } from '../../base/logger.ts';
import type { Nodes } from '../../nodes/index.ts';
import { Together, type Storage } from '../../storage/index.ts';
import type { JobClocks } from '../context.ts';
import type { KnownWorkers } from '../known-workers.ts';
import type { Ceilings } from '../limits/ceilings.ts';
import type { Misfit } from '../spec.ts';
import type { WorkerRow } from '../store/tables.ts';
import type { WorkerRows } from '../store/worker-rows.ts';
import type { Submitters } from '../submitters.ts';
import { stateOf } from '../workers/worker.ts';
import { Claims, type Ask, type ClaimedJob, type Seeking } from './claims.ts';
import { Lanes, type Lane, type Seeker } from './lanes.ts';
import { Waiters, type Waiter } from './waiters.ts';

/** The topic that wakes other nodes. */
const TOPIC = 'jobs';
/** The topic that tells them of bookings that began or ended. */
const BOOKINGS = 'bookings';
/** Where a wake-up was lost. */
const LOOK_AGAIN_MS = 1_000;

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  nodes: Nodes;
  clocks: JobClocks;
  submitters: Submitters;
  ceilings: Ceilings;
  workers: KnownWorkers;
  workerRows: WorkerRows;
}

export interface Got {
  jobs: ClaimedJob[];
  /** The worker at the last look; undefined: it was deleted. */
  row: WorkerRow | undefined;
  /** Kinds of waiting jobs by the reason why this worker cannot do them. */
  skipped: ReadonlyMap<
    Misfit | 'booked' | 'max_running' | 'busy' | 'draining' | 'paused' | 'resting',
    number
  >;
}

/** Polls that one wakes that has found a job: they double until the jobs are taken, and few look in vain. */
const SCOUTS = 2;

/**
 * Brings waiting jobs to workers that ask. The database decides who gets a job; this process only knows where to look, and
 * who waits.
 */
export class Queue {
  readonly #options: Options;
  readonly #lanes: Lanes;
  readonly #claims: Together<Ask, Seeking>;
  readonly #waiters = new Waiters();
  readonly #ticks: Every;
  #removers: (() => void)[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.#lanes = new Lanes(options.clocks.maxSwapWaitMs);
    const claims = new Claims({ ...options, lanes: this.#lanes });
    // A lease that a power cut loses is a job that waits again.
    this.#claims = new Together(options.storage, (tx, asks) => claims.claim(tx, asks), { durable: false });
    this.#ticks = new Every(LOOK_AGAIN_MS, () => this.#look());
  }

  async start(): Promise<void> {
    await this.#lanes.refresh(this.#options.storage.db);
    const { nodes } = this.#options;
    this.#removers = [
      nodes.onWake(TOPIC, () => void this.#ticks.run()),
      nodes.onWake(BOOKINGS, () => this.#lookAtBookings()),
    ];
    this.#ticks.start();
  }

  async stop(): Promise<void> {
    for (const remove of this.#removers) remove();
    for (const waiter of this.#waiters.all()) waiter.wake();
    await Promise.all([this.#ticks.stop(), this.#claims.idle()]);
  }

  /** After the commit that put a job into each of these lanes. */
  async arrived(laneIds: readonly number[], queuedAtMs: number): Promise<void> {
    await this.#open(laneIds, queuedAtMs);
    for (const id of laneIds) this.#offer(this.#lanes.get(id));
  }

  /** After the commit that put jobs, any number of them, back into these lanes. */
  async returned(laneIds: readonly number[]): Promise<void> {
    await this.#open(laneIds, 0);
    for (const id of laneIds) this.#offer(this.#lanes.get(id), { isScout: true });
  }

  async #open(laneIds: readonly number[], queuedAtMs: number): Promise<void> {
    const { storage, nodes, logger } = this.#options;
    nodes.wake(TOPIC);
    try {
      await this.#lanes.arrived(storage.db, laneIds, queuedAtMs);
      await this.#learn(laneIds.flatMap((id) => this.#lanes.get(id) ?? []));
    } catch (error) {
      logger.warn({ err: error }, 'new jobs are found at the next look');
    }
  }

  /** A lease of this worker has ended: its polls look again. */
  placeFreed(workerId: string): void {
    for (const waiter of this.#waiters.of(workerId)) waiter.wake();
  }

  /** A job that this worker is too dear for is back in its lane: it is for others. */
  async tooDear({ lane, caller, queued_at: queuedAtMs }: ClaimedJob, worker: WorkerRow): Promise<void> {
    await this.#options.ceilings.refused(caller, worker);
    await this.arrived([lane], queuedAtMs);
  }

  /** What a worker can do has changed, or for whom. */
  workerChanged(workerId: string): void {
    this.#options.workers.changed();
    this.placeFreed(workerId);
  }

  /** A job of this lane runs no more: others may start that `max_running` of its key kept waiting. */
  freed(laneId: number): void {
    for (const lane of this.#lanes.freed(laneId)) this.#offer(lane);
  }

  /** A booking of this worker began, or ended before its time. */
  bookingChanged(workerId: string): void {
    this.workerChanged(workerId);
    this.#options.nodes.wake(BOOKINGS);
  }

  /** Booked workers may work for others again. One that was booked meanwhile finds out with its next claim. */
  #lookAtBookings(): void {
    for (const { seeker, wake } of this.#waiters.all()) if (seeker?.onlyFor !== undefined) wake();
  }

  /** @returns jobs as soon as there are some; none after the wait, or when the caller has left. */
  async poll(ask: Ask, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<Got> {
    const endsMs = this.#options.clock.monotonicMs() + waitMs;
    let isScout = false;
    for (;;) {
      const waiter = this.#wait(ask.workerId, signal);
      try {
        if (this.#options.ceilings.areStale) await this.#learn(this.#lanes.open(), { isAll: true });
        const { row, seeker, free, jobs, empty, full } = await this.#claims.add(ask);
        // Not in the transaction, which may run again: only where no job came in since the look.
        for (const [lane, arrivals] of empty) this.#lanes.close(lane, arrivals);
        for (const [lane, freed] of full) this.#lanes.full(lane, freed, this.#options.clock.nowMs());
        const leftMs = endsMs - this.#options.clock.monotonicMs();
        if (jobs.length > 0 && isScout) this.#offerRest(jobs);
        if (jobs.length > 0) return { jobs, row, skipped: new Map() };
        if (row === undefined || leftMs <= 0 || signal.aborted)
          return { jobs, row, skipped: this.#skipped(row, seeker, free) };
        const offered = free > 0 ? seeker : undefined;
        // A job may have come in while this claim looked.
        if (offered !== undefined && this.#fits(offered)) continue;
        if (offered !== undefined) this.#waiters.offers(waiter, offered);
        // When its booking ends by itself, it looks again: jobs of others may have come in before.
        const bookedMs = (seeker?.bookedUntilMs ?? Infinity) - this.#options.clock.nowMs();
        // A worker without a free place is not offered anything; its place may become free at another node.
        const blindMs = offered === undefined ? LOOK_AGAIN_MS : Infinity;
        await waiter.until(Math.min(leftMs, blindMs, Math.max(bookedMs, 1)));
        ({ isScout } = waiter);
      } finally {
        waiter.leave();
      }
    }
  }

  #fits(seeker: Seeker): boolean {
    return this.#lanes.next(seeker, this.#options.clock.nowMs(), new Set()) !== undefined;
  }

  #wait(workerId: string, signal: AbortSignal) {
    const woken = Promise.withResolvers<void>();
    const wake = (): void => woken.resolve();
    const waiter: Waiter = { workerId, seeker: undefined, isScout: false, wake };
    this.#waiters.add(waiter);
    return Object.assign(waiter, {
      until: async (ms: number): Promise<void> => {
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake, { once: true });
        await woken.promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        // It leaves with the job that it was woken for: another one may take that.
        if (!signal.aborted) return;
        for (const lane of this.#lanes.open()) this.#offer(lane, { except: waiter, isScout: true });
      },
      leave: (): void => this.#waiters.remove(waiter),
    });
  }

  #offer(
    lane: Lane | undefined,
    { except, isScout = false }: { except?: Waiter; isScout?: boolean } = {},
  ): void {
    if (lane === undefined || lane.head === Infinity || lane.fullUntilMs > this.#options.clock.nowMs())
      return;
    const waiter = this.#waiters.bestFor(lane, except);
    if (waiter === undefined) return;
    // It is awake: the next job is for another.
    this.#waiters.noOffers(waiter);
    waiter.isScout = isScout;
    waiter.wake();
  }

  async #look(): Promise<void> {
    if (this.#waiters.size === 0) return;
    try {
      await this.#lanes.refresh(this.#options.storage.db);
      // A selector may have become wider: a claim would not look.
      await this.#learn(this.#lanes.open(), { isAll: true });
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the queue could not be read');
    }
    for (const lane of this.#lanes.open()) this.#offer(lane, { isScout: true });
  }

  /** Of the lanes of these jobs, which a poll has just taken. */
  #offerRest(jobs: readonly ClaimedJob[]): void {
    for (const id of new Set(jobs.map(({ lane }) => lane)))
      for (let scouts = 0; scouts < SCOUTS; scouts++) this.#offer(this.#lanes.get(id), { isScout: true });
  }

  /** So that only a worker is offered a lane that its key lets have it. */
  async #learn(lanes: readonly Lane[], { isAll = false } = {}): Promise<void> {
    const { storage, submitters, ceilings } = this.#options;
    const keyIds = lanes.flatMap(({ keyId }) => (keyId === '' ? [] : [keyId]));
    const callers = await submitters.callers(storage.db, keyIds);
    const known = [...callers.values()].filter((caller) => caller !== undefined);
    const reading = isAll ? ceilings.readAll(known) : ceilings.read(known);
    if (reading !== undefined) await reading;
    for (const lane of lanes) {
      const caller = callers.get(lane.keyId);
      if (caller !== undefined) this.#lanes.learn(lane, caller, ceilings.of(caller));
    }
  }

  #skipped(row: WorkerRow | undefined, seeker: Seeker | undefined, free: number): Got['skipped'] {
    if (row === undefined || seeker === undefined) return new Map();
    const waiting = this.#lanes.open().length;
    const state = stateOf(row, this.#options.clock.nowMs());
    if (waiting > 0 && (state === 'draining' || state === 'paused' || state === 'resting'))
      return new Map([[state, waiting]]);
    if (waiting > 0 && free === 0) return new Map([['busy', waiting]]);
    return this.#lanes.skipped(seeker, this.#options.clock.nowMs());
  }
}
