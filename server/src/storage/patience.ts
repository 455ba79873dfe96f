import type { Permit } from './permit.ts';

/**
 * How long each request has waited for locks of other processes. A request of several transactions waits no longer than one of
 * them may. Work in between counts against it: a request of an hour, such as an import, does not use it up.
 */
export class Patience {
  readonly #waits = new WeakMap<Permit, { ms: number; atMs: number }>();

  waitedMs(permit: Permit | undefined): number {
    const wait = permit === undefined ? undefined : this.#waits.get(permit);
    return wait === undefined ? 0 : Math.max(0, wait.ms - (performance.now() - wait.atMs));
  }

  /** @param ms of the transaction that now begins. */
  waited(permit: Permit | undefined, ms: number): void {
    if (permit === undefined || ms < 1) return;
    this.#waits.set(permit, { ms: this.waitedMs(permit) + ms, atMs: performance.now() });
  }
}
