import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { Mutex } from '../base/mutex.ts';
import type { Db, Storage } from '../storage/index.ts';
import * as store from './budget-store.ts';
import type { SlotTotalsMap } from './budget-store.ts';
import { slotId, spentIn, type BudgetHolder, type Slot, type SlotKey } from './budget.ts';
import { readCarries } from './carry-store.ts';
import { decide, resize, type Ask, type Decision } from './grant.ts';
import { Hold, isCurrent, makePlan, type Plan } from './plan.ts';
import { SlotState } from './slot-state.ts';

/** Slots that are written in one transaction. */
const SLOTS_PER_WRITE = 200;
/** A process believes this part of its lease: the rest is for clocks that differ. */
const BELIEVED_SHARE = 1 / 3;
const CALL_AGAIN_MS = 1_000;

interface Options {
  storage: Storage;
  clock: Clock;
  /** How long blocks outlive the last transaction of this process. */
  leaseMs: number;
}

interface Planned {
  ask: Ask;
  plan: Plan;
}

/** A transaction whose commit was not answered. */
interface Doubt {
  leaseId: string;
  seq: number;
  states: readonly SlotState[];
}

/**
 * The blocks of this process, and their only writer. One transaction at a time: it renews the lease, writes settlements,
 * takes and gives back.
 */
export class Ledger {
  readonly #options: Options;
  readonly #turns = new Mutex();
  readonly #states = new Map<string, SlotState>();
  readonly #urgent = new Set<SlotState>();
  readonly #plans = new WeakMap<readonly BudgetHolder[], Plan>();
  #lease: { id: string; seq: number } | undefined;
  #believedUntilMonotonicMs = -Infinity;
  #believedUntilWallMs = -Infinity;
  #doubt: Doubt | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws KeywardError `invalid_input` for a budget whose amount is not decimal text. */
  planOf(holders: readonly BudgetHolder[], nowMs: number): Plan {
    const known = this.#plans.get(holders);
    if (known !== undefined && isCurrent(known, nowMs)) return known;
    const plan = makePlan(holders, nowMs, (slot, limit) => this.#stateOf(slot, limit));
    this.#plans.set(holders, plan);
    return plan;
  }

  /** For a settlement: a state that was removed is made again. */
  liveState(state: SlotState): SlotState {
    return state.isGone ? this.#stateOf(state.slot, state.limit) : state;
  }

  unwrittenIn(slot: SlotKey): number {
    const state = this.#states.get(slotId(slot));
    return state === undefined ? 0 : state.pending + state.writing;
  }

  #stateOf(slot: Slot, limit: number): SlotState {
    const id = slotId(slot);
    let state = this.#states.get(id);
    if (state === undefined) this.#states.set(id, (state = new SlotState(slot, limit)));
    return state;
  }

  /** Whether memory may be believed. Asks the wall clock too: the monotonic clock stops while a machine sleeps. */
  holds(nowMs: number): boolean {
    return (
      this.#options.clock.monotonicMs() < this.#believedUntilMonotonicMs && nowMs < this.#believedUntilWallMs
    );
  }

  /** The next transaction writes its settlements. */
  hurry(state: SlotState): void {
    this.#urgent.add(state);
  }

  /** Decides all in one transaction, and writes urgent settlements. */
  answer(asks: readonly Ask[]): Promise<Decision[]> {
    return this.#turns.run(async () => {
      const states = new Set(this.#urgent);
      const nowMs = this.#options.clock.nowMs();
      const planned = asks.map((ask) => ({ ask, plan: this.planOf(ask.holders, nowMs) }));
      for (const { ask, plan } of planned)
        for (const { state, budget } of plan.entries)
          if (spentIn(budget.unit, ask.demand.whole) > 0) states.add(state);
      return states.size === 0 ? [] : this.#write(states, planned);
    });
  }

  /** The end of an interval: writes settlements, and holds for the next what this one has needed. */
  async flush(): Promise<void> {
    const states = [...this.#states.values()];
    for (const state of states) state.endInterval();
    const due = states.filter((state) => state.isDue);
    await this.#writeAll(due);
    const isAging = !this.holds(this.#options.clock.nowMs() + this.#believedMs / 2);
    if (due.length === 0 && isAging && this.#states.size > 0)
      await this.#turns.run(() => this.#write(new Set(), []));
    await this.#turns.run(() => this.#endLease());
  }

  /** Gives back all but the reservations of running requests. */
  async close(): Promise<void> {
    const states = [...this.#states.values()];
    for (const state of states) state.isClosing = true;
    await this.#writeAll(states);
    await this.#turns.run(() => this.#endLease());
  }

  async #writeAll(states: readonly SlotState[]): Promise<void> {
    for (let i = 0; i < states.length; i += SLOTS_PER_WRITE) {
      await this.#turns.run(async () => {
        // A state that was removed meanwhile is empty, and its slot may have another one.
        const some = states.slice(i, i + SLOTS_PER_WRITE).filter(({ isGone }) => !isGone);
        if (some.length > 0) await this.#write(new Set(some), []);
      });
    }
  }

  /** Reads the database and adds, at the same moment, what is only in memory. */
  read<T>(asked: readonly Slot[], use: (slotTotals: SlotTotalsMap) => T): Promise<T> {
    return this.#turns.run(async () => {
      await this.#clearDoubt();
      const slots = new Map(asked.map((slot) => [slotId(slot), slot]));
      const slotTotals = await this.#slotTotals(this.#options.storage.db, asked);
      for (const [id, slot] of slots) {
        const state = this.#states.get(id);
        if (state === undefined) continue;
        const totals = slotTotals.at(slot);
        totals.used += state.pending + state.writing;
        totals.others.busy += state.reserved;
      }
      return use(slotTotals);
    });
  }

  get #believedMs(): number {
    return this.#options.leaseMs * BELIEVED_SHARE;
  }

  async #write(states: Set<SlotState>, asks: readonly Planned[]): Promise<Decision[]> {
    await this.#clearDoubt();
    const { storage, clock } = this.#options;
    const [startMonotonicMs, startMs] = [clock.monotonicMs(), clock.nowMs()];
    const decisions: Decision[] = [];
    let commitSent = false;
    try {
      await storage.transaction(
        async (tx) => {
          await this.#renewLease(tx, states);
          await this.#writeWithin(tx, { states, asks, decisions });
          commitSent = true;
        },
        // It changes memory.
        { durable: false, runsOnce: true },
      );
    } catch (error) {
      // SQLite's commit fails or succeeds; PostgreSQL's may succeed while its answer is lost.
      const isInDoubt = commitSent && storage.dialect === 'postgres';
      for (const state of states) state.failed(isInDoubt);
      for (const hold of decisions) if (hold instanceof Hold) hold.undo();
      if (isInDoubt && this.#lease !== undefined) {
        this.#doubt = { leaseId: this.#lease.id, seq: this.#lease.seq, states: [...states] };
      }
      throw error;
    }
    this.#believedUntilMonotonicMs = startMonotonicMs + this.#believedMs;
    this.#believedUntilWallMs = startMs + this.#believedMs;
    for (const state of states) this.#settleDown(state);
    return decisions;
  }

  #settleDown(state: SlotState): void {
    state.committed();
    if (state.pending === 0) this.#urgent.delete(state);
    if (!state.isEmpty || !(state.isQuiet || state.isClosing)) return;
    state.isGone = true;
    this.#states.delete(state.id);
  }

  /** Under a new lease there is no idle amount: the blocks of an expired lease are free. */
  async #renewLease(tx: Db, states: Set<SlotState>): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const expires_at = nowMs + this.#options.leaseMs;
    if (this.#lease !== undefined) {
      this.#lease.seq++;
      if (await store.renewLease(tx, { ...this.#lease, expires_at }, nowMs)) return;
      await store.deleteLease(tx, this.#lease.id);
    }
    this.#lease = { id: newId('lease'), seq: 1 };
    await store.insertLease(tx, { ...this.#lease, expires_at });
    for (const state of this.#states.values()) {
      state.idle = 0;
      states.add(state);
    }
  }

  async #writeWithin(
    tx: Db,
    { states, asks, decisions }: { states: Set<SlotState>; asks: readonly Planned[]; decisions: Decision[] },
  ): Promise<void> {
    const { clock } = this.#options;
    const all = [...states];
    const slots = all.map(({ slot }) => slot);
    for (const state of all) state.beginWrite();
    await store.addUse(
      tx,
      all.map(({ slot, writing }) => [slot, writing] as const),
    );
    const slotTotals = await this.#slotTotals(tx, slots);
    const moment = { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    const called = new Set<SlotState>();
    for (const ask of asks) {
      const answer = decide(ask, slotTotals, moment);
      decisions.push(answer.decision);
      for (const state of answer.called) called.add(state);
    }
    for (const state of all) resize(state, slotTotals, moment);
    await store.writeBlocks(
      tx,
      this.#lease?.id ?? '',
      all.map((state) => state.row),
    );
    for (const state of called) {
      if (moment.monotonicMs < state.callAgainMs) continue;
      state.callAgainMs = moment.monotonicMs + CALL_AGAIN_MS;
      await store.wantBack(tx, state.slot, moment.nowMs);
    }
  }

  /** With use that still comes in under former names and periods of budgets. */
  async #slotTotals(db: Db, slots: readonly Slot[]): Promise<SlotTotalsMap> {
    const holderIds = [...new Set(slots.map(({ holderId }) => holderId))];
    const carries = await readCarries(db, holderIds);
    const starts = [...slots, ...carries.map(({ from }) => from)].map(({ periodStart }) => periodStart);
    const range = { holderIds, periodStarts: [...new Set(starts)], nowMs: this.#options.clock.nowMs() };
    const slotTotals = await store.readSlotTotals(db, { ...range, leaseId: this.#lease?.id ?? '' });
    const more = carries.map(({ to, from, included }) => {
      const { used, others } = slotTotals.at(from);
      const own = this.#states.get(slotId(from));
      const busy = own === undefined ? 0 : own.reserved + own.pending;
      const idle = own === undefined ? 0 : Math.max(0, own.idle) + own.incoming;
      return {
        totals: slotTotals.at(to),
        used: Math.max(0, used - included),
        amount: others.amount + busy + idle,
        busy: others.busy + busy,
      };
    });
    for (const { totals, used, amount, busy } of more) {
      totals.used += used;
      totals.others.amount += amount;
      totals.others.busy += busy;
    }
    return slotTotals;
  }

  async #endLease(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined || this.#states.size > 0) return;
    this.#lease = undefined;
    this.#believedUntilMonotonicMs = -Infinity;
    await this.#options.storage.transaction((tx) => store.deleteLease(tx, lease.id), { durable: false });
  }

  async #clearDoubt(): Promise<void> {
    if (this.#doubt === undefined) return;
    const { leaseId, seq, states } = this.#doubt;
    const written = await store.leaseSeq(this.#options.storage.db, leaseId);
    const isWritten = written !== undefined && written >= seq;
    this.#doubt = undefined;
    for (const state of states) {
      if (isWritten) state.writing = 0;
      else state.notWritten();
    }
  }
}
