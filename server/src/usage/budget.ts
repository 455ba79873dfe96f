import type { Budget, BudgetPeriod, BudgetUnit, BudgetView, Holder } from '../access/index.ts';
import { isoTime } from '../base/clock.ts';
import { countable, formatAmount, parseAmount } from './amounts.ts';
import { periodEnd, periodStart } from './periods.ts';
import { storable } from './storable.ts';

/** What a request takes, in the smallest units: 1, 1, nano-dollars, milliseconds. */
export interface Spend {
  requests: number;
  tokens: number;
  usdNano: number;
  gpuMs: number;
}

/** A budget from which a request could not be taken, and whose it is. */
export type SpentBudget = BudgetView & { holder: Pick<Holder, 'kind' | 'id'> };

/** One whose budgets a request is taken from. */
export type BudgetHolder = Pick<Holder, 'kind' | 'id' | 'name' | 'budgets'>;

/** Why a reservation was not made. Nothing was taken from any budget. */
export interface Refusal {
  refused: SpentBudget;
  /** What is left of it right now, and what the request may need; decimal text in its unit. */
  left: string;
  needed: string;
  /** A whole sentence, safe for the caller. */
  message: string;
  /** When to try again; null: waiting does not help. */
  retryAfterSeconds: number | null;
}

/** Where a use is counted: one budget of one holder in one period. */
export interface Slot {
  holderId: string;
  name: string;
  unit: BudgetUnit;
  periodStart: number;
  /** Tells how long a use counts; slots are told apart without it. */
  period: BudgetPeriod;
}

/** What stands in a slot: settled use, and what unexpired reservations hold. */
export interface Balance {
  settled: number;
  reserved: number;
}

/** Unique per slot; the order of these texts is the one in which rows are locked, everywhere. */
export function slotId(slot: Omit<Slot, 'period'>): string {
  return `${slot.holderId}\n${slot.name}\n${slot.unit}\n${slot.periodStart}`;
}

export function slotOf(holderId: string, budget: Budget, nowMs: number): Slot {
  const { name, unit, period } = budget;
  return { holderId, name: storable(name), unit, period, periodStart: periodStart(period, nowMs) };
}

/** The part of a spend that a budget of this unit counts. */
export function spentIn(unit: BudgetUnit, { requests, tokens, usdNano, gpuMs }: Spend): number {
  if (unit === 'tokens') return countable(tokens);
  if (unit === 'requests') return countable(requests);
  return countable(unit === 'usd' ? usdNano : gpuMs);
}

export function viewOf(budget: Budget, balance: Balance, nowMs: number): BudgetView {
  const { name, unit, amount, period } = budget;
  const used = BigInt(balance.settled) + BigInt(balance.reserved);
  return {
    name,
    unit,
    amount,
    period,
    used: formatAmount(unit, used),
    reserved: formatAmount(unit, balance.reserved),
    spent: used >= BigInt(parseAmount(unit, amount)),
    resets_at: isoTime(periodEnd(period, nowMs)),
  };
}

/** How long running requests are given to end before a caller who waits for them tries again. */
const RETRY_WHILE_RESERVED_SECONDS = 1;

/** @returns undefined when `needed` fits into what is left. */
export function refusalOf(
  { holder, budget }: { holder: BudgetHolder; budget: Budget },
  balance: Balance,
  { needed, nowMs }: { needed: number; nowMs: number },
): Refusal | undefined {
  const amount = parseAmount(budget.unit, budget.amount);
  const { settled, reserved } = balance;
  if (settled + reserved + needed <= amount) return undefined;
  const left = formatAmount(budget.unit, Math.max(0, amount - settled - reserved));
  const text = formatAmount(budget.unit, needed);
  return {
    refused: { ...viewOf(budget, balance, nowMs), holder: { kind: holder.kind, id: holder.id } },
    left,
    needed: text,
    message: `The budget "${budget.name}" has ${left} of ${budget.amount} ${budget.unit} left; this request may need ${text}.`,
    retryAfterSeconds: retryAfter(budget, { amount, settled, needed, nowMs }),
  };
}

function retryAfter(
  budget: Budget,
  { amount, settled, needed, nowMs }: { amount: number; settled: number; needed: number; nowMs: number },
): number | null {
  if (needed > amount) return null;
  if (settled + needed <= amount) return RETRY_WHILE_RESERVED_SECONDS;
  const end = periodEnd(budget.period, nowMs);
  return end === null ? null : Math.max(1, Math.ceil((end - nowMs) / 1_000));
}
