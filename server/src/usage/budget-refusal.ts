import type { Holder } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { WHILE_RESERVED_SECONDS, type Refusal, type SpentBudget } from './budget.ts';

const RAISE = 'Ask an administrator of the key to raise the budget.';

export function budgetExceeded(
  clock: Clock,
  keyId: string,
  { name, holder, resets_at }: Pick<SpentBudget, 'name' | 'holder' | 'resets_at'>,
): KeywardError {
  const message = `The budget "${name}" of ${whose(holder, keyId)} is spent.`;
  if (resets_at === null)
    return new KeywardError('budget_exceeded', message, {
      hint: RAISE,
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

/** The bound of an answer that a request has set itself. */
interface OutputBound {
  member: string;
  tokens: number;
}

/**
 * Three refusals: the budget is spent; running requests hold what is missing, so that waiting helps; or the request may take
 * more than is left, and only a smaller request helps. Published clients repeat a 429: `X-Should-Retry` stops them.
 * @param bound undefined: the answer got the smallest bound already, or is no text.
 */
export function reservationRefused(refusal: Refusal, keyId: string, bound?: OutputBound): KeywardError {
  const { refused, left, needed, retryAfterSeconds } = refusal;
  const { name, unit, amount, reserved, resets_at, holder } = refused;
  const budget = `The budget "${name}" of ${whose(holder, keyId)}`;
  const retry = retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } };
  const details = { left, needed };
  const isHeld = Number(reserved) > 0;
  if (Number(left) === 0 && !isHeld)
    return new KeywardError('budget_exceeded', `${budget} is spent.`, {
      hint: resets_at === null ? RAISE : `The budget renews at ${resets_at}.`,
      ...retry,
      details,
    });
  const rest = `${budget} has ${left} of ${amount} ${unit} left`;
  if (isHeld && retryAfterSeconds === WHILE_RESERVED_SECONDS)
    return new KeywardError('budget_exceeded', `${rest}; this request may take ${needed}.`, {
      hint: `${smaller(refusal, bound)} Running requests have reserved ${reserved} of it: try again in ${retryAfterSeconds} s.`,
      ...retry,
      details,
    });
  return new KeywardError('budget_too_small', `${rest}; ${takes(refusal, bound)}.`, {
    hint: `${smaller(refusal, bound)} ${renewal(refusal)}`,
    headers: { 'x-should-retry': 'false' },
    // Where waiting helps: for work that can wait.
    details: retryAfterSeconds === null ? details : { ...details, renews_at: resets_at },
  });
}

function takes({ needed, input }: Refusal, bound: OutputBound | undefined): string {
  if (input === undefined) return `this request may take ${needed}`;
  if (bound === undefined) return `the input of this request alone may take ${input}`;
  return `this request may take ${needed}: ${input} for its input, the rest for its answer`;
}

function smaller({ input, answerShare }: Refusal, bound: OutputBound | undefined): string {
  if (input === undefined) return 'Send a smaller request.';
  const fits = Math.floor((bound?.tokens ?? 0) * answerShare);
  if (bound === undefined || fits === 0) return 'Send a shorter input.';
  return `Send ${bound.member} of at most ${fits}, or leave it out.`;
}

function renewal({ refused: { resets_at }, retryAfterSeconds }: Refusal): string {
  if (resets_at === null) return RAISE;
  return retryAfterSeconds === null
    ? 'Waiting does not help: the whole budget is smaller than the request.'
    : `The budget renews at ${resets_at}.`;
}
