export { BUDGET_PERIODS, BUDGET_UNITS, decide } from './caller.ts';
export type {
  Budget,
  BudgetPeriod,
  BudgetUnit,
  Caller,
  Decision,
  Holder,
  Limit,
  Question,
  Resource,
} from './caller.ts';
export { excesses, reachesBeyond } from './escalation.ts';
export type { Excess, Wanted } from './escalation.ts';
export { covers, expand, GRANTS, ROLE_GRANTS, ROLES, SCOPES } from './scopes.ts';
export type { Role, Scope } from './scopes.ts';
export { EVERYTHING, hasSelectors, ROLE_POWERS, worthOf } from './worth.ts';
export type { Standing } from './worth.ts';
export { inRanges, isPattern, matchesPattern, NO_SELECTORS, parseRange, selects } from './selectors.ts';
export type { NameSelector, ResourceType, Selectors } from './selectors.ts';
