import type { Caller } from '../../access/index.ts';
import type { Db } from '../../storage/index.ts';
import { runningBounds } from '../limits/running-counts.ts';
import {
  asKeyAllows,
  misfit,
  modelFor,
  type Candidate,
  type Ceiling,
  type Misfit,
  type Spec,
} from '../spec.ts';
import { findLanes, openLanes } from '../store/lane-store.ts';
import type { LaneRow } from '../store/tables.ts';

/** A job of a higher priority counts as waiting so much longer for each step: it goes first, and nothing starves. */
const PRIORITY_STEP_MS = 60_000;
/** How long a lane without room is passed over, where the end of a job at another node was not heard of. */
const FULL_MS = 1_000;
const KEPT_MAX = 2_000;

export interface Lane {
  id: number;
  ownerId: string;
  /** The key of its jobs; '': of several, from before lanes were of one key. */
  keyId: string;
  priority: number;
  /** With the selector and the budgets of the key, as they were at the last look. */
  spec: Spec;
  /** No job of it waits since before; Infinity: nothing waits. */
  head: number;
  /** Grows with each job that comes in. */
  arrivals: number;
  /** As many jobs run as `max_running` allows: until then, the end of one of them, or the next look. */
  fullUntilMs: number;
  /** Those that bound how many jobs run, as at the last look. */
  boundBy: readonly string[];
  /** Grows with each end of a job that counts against the same bounds. */
  freed: number;
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
  /** Those in which something waits: a process knows many more. */
  readonly #open = new Set<Lane>();
  /** How many jobs of an owner were started; the owner with the least goes first. */
  readonly #served = new Map<string, number>();
  readonly #maxSwapWaitMs: number;
  readonly #keptMax: number;
  /** What the owner had been served that was served last. */
  #turn = 0;

  /** @param keptMax with more lanes than that, those in which nothing waits are forgotten */
  constructor(maxSwapWaitMs: number, keptMax = KEPT_MAX) {
    this.#maxSwapWaitMs = maxSwapWaitMs;
    this.#keptMax = keptMax;
  }

  get size(): number {
    return this.#lanes.size;
  }

  /** What waits, from the database. */
  async refresh(db: Db): Promise<void> {
    for (const { head, ...row } of await openLanes(db)) this.#opened(row, head);
    for (const lane of this.#open) lane.fullUntilMs = 0;
    if (this.#lanes.size > this.#keptMax) this.#forgetEmpty();
  }

  /** A job that comes into one of them reads it again; its owner begins at the turn of the others. */
  #forgetEmpty(): void {
    const owners = new Set<string>();
    for (const { id, head, ownerId } of this.#lanes.values())
      if (head === Infinity) this.#lanes.delete(id);
      else owners.add(ownerId);
    for (const owner of this.#served.keys()) if (!owners.has(owner)) this.#served.delete(owner);
  }

  /** What the key of the lane allows now. */
  learn(
    lane: Lane,
    caller: Pick<Caller, 'selectors' | 'ownerId' | 'holders'>,
    ceiling: Ceiling | undefined,
  ): void {
    const { keys_workers: workers, keys_budget: budget, is_paid: isPaid } = lane.spec;
    const isSame = workers === caller.selectors.workers && (budget === ceiling || isPaid === true);
    if (!isSame) lane.spec = asKeyAllows(lane.spec, { caller, ceiling });
    lane.boundBy = runningBounds(caller).map(({ id }) => id);
  }

  /** A claim found no room for its jobs. @param freed as it was before it looked */
  full(lane: Lane, freed: number, nowMs: number): void {
    if (lane.freed === freed) lane.fullUntilMs = nowMs + FULL_MS;
  }

  /** A job of this lane has ended. @returns lanes that may go on. */
  freed(id: number): Lane[] {
    const bounds = this.#lanes.get(id)?.boundBy ?? [];
    if (bounds.length === 0) return [];
    const lanes = this.open().filter(({ boundBy }) => boundBy.some((bound) => bounds.includes(bound)));
    for (const lane of lanes) {
      lane.fullUntilMs = 0;
      lane.freed++;
    }
    return lanes;
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
    lane.arrivals++;
    this.#open.add(lane);
    return true;
  }

  #opened({ id, owner_id: ownerId, key_id: keyId, priority, spec }: LaneRow, head: number): void {
    if (!this.#lanes.has(id))
      this.#lanes.set(id, {
        id,
        ownerId,
        keyId,
        priority,
        spec: JSON.parse(spec) as Spec,
        head: Infinity,
        arrivals: 0,
        fullUntilMs: 0,
        boundBy: [],
        freed: 0,
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
      if (lane.fullUntilMs > nowMs || except.has(lane)) continue;
      if (whyUnfit(lane, seeker) !== undefined) continue;
      const rank = this.#rank(lane, seeker, nowMs);
      if (rank !== undefined && (bestRank === undefined || isBefore(rank, bestRank)))
        [best, bestRank] = [lane, rank];
    }
    return best;
  }

  /** Open lanes by the reason why this worker cannot take from them. */
  skipped(seeker: Seeker, nowMs: number): Map<Misfit | 'booked' | 'max_running', number> {
    const counts = new Map<Misfit | 'booked' | 'max_running', number>();
    for (const lane of this.open()) {
      const reason = whyUnfit(lane, seeker) ?? (lane.fullUntilMs > nowMs ? 'max_running' : undefined);
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * 0: waited too long for a swap; 1: needs none; 2: needs one. Undefined: a swap would unload a model that works.
   */
  #rank(lane: Lane, seeker: Seeker, nowMs: number): Rank | undefined {
    const mustSwap = needsSwap(lane, seeker);
    if (mustSwap && seeker.mustKeep) return undefined;
    const isLate = mustSwap && nowMs - lane.head > this.#maxSwapWaitMs;
    const swap = isLate ? 0 : mustSwap ? 2 : 1;
    return [swap, this.#served.get(lane.ownerId) ?? 0, lane.head - lane.priority * PRIORITY_STEP_MS];
  }
}

type Rank = readonly [swap: number, served: number, due: number];

const isBefore = (one: Rank, other: Rank): boolean => {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
};

function needsSwap({ spec }: Lane, { candidate, loaded }: Seeker): boolean {
  if (loaded.size === 0) return false;
  const model = modelFor(spec, candidate);
  return model !== null && model !== undefined && !loaded.has(model.name);
}

/** Whether the worker can take from this lane now. */
export const suits = (lane: Lane, seeker: Seeker): boolean =>
  whyUnfit(lane, seeker) === undefined && !(seeker.mustKeep && needsSwap(lane, seeker));

/** @returns undefined where the worker can do the jobs of the lane. */
export const whyUnfit = (
  { spec, ownerId }: Lane,
  { candidate, onlyFor }: Seeker,
): Misfit | 'booked' | undefined =>
  onlyFor !== undefined && onlyFor !== ownerId ? 'booked' : misfit(spec, candidate);
