import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { EndedTally } from './ended-tally.ts';
import type { NodeRow } from './node-store.ts';
import type { Peers } from './peers.ts';
import type { Wire } from './wire.ts';

/** Between reads of the confirmations in the database, for those that the wire has lost. */
const POLL_MS = 100;
/** How long to wait for the number of ended requests of nodes that have confirmed. */
const TALLY_MS = 50;

export interface Acknowledgement {
  /** Nodes with a lease, this one included. */
  nodes: number;
  waited_ms: number;
  /** Requests in flight that were ended, on all nodes that answered. */
  requests_ended: number;
}

interface Options {
  clock: Clock;
  logger: Logger;
  /** After this time no node holds a lease that it held when a change was committed. */
  leaseMs: number;
  peers: Peers;
  tally: EndedTally;
  /** Applies committed changes on this node. */
  catchUp: () => Promise<void>;
  observeOthers: () => Promise<NodeRow[]>;
  wire: () => Wire | undefined;
  /** Ends what was taken away. Never rejects. */
  worksOff: () => Promise<unknown>;
}

/** `Nodes.acknowledge`. */
export class Acknowledgements {
  readonly #options: Options;
  /** Nodes with a lease at the last look, this one included. */
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
    // After the others: none of them starts more of it then.
    const done = confirmed.then(this.#options.worksOff);
    await Promise.race([done, leaseIsOver]);
    lease.abort();
    await leaseIsOver.catch(() => undefined);
    const waited_ms = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    return { nodes: this.#liveNodes, waited_ms, requests_ended: tally.total(first, seq) };
  }

  /** Resolves when every other node has confirmed `seq`, has lost its lease or is gone; or when aborted. */
  async #allConfirm({ first, seq }: { first: number; seq: number }, signal: AbortSignal): Promise<void> {
    const { peers, tally, catchUp, observeOthers, wire } = this.#options;
    await catchUp();
    const announced = new Set<string>();
    while (!signal.aborted) {
      const others = await observeOthers();
      const live = others.filter(({ id }) => !peers.isOver(id));
      this.#liveNodes = live.length + 1;
      // Also nodes that have found it themselves: they answer with the number of ended requests.
      for (const row of live.filter(({ id }) => !announced.has(id))) {
        announced.add(row.id);
        for (let one = first; one <= seq; one++) wire()?.announce(row, one);
      }
      const ids = live.map(({ id }) => id);
      // A node that joined after this look has read the change.
      if (await peers.untilConfirmed(ids, seq, POLL_MS)) return tally.untilHeard(ids, seq, TALLY_MS);
    }
  }
}
