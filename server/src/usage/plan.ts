import type { Budget } from '../access/index.ts';
import { parseAmount } from './amounts.ts';
import { slotId, slotOf, spentIn } from './budget.ts';
import type { BudgetHolder, Slot, Spend } from './budget.ts';
import { periodEnd } from './periods.ts';
import type { SlotState } from './slot-state.ts';

/** One budget from which a request is taken. */
export interface PlanEntry {
  readonly state: SlotState;
  readonly holder: BudgetHolder;
  readonly budget: Budget;
  /** Its amount, in the smallest unit. */
  readonly limit: number;
}

/** Where the requests of some holders count, for as long as none of their periods ends. */
export interface Plan {
  readonly entries: readonly PlanEntry[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/** @throws KeywardError `invalid_input` for a budget whose amount is no decimal text. */
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
      // Two budgets of one name and unit share a slot: a use is counted once in it, and the smaller one holds.
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

/** What a request holds of each budget. Made by `Budgets`, which alone knows how to settle it. */
export class Hold {
  readonly states: readonly SlotState[];
  readonly amounts: readonly number[];
  isSettled = false;

  constructor(states: readonly SlotState[], amounts: readonly number[]) {
    this.states = states;
    this.amounts = amounts;
  }

  /** What was never granted is held no longer; the next transaction gives it back. */
  undo(): void {
    this.isSettled = true;
    for (const [index, state] of this.states.entries()) state.reserved -= this.amounts[index] ?? 0;
  }
}

/**
 * Takes from all budgets where memory has enough of all; otherwise from none, and gives undefined.
 * @param isHeld whether memory may be believed.
 */
export function takeFromMemory(
  { entries }: Plan,
  { estimate, isHeld }: { estimate: Spend; isHeld: boolean },
): Hold | undefined {
  for (const { state, limit, budget } of entries) {
    const needed = spentIn(budget.unit, estimate);
    if (needed > 0 && (!isHeld || state.idle < needed || state.limit !== limit)) return undefined;
  }
  return takeAll(entries, estimate);
}

export function takeAll(entries: readonly PlanEntry[], estimate: Spend): Hold {
  const states: SlotState[] = [];
  const amounts: number[] = [];
  for (const { state, budget } of entries) {
    const needed = spentIn(budget.unit, estimate);
    if (needed > 0) state.take(needed);
    states.push(state);
    amounts.push(needed);
  }
  return new Hold(states, amounts);
}
