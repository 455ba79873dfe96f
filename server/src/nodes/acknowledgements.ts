import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { EndedTally } from './ended-tally.ts';
import type { NodeRow } from './node-store.ts';
import type { Peers } from './peers.ts';
import type { Wire } from './wire.ts';

/** How often the database is asked for confirmations where the wire brings none. */
const POLL_MS = 100;
/** How long a node that has confirmed is waited for to say how many requests it has ended. */
const TALLY_MS = 50;

export interface Acknowledgement {
  /** How many nodes with a lease admit it no longer; 1 where this process is alone. */
  nodes: number;
  waited_ms: number;
  /** Requests that were in flight and were ended, on all nodes that said so. */
  requests_ended: number;
}

interface Options {
  clock: Clock;
  logger: Logger;
  /** After which no node can hold a lease that it held when a change was committed. */
  leaseMs: number;
  peers: Peers;
  tally: EndedTally;
  /** Acts here on what was committed. */
  catchUp: () => Promise<void>;
  observeOthers: () => Promise<NodeRow[]>;
  wire: () => Wire | undefined;
}

/** Waits until no node admits what a change has taken away: see `Nodes.acknowledge`. */
export class Acknowledgements {
  readonly #options: Options;
  /** This node and the others with a lease, when last looked at. */
  #liveNodes = 1;

  constructor(options: Options) {
    this.#options = options;
  }

  async acknowledge(seq: number, first: number): Promise<Acknowledgement> {
    const { clock, logger, leaseMs, tally } = this.#options;
    const startedMs = clock.monotonicMs();
    const lease = new AbortController();
    const leaseIsOver = sleep(leaseMs, undefined, { signal: lease.signal });
    const confirmed = this.#allConfirm({ first, seq }, lease.signal).catch((error: unknown) => {
      logger.warn({ err: error }, 'nobody can be asked about a change: one lease is waited for');
      return leaseIsOver;
    });
    await Promise.race([confirmed, leaseIsOver]);
    lease.abort();
    await leaseIsOver.catch(() => undefined);
    const waited_ms = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    return { nodes: this.#liveNodes, waited_ms, requests_ended: tally.total(first, seq) };
  }

  /** Resolves when every other node has confirmed `seq`, has lost its lease or is gone; or when aborted. */
  async #allConfirm({ first, seq }: { first: number; seq: number }, signal: AbortSignal): Promise<void> {
    const { peers, tally, catchUp, observeOthers, wire } = this.#options;
    await catchUp();
    const told = new Set<string>();
    while (!signal.aborted) {
      const others = await observeOthers();
      const live = others.filter(({ id }) => !peers.isOver(id));
      this.#liveNodes = live.length + 1;
      // Also those that have found it themselves: they say how many requests they have ended.
      for (const row of live.filter(({ id }) => !told.has(id))) {
        told.add(row.id);
        for (let one = first; one <= seq; one++) wire()?.announce(row, one);
      }
      const ids = live.map(({ id }) => id);
      // A node that came after this look has read the change: those of the look are all that are to be waited for.
      if (await peers.untilConfirmed(ids, seq, POLL_MS)) return tally.untilHeard(ids, seq, TALLY_MS);
    }
  }
}
