import type { Caller, Holder } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { whose } from '../../usage/index.ts';
import { countQueuedOf, lockQueued } from '../store/limit-store.ts';
import { keysOfOpenJobs } from '../store/sweep-store.ts';
import type { Submitters } from '../submitters.ts';

/** Counts waiting jobs against `max_queued` of keys, ancestors and owners, exactly, in a transaction that submits jobs. */
export class QueuedCounts {
  readonly #tx: Db;
  readonly #submitters: Submitters;
  readonly #counts = new Map<string, number>();
  #callers: Map<string, Caller | undefined> | undefined;

  constructor(tx: Db, submitters: Submitters) {
    this.#tx = tx;
    this.#submitters = submitters;
  }

  /** Counts one more job of this caller. @returns why it may not wait. */
  async add({ keyId, holders }: Pick<Caller, 'keyId' | 'holders'>): Promise<KeywardError | undefined> {
    const bounds = holders.flatMap((holder) =>
      holder.limits.flatMap((limit) => ('max_queued' in limit ? [{ holder, limit }] : [])),
    );
    for (const { holder, limit } of bounds) {
      const queued = await this.#count(holder, limit.max_queued);
      if (queued < limit.max_queued) continue;
      const of = holder.kind === 'owner' ? 'owner' : holder.id === keyId ? 'key' : 'ancestor';
      return new KeywardError(
        'queue_full',
        `The limit "${limit.name}" of ${whose(holder, keyId)} is reached: ${queued} of ${limit.max_queued} jobs wait.`,
        {
          hint: 'Wait until some have run, or cancel some: POST /v1/jobs/{id}/cancel.',
          headers: { 'retry-after': '5' },
          details: { limit: limit.name, of, max_queued: limit.max_queued, queued },
        },
      );
    }
    for (const id of new Set(bounds.map(({ holder }) => holder.id)))
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    return undefined;
  }

  /** Of all keys that count against the holder; no further than `max`. */
  async #count({ id }: Pick<Holder, 'id'>, max: number): Promise<number> {
    const known = this.#counts.get(id);
    if (known !== undefined) return known;
    if (this.#callers === undefined) {
      await lockQueued(this.#tx);
      this.#callers = await this.#submitters.callers(this.#tx, await keysOfOpenJobs(this.#tx));
    }
    const keys = [...this.#callers].flatMap(([keyId, caller]) =>
      caller?.holders.some((holder) => holder.id === id) === true ? [keyId] : [],
    );
    const count = await countQueuedOf(this.#tx, keys, max);
    this.#counts.set(id, count);
    return count;
  }
}
