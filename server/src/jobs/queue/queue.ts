import type { Clock } from '../../base/clock.ts';
import { Every } from '../../base/every.ts';
import type { Logger } from '../../base/logger.ts';
import type { Nodes } from '../../nodes/index.ts';
import { Together, type Storage } from '../../storage/index.ts';
import type { JobClocks } from '../context.ts';
import { modelFor, type Misfit } from '../spec.ts';
import type { WorkerRow } from '../store/tables.ts';
import type { Submitters } from '../submitters.ts';
import { stateOf } from '../workers/worker.ts';
import { Claims, type Ask, type ClaimedJob, type Seeking } from './claims.ts';
import { Lanes, whyUnfit, type Lane, type Seeker } from './lanes.ts';

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
}

export interface Got {
  jobs: ClaimedJob[];
  /** Kinds of waiting jobs by the reason why this worker cannot do them. */
  skipped: ReadonlyMap<Misfit | 'booked' | 'busy' | 'draining' | 'resting', number>;
  /** The worker was deleted. */
  isGone: boolean;
}

/** A poll that waits for a job. */
interface Waiter {
  workerId: string;
  seeker: Seeker | undefined;
  wake: () => void;
}

/**
 * Brings waiting jobs to workers that ask. The database decides who gets a job; this process only knows where to look, and
 * who waits.
 */
export class Queue {
  readonly #options: Options;
  readonly #lanes: Lanes;
  readonly #claims: Together<Ask, Seeking>;
  /** The longest waiting first. */
  readonly #waiters = new Set<Waiter>();
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
    for (const waiter of this.#waiters) waiter.wake();
    await Promise.all([this.#ticks.stop(), this.#claims.idle()]);
  }

  /** After the commit that put jobs into these lanes. */
  async arrived(laneIds: readonly number[], queuedAtMs: number): Promise<void> {
    const { storage, nodes, logger } = this.#options;
    nodes.wake(TOPIC);
    try {
      await this.#lanes.arrived(storage.db, laneIds, queuedAtMs);
    } catch (error) {
      logger.warn({ err: error }, 'new jobs are found at the next look');
    }
    for (const id of laneIds) this.#offer(this.#lanes.get(id));
  }

  /** What a worker can do has changed: its polls look again. */
  workerChanged(workerId: string): void {
    for (const waiter of this.#waiters) if (waiter.workerId === workerId) waiter.wake();
  }

  /** A booking of this worker began, or ended before its time. */
  bookingChanged(workerId: string): void {
    this.workerChanged(workerId);
    this.#options.nodes.wake(BOOKINGS);
  }

  /** Booked workers may work for others again. One that was booked meanwhile finds out with its next claim. */
  #lookAtBookings(): void {
    for (const { seeker, wake } of this.#waiters) if (seeker?.onlyFor !== undefined) wake();
  }

  /** @returns jobs as soon as there are some; none after the wait, or when the caller has left. */
  async poll(ask: Ask, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<Got> {
    const endsMs = this.#options.clock.monotonicMs() + waitMs;
    for (;;) {
      const waiter = this.#wait(ask.workerId, signal);
      try {
        const { row, seeker, free, jobs, empty } = await this.#claims.add(ask);
        // Not in the transaction, which may run again: only where no job came in since the look.
        for (const [lane, arrivals] of empty) this.#lanes.close(lane, arrivals);
        const leftMs = endsMs - this.#options.clock.monotonicMs();
        if (jobs.length > 0) return { jobs, isGone: false, skipped: new Map() };
        if (row === undefined || leftMs <= 0 || signal.aborted)
          return { jobs, isGone: row === undefined, skipped: this.#skipped(row, seeker, free) };
        waiter.seeker = free > 0 ? seeker : undefined;
        // A job may have come in while this claim looked.
        if (waiter.seeker !== undefined && this.#fits(waiter.seeker)) continue;
        // When its booking ends by itself, it looks again: jobs of others may have come in before.
        const bookedMs = (seeker?.bookedUntilMs ?? Infinity) - this.#options.clock.nowMs();
        // A worker without a free place is not offered anything; its place may become free at another node.
        const blindMs = waiter.seeker === undefined ? LOOK_AGAIN_MS : Infinity;
        await waiter.until(Math.min(leftMs, blindMs, Math.max(bookedMs, 1)));
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
    const waiter: Waiter = { workerId, seeker: undefined, wake };
    this.#waiters.add(waiter);
    return Object.assign(waiter, {
      until: async (ms: number): Promise<void> => {
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake, { once: true });
        await woken.promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        // It leaves with the job that it was woken for: another one may take that.
        if (signal.aborted) for (const lane of this.#lanes.open()) this.#offer(lane, waiter);
      },
      leave: (): void => void this.#waiters.delete(waiter),
    });
  }

  /** Wakes one that can do it: one that has its model loaded, else the one that waits longest. */
  #offer(lane: Lane | undefined, except?: Waiter): void {
    if (lane === undefined || lane.head === Infinity) return;
    let best: Waiter | undefined;
    for (const waiter of this.#waiters) {
      const { seeker } = waiter;
      if (waiter === except || seeker === undefined) continue;
      if (whyUnfit(lane, seeker) !== undefined) continue;
      best ??= waiter;
      const model = modelFor(lane.spec, seeker.candidate);
      if (model === null || model === undefined) break;
      if (!seeker.loaded.has(model.name)) continue;
      best = waiter;
      break;
    }
    if (best === undefined) return;
    // It is awake: the next job is for another.
    best.seeker = undefined;
    best.wake();
  }

  async #look(): Promise<void> {
    if (this.#waiters.size === 0) return;
    try {
      await this.#lanes.refresh(this.#options.storage.db);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the queue could not be read');
    }
    const lanes = this.#lanes.open();
    for (let offers = this.#waiters.size; offers > 0 && lanes.length > 0; offers -= lanes.length)
      for (const lane of lanes) this.#offer(lane);
  }

  #skipped(row: WorkerRow | undefined, seeker: Seeker | undefined, free: number): Got['skipped'] {
    if (row === undefined || seeker === undefined) return new Map();
    const waiting = this.#lanes.open().length;
    const state = stateOf(row, this.#options.clock.nowMs());
    if (waiting > 0 && (state === 'draining' || state === 'resting')) return new Map([[state, waiting]]);
    if (waiting > 0 && free === 0) return new Map([['busy', waiting]]);
    return this.#lanes.skipped(seeker);
  }
}
