import { countable } from './amounts.ts';
import { slotId, type Slot } from './budget.ts';

/** The target of a block, in uses of the last interval. */
const INTERVALS_AHEAD = 4;
const FORGET_SHARE = 0.75;
/** Intervals without a request, after which the idle amount is given back. */
const QUIET_INTERVALS = 3;

/**
 * The block of this process in one slot. Its row in the database is `idle + reserved + pending`: requests move amounts
 * between these, and only a transaction (ledger.ts) changes their sum.
 */
export class SlotState {
  readonly slot: Slot;
  readonly id: string;
  /** The amount of the budget in the last transaction. */
  limit: number;
  /** For the next requests. Below 0 where a request took more than it had reserved. */
  idle = 0;
  /** Of running requests. */
  reserved = 0;
  /** Settled, and not yet in the database. */
  pending = 0;
  /** Settled, and in the running transaction. */
  writing = 0;
  /** Taken by the running transaction; idle after its commit. */
  incoming = 0;
  /** Use in the database, at least. */
  used = 0;
  /** `used` in the running transaction. */
  seen = 0;
  /** Near the end of the budget: no idle amount, and settlements are written at once. */
  isExact = false;
  /** No idle amount any more. */
  isClosing = false;
  /** No longer in the ledger: look it up again. */
  isGone = false;
  /** The last call for idle amounts; undefined before the first look. */
  wantedSeen: number | undefined;
  /** Monotonic; without an idle amount until then. */
  exactUntilMs = -Infinity;
  /** Monotonic; the next call to other nodes. */
  callAgainMs = -Infinity;
  /** The most that one request has needed lately. */
  needed = 0;
  /** Of `idle` and `reserved` together. */
  target = 0;
  /** A transaction failed: the row may differ. */
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

  get isEmpty(): boolean {
    return this.idle <= 0 && this.reserved === 0 && this.pending === 0 && this.writing === 0;
  }

  /** At the end of an interval. */
  get isDue(): boolean {
    return this.pending > 0 || this.idle > 0 || this.#isDirty || this.#quiet <= QUIET_INTERVALS;
  }

  /** The use of an interval sets the target for the next. */
  endInterval(): void {
    const wanted = 2 * this.#peak + INTERVALS_AHEAD * this.#settled;
    this.target = countable(Math.max(wanted, Math.floor(this.target * FORGET_SHARE)));
    this.#peak = this.reserved;
    this.#settled = 0;
    this.needed = Math.ceil(this.needed * FORGET_SHARE);
    this.#quiet++;
  }

  /** A request has found too little. */
  wasShort(): void {
    this.#isShort = true;
  }

  /** After a request that has found too little. */
  grow(): void {
    if (!this.#isShort) return;
    this.#isShort = false;
    this.target = countable(Math.max(2 * this.target, 16 * this.needed, 2 * this.reserved));
  }

  beginWrite(): void {
    this.writing = this.pending;
    this.pending = 0;
    this.seen = this.used;
  }

  /** For the running transaction. */
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

  /** @param isInDoubt the transaction may be committed. */
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
