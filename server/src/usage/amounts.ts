import { AMOUNT_MAX, DECIMALS, type BudgetUnit } from '../access/index.ts';
import { invalidField } from '../base/errors.ts';

/** Digits that are shown even where they are zero. */
const SHOWN_DECIMALS: Record<BudgetUnit, number> = { requests: 0, tokens: 0, usd: 2, gpu_seconds: 0 };

const DECIMAL_TEXT = /^(0|[1-9]\d{0,15})(?:\.(\d{1,30}))?$/;

/**
 * Decimal text such as "12.50" as an integer of the unit's smallest part (nano-dollars, milliseconds, 1). Exact.
 * @param field named in the error, such as `budgets[0].amount`.
 * @throws KeywardError `invalid_input` for anything but plain digits, for more decimals than the unit has, for
 *   more than AMOUNT_MAX.
 */
export function parseAmount(unit: BudgetUnit, text: string, field = 'amount'): number {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null)
    throw invalidField(field, 'must be a decimal number as text, such as "12.50", and not negative');
  const decimals = DECIMALS[unit];
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) {
    throw invalidField(
      field,
      decimals === 0 ? `must be a whole number of ${unit}` : `must have at most ${decimals} decimals`,
    );
  }
  const amount = BigInt(`${match[1] ?? ''}${fraction.padEnd(decimals, '0')}`);
  if (amount > AMOUNT_MAX)
    throw invalidField(field, `must be at most ${formatAmount(unit, AMOUNT_MAX)} ${unit}`);
  return Number(amount);
}

/**
 * An integer of the unit's smallest part as decimal text: "12.50" usd, "1.5" GPU seconds, "1000" tokens.
 * @param amount 0 or more; a bigint where a sum may exceed 2^53.
 */
export function formatAmount(unit: BudgetUnit, amount: number | bigint): string {
  const decimals = DECIMALS[unit];
  const digits = String(amount).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits
    .slice(digits.length - decimals)
    .replace(/0+$/, '')
    .padEnd(SHOWN_DECIMALS[unit], '0');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Makes what came from outside countable: whole, rounded up, 0 to AMOUNT_MAX; what is no number counts 0. */
export function countable(amount: number): number {
  return amount > 0 ? Math.min(Math.ceil(amount), AMOUNT_MAX) : 0;
}
