import type { Caller, Holder } from '../../access/index.ts';
import type { Db } from '../../storage/index.ts';
import { runningByKey } from '../store/limit-store.ts';
import type { Submitters } from '../submitters.ts';

/**
 * How many more jobs may run for a key: by the `max_running` of the key, its ancestors and their owners. In a transaction that
 * starts jobs the counts are exact: those of other processes are seen, or wait (`lockRunning`).
 */
export class RunningCounts {
  readonly #db: Db;
  readonly #submitters: Submitters;
  /** Running jobs by holder. */
  #running: Map<string, number> | undefined;

  constructor(db: Db, submitters: Submitters) {
    this.#db = db;
    this.#submitters = submitters;
  }

  /** @param lock before the first count. @returns Infinity: no limit */
  async of(caller: Caller | undefined, lock?: (db: Db) => Promise<void>): Promise<number> {
    const bounds = caller === undefined ? [] : runningBounds(caller);
    if (bounds.length === 0) return Infinity;
    if (this.#running === undefined) await lock?.(this.#db);
    const running = (this.#running ??= await this.#count());
    return Math.max(0, Math.min(...bounds.map(({ id, max }) => max - (running.get(id) ?? 0))));
  }

  /** Jobs of this key start; fewer than 0: they did not. */
  take(caller: Caller | undefined, count: number): void {
    if (caller === undefined || this.#running === undefined) return;
    for (const { id } of caller.holders) this.#running.set(id, (this.#running.get(id) ?? 0) + count);
  }

  async #count(): Promise<Map<string, number>> {
    const byKey = await runningByKey(this.#db);
    const callers = await this.#submitters.callers(this.#db, byKey.keys());
    const counts = new Map<string, number>();
    for (const [keyId, count] of byKey)
      for (const { id } of callers.get(keyId)?.holders ?? []) counts.set(id, (counts.get(id) ?? 0) + count);
    return counts;
  }
}

/** The holders that bound how many jobs run. */
export const runningBounds = ({ holders }: Pick<Caller, 'holders'>): { id: string; max: number }[] =>
  holders.flatMap(({ id, limits }: Holder) =>
    limits.flatMap((limit) => ('max_running' in limit ? [{ id, max: limit.max_running }] : [])),
  );
