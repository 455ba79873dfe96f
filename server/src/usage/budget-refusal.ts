import type { Holder } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Refusal, SpentBudget } from './budget.ts';

/** The refusal for a spent budget, with when it is filled again. */
export function budgetExceeded(
  clock: Clock,
  keyId: string,
  { name, holder, resets_at }: Pick<SpentBudget, 'name' | 'holder' | 'resets_at'>,
): KeywardError {
  const message = `The budget "${name}" of ${whose(holder, keyId)} is spent.`;
  if (resets_at === null)
    return new KeywardError('budget_exceeded', message, {
      hint: 'Ask an administrator of the key to raise the budget.',
    });
  const seconds = Math.max(1, Math.ceil((Date.parse(resets_at) - clock.nowMs()) / 1000));
  return new KeywardError('budget_exceeded', message, {
    hint: `The budget renews at ${resets_at}.`,
    headers: { 'retry-after': String(seconds) },
  });
}

/** Names neither the owner nor the ancestor: the caller need not know who made its key. */
export function whose({ kind, id }: Pick<Holder, 'kind' | 'id'>, keyId: string): string {
  if (kind === 'owner') return 'the owner of this key';
  return id === keyId ? 'this key' : 'an ancestor of this key';
}

const SMALLER = 'Send a max_tokens that fits, or a shorter input.';

/**
 * Why a reservation was not made. A budget that is spent is told otherwise than one that holds less than the request may need:
 * there a smaller request helps, and waiting may not. `Retry-After` stands only where waiting helps.
 */
export function reservationRefused(
  { refused, left, needed, retryAfterSeconds }: Refusal,
  keyId: string,
): KeywardError {
  const { name, unit, amount, reserved, resets_at, holder } = refused;
  const budget = `The budget "${name}" of ${whose(holder, keyId)}`;
  const headers = retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } };
  const details = { left, needed };
  const isNothingLeft = Number(left) === 0;
  const isHeld = Number(reserved) > 0;
  if (isNothingLeft && !isHeld)
    return new KeywardError('budget_exceeded', `${budget} is spent.`, {
      hint:
        resets_at === null
          ? 'Ask an administrator of the key to raise the budget.'
          : `The budget renews at ${resets_at}.`,
      ...headers,
      details,
    });
  const wait =
    retryAfterSeconds === null
      ? 'Waiting does not help: the whole budget is smaller than the request.'
      : isHeld
        ? `Running requests have reserved ${reserved} of it: try again in ${retryAfterSeconds} s.`
        : `The budget renews at ${resets_at}.`;
  const message = `${budget} has ${left} of ${amount} ${unit} left; this request may need ${needed}.`;
  return new KeywardError('budget_exceeded', message, { hint: `${SMALLER} ${wait}`, ...headers, details });
}
