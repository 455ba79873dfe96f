import type { Nodes } from '../nodes/index.ts';

const SHARDS = 64;
/** Where a wake-up of another node was lost. */
const LOOK_AGAIN_MS = 1_000;

type Waiting = Map<string, Set<() => void>>;

/** Tells those who wait for a job that something of it has changed, on this node and the others. */
export class JobNews {
  readonly #nodes: Nodes;
  /** By shard: a wake-up of another node looks at those of one. */
  readonly #waiting: readonly Waiting[];
  /** Those who look at lists: any change is news to them. */
  readonly #ofAny = new Set<() => void>();
  readonly #removers: (() => void)[];

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    this.#waiting = Array.from({ length: SHARDS }, (): Waiting => new Map());
    this.#removers = this.#waiting.map((waiting, shard) =>
      nodes.onWake(topicOf(shard), () => {
        for (const id of waiting.keys()) tell(waiting, id);
        this.#tellOfAny();
      }),
    );
  }

  /** After a commit. */
  changed(id: string): void {
    const shard = shardOf(id);
    tell(this.#waitingIn(shard), id);
    this.#tellOfAny();
    this.#nodes.wake(topicOf(shard));
  }

  /** The same for many jobs: those who look at lists hear of it once. */
  changedAll(ids: readonly string[]): void {
    const shards = new Set(ids.map(shardOf));
    for (const id of ids) tell(this.#waitingIn(shardOf(id)), id);
    this.#tellOfAny();
    for (const shard of shards) this.#nodes.wake(topicOf(shard));
  }

  /** After a commit that other nodes find at their next look: each would be woken for each job that starts. */
  changedHere(id: string): void {
    tell(this.#waitingIn(shardOf(id)), id);
    this.#tellOfAny();
  }

  /** After the commit of a new job, which nobody waits for yet. Other nodes find it at their next look. */
  added(): void {
    this.#tellOfAny();
  }

  /** Resolves at the next change of any job that this node hears of, after a second at the latest, or when the signal aborts. */
  nextOfAny(signal: AbortSignal): Promise<void> {
    return wait(this.#ofAny, signal, LOOK_AGAIN_MS);
  }

  /** Resolves at the next change, after a second at the latest, or when the signal aborts. */
  next(id: string, signal?: AbortSignal, maxMs = LOOK_AGAIN_MS): Promise<void> {
    return this.within(id, signal, Math.min(maxMs, LOOK_AGAIN_MS));
  }

  /** The same with another limit, for those who learn it in another way too. */
  within(id: string, signal: AbortSignal | undefined, maxMs: number): Promise<void> {
    const waiting = this.#waitingIn(shardOf(id));
    const listeners = waiting.get(id) ?? new Set();
    waiting.set(id, listeners);
    return wait(listeners, signal, maxMs, () => {
      if (listeners.size === 0 && waiting.get(id) === listeners) waiting.delete(id);
    });
  }

  close(): void {
    for (const remove of this.#removers) remove();
  }

  #waitingIn(shard: number): Waiting {
    return this.#waiting[shard] as Waiting;
  }

  #tellOfAny(): void {
    for (const listener of this.#ofAny) listener();
  }
}

function wait(
  listeners: Set<() => void>,
  signal: AbortSignal | undefined,
  maxMs: number,
  onDone?: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      listeners.delete(done);
      onDone?.();
      resolve();
    };
    const timer = setTimeout(done, maxMs);
    listeners.add(done);
    if (signal?.aborted === true) done();
    else signal?.addEventListener('abort', done, { once: true });
  });
}

function tell(waiting: Waiting, id: string): void {
  for (const listener of waiting.get(id) ?? []) listener();
}

const topicOf = (shard: number): string => `job-${shard}`;

/** FNV-1a. */
function shardOf(id: string): number {
  let sum = 0x81_1c_9d_c5;
  for (let at = 0; at < id.length; at++) sum = Math.imul(sum ^ id.charCodeAt(at), 0x01_00_01_93);
  return (sum >>> 0) % SHARDS;
}
