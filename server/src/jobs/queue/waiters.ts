import { modelFor } from '../spec.ts';
import { suits, type Lane, type Seeker } from './lanes.ts';

/** A poll that waits for a job. */
export interface Waiter {
  readonly workerId: string;
  /** Undefined: it gets no offer, as it is awake or its worker has no free place. */
  seeker: Seeker | undefined;
  /** It was woken for a lane in which more jobs may wait than polls were woken. */
  isScout: boolean;
  readonly wake: () => void;
}

type Index = Map<string, Set<Waiter>>;

/**
 * The polls that wait in this process, the longest waiting first. With a thousand of them, a job is compared with those only
 * that have its model.
 */
export class Waiters {
  readonly #all = new Set<Waiter>();
  readonly #byWorker: Index = new Map();
  /** Those that get offers. */
  readonly #byModel: Index = new Map();
  /** Of these, those that need not load it. */
  readonly #byLoaded: Index = new Map();

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Waiter> {
    return this.#all;
  }

  of(workerId: string): Iterable<Waiter> {
    return this.#byWorker.get(workerId) ?? [];
  }

  add(waiter: Waiter): void {
    this.#all.add(waiter);
    insert(this.#byWorker, waiter.workerId, waiter);
  }

  remove(waiter: Waiter): void {
    this.noOffers(waiter);
    this.#all.delete(waiter);
    drop(this.#byWorker, waiter.workerId, waiter);
  }

  /** From here on it gets offers. */
  offers(waiter: Waiter, seeker: Seeker): void {
    waiter.seeker = seeker;
    for (const { name } of seeker.candidate.capabilities.models) insert(this.#byModel, name, waiter);
    for (const name of seeker.loaded) insert(this.#byLoaded, name, waiter);
  }

  noOffers(waiter: Waiter): void {
    const { seeker } = waiter;
    if (seeker === undefined) return;
    waiter.seeker = undefined;
    for (const { name } of seeker.candidate.capabilities.models) drop(this.#byModel, name, waiter);
    for (const name of seeker.loaded) drop(this.#byLoaded, name, waiter);
  }

  /** One that can take a job of this lane: one that has its model loaded, else the one that waits longest. */
  bestFor(lane: Lane, except: Waiter | undefined): Waiter | undefined {
    const { models } = lane.spec;
    const fits = ({ seeker }: Waiter): boolean => seeker !== undefined && suits(lane, seeker);
    const isLoaded = ({ seeker }: Waiter): boolean => {
      const model = seeker === undefined ? null : modelFor(lane.spec, seeker.candidate);
      return model === null || model === undefined || seeker?.loaded.has(model.name) === true;
    };
    const first = (waiters: Iterable<Waiter>, isGood: (waiter: Waiter) => boolean): Waiter | undefined => {
      for (const waiter of waiters) if (waiter !== except && isGood(waiter)) return waiter;
      return undefined;
    };
    const isBest = (waiter: Waiter): boolean => fits(waiter) && isLoaded(waiter);
    if (models.length === 0) return first(this.#all, isBest) ?? first(this.#all, fits);
    const inIndex = (index: Index, isGood: (waiter: Waiter) => boolean): Waiter | undefined => {
      for (const model of models) {
        const found = first(index.get(model) ?? [], isGood);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return inIndex(this.#byLoaded, isBest) ?? inIndex(this.#byModel, fits);
  }
}

function insert(index: Index, name: string, waiter: Waiter): void {
  const known = index.get(name);
  if (known === undefined) index.set(name, new Set([waiter]));
  else known.add(waiter);
}

function drop(index: Index, name: string, waiter: Waiter): void {
  const known = index.get(name);
  if (known?.delete(waiter) === true && known.size === 0) index.delete(name);
}
