import type { Budget, BudgetPeriod, BudgetUnit, BudgetView, Holder } from '../access/index.ts';
import { isoTime } from '../base/clock.ts';
import { countable, exactAmount, formatAmount, parseAmount } from './amounts.ts';
import { periodEnd, periodStart } from './periods.ts';
import { storable } from './storable.ts';

/** In the smallest units: 1, 1, nano-dollars, milliseconds. */
export interface Spend {
  requests: number;
  tokens: number;
  usdNano: number;
  gpuMs: number;
}

export type SpentBudget = BudgetView & { holder: Pick<Holder, 'kind' | 'id'> };

export type BudgetHolder = Pick<Holder, 'kind' | 'id' | 'name' | 'budgets'>;

/** A reservation that was not made; nothing was taken from any budget. */
export interface Refusal {
  refused: SpentBudget;
  /** Left of the budget, and needed by the request; decimal text in its unit. */
  left: string;
  needed: string;
  /** What the input alone takes, where that is known. */
  input?: string | undefined;
  /** The share of the answer that would fit, from 0 to 1. */
  answerShare: number;
  /** Null: waiting does not help. */
  retryAfterSeconds: number | null;
}

/** One budget of one holder in one period. */
export interface SlotKey {
  holderId: string;
  name: string;
  unit: BudgetUnit;
  periodStart: number;
}

export interface Slot extends SlotKey {
  period: BudgetPeriod;
}

export interface Balance {
  settled: number;
  /** By unexpired reservations. */
  reserved: number;
}

/** Unique per slot. Rows are locked in the order of these texts, everywhere. */
export function slotId(slot: SlotKey): string {
  return `${slot.holderId}\n${slot.name}\n${slot.unit}\n${slot.periodStart}`;
}

export function slotOf(holderId: string, budget: Budget, nowMs: number): Slot {
  const { name, unit, period } = budget;
  return { holderId, name: storable(name), unit, period, periodStart: periodStart(period, nowMs) };
}

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

/**
 * @returns what is left of the budget, in the smallest part of its unit; `isSpent`: nothing is, also when all reservations are
 * given back.
 */
export function restOf({ unit, amount, used, reserved }: BudgetView): { left: number; isSpent: boolean } {
  const [all, taken, held] = [amount, used, reserved].map((text) => exactAmount(unit, text)) as [
    bigint,
    bigint,
    bigint,
  ];
  return { left: Math.max(0, Number(all - taken)), isSpent: taken - held >= all };
}

/** Retry where running requests hold what is missing. */
export const WHILE_RESERVED_SECONDS = 1;

interface Needs {
  needed: number;
  /** Where nothing else runs. @default needed */
  least?: number;
  input?: number | undefined;
  nowMs: number;
}

/** @returns undefined when `needed` fits into what is left. */
export function refusalOf(
  { holder, budget }: { holder: BudgetHolder; budget: Budget },
  balance: Balance,
  { needed, least = needed, input, nowMs }: Needs,
): Refusal | undefined {
  const amount = parseAmount(budget.unit, budget.amount);
  const { settled, reserved } = balance;
  if (settled + reserved + needed <= amount) return undefined;
  const left = Math.max(0, amount - settled - reserved);
  return {
    refused: { ...viewOf(budget, balance, nowMs), holder: { kind: holder.kind, id: holder.id } },
    left: formatAmount(budget.unit, left),
    needed: formatAmount(budget.unit, needed),
    input: input === undefined ? undefined : formatAmount(budget.unit, input),
    answerShare: input === undefined || input >= left ? 0 : (left - input) / (needed - input),
    retryAfterSeconds: retryAfter(budget, { amount, settled, needed: least, nowMs }),
  };
}

function retryAfter(
  budget: Budget,
  { amount, settled, needed, nowMs }: { amount: number; settled: number; needed: number; nowMs: number },
): number | null {
  if (needed > amount) return null;
  if (settled + needed <= amount) return WHILE_RESERVED_SECONDS;
  const end = periodEnd(budget.period, nowMs);
  return end === null ? null : Math.max(1, Math.ceil((end - nowMs) / 1_000));
}
