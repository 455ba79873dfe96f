import type { Db } from '../../storage/index.ts';
import { modelFor, misfit, type Candidate, type Misfit, type Spec } from '../spec.ts';
import { findLanes, openLanes } from '../store/lane-store.ts';
import type { LaneRow } from '../store/tables.ts';

/** A job of a higher priority counts as waiting so much longer for each step: it goes first, and nothing starves. */
const PRIORITY_STEP_MS = 60_000;

export interface Lane {
  id: number;
  ownerId: string;
  priority: number;
  spec: Spec;
  /** No job of it waits since before; Infinity: nothing waits. */
  head: number;
  /** Grows with each job that comes in. */
  arrivals: number;
}

export interface Seeker {
  candidate: Candidate;
  /** Models that it says are loaded, or that it worked with last; empty: not known. */
  loaded: ReadonlySet<string>;
  /** What is loaded works for a lease: it must stay. */
  mustKeep: boolean;
  /** Who may use it while it is booked; undefined: everybody. */
  onlyFor?: string | undefined;
  bookedUntilMs?: number | undefined;
}

/**
 * The waiting jobs of this process's view, as lanes of jobs that are alike. Rows of jobs are only in the database; a lane
 * that seems open may be empty, and is closed by the claim that finds it so.
 */
export class Lanes {
  readonly #lanes = new Map<number, Lane>();
  /** Those of them in which something waits: claims look at no others. */
  readonly #open = new Set<Lane>();
  /** How many jobs of an owner were started; the owner with the least goes first. */
  readonly #served = new Map<string, number>();
  readonly #maxSwapWaitMs: number;
  /** What the owner had been served that was served last. */
  #turn = 0;

  constructor(maxSwapWaitMs: number) {
    this.#maxSwapWaitMs = maxSwapWaitMs;
  }

  /** What waits, from the database. */
  async refresh(db: Db): Promise<void> {
    for (const { head, ...row } of await openLanes(db)) this.#opened(row, head);
  }

  /** Jobs came in. Reads lanes that are new here. */
  async arrived(db: Db, ids: readonly number[], queuedAtMs: number): Promise<void> {
    const unknown = ids.filter((id) => !this.#lanes.has(id));
    if (unknown.length > 0) for (const row of await findLanes(db, unknown)) this.#opened(row, queuedAtMs);
    for (const id of ids) this.opened(id, queuedAtMs);
  }

  /** A job came into a lane that is known. @returns false where it is not. */
  opened(id: number, queuedAtMs: number): boolean {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return false;
    // An owner that had nothing waiting saves up no turns.
    if (lane.head === Infinity)
      this.#served.set(lane.ownerId, Math.max(this.#served.get(lane.ownerId) ?? 0, this.#turn));
    lane.head = Math.min(lane.head, queuedAtMs);
    this.#open.add(lane);
    lane.arrivals++;
    return true;
  }

  #opened({ id, owner_id: ownerId, priority, spec }: LaneRow, head: number): void {
    if (!this.#lanes.has(id))
      this.#lanes.set(id, {
        id,
        ownerId,
        priority,
        spec: JSON.parse(spec) as Spec,
        head: Infinity,
        arrivals: 0,
      });
    this.opened(id, head);
  }

  get(id: number): Lane | undefined {
    return this.#lanes.get(id);
  }

  open(): Lane[] {
    return [...this.#open];
  }

  /** A claim found nothing. @param arrivals as they were before it looked */
  close(lane: Lane, arrivals: number): void {
    if (lane.arrivals !== arrivals) return;
    lane.head = Infinity;
    this.#open.delete(lane);
  }

  /** Places were promised to jobs of this lane, so that the next place goes to another owner. */
  planned(lane: Lane, count: number): void {
    const served = this.#served.get(lane.ownerId) ?? 0;
    this.#turn = Math.max(this.#turn, served);
    this.#served.set(lane.ownerId, served + count);
  }

  /** @param lastQueuedAtMs of the last job that was started: those behind it are younger. */
  started(
    lane: Lane,
    { planned, started, lastQueuedAtMs }: { planned: number; started: number; lastQueuedAtMs: number },
  ): void {
    lane.head = lastQueuedAtMs;
    this.#served.set(lane.ownerId, (this.#served.get(lane.ownerId) ?? 0) - planned + started);
  }

  /** How many owners have something waiting. At least 1. */
  ownersWaiting(except: ReadonlySet<Lane>): number {
    const owners = new Set<string>();
    for (const lane of this.#open) if (!except.has(lane)) owners.add(lane.ownerId);
    return Math.max(owners.size, 1);
  }

  /** The lane that this worker should take from, of those that are not excluded. */
  next(seeker: Seeker, nowMs: number, except: ReadonlySet<Lane>): Lane | undefined {
    let best: Lane | undefined;
    let bestRank: Rank | undefined;
    for (const lane of this.#open) {
      if (except.has(lane) || whyUnfit(lane, seeker) !== undefined) continue;
      const rank = this.#rank(lane, seeker, nowMs);
      if (rank !== undefined && (bestRank === undefined || isBefore(rank, bestRank)))
        [best, bestRank] = [lane, rank];
    }
    return best;
  }

  /** Open lanes by the reason why this worker cannot take from them. */
  skipped(seeker: Seeker): Map<Misfit | 'booked', number> {
    const counts = new Map<Misfit | 'booked', number>();
    for (const lane of this.open()) {
      const reason = whyUnfit(lane, seeker);
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * 0: waited too long for a swap; 1: needs none; 2: needs one. Undefined: a swap would unload a model that works.
   */
  #rank(lane: Lane, { candidate, loaded, mustKeep }: Seeker, nowMs: number): Rank | undefined {
    const model = modelFor(lane.spec, candidate);
    const needsSwap = loaded.size > 0 && model !== null && model !== undefined && !loaded.has(model.name);
    if (needsSwap && mustKeep) return undefined;
    const isLate = needsSwap && nowMs - lane.head > this.#maxSwapWaitMs;
    const swap = isLate ? 0 : needsSwap ? 2 : 1;
    return [swap, this.#served.get(lane.ownerId) ?? 0, lane.head - lane.priority * PRIORITY_STEP_MS];
  }
}

type Rank = readonly [swap: number, served: number, due: number];

const isBefore = (one: Rank, other: Rank): boolean => {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
};

/** @returns undefined where the worker can do the jobs of the lane. */
export const whyUnfit = (
  { spec, ownerId }: Lane,
  { candidate, onlyFor }: Seeker,
): Misfit | 'booked' | undefined =>
  onlyFor !== undefined && onlyFor !== ownerId ? 'booked' : misfit(spec, candidate);
