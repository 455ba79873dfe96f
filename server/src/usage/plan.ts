import type { Budget } from '../access/index.ts';
import { parseAmount } from './amounts.ts';
import { slotId, slotOf, spentIn, type BudgetHolder, type Slot, type Spend } from './budget.ts';
import { periodEnd } from './periods.ts';
import type { SlotState } from './slot-state.ts';

/** One budget of a request. */
export interface PlanEntry {
  readonly state: SlotState;
  readonly holder: BudgetHolder;
  readonly budget: Budget;
  /** Its amount, in the smallest unit. */
  readonly limit: number;
}

/** The budgets of some holders, until one of their periods ends. */
export interface Plan {
  readonly entries: readonly PlanEntry[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/** @throws KeywardError `invalid_input` for a budget whose amount is not decimal text. */
export function makePlan(
  holders: readonly BudgetHolder[],
  nowMs: number,
  stateOf: (slot: Slot, limit: number) => SlotState,
): Plan {
  const entries = new Map<string, PlanEntry>();
  let fromMs = 0;
  let untilMs = Infinity;
  for (const holder of holders) {
    for (const budget of holder.budgets) {
      const limit = parseAmount(budget.unit, budget.amount);
      const slot = slotOf(holder.id, budget, nowMs);
      fromMs = Math.max(fromMs, slot.periodStart);
      untilMs = Math.min(untilMs, periodEnd(budget.period, nowMs) ?? Infinity);
      // Two budgets of one name and unit share a slot, and the smaller one applies.
      const known = entries.get(slotId(slot));
      if (known !== undefined && known.limit <= limit) continue;
      entries.set(slotId(slot), { state: stateOf(slot, limit), holder, budget, limit });
    }
  }
  return { entries: [...entries.values()], fromMs, untilMs };
}

export function isCurrent({ entries, fromMs, untilMs }: Plan, nowMs: number): boolean {
  if (nowMs < fromMs || nowMs >= untilMs) return false;
  for (const { state } of entries) if (state.isGone) return false;
  return true;
}

/** A request takes `whole` where there is enough, or an amount from `least` to `most`; otherwise it is refused. */
export interface Demand {
  readonly least: Spend;
  /** Less than this is taken only where running requests hold nothing, so that it does not help to wait. @default least */
  readonly enough?: Spend;
  /** Of `least`, what the input alone takes: refusals name it. */
  readonly input?: Spend | undefined;
  readonly most: Spend;
  readonly whole: Spend;
}

/** The whole demand, or a share of the span between its least and its most. */
export type Share = 'whole' | number;

/** The amount that a request holds of each budget, for `Budgets.settle`. */
export class Hold {
  readonly states: readonly SlotState[];
  readonly amounts: readonly number[];
  readonly share: Share;
  isSettled = false;

  constructor(states: readonly SlotState[], amounts: readonly number[], share: Share) {
    this.states = states;
    this.amounts = amounts;
    this.share = share;
  }

  /** Of a transaction that failed; the next one gives it back. */
  undo(): void {
    this.isSettled = true;
    for (const [index, state] of this.states.entries()) state.reserved -= this.amounts[index] ?? 0;
  }
}

export function amountAt({ budget }: PlanEntry, { least, most, whole }: Demand, share: Share): number {
  if (share === 'whole') return spentIn(budget.unit, whole);
  const from = spentIn(budget.unit, least);
  return from + Math.floor((spentIn(budget.unit, most) - from) * share);
}

/** Takes the whole demand from all budgets, or from none. @param isHeld whether memory may be believed. */
export function takeFromMemory(
  { entries }: Plan,
  { demand, isHeld }: { demand: Demand; isHeld: boolean },
): Hold | undefined {
  for (const { state, limit, budget } of entries) {
    const needed = spentIn(budget.unit, demand.whole);
    if (needed > 0 && (!isHeld || state.idle < needed || state.limit !== limit)) return undefined;
  }
  return takeAll(entries, demand, 'whole');
}

export function takeAll(entries: readonly PlanEntry[], demand: Demand, share: Share): Hold {
  const states: SlotState[] = [];
  const amounts: number[] = [];
  for (const entry of entries) {
    const needed = amountAt(entry, demand, share);
    if (needed > 0) entry.state.take(needed);
    states.push(entry.state);
    amounts.push(needed);
  }
  return new Hold(states, amounts, share);
}
