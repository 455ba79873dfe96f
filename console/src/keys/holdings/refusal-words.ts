/** Why requests are refused, by the code of the refusal: in words, and the next step. */
const REFUSALS: Record<string, [words: string, next: string]> = {
  rate_limited: ['A limit of requests was reached', 'Send fewer requests, or raise the limit.'],
  budget_exceeded: ['A budget is spent', 'Wait until it renews, or raise it.'],
  budget_too_small: ['A request may cost more than is left of a budget', 'Send less, or raise the budget.'],
  insufficient_scope: ['A scope is missing', 'Give the key the scope, or use another key.'],
  forbidden_resource: ['The key does not cover the thing', 'Name the model or workspace in its permissions.'],
  ip_denied: ['The address is not allowed', 'Add the address, or send from an allowed one.'],
  model_unpriced: ['The model has no price, and a budget in USD counts', 'Give the model a price.'],
  model_not_found: ['There is no such model', 'Check the name of the model.'],
  scope_escalation: ['The key tried to give more than it holds', 'Use a key that holds as much.'],
  queue_full: ['Too many jobs wait', 'Wait, or raise the limit of waiting jobs.'],
  disabled: ['The key is disabled', 'Enable it.'],
  revoked: ['The key is revoked', 'Restore it, or use another key.'],
  expired: ['The key or its secret has expired', 'Set a later expiry, or use the new secret.'],
  quarantined: ['The key is quarantined', 'Find out why, then enable it.'],
  invalid_key: ['The key was not valid', 'Look at its state and its secrets.'],
};

export const refusalWords = (code: string): string => REFUSALS[code]?.[0] ?? code.replaceAll('_', ' ');
export const refusalNext = (code: string): string => REFUSALS[code]?.[1] ?? '';
