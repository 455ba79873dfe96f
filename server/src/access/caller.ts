import type { Scope } from './scopes.ts';
import { coversAll, inRanges, selects, type ResourceType, type Selectors } from './selectors.ts';

/** Who a request turned out to be. Made by `keys`, never by hand. */
export interface Caller {
  keyId: string;
  keyName: string;
  ownerId: string;
  ownerName: string;
  /** As given to the key and to each of its ancestors: scopes, `noun:*`, `*`. */
  grants: readonly string[];
  /** The same, written out; a quarantined key has only its reading ones. */
  scopes: ReadonlySet<string>;
  /** Only names that each of its ancestors covers as well. */
  selectors: Selectors;
  /** When it or the first of its ancestors ends, ms since 1970; null: never. */
  expiresAt: number | null;
  limits: readonly Limit[];
  budgets: readonly Budget[];
  /** Everybody whose limits and budgets its requests count against; the key itself first. */
  holders: readonly Holder[];
  /** The keys that it ends with, its parent first; empty for a key that nobody's power bounds. */
  ancestors: readonly CallerAncestor[];
}

/** A key above the caller's, and whose it is: what ends one of them, ends the caller. */
export interface CallerAncestor {
  keyId: string;
  ownerId: string;
}

/**
 * One whose limits and budgets a request counts against: the key, each of its ancestors, and the owners of them all.
 * Left out where it has neither.
 */
export interface Holder {
  kind: 'key' | 'owner';
  id: string;
  name: string;
  limits: readonly Limit[];
  budgets: readonly Budget[];
}

/** `requests` within any `window_seconds`, or so many at once. */
export type Limit =
  { name: string; requests: number; window_seconds: number } | { name: string; concurrent: number };

export const BUDGET_UNITS = ['requests', 'tokens', 'usd', 'gpu_seconds'] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];
/** Digits behind the point: usd is counted in nano-dollars, gpu_seconds in milliseconds. */
export const DECIMALS: Record<BudgetUnit, number> = { requests: 0, tokens: 0, usd: 9, gpu_seconds: 3 };
/**
 * The largest amount, in the smallest unit: 9,000,000 usd, 9 × 10¹⁵ tokens or requests, 9 × 10¹² GPU seconds.
 * Below 2^53, so that a number holds every amount exactly.
 */
export const AMOUNT_MAX = 9_000_000_000_000_000;
/** From the shortest to the longest. */
export const BUDGET_PERIODS = ['hour', 'day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** So much of a unit in each period (UTC hours, days, ISO weeks, months). */
export interface Budget {
  name: string;
  unit: BudgetUnit;
  /** Decimal text, such as "12.50"; money is never a float. */
  amount: string;
  period: BudgetPeriod;
}

/** A budget as its holder sees it now; amounts are decimal text in `unit`. */
export interface BudgetView extends Budget {
  /** What is settled in this period and what running requests hold. */
  used: string;
  /** The part of `used` that running requests hold. */
  reserved: string;
  /** Whether nothing is left. */
  spent: boolean;
  /** When the next period begins, ISO 8601; null: never. */
  resets_at: string | null;
}

export interface Resource {
  type: ResourceType;
  id: string;
}

export type Decision =
  | { allowed: true }
  | { allowed: false; code: 'ip_denied' | 'insufficient_scope' | 'forbidden_resource'; reason: string };

const ALLOWED: Decision = { allowed: true };

export interface Question {
  action?: Scope | undefined;
  resource?: Resource | undefined;
  /** The caller's address; not given: not asked (a check from inside). */
  ip?: string | undefined;
}

/** May this caller do this with that? Pure; the answer names the exact reason. */
export function decide(caller: Pick<Caller, 'scopes' | 'selectors'>, question: Question): Decision {
  const { action, resource, ip } = question;
  if (ip !== undefined && caller.selectors.ips.length > 0 && !inRanges(caller.selectors.ips, ip)) {
    return { allowed: false, code: 'ip_denied', reason: 'The key does not work from this address.' };
  }
  if (action !== undefined && !caller.scopes.has(action)) {
    return { allowed: false, code: 'insufficient_scope', reason: `The key lacks the scope ${action}.` };
  }
  if (resource !== undefined && !selects(selectorFor(caller.selectors, resource.type), resource.id)) {
    return {
      allowed: false,
      code: 'forbidden_resource',
      reason: `The key does not cover this ${resource.type}.`,
    };
  }
  return ALLOWED;
}

/**
 * Whether a key is bound to some workspaces: the others do not exist for it. Asked of nothing but this, so that no two answers
 * differ. Guarded by selectors.test.ts.
 */
export const isBound = ({ selectors }: Pick<Caller, 'selectors'>): boolean =>
  !coversAll(selectors.workspaces);

function selectorFor(selectors: Selectors, type: ResourceType): Selectors['models'] {
  return type === 'model' ? selectors.models : selectors.workspaces;
}
