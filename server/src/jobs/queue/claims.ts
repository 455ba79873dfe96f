import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../storage/index.ts';
import type { JobClocks } from '../context.ts';
import type { Caller } from '../../access/index.ts';
import type { Ceilings } from '../limits/ceilings.ts';
import { KEY_ENDED, refusalOf } from '../rights.ts';
import { constraintsOf, modelFor } from '../spec.ts';
import { claimFrom, type Claimed, type Slot } from '../store/claim.ts';
import { end } from '../store/lease-store.ts';
import type { WorkerRow } from '../store/tables.ts';
import type { WorkerRows } from '../store/worker-rows.ts';
import { markSeen, workWith } from '../store/worker-store.ts';
import type { Submitters } from '../submitters.ts';
import { bookedFor, candidateOf } from '../workers/worker.ts';
import { Gate } from './gate.ts';
import type { Lane, Lanes, Seeker } from './lanes.ts';

/** How old the note of a worker's last word may be. */
const SEEN_STEP_MS = 5_000;
/** Of workers; more are forgotten. */
const LAST_MODELS_MAX = 10_000;

export interface Ask {
  workerId: string;
  /** Of the request. */
  keyId: string;
  max: number;
}

/** A job as its worker gets it. `payload`: JSON. */
export interface ClaimedJob extends Claimed {
  payload: string;
  constraints: string;
  /** Of the key that submitted it. */
  caller: Caller;
}

/** What a claim knows of one ask. */
export interface Seeking {
  ask: Ask;
  row: WorkerRow | undefined;
  seeker: Seeker | undefined;
  free: number;
  jobs: ClaimedJob[];
  /** Lanes in which nothing was found, with their arrivals before the look: to be closed after the commit. */
  empty: ReadonlyMap<Lane, number>;
  /** Lanes whose keys have as many running jobs as they may, with `freed` before the look. */
  full: ReadonlyMap<Lane, number>;
}

interface Options {
  clock: Clock;
  clocks: JobClocks;
  submitters: Submitters;
  ceilings: Ceilings;
  workerRows: WorkerRows;
  lanes: Lanes;
}

/** Decides which places look in which lanes, and hands the jobs over. */
export class Claims {
  readonly #options: Options;
  readonly #lanes: Lanes;
  /** Models that a worker worked with last. */
  readonly #lastModels = new Map<string, Set<string>>();

  constructor(options: Options) {
    this.#options = options;
    this.#lanes = options.lanes;
  }

  /** In one transaction. @returns what each ask got, in their order. */
  async claim(tx: Db, asks: readonly Ask[]): Promise<Seeking[]> {
    const nowMs = this.#options.clock.nowMs();
    const ids = [...new Set(asks.map(({ workerId }) => workerId))];
    const { workers: rows, held: before } = await this.#options.workerRows.claiming(tx, ids);
    const held = new Map(before);
    const empty = new Map<Lane, number>();
    const gate = new Gate(tx, this.#options);
    const { full } = gate;
    const seekings = asks.map((ask): Seeking => {
      const row = rows.get(ask.workerId);
      if (row === undefined) return { ask, row, seeker: undefined, free: 0, jobs: [], empty, full };
      const has = held.get(row.id) ?? 0;
      const isOn = row.is_draining === 0 && row.paused_at === null && row.rests_until <= nowMs;
      const free = isOn ? Math.max(0, Math.min(ask.max, row.concurrency - has)) : 0;
      // Two polls of one worker: its places count once.
      held.set(row.id, has + free);
      return { ask, row, seeker: this.#seekerOf(row, has, nowMs), free, jobs: [], empty, full };
    });
    await this.#fill(tx, seekings, { nowMs, empty, gate });
    const stale = [...rows.values()].filter(({ seen_at: seenAt }) => seenAt < nowMs - SEEN_STEP_MS);
    await markSeen(
      tx,
      stale.map(({ id }) => id),
      nowMs,
    );
    for (const { ask, row } of seekings)
      if (row !== undefined && row.key_id !== ask.keyId) await workWith(tx, row.id, ask.keyId);
    return seekings;
  }

  /** Lane by lane, until all places are taken or nothing fits. */
  async #fill(
    tx: Db,
    seekings: readonly Seeking[],
    { nowMs, empty, gate }: { nowMs: number; empty: Map<Lane, number>; gate: Gate },
  ): Promise<void> {
    const claimed: Claimed[] = [];
    const byToken = new Map<string, Seeking>();
    const lanesOf = new Map<string, Lane>();
    for (;;) {
      const except = new Set([...empty.keys(), ...gate.full.keys()]);
      const plan = await this.#plan(seekings, { nowMs, except, byToken, gate });
      if (plan.size === 0) break;
      for (const [lane, slots] of plan) {
        const { arrivals } = lane;
        const leaseUntilMs = nowMs + this.#options.clocks.leaseMs;
        const got = await claimFrom(tx, { lane: lane.id, slots, nowMs, leaseUntilMs });
        if (got.length < slots.length) empty.set(lane, arrivals);
        gate.take(lane, got.length - slots.length);
        this.#lanes.started(lane, {
          planned: slots.length,
          started: got.length,
          lastQueuedAtMs: Math.max(...got.map(({ queued_at: at }) => at), lane.head),
        });
        for (const job of got) {
          claimed.push(job);
          lanesOf.set(job.id, lane);
        }
        const taken = new Set(got.map(({ lease_token: token }) => token));
        for (const { token } of slots) {
          const seeking = byToken.get(token);
          if (seeking !== undefined && !taken.has(token)) seeking.free++;
        }
      }
    }
    await this.#handOver(tx, claimed, { byToken, lanesOf, nowMs });
  }

  /** Which slots of whom look in which lane. An ask takes a fair part of a lane while several owners wait. */
  async #plan(
    seekings: readonly Seeking[],
    {
      nowMs,
      except,
      byToken,
      gate,
    }: { nowMs: number; except: Set<Lane>; byToken: Map<string, Seeking>; gate: Gate },
  ): Promise<Map<Lane, Slot[]>> {
    const plan = new Map<Lane, Slot[]>();
    for (const seeking of seekings) {
      const { seeker, free, row } = seeking;
      if (seeker === undefined || row === undefined || free === 0) continue;
      const open = await gate.next(seeker, nowMs, except);
      if (open === undefined) continue;
      const { lane, room } = open;
      const count = Math.min(Math.ceil(free / this.#lanes.ownersWaiting(except)), room);
      gate.take(lane, count);
      seeking.free -= count;
      this.#lanes.planned(lane, count);
      const model = modelFor(lane.spec, seeker.candidate)?.name;
      if (model !== undefined) seeking.seeker = { ...seeker, loaded: new Set([...seeker.loaded, model]) };
      const slots = plan.get(lane) ?? [];
      plan.set(lane, slots);
      for (let made = 0; made < count; made++) {
        const token = randomUUID().replaceAll('-', '');
        byToken.set(token, seeking);
        slots.push({ ...termsOf(seeking.ask, row), model: model ?? null, token });
      }
    }
    return plan;
  }

  async #handOver(
    tx: Db,
    claimed: readonly Claimed[],
    { byToken, lanesOf, nowMs }: { byToken: Map<string, Seeking>; lanesOf: Map<string, Lane>; nowMs: number },
  ): Promise<void> {
    if (claimed.length === 0) return;
    const callers = await this.#options.submitters.callers(
      tx,
      claimed.map(({ key_id: keyId }) => keyId),
    );
    const texts = new Map<Lane, string>();
    for (const job of claimed) {
      const seeking = byToken.get(job.lease_token);
      const lane = lanesOf.get(job.id);
      const caller = callers.get(job.key_id);
      if (seeking === undefined || lane === undefined) continue;
      const models = job.model === null ? lane.spec.models : [job.model];
      const refusal = refusalOf(caller, { ...job, models });
      if (caller === undefined || refusal !== undefined) {
        await end(tx, job.id, { state: 'CANCELED', ...(refusal ?? KEY_ENDED), nowMs });
        continue;
      }
      if (job.model !== null) this.#noteModel(job.worker_id, job.model);
      const constraints = texts.get(lane) ?? constraintsIn(lane);
      texts.set(lane, constraints);
      seeking.jobs.push(Object.assign(job, { payload: job.payload ?? '{}', constraints, caller }));
    }
  }

  #noteModel(workerId: string, model: string): void {
    if (this.#lastModels.size >= LAST_MODELS_MAX) this.#lastModels.clear();
    this.#lastModels.set(workerId, new Set([model]));
  }

  #seekerOf(row: WorkerRow, held: number, nowMs: number): Seeker {
    const candidate = candidateOf(row);
    const { models } = candidate.capabilities;
    const says = models.some(({ loaded }) => loaded !== undefined);
    const said = models.flatMap(({ name, loaded }) => (loaded === true ? [name] : []));
    const loaded = new Set([...said, ...(this.#lastModels.get(row.id) ?? [])]);
    const onlyFor = bookedFor(row, nowMs);
    const booking = onlyFor !== undefined && { onlyFor, bookedUntilMs: row.booked_until };
    return { candidate, loaded, mustKeep: says && held > 0, ...booking };
  }
}

/** As they are now: what the worker says later counts for later jobs. */
const termsOf = (
  { keyId }: Ask,
  row: WorkerRow,
): Pick<Slot, 'workerId' | 'keyId' | 'priceNano' | 'gpus'> => ({
  workerId: row.id,
  keyId,
  priceNano: row.price_nano ?? 0,
  gpus: candidateOf(row).capabilities.gpus.length,
});

/** JSON */
const constraintsIn = ({ spec }: Lane): string => JSON.stringify(constraintsOf(spec));
