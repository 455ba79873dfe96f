import type { Clock } from '../base/clock.ts';
import type { NodeRow } from './node-store.ts';

/** A row that has not moved for this long is cleared away. */
const FORGET_MS = 60_000;

interface Seen {
  address: string;
  renewals: number;
  /** When this count was first seen, on this process's monotonic clock. */
  sinceMs: number;
  confirmed: number;
}

/**
 * What this node knows of the others, without ever comparing two machines' clocks: a lease is over when the
 * same renewal count has been seen for longer than a lease lasts, by this node's own clock.
 */
export class Peers {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #seen = new Map<string, Seen>();
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /** Takes note of what was just read of all other nodes. */
  observe(rows: readonly NodeRow[]): void {
    // Taken after the read: counted from here a lease is never over too early.
    const sinceMs = this.#clock.monotonicMs();
    const present = new Set<string>();
    for (const { id, address, renewals, confirmed_seq } of rows) {
      present.add(id);
      const seen = this.#seen.get(id);
      const confirmed = Math.max(confirmed_seq, seen?.confirmed ?? 0);
      // Counts only grow: a lower one comes from a read that was overtaken.
      if (seen !== undefined && renewals <= seen.renewals) seen.confirmed = confirmed;
      else this.#seen.set(id, { address, renewals, sinceMs, confirmed });
    }
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
  }

  /** Whether the last lease that was seen of this node cannot hold any longer. */
  isOver(id: string): boolean {
    const seen = this.#seen.get(id);
    return seen !== undefined && this.#clock.monotonicMs() - seen.sinceMs > this.#leaseMs;
  }

  /** Those whose lease may hold, as far as was seen. */
  live(): { id: string; address: string }[] {
    return [...this.#seen].filter(([id]) => !this.isOver(id)).map(([id, { address }]) => ({ id, address }));
  }

  /** Nodes that nobody has renewed for a minute. */
  longOver(): { id: string; address: string; renewals: number }[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#seen]
      .filter(([, { sinceMs }]) => nowMs - sinceMs > FORGET_MS)
      .map(([id, { address, renewals }]) => ({ id, address, renewals }));
  }

  /** Another node says that it has applied everything up to `seq`. */
  confirmed(id: string, seq: number): void {
    const seen = this.#seen.get(id);
    if (seen === undefined) return;
    seen.confirmed = Math.max(seen.confirmed, seq);
    for (const wake of this.#waiting) wake();
  }

  /** @returns true as soon as all of these have confirmed, false after `timeoutMs`. */
  async untilConfirmed(ids: readonly string[], seq: number, timeoutMs: number): Promise<boolean> {
    const haveConfirmed = (): boolean => ids.every((id) => (this.#seen.get(id)?.confirmed ?? 0) >= seq);
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(haveConfirmed());
      };
      const wake = (): void => {
        if (haveConfirmed()) settle();
      };
      const timer = setTimeout(settle, timeoutMs);
      this.#waiting.add(wake);
      // A word may have come before anybody listened.
      wake();
    });
  }
}
