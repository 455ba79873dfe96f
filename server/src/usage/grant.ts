import type { Budget } from '../access/index.ts';
import { newId } from '../base/ids.ts';
import { slotOfPart } from './budget-store.ts';
import type { Balances, Part, Range, ReservationRow } from './budget-store.ts';
import { refusalOf, slotId, slotOf, spentIn } from './budget.ts';
import type { Refusal, Slot, Spend } from './budget.ts';

/** A request that asks for budget. */
export interface Ask {
  keyId: string;
  budgets: readonly Budget[];
  estimate: Spend;
}

/** A reservation that waits for its settlement. */
export interface Open {
  keyId: string;
  /** All budgets of the key, also those from which nothing was reserved. */
  parts: readonly Part[];
  /** Whether there is a row of it. */
  stored: boolean;
}

export interface Granted {
  id: string;
  open: Open;
}

/** Two budgets of one name and unit share a slot, and a use is counted once in it. */
export function partsOf({ keyId, budgets, estimate }: Ask, nowMs: number): Part[] {
  const slots = distinct(budgets.map((budget) => slotOf(keyId, budget, nowMs)));
  return slots.map(({ name, unit, periodStart }) => ({
    name,
    unit,
    period_start: periodStart,
    amount: spentIn(unit, estimate),
  }));
}

/** The slots from which something is asked. */
export function concernedSlots({ keyId, budgets, estimate }: Ask, nowMs: number): Slot[] {
  return budgets
    .filter(({ unit }) => spentIn(unit, estimate) > 0)
    .map((budget) => slotOf(keyId, budget, nowMs));
}

export function distinct(slots: readonly Slot[]): Slot[] {
  return [...new Map(slots.map((slot) => [slotId(slot), slot])).values()];
}

export function rangeOf(slots: readonly Slot[], nowMs: number): Range {
  return {
    keyIds: [...new Set(slots.map((slot) => slot.keyId))],
    periodStarts: [...new Set(slots.map((slot) => slot.periodStart))],
    nowMs,
  };
}

/** Grants and adds to the balances, or refuses, naming the budget that takes longest to be there again. */
export function decide(ask: Ask, balances: Balances, nowMs: number): Granted | Refusal {
  const { keyId, budgets, estimate } = ask;
  const refusals = budgets.flatMap((budget) => {
    const needed = spentIn(budget.unit, estimate);
    if (needed === 0) return [];
    return refusalOf(budget, balances.at(slotOf(keyId, budget, nowMs)), { needed, nowMs }) ?? [];
  });
  const waitSeconds = (refusal: Refusal): number => refusal.retryAfterSeconds ?? Infinity;
  const longest = refusals.sort((a, b) => waitSeconds(b) - waitSeconds(a))[0];
  if (longest !== undefined) return longest;
  const parts = partsOf(ask, nowMs);
  for (const part of parts) balances.at(slotOfPart(keyId, part)).reserved += part.amount;
  return { id: newId('res'), open: { keyId, parts, stored: true } };
}

export function reservationRow({ id, open }: Granted, nodeId: string, expiresAt: number): ReservationRow {
  const parts = open.parts.filter(({ amount }) => amount > 0);
  return { id, node_id: nodeId, key_id: open.keyId, expires_at: expiresAt, parts: JSON.stringify(parts) };
}
