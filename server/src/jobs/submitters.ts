import type { Caller } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { callerOfKey, type KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';

/** Of keys; more are forgotten. */
const KNOWN_MAX = 10_000;

interface Reading {
  caller: Caller | undefined;
  /** Of the changes when it was read. */
  generation: number;
}

/**
 * The keys that jobs were submitted with, as they are now. A job of a key that has ended has no effect any more. In memory
 * while no change was made and this node's lease holds, as for keys of requests.
 */
export class Submitters {
  readonly #keys: KeysContext;
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #known = new Map<string, Reading>();

  constructor({ keys, nodes, clock }: { keys: KeysContext; nodes: Nodes; clock: Clock }) {
    this.#keys = keys;
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /** In a transaction. @returns those that have ended have undefined. */
  async callers(tx: Db, keyIds: Iterable<string>): Promise<Map<string, Caller | undefined>> {
    const callers = new Map<string, Caller | undefined>();
    for (const id of new Set(keyIds)) callers.set(id, await this.#callerOf(tx, id));
    return callers;
  }

  async #callerOf(tx: Db, id: string): Promise<Caller | undefined> {
    const { generation } = this.#nodes;
    const known = this.#known.get(id);
    const isFresh = known?.generation === generation && this.#nodes.leaseHolds();
    const caller = isFresh ? known.caller : await callerOfKey(this.#keys, id, tx);
    if (!isFresh) {
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      if (this.#nodes.generation === generation) this.#known.set(id, { caller, generation });
    }
    return (caller?.expiresAt ?? Infinity) > this.#clock.nowMs() ? caller : undefined;
  }
}
