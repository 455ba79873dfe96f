import { networkOf, siteOf } from '../../access/index.ts';

/** The place of a piece of work in the queue. */
export interface Place {
  /** Of the caller's address; '' for authenticated callers. */
  network: string;
  /** An attempt at a name that many networks try, from an unknown network: it waits, but is not refused. */
  isSlow: boolean;
}

export const INSIDE: Place = { network: '', isSlow: false };

/** For a caller without a session. */
export const placeOf = (ip: string): Place => ({ network: networkOf(ip), isSlow: false });

/** Leaves the rest of the thread pool to other work. */
const RUNNING_MAX = 2;
/** So that attempts at one name from many networks leave a place for others. */
const SLOW_RUNNING_MAX = 1;
const NETWORK_WAITING_MAX = 64;
const WAITING_MAX = 256;

interface Waiting {
  place: Place;
  start: () => void;
  refuse: () => void;
}

/** The waiting work of a site, by network. The first network is next. */
interface Site {
  waiting: number;
  networks: Map<string, Waiting[]>;
}

/** The waiting work by site. The first site is next. */
type Line = Map<string, Site>;

/**
 * A queue for slow work that anybody can cause, with turns by site and within it by network: an attacker delays only
 * itself, even with many networks. A site has one piece running at a time. Guarded by hash-queue.test.ts.
 */
export class HashQueue {
  /** Sites with a running piece. */
  readonly #busy = new Set<string>();
  readonly #usual: Line = new Map();
  readonly #slow: Line = new Map();
  #running = 0;
  #slowRunning = 0;
  #waiting = 0;
  #slowIsNext = false;

  /** @param refusal thrown when the queue is full. */
  async run<T>(place: Place, work: () => Promise<T>, refusal: () => Error): Promise<T> {
    await new Promise<void>((start, reject) => this.#join({ place, start, refuse: () => reject(refusal()) }));
    try {
      return await work();
    } finally {
      this.#leave(place);
    }
  }

  #join(entry: Waiting): void {
    const { network, isSlow } = entry.place;
    const line = isSlow ? this.#slow : this.#usual;
    const name = siteOf(network);
    const site = line.get(name) ?? { waiting: 0, networks: new Map<string, Waiting[]>() };
    const own = site.networks.get(network) ?? [];
    const isFull = this.#waiting >= WAITING_MAX && !this.#displace(site.waiting);
    if (own.length >= NETWORK_WAITING_MAX || isFull) return entry.refuse();
    own.push(entry);
    site.networks.set(network, own);
    site.waiting++;
    line.set(name, site);
    this.#waiting++;
    this.#startNext();
  }

  #leave({ network, isSlow }: Place): void {
    this.#busy.delete(siteOf(network));
    this.#running--;
    if (isSlow) this.#slowRunning--;
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < RUNNING_MAX) {
      const next = this.#next();
      if (next === undefined) return;
      this.#busy.add(siteOf(next.place.network));
      this.#running++;
      if (next.place.isSlow) this.#slowRunning++;
      next.start();
    }
  }

  /** Alternates between both lines, so that neither starves. */
  #next(): Waiting | undefined {
    const slow = (): Waiting | undefined =>
      this.#slowRunning < SLOW_RUNNING_MAX ? this.#takeFrom(this.#slow) : undefined;
    const next = this.#slowIsNext
      ? (slow() ?? this.#takeFrom(this.#usual))
      : (this.#takeFrom(this.#usual) ?? slow());
    if (next !== undefined) this.#slowIsNext = !next.place.isSlow;
    return next;
  }

  #takeFrom(line: Line): Waiting | undefined {
    for (const [name, site] of line) {
      if (this.#busy.has(name)) continue;
      line.delete(name);
      const next = nextAt(site);
      if (site.waiting > 0) line.set(name, site);
      this.#waiting--;
      return next;
    }
    return undefined;
  }

  /** Refuses the last piece of the longest site. @returns false if no site is longer than this one. */
  #displace(own: number): boolean {
    const all = [...this.#usual.values(), ...this.#slow.values()];
    const [first, ...others] = all;
    if (first === undefined) return false;
    const longest = others.reduce((most, one) => (one.waiting > most.waiting ? one : most), first);
    if (longest.waiting <= own + 1) return false;
    this.#waiting--;
    lastAt(longest)?.refuse();
    return true;
  }
}

/** Takes the first piece of the first network, which moves to the end. */
function nextAt(site: Site): Waiting | undefined {
  for (const [network, [next, ...others]] of site.networks) {
    site.networks.delete(network);
    if (others.length > 0) site.networks.set(network, others);
    site.waiting--;
    return next;
  }
  return undefined;
}

/** Takes the last piece of the longest network. */
function lastAt(site: Site): Waiting | undefined {
  const [network, entries] = [...site.networks].reduce((most, one) =>
    one[1].length > most[1].length ? one : most,
  );
  const last = entries.pop();
  if (entries.length === 0) site.networks.delete(network);
  site.waiting--;
  return last;
}
