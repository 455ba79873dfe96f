import type { Nodes } from '../nodes/index.ts';

const SHARDS = 64;
/** Where a wake-up of another node was lost. */
const LOOK_AGAIN_MS = 1_000;

/** Tells those who wait for a job that something of it has changed, on this node and the others. */
export class JobNews {
  readonly #nodes: Nodes;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #removers: (() => void)[] = [];

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    for (let shard = 0; shard < SHARDS; shard++)
      this.#removers.push(
        nodes.onWake(topicOf(shard), () => {
          for (const id of this.#waiting.keys()) if (shardOf(id) === shard) this.#tell(id);
        }),
      );
  }

  /** After a commit. */
  changed(id: string): void {
    this.#tell(id);
    this.#nodes.wake(topicOf(shardOf(id)));
  }

  /** Resolves at the next change, after a second at the latest, or when the signal aborts. */
  next(id: string, signal?: AbortSignal, maxMs = LOOK_AGAIN_MS): Promise<void> {
    return new Promise((resolve) => {
      const listeners = this.#waiting.get(id) ?? new Set();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        listeners.delete(done);
        if (listeners.size === 0) this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(done, Math.min(maxMs, LOOK_AGAIN_MS));
      this.#waiting.set(id, listeners.add(done));
      if (signal?.aborted === true) done();
      else signal?.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    for (const remove of this.#removers) remove();
  }

  #tell(id: string): void {
    for (const listener of this.#waiting.get(id) ?? []) listener();
  }
}

const topicOf = (shard: number): string => `job-${shard}`;
/** The same on each node. */
function shardOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) % 1_000_003;
  return sum % SHARDS;
}
