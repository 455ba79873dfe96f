import { KeywardError } from '../base/errors.ts';
import type { Refusal } from '../usage/index.ts';

const SMALLER = 'Send max_tokens (or a smaller one), or a shorter input.';

/**
 * Why a reservation was not made. A budget that is spent is told otherwise than one that holds less than the request may need:
 * there a smaller request helps, and waiting may not. `Retry-After` stands only where waiting helps.
 */
export function reservationRefused({
  refused,
  left,
  needed,
  message,
  retryAfterSeconds,
}: Refusal): KeywardError {
  const { name, reserved, resets_at } = refused;
  const headers = retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } };
  const details = { left, needed };
  const isNothingLeft = Number(left) === 0;
  const isHeld = Number(reserved) > 0;
  if (isNothingLeft && !isHeld)
    return new KeywardError('budget_exceeded', `The budget "${name}" of this key is spent.`, {
      hint: resets_at === null ? 'Have it raised.' : `It is filled again at ${resets_at}.`,
      ...headers,
      details,
    });
  const wait =
    retryAfterSeconds === null
      ? 'Waiting does not help: the whole budget is smaller than that.'
      : isHeld
        ? `Running requests hold ${reserved} of it: try again in ${retryAfterSeconds} s.`
        : `It is filled again at ${resets_at}.`;
  return new KeywardError('budget_exceeded', message, { hint: `${SMALLER} ${wait}`, ...headers, details });
}
