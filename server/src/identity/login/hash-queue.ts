import { networkOf, siteOf } from '../../access/index.ts';

/** Where a piece of work stands in line. */
export interface Place {
  /** Of the address it came from; '' for people who are let in already. */
  network: string;
  /** A stranger's attempt at a name that many networks try: it may wait for everybody else, and is never refused for it. */
  isSlow: boolean;
}

export const INSIDE: Place = { network: '', isSlow: false };

/** Of somebody who has no session yet. */
export const placeOf = (ip: string): Place => ({ network: networkOf(ip), isSlow: false });

/** As many at once as leave the thread pool to others. */
const RUNNING_MAX = 2;
/** One network keeps a place free for the next one, and one name that is tried from everywhere does so too. */
const SLOW_RUNNING_MAX = 1;
const NETWORK_WAITING_MAX = 64;
const WAITING_MAX = 256;

interface Waiting {
  place: Place;
  start: () => void;
  refuse: () => void;
}

/** Those who wait at one site, by network; the network whose turn is next stands first. */
interface Site {
  waiting: number;
  networks: Map<string, Waiting[]>;
}

/** All who wait, by site; the one whose turn is next stands first. */
type Line = Map<string, Site>;

/**
 * Work that a stranger can ask for and that takes long, in turn by site, and there by network: an attacker waits behind itself
 * and not before others, also one who has many networks. One site has one piece running at a time. Guarded by hash-queue.test.ts.
 */
export class HashQueue {
  /** Sites that have a piece running. */
  readonly #busy = new Set<string>();
  readonly #usual: Line = new Map();
  readonly #slow: Line = new Map();
  #running = 0;
  #slowRunning = 0;
  #waiting = 0;
  #slowIsNext = false;

  /** @param refusal what is thrown where too many wait. */
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

  /** By turns from both lines, so that neither ever stands still. */
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

  /** Makes room at the cost of the site that has the most waiting. @returns whether there was one with more than this. */
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

/** The first one of the network whose turn it is, which goes to the end. */
function nextAt(site: Site): Waiting | undefined {
  for (const [network, [next, ...others]] of site.networks) {
    site.networks.delete(network);
    if (others.length > 0) site.networks.set(network, others);
    site.waiting--;
    return next;
  }
  return undefined;
}

/** The last one of the network that has the most waiting. */
function lastAt(site: Site): Waiting | undefined {
  const [network, entries] = [...site.networks].reduce((most, one) =>
    one[1].length > most[1].length ? one : most,
  );
  const last = entries.pop();
  if (entries.length === 0) site.networks.delete(network);
  site.waiting--;
  return last;
}
