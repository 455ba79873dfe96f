import type { BudgetPeriod } from '../access/index.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const LENGTH_MS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };
/** 1970-01-05 was the first Monday. */
const FIRST_MS = { hour: 0, day: 0, week: 4 * DAY_MS };

/** The start of the period of `nowMs`: UTC hour, day, Monday, first of the month; 0 for `total`. */
export function periodStart(period: BudgetPeriod, nowMs: number): number {
  if (period === 'total') return 0;
  if (period === 'month') return monthStart(nowMs, 0);
  return nowMs - ((nowMs - FIRST_MS[period]) % LENGTH_MS[period]);
}

/** The start of the next period; null for `total`. */
export function periodEnd(period: BudgetPeriod, nowMs: number): number | null {
  if (period === 'total') return null;
  if (period === 'month') return monthStart(nowMs, 1);
  return periodStart(period, nowMs) + LENGTH_MS[period];
}

function monthStart(nowMs: number, monthsLater: number): number {
  const date = new Date(nowMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1);
}
