import type { Holder } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Refusal, SpentBudget } from './budget.ts';

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

/** Without names of owners and ancestors, which the caller may not know. */
export function whose({ kind, id }: Pick<Holder, 'kind' | 'id'>, keyId: string): string {
  if (kind === 'owner') return 'the owner of this key';
  return id === keyId ? 'this key' : 'an ancestor of this key';
}

const SMALLER = 'Send a max_tokens that fits, or a shorter input.';

/** A budget that is not spent may still have room for a smaller request. `Retry-After` only where waiting helps. */
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
