import type { Clock } from '../base/clock.ts';
import type { Storage } from '../storage/index.ts';
import type { Nodes } from '../nodes/index.ts';
import { mayWork } from './rights.ts';
import { asKeyAllows, impossible, misfit, type Allowed, type Misfit, type Spec } from './spec.ts';
import { findLanes } from './store/lane-store.ts';
import type { WorkerRow } from './store/tables.ts';
import { heldBy, seenSince } from './store/worker-store.ts';
import type { Submitters } from './submitters.ts';
import { bookedFor, candidateOf, KNOWN_MS, stateOf, type WorkerState } from './workers/worker.ts';

/** Workers that an answer looks at. */
const WORKERS_MAX = 2_000;
/** How old a reading may be. */
const FRESH_MS = 1_000;

export type Excluded = Partial<Record<Misfit | 'busy' | 'booked' | Exclude<WorkerState, 'online'>, number>>;

/** What the jobs of one lane can expect of the workers. */
export interface Prospects {
  model: string | undefined;
  online: number;
  /** Jobs at a time, of those that are online and fit. */
  places: number;
  /** Known workers by the reason why they do not have the job. */
  excluded: Excluded;
  /** Some worker could take the job now. */
  isFree: boolean;
  /** The constraints that no known worker meets. */
  because: readonly string[];
  /** A job that was queued then had more jobs before it than are counted, and so have later ones. */
  deepFromMs: number;
}

interface Reading {
  readMs: number;
  nowMs: number;
  workers: readonly WorkerRow[];
  held: ReadonlyMap<string, number>;
  byLane: Map<number, { allowed: string; prospects: Prospects }>;
}

interface Options {
  storage: Storage;
  clock: Clock;
  nodes: Nodes;
  submitters: Submitters;
}

/**
 * The workers of all owners, as answers about waiting jobs see them. A thousand rows take 10 ms, and each submission has such
 * an answer: they are read once a second, and each lane is compared with them once. Workers that register, change or are
 * booked at this process are seen at once, and so are keys that end; what is busy, and what else happens at another process,
 * within a second.
 */
export class KnownWorkers {
  readonly #options: Options;
  #latest: { readMs: number; reading: Promise<Reading> } | undefined;
  #isReady: () => Promise<void> = () => Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    options.nodes.onChange(() => this.changed());
  }

  /** @param isReady resolves when workers of keys that have ended count as offline */
  readAfter(isReady: () => Promise<void>): void {
    this.#isReady = isReady;
  }

  /** Those that were seen within a week and whose keys may work, the latest first. */
  async now(): Promise<WorkerRow[]> {
    await this.#isReady();
    const { storage, clock, submitters } = this.#options;
    const rows = await seenSince(storage.db, clock.nowMs() - KNOWN_MS, WORKERS_MAX);
    const callers = await submitters.callers(
      storage.db,
      rows.map(({ key_id: keyId }) => keyId),
    );
    return rows.filter(({ key_id: keyId }) => mayWork(callers.get(keyId)));
  }

  /** After the commit that changed what a worker can do, or for whom. */
  changed(): void {
    this.#latest = undefined;
  }

  /**
   * By lane. No job is called impossible, and no worker missing, by an old reading.
   * @param lanes with what the key of their jobs allows now
   */
  async prospects(
    lanes: ReadonlyMap<number, Allowed | undefined>,
  ): Promise<ReadonlyMap<number, Prospects | undefined>> {
    const calledMs = this.#options.clock.monotonicMs();
    const reading = await this.#read(calledMs - FRESH_MS);
    const found = await this.#compare(reading, lanes);
    const isGood = [...found.values()].every((one) => one === undefined || !isHopeless(one));
    if (isGood || reading.readMs >= calledMs) return found;
    return this.#compare(await this.#read(calledMs), lanes);
  }

  #read(sinceMs: number): Promise<Reading> {
    if (this.#latest !== undefined && this.#latest.readMs >= sinceMs) return this.#latest.reading;
    const { clock } = this.#options;
    const readMs = clock.monotonicMs();
    const reading = this.#readingOf({ readMs, nowMs: clock.nowMs() });
    const latest = (this.#latest = { readMs, reading });
    reading.catch(() => {
      if (this.#latest === latest) this.#latest = undefined;
    });
    return reading;
  }

  async #readingOf({ readMs, nowMs }: { readMs: number; nowMs: number }): Promise<Reading> {
    const workers = await this.now();
    const held = await heldBy(
      this.#options.storage.db,
      workers.map(({ id }) => id),
    );
    return { readMs, nowMs, workers, held, byLane: new Map() };
  }

  async #compare(
    reading: Reading,
    lanes: ReadonlyMap<number, Allowed | undefined>,
  ): Promise<Map<number, Prospects | undefined>> {
    const { byLane } = reading;
    const allowedOf = (id: number): string => {
      const { caller, ceiling } = lanes.get(id) ?? {};
      return JSON.stringify([caller?.selectors.workers, ceiling]);
    };
    const unknown = [...lanes.keys()].filter((id) => byLane.get(id)?.allowed !== allowedOf(id));
    if (unknown.length > 0)
      for (const { id, spec, owner_id: ownerId } of await findLanes(this.#options.storage.db, unknown)) {
        const now = asKeyAllows(JSON.parse(spec) as Spec, lanes.get(id));
        byLane.set(id, { allowed: allowedOf(id), prospects: prospectsOf(reading, now, ownerId) });
      }
    return new Map([...lanes.keys()].map((id) => [id, byLane.get(id)?.prospects]));
  }
}

const isHopeless = ({ online, because }: Prospects): boolean => online === 0 || because.length > 0;

function prospectsOf({ nowMs, workers, held }: Reading, spec: Spec, ownerId: string): Prospects {
  const excluded: Excluded = {};
  let [places, online, isFree] = [0, 0, false];
  for (const row of workers) {
    const state = stateOf(row, nowMs);
    const onlyFor = bookedFor(row, nowMs);
    const isBooked = onlyFor !== undefined && onlyFor !== ownerId;
    const isFull = (held.get(row.id) ?? 0) >= row.concurrency;
    const away = state !== 'online' ? state : isBooked ? 'booked' : isFull ? 'busy' : undefined;
    const unfit = misfit(spec, candidateOf(row));
    if (state !== 'offline') online++;
    if (unfit === undefined && state === 'online' && !isBooked) places += row.concurrency;
    const reason = unfit ?? away;
    if (reason === undefined) isFree = true;
    else excluded[reason] = (excluded[reason] ?? 0) + 1;
  }
  const because = workers.length === 0 ? ['no_worker'] : impossible(spec, workers.map(candidateOf));
  return { model: spec.models[0], online, places, excluded, isFree, because, deepFromMs: Infinity };
}
