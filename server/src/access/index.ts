export { callerIn, type Actor, type Bounds } from './actor.ts';
export {
  AMOUNT_MAX,
  BUDGET_PERIODS,
  BUDGET_UNITS,
  DECIMALS,
  decide,
  isBound,
  isOfKey,
  isRequestLimit,
} from './caller.ts';
export type {
  Budget,
  BudgetPeriod,
  BudgetUnit,
  BudgetView,
  Caller,
  Holder,
  JobLimit,
  Limit,
  Question,
  RequestLimit,
  Resource,
} from './caller.ts';
export { childExcesses, excesses, loosenings, reachesBeyond } from './escalation.ts';
export type { Excess, Wanted } from './escalation.ts';
export { isWithin, rightsOf, type Left, type NeededType, type Needs, type Rights } from './rights.ts';
export { lackOf, scopeRefusal } from './scope-refusal.ts';
export { holdsScope, noteGrants, type ScopeUses } from './scope-uses.ts';
export { bothGrant, covers, expand, GRANTS, ROLE_GRANTS, ROLES, SCOPES } from './scopes.ts';
export type { Role, Scope } from './scopes.ts';
export {
  bothSelect,
  coversAll,
  inRanges,
  isPattern,
  matchesPattern,
  NO_SELECTORS,
  parseRange,
  plainAddress,
  selects,
  selectsByAny,
} from './selectors.ts';
export {
  EVERYTHING,
  hasSelectors,
  holdingsOfCaller,
  ROLE_POWERS,
  WIDGET_GRANTS,
  worthOf,
  type PowerHolder,
} from './worth.ts';
export type { NameSelector, ResourceType, Selectors } from './selectors.ts';
export { networkOf, siteOf } from './network.ts';
