import { countable } from './amounts.ts';
import { slotId, type Slot } from './budget.ts';

/** How much of what is used in one interval is kept for the next ones. */
const INTERVALS_AHEAD = 4;
const FORGET_SHARE = 0.75;
/** Intervals without a request, after which all that is not in use is given back. */
const QUIET_INTERVALS = 3;

/**
 * What this process holds of one slot. Its row in the database is `idle + reserved + pending`: requests move amounts
 * between these three without asking the database, and only a transaction (ledger.ts) changes their sum.
 */
export class SlotState {
  readonly slot: Slot;
  readonly id: string;
  /** The amount of the budget, as the last request of the database knew it. */
  limit: number;
  /** What the next requests may take. Below 0 where a request took more than it had reserved. */
  idle = 0;
  /** What running requests hold. */
  reserved = 0;
  /** Settled, and not yet in the database. */
  pending = 0;
  /** Settled, and on its way to the database. */
  writing = 0;
  /** What the transaction that runs has taken; idle once it has committed. */
  incoming = 0;
  /** Use that the database has at least. */
  used = 0;
  /** The same as the transaction that runs has read it. */
  seen = 0;
  /** Near the end of the budget: nothing is held beyond what runs, and what is settled is written at once. */
  isExact = false;
  /** Nothing is held any more for requests to come. */
  isClosing = false;
  /** No longer in the ledger: whoever still has it looks again. */
  isGone = false;
  /** The last call for what is idle that was heard; undefined before the first look. */
  wantedSeen: number | undefined;
  /** Monotonic; until then nothing is held beyond what runs. */
  exactUntilMs = -Infinity;
  /** Monotonic; others are not called again before. */
  callAgainMs = -Infinity;
  /** The most that one request needed lately. */
  needed = 0;
  /** What it would hold: idle and reserved. */
  target = 0;
  /** A transaction failed, so its row may say something else. */
  #isDirty = false;
  #isShort = false;
  #peak = 0;
  #settled = 0;
  #quiet = 0;

  constructor(slot: Slot, limit: number) {
    this.slot = slot;
    this.id = slotId(slot);
    this.limit = limit;
  }

  /** @param amount is there. */
  take(amount: number): void {
    this.idle -= amount;
    this.reserved += amount;
    this.needed = Math.max(this.needed, amount);
    this.#peak = Math.max(this.#peak, this.reserved);
    this.#quiet = 0;
  }

  /** A request that held `held` has taken `took`. */
  settle(held: number, took: number): void {
    this.reserved -= held;
    this.pending = countable(this.pending + took);
    this.idle += held - took;
    this.#settled += took;
    this.#quiet = 0;
  }

  get isQuiet(): boolean {
    return this.#quiet >= QUIET_INTERVALS;
  }

  /** Whether anything would be lost with it. */
  get isEmpty(): boolean {
    return this.idle <= 0 && this.reserved === 0 && this.pending === 0 && this.writing === 0;
  }

  /** Whether there is something to write at the end of an interval. */
  get isDue(): boolean {
    return this.pending > 0 || this.idle > 0 || this.#isDirty || this.#quiet <= QUIET_INTERVALS;
  }

  /** At the end of each interval: what was used in it says what to hold for the next. */
  endInterval(): void {
    const wanted = 2 * this.#peak + INTERVALS_AHEAD * this.#settled;
    this.target = countable(Math.max(wanted, Math.floor(this.target * FORGET_SHARE)));
    this.#peak = this.reserved;
    this.#settled = 0;
    this.needed = Math.ceil(this.needed * FORGET_SHARE);
    this.#quiet++;
  }

  /** A request found too little. */
  wasShort(): void {
    this.#isShort = true;
  }

  /** Where a request found too little more is held from now on. */
  grow(): void {
    if (!this.#isShort) return;
    this.#isShort = false;
    this.target = countable(Math.max(2 * this.target, 16 * this.needed, 2 * this.reserved));
  }

  /** At the start of a transaction: what is settled goes into it. */
  beginWrite(): void {
    this.writing = this.pending;
    this.pending = 0;
    this.seen = this.used;
  }

  /** Its row, as the transaction leaves it. */
  get row(): { slot: Slot; amount: number; busy: number } {
    const busy = countable(this.reserved + this.pending);
    return { slot: this.slot, amount: countable(busy + this.idle + this.incoming), busy };
  }

  committed(): void {
    this.#isDirty = false;
    this.writing = 0;
    this.used = this.seen;
    this.idle += this.incoming;
    this.incoming = 0;
  }

  /** @param isInDoubt what was written may be in the database after all. */
  failed(isInDoubt: boolean): void {
    this.incoming = 0;
    this.#isDirty = true;
    if (!isInDoubt) this.notWritten();
  }

  notWritten(): void {
    this.pending = countable(this.pending + this.writing);
    this.writing = 0;
  }
}
