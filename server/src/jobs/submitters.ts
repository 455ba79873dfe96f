import { isOfKey, type Caller } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { callerOfKey, subjectsOf, type KeysContext } from '../keys/index.ts';
import type { Change, Nodes } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';

/** Of keys; more are forgotten. */
const KNOWN_MAX = 10_000;

/**
 * The keys that jobs were submitted with, as they are now. A job of a key that has ended has no effect any more. In memory
 * while this node's lease holds, as for keys of requests: until a change of the key, of an ancestor, or of an owner of these.
 */
export class Submitters {
  readonly #keys: KeysContext;
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #known = new Map<string, Caller>();

  constructor({ keys, nodes, clock }: { keys: KeysContext; nodes: Nodes; clock: Clock }) {
    this.#keys = keys;
    this.#nodes = nodes;
    this.#clock = clock;
    nodes.onChange((change) => this.#forget(change));
  }

  /** In a transaction. @returns those that have ended have undefined. */
  async callers(tx: Db, keyIds: Iterable<string>): Promise<Map<string, Caller | undefined>> {
    const callers = new Map<string, Caller | undefined>();
    for (const id of new Set(keyIds)) callers.set(id, await this.#callerOf(tx, id));
    return callers;
  }

  async #callerOf(tx: Db, id: string): Promise<Caller | undefined> {
    const known = this.#nodes.leaseHolds() ? this.#known.get(id) : undefined;
    const caller = known ?? (await this.#read(tx, id));
    return (caller?.expiresAt ?? Infinity) > this.#clock.nowMs() ? caller : undefined;
  }

  async #read(tx: Db, id: string): Promise<Caller | undefined> {
    const { generation } = this.#nodes;
    const caller = await callerOfKey(this.#keys, id, tx);
    if (caller !== undefined && this.#nodes.generation === generation) {
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(id, caller);
    }
    return caller;
  }

  /** People after every change: which workspaces they have is in no change. */
  #forget(change: Change | 'everything'): void {
    if (change === 'everything') return this.#known.clear();
    for (const [id, caller] of this.#known)
      if (!isOfKey(caller) || subjectsOf(caller).includes(change.subject)) this.#known.delete(id);
  }
}
