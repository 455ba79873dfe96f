import { AMOUNT_MAX, DECIMALS, type BudgetUnit } from '../access/index.ts';
import { invalidField } from '../base/errors.ts';
import { withoutTrailing } from '../base/trailing.ts';

/** Decimals that are shown even where they are zero. */
const SHOWN_DECIMALS: Record<BudgetUnit, number> = { requests: 0, tokens: 0, usd: 2, gpu_seconds: 0 };

const DECIMAL_TEXT = /^(0|[1-9]\d{0,15})(?:\.(\d{1,30}))?$/;

/**
 * Decimal text such as "12.50" as an exact integer of the smallest part of the unit (nano-dollars, milliseconds, 1).
 * @param field of the request, such as `budgets[0].amount`.
 * @throws KeywardError `invalid_input`
 */
export function parseAmount(unit: BudgetUnit, text: string, field = 'amount'): number {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null)
    throw invalidField(field, 'must be a decimal number, such as 12.50 or "12.50", and not negative');
  const decimals = DECIMALS[unit];
  const fraction = withoutTrailing(match[2] ?? '', '0');
  if (fraction.length > decimals) {
    throw invalidField(
      field,
      decimals === 0 ? `must be a whole number of ${unit}` : `must have at most ${decimals} decimals`,
    );
  }
  const amount = exactAmount(unit, `${match[1] ?? ''}.${fraction}`);
  if (amount > AMOUNT_MAX)
    throw invalidField(field, `must be at most ${formatAmount(unit, AMOUNT_MAX)} ${unit}`);
  return Number(amount);
}

/** The inverse of `parseAmount`. @param amount 0 or more; a bigint where a sum may exceed 2^53. */
export function formatAmount(unit: BudgetUnit, amount: number | bigint): string {
  const decimals = DECIMALS[unit];
  const digits = String(amount).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const kept = withoutTrailing(digits.slice(digits.length - decimals), '0');
  const fraction = kept.padEnd(SHOWN_DECIMALS[unit], '0');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** The inverse of `formatAmount`, of any size. @param text as that has written it */
export function exactAmount(unit: BudgetUnit, text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(DECIMALS[unit], '0')}`);
}

/** Rounded up, 0 to AMOUNT_MAX; NaN counts 0. */
export function countable(amount: number): number {
  return amount > 0 ? Math.min(Math.ceil(amount), AMOUNT_MAX) : 0;
}
