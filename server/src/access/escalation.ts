import type { Budget, BudgetPeriod, Limit } from './caller.ts';
import { covers } from './scopes.ts';
import { matchesPattern, rangesWithin, type NameSelector, type Selectors } from './selectors.ts';

/** What a key is to hold. */
export interface Wanted {
  grants: readonly string[];
  selectors: Selectors;
  expiresAt: number | null;
  limits: readonly Limit[];
  budgets: readonly Budget[];
  hasParent?: boolean;
}

/** A field of the request in which a key would hold more than its maker. */
export interface Excess {
  field: string;
  message: string;
}

/** Without this check a key that may mint could mint a stronger one (privilege escalation); guarded by escalation.test.ts. */
export function excesses(maker: Wanted, wanted: Wanted): Excess[] {
  return [
    ...scopeExcess(maker.grants, wanted.grants),
    ...nameExcess(WORKSPACES, maker.selectors.workspaces, wanted.selectors.workspaces),
    ...nameExcess('selectors.models', maker.selectors.models, wanted.selectors.models),
    ...nameExcess(WORKERS, maker.selectors.workers, wanted.selectors.workers),
    ...ipExcess(maker.selectors.ips, wanted.selectors.ips),
    ...expiryExcess(maker.expiresAt, wanted.expiresAt),
    ...limitExcess(maker.limits, wanted.limits),
    ...budgetExcess(maker.budgets, wanted.budgets),
    ...parentExcess(maker, wanted),
  ];
}

const parentExcess = (maker: Wanted, wanted: Wanted): Excess[] =>
  maker.hasParent === true && wanted.hasParent !== true
    ? [{ field: 'parent', message: 'must end with the parent of its maker' }]
    : [];

/**
 * For a descendant of the maker: it need not repeat limits, budgets and expiry of its ancestors, which hold for it too.
 * Those that it names may not be wider.
 */
export function childExcesses(maker: Wanted, child: Wanted): Excess[] {
  const isNamed = (wanted: readonly { name: string }[]) => (own: { name: string }) =>
    wanted.some(({ name }) => name === own.name);
  const bounds = {
    limits: maker.limits.filter(isNamed(child.limits)),
    budgets: maker.budgets.filter(isNamed(child.budgets)),
  };
  return excesses({ ...maker, ...bounds }, { ...child, expiresAt: child.expiresAt ?? maker.expiresAt });
}

/**
 * Where a change would give a key more than it has. Also a limit or budget that is removed, renamed or gets another period,
 * as its count begins anew.
 */
export function loosenings(before: Wanted, after: Wanted): Excess[] {
  const kept = { ...before, limits: [], budgets: [] };
  return [
    ...excesses(kept, after).map(({ field }) => ({ field, message: 'must not exceed its current value' })),
    ...before.limits
      .filter((own) => !after.limits.some((limit) => limit.name === own.name && atMost(limit, own)))
      .map(({ name }) => ({ field: 'limits', message: `must keep "${name}", no wider than now` })),
    ...before.budgets
      .filter((own) => !after.budgets.some((budget) => isSame(budget, own) && spendsAtMost(budget, own)))
      .map(({ name }) => ({ field: 'budgets', message: `must keep "${name}", no larger than now` })),
  ];
}

const isSame = (a: Budget, b: Budget): boolean => a.name === b.name && a.period === b.period;

const WORKSPACES = 'selectors.workspaces';
const WORKERS = 'selectors.workers';

function scopeExcess(held: readonly string[], wanted: readonly string[]): Excess[] {
  const missing = wanted.filter((grant) => !held.some((own) => covers(own, grant)));
  return missing.length === 0
    ? []
    : [{ field: 'scopes', message: `must not include ${missing.join(', ')}: the maker does not hold it` }];
}

function nameExcess(field: string, maker: NameSelector, wanted: NameSelector): Excess[] {
  const found: Excess[] = [];
  // A user without workspaces.
  if (wanted.deny.includes('*')) return found;
  const inside = (pattern: string): boolean => maker.allow.some((own) => matchesPattern(own, pattern));
  if (maker.allow.length > 0 && (wanted.allow.length === 0 || !wanted.allow.every(inside))) {
    const list = field === WORKERS ? 'owners' : 'allow';
    found.push({ field: `${field}.${list}`, message: `must stay within ${maker.allow.join(', ')}` });
  }
  // A denied workspace need not be denied again where `allow` cannot contain it. Models have two names: `x` is denied by
  // `openai/x` and the reverse (selection.ts). Guarded by minting.test.ts.
  const touches = (own: string): boolean =>
    field !== WORKSPACES ||
    wanted.allow.length === 0 ||
    wanted.allow.some((pattern) => matchesPattern(own, pattern) || matchesPattern(pattern, own));
  const missing = maker.deny.filter(
    (own) => touches(own) && !wanted.deny.some((pattern) => matchesPattern(pattern, own)),
  );
  if (missing.length > 0)
    found.push({ field: `${field}.deny`, message: `must also deny ${missing.join(', ')}` });
  return found;
}

/** Whether `wanted` selects names that `maker` does not. */
export const reachesBeyond = (maker: NameSelector, wanted: NameSelector): boolean =>
  nameExcess(WORKSPACES, maker, wanted).length > 0;

function ipExcess(maker: readonly string[], wanted: readonly string[]): Excess[] {
  if (maker.length === 0 || (wanted.length > 0 && rangesWithin(wanted, maker))) return [];
  return [{ field: 'selectors.ips', message: `must stay within ${maker.join(', ')}` }];
}

function expiryExcess(maker: number | null, wanted: number | null): Excess[] {
  if (maker === null || (wanted !== null && wanted <= maker)) return [];
  return [
    {
      field: 'expires_at',
      message: `must not be later than ${new Date(maker).toISOString()}, when the maker expires`,
    },
  ];
}

function limitExcess(maker: readonly Limit[], wanted: readonly Limit[]): Excess[] {
  return maker
    .filter((own) => !wanted.some((limit) => atMost(limit, own)))
    .map((own) => ({
      field: 'limits',
      message: `must have a limit at most as wide as the maker's "${own.name}"`,
    }));
}

function atMost(limit: Limit, bound: Limit): boolean {
  if ('concurrent' in bound) return 'concurrent' in limit && limit.concurrent <= bound.concurrent;
  if ('max_running' in bound) return 'max_running' in limit && limit.max_running <= bound.max_running;
  if ('max_queued' in bound) return 'max_queued' in limit && limit.max_queued <= bound.max_queued;
  return (
    'requests' in limit && limit.requests <= bound.requests && limit.window_seconds >= bound.window_seconds
  );
}

function budgetExcess(maker: readonly Budget[], wanted: readonly Budget[]): Excess[] {
  return maker
    .filter((own) => !wanted.some((budget) => spendsAtMost(budget, own)))
    .map((own) => ({
      field: 'budgets',
      message: `must have a budget at most as large as the maker's "${own.name}"`,
    }));
}

/** Periods that lie whole within one of the first. A week may touch two months, and spend the amount of each. */
const WITHIN: Record<BudgetPeriod, readonly BudgetPeriod[]> = {
  hour: ['hour', 'day', 'week', 'month', 'total'],
  day: ['day', 'week', 'month', 'total'],
  week: ['week', 'total'],
  month: ['month', 'total'],
  total: ['total'],
};

function spendsAtMost(budget: Budget, bound: Budget): boolean {
  return (
    budget.unit === bound.unit &&
    nano(budget.amount) <= nano(bound.amount) &&
    WITHIN[bound.period].includes(budget.period)
  );
}

/** A bigint, as a number cannot tell large amounts apart that differ by a nano-dollar. */
function nano(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.slice(0, 9).padEnd(9, '0'));
}
