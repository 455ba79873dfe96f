import type { Caller } from '../../access/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Ceilings } from '../limits/ceilings.ts';
import { RunningCounts } from '../limits/running-counts.ts';
import { lockRunning } from '../store/limit-store.ts';
import type { Submitters } from '../submitters.ts';
import { whyUnfit, type Lane, type Lanes, type Seeker } from './lanes.ts';

interface Options {
  lanes: Lanes;
  submitters: Submitters;
  ceilings: Ceilings;
}

/**
 * What the keys of lanes allow, in the transaction of a claim: their selectors of workers and their `max_running` as they are
 * now, not as they were when the jobs were submitted. Guarded by job-limits.test.ts.
 */
export class Gate {
  /** Lanes without room, with `freed` before the look. */
  readonly full = new Map<Lane, number>();
  readonly #tx: Db;
  readonly #lanes: Lanes;
  readonly #submitters: Submitters;
  readonly #ceilings: Ceilings;
  readonly #rooms: RunningCounts;
  /** By lane. */
  readonly #callers = new Map<Lane, Caller | undefined>();

  constructor(tx: Db, { lanes, submitters, ceilings }: Options) {
    this.#tx = tx;
    this.#lanes = lanes;
    this.#submitters = submitters;
    this.#ceilings = ceilings;
    this.#rooms = new RunningCounts(tx, submitters);
  }

  /** As `Lanes.next`, of the lanes that may start a job. @param except lanes without room are added to it */
  async next(
    seeker: Seeker,
    nowMs: number,
    except: Set<Lane>,
  ): Promise<{ lane: Lane; room: number } | undefined> {
    for (;;) {
      const lane = this.#lanes.next(seeker, nowMs, except);
      if (lane === undefined) return undefined;
      const { freed } = lane;
      const caller = await this.#callerOf(lane);
      // The selector may be narrower than it was.
      if (whyUnfit(lane, seeker) !== undefined) continue;
      const room = await this.#rooms.of(caller, lockRunning);
      if (room > 0) return { lane, room };
      this.full.set(lane, freed);
      except.add(lane);
    }
  }

  /** So many jobs of the lane start; fewer than 0: they did not. */
  take(lane: Lane, count: number): void {
    if (count !== 0) this.#rooms.take(this.#callers.get(lane), count);
  }

  /** Undefined: the key has ended, and so do its jobs. */
  async #callerOf(lane: Lane): Promise<Caller | undefined> {
    if (this.#callers.has(lane) || lane.keyId === '') return this.#callers.get(lane);
    const caller = (await this.#submitters.callers(this.#tx, [lane.keyId])).get(lane.keyId);
    this.#callers.set(lane, caller);
    if (caller !== undefined) this.#lanes.learn(lane, caller, this.#ceilings.of(caller));
    return caller;
  }
}
