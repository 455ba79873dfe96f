/** Where a piece of work stands in line. */
export interface Place {
  /** Of the address it came from; '' for people who are let in already. */
  network: string;
  /** A stranger's attempt at a name that many networks try: it may wait for everybody else, and is never refused for it. */
  isSlow: boolean;
}

export const INSIDE: Place = { network: '', isSlow: false };

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

/** Those who wait, by network; the network whose turn is next stands first. */
type Line = Map<string, Waiting[]>;

/**
 * Work that a stranger can ask for and that takes long, in turn by network: an attacker waits behind itself and not before
 * others. One network has one piece running at a time. Guarded by hash-queue.test.ts.
 */
export class HashQueue {
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
    const own = line.get(network) ?? [];
    if (own.length >= NETWORK_WAITING_MAX || (this.#waiting >= WAITING_MAX && !this.#displace(own.length)))
      return entry.refuse();
    own.push(entry);
    line.set(network, own);
    this.#waiting++;
    this.#startNext();
  }

  #leave({ network, isSlow }: Place): void {
    this.#busy.delete(network);
    this.#running--;
    if (isSlow) this.#slowRunning--;
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < RUNNING_MAX) {
      const next = this.#next();
      if (next === undefined) return;
      this.#busy.add(next.place.network);
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
    for (const [network, entries] of line) {
      if (this.#busy.has(network)) continue;
      const [next, ...others] = entries;
      line.delete(network);
      if (others.length > 0) line.set(network, others);
      this.#waiting--;
      return next;
    }
    return undefined;
  }

  /** Makes room at the cost of the network that has the most waiting. @returns whether there was one with more than this. */
  #displace(own: number): boolean {
    const all = [...this.#usual.entries(), ...this.#slow.entries()];
    const [, longest] = all.reduce((most, one) => (one[1].length > most[1].length ? one : most), ['', []]);
    if (longest.length <= own + 1) return false;
    this.#waiting--;
    longest.pop()?.refuse();
    return true;
  }
}
