import type { Clock } from '../base/clock.ts';
import { Condition } from './condition.ts';
import type { NodeRow } from './node-store.ts';

/** A row without a renewal for so long is deleted. */
const FORGET_MS = 60_000;

interface Seen {
  address: string;
  renewals: number;
  /** When this count was first seen, on the monotonic clock. */
  sinceMs: number;
  confirmed: number;
}

/** The other nodes. Clocks of machines are not compared: a lease is over when its renewal count has not grown for a lease. */
export class Peers {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #seen = new Map<string, Seen>();
  readonly #confirmed = new Condition();

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  observe(rows: readonly NodeRow[]): void {
    // After the read: a lease is never over too early.
    const sinceMs = this.#clock.monotonicMs();
    const present = new Set<string>();
    for (const { id, address, renewals, confirmed_seq } of rows) {
      present.add(id);
      const seen = this.#seen.get(id);
      const confirmed = Math.max(confirmed_seq, seen?.confirmed ?? 0);
      // Counts only grow: a lower one comes from an older read.
      if (seen !== undefined && renewals <= seen.renewals) seen.confirmed = confirmed;
      else this.#seen.set(id, { address, renewals, sinceMs, confirmed });
    }
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
  }

  /** Whether the last lease that was seen of this node is over. */
  isOver(id: string): boolean {
    const seen = this.#seen.get(id);
    return seen !== undefined && this.#clock.monotonicMs() - seen.sinceMs > this.#leaseMs;
  }

  /** Nodes whose lease may hold. */
  live(): { id: string; address: string }[] {
    return [...this.#seen].filter(([id]) => !this.isOver(id)).map(([id, { address }]) => ({ id, address }));
  }

  longOver(): { id: string; address: string; renewals: number }[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#seen]
      .filter(([, { sinceMs }]) => nowMs - sinceMs > FORGET_MS)
      .map(([id, { address, renewals }]) => ({ id, address, renewals }));
  }

  /** Another node has applied all changes up to `seq`. */
  confirmed(id: string, seq: number): void {
    const seen = this.#seen.get(id);
    if (seen === undefined) return;
    seen.confirmed = Math.max(seen.confirmed, seq);
    this.#confirmed.signal();
  }

  /** @returns true as soon as all these nodes have confirmed `seq`, false after `timeoutMs`. */
  untilConfirmed(ids: readonly string[], seq: number, timeoutMs: number): Promise<boolean> {
    const haveConfirmed = (): boolean => ids.every((id) => (this.#seen.get(id)?.confirmed ?? 0) >= seq);
    return this.#confirmed.until(haveConfirmed, timeoutMs);
  }
}
