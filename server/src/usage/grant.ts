import { newId } from '../base/ids.ts';
import { slotOfPart } from './budget-store.ts';
import type { Balances, Part, Range, ReservationRow } from './budget-store.ts';
import { refusalOf, slotId, slotOf, spentIn } from './budget.ts';
import type { BudgetHolder, Refusal, Slot, Spend } from './budget.ts';

/** A request that asks for budget. */
export interface Ask {
  holders: readonly BudgetHolder[];
  estimate: Spend;
}

/** A reservation that waits for its settlement: the shares of all holders. */
export type Open = readonly Share[];

export interface Share {
  holderId: string;
  /** All budgets of the holder, also those from which nothing was reserved. */
  parts: readonly Part[];
  /** The row of it; null where there is none. */
  rowId: string | null;
}

export interface Granted {
  id: string;
  open: Open;
}

/** @param id of the reservation; null where nothing is reserved. */
export function sharesOf({ holders, estimate }: Ask, nowMs: number, id: string | null): Share[] {
  return holders.map((holder, index) => {
    const parts = partsOf(holder, estimate, nowMs);
    const isStored = id !== null && parts.some(({ amount }) => amount > 0);
    const rowId = isStored ? (index === 0 ? id : `${id}.${index}`) : null;
    return { holderId: holder.id, parts, rowId };
  });
}

/** Two budgets of one name and unit share a slot, and a use is counted once in it. */
function partsOf({ id, budgets }: BudgetHolder, estimate: Spend, nowMs: number): Part[] {
  const slots = distinct(budgets.map((budget) => slotOf(id, budget, nowMs)));
  return slots.map(({ name, unit, periodStart }) => ({
    name,
    unit,
    period_start: periodStart,
    amount: spentIn(unit, estimate),
  }));
}

/** The slots from which something is asked. */
export function concernedSlots({ holders, estimate }: Ask, nowMs: number): Slot[] {
  return holders.flatMap(({ id, budgets }) =>
    budgets.filter(({ unit }) => spentIn(unit, estimate) > 0).map((budget) => slotOf(id, budget, nowMs)),
  );
}

export function distinct(slots: readonly Slot[]): Slot[] {
  return [...new Map(slots.map((slot) => [slotId(slot), slot])).values()];
}

export function rangeOf(slots: readonly Slot[], nowMs: number): Range {
  return {
    holderIds: [...new Set(slots.map((slot) => slot.holderId))],
    periodStarts: [...new Set(slots.map((slot) => slot.periodStart))],
    nowMs,
  };
}

/** Grants and adds to the balances, or refuses, naming the budget that takes longest to be there again. */
export function decide(ask: Ask, balances: Balances, nowMs: number): Granted | Refusal {
  const refusals = ask.holders.flatMap((holder) =>
    holder.budgets.flatMap((budget) => {
      const needed = spentIn(budget.unit, ask.estimate);
      if (needed === 0) return [];
      const balance = balances.at(slotOf(holder.id, budget, nowMs));
      return refusalOf({ holder, budget }, balance, { needed, nowMs }) ?? [];
    }),
  );
  const waitSeconds = (refusal: Refusal): number => refusal.retryAfterSeconds ?? Infinity;
  const longest = refusals.sort((a, b) => waitSeconds(b) - waitSeconds(a))[0];
  if (longest !== undefined) return longest;
  const id = newId('res');
  const open = sharesOf(ask, nowMs, id);
  for (const { holderId, parts } of open)
    for (const part of parts) balances.at(slotOfPart(holderId, part)).reserved += part.amount;
  return { id, open };
}

export function reservationRows({ open }: Granted, nodeId: string, expiresAt: number): ReservationRow[] {
  return open.flatMap(({ holderId, parts, rowId }) => {
    if (rowId === null) return [];
    const taken = JSON.stringify(parts.filter(({ amount }) => amount > 0));
    return [{ id: rowId, node_id: nodeId, key_id: holderId, expires_at: expiresAt, parts: taken }];
  });
}
