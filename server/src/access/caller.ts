import { lackOf } from './scope-refusal.ts';
import type { ScopeUses } from './scope-uses.ts';
import type { Scope } from './scopes.ts';
import { coversAll, inRanges, selects, type ResourceType, type Selectors } from './selectors.ts';

/** The authenticated key of a request, or the person of a session. Made by `keys`. */
export interface Caller {
  /** Of a person: `user:` and the id of the user, or `admin`. */
  keyId: string;
  keyName: string;
  ownerId: string;
  /** Scopes, `noun:*` and `*` that the key and each of its ancestors have. */
  grants: readonly string[];
  /** The single scopes of the grants; a quarantined key has only the reading ones. */
  scopes: ReadonlySet<string>;
  /** Left out: its uses of scopes are not recorded, as those of a person. */
  uses?: ScopeUses;
  /** The key or an ancestor is quarantined. */
  isQuarantined?: boolean;
  /** Names that the key and each of its ancestors cover. */
  selectors: Selectors;
  /** Of the key or the first of its ancestors, ms since 1970; null: never. */
  expiresAt: number | null;
  limits: readonly Limit[];
  budgets: readonly Budget[];
  /** The key itself first. */
  holders: readonly Holder[];
  /** The parent first. The caller ends with each of them, and with their owners. */
  ancestors: readonly { keyId: string; ownerId: string }[];
}

/** The key of a request, an ancestor or an owner of these, where it has limits or budgets. */
export interface Holder {
  kind: 'key' | 'owner';
  id: string;
  name: string;
  limits: readonly Limit[];
  budgets: readonly Budget[];
}

/** `requests` within any `window_seconds`, or `concurrent` ones. */
export type RequestLimit =
  { name: string; requests: number; window_seconds: number } | { name: string; concurrent: number };
/** Jobs that run, or that wait, at the same time. Counted by `jobs`. */
export type JobLimit = { name: string; max_running: number } | { name: string; max_queued: number };
export type Limit = RequestLimit | JobLimit;

export const isRequestLimit = (limit: Limit): limit is RequestLimit =>
  'requests' in limit || 'concurrent' in limit;

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

/** An amount in each period (UTC hours, days, ISO weeks, months). */
export interface Budget {
  name: string;
  unit: BudgetUnit;
  /** Decimal text, such as "12.50"; money is never a float. */
  amount: string;
  period: BudgetPeriod;
}

/** A budget and its use now; amounts are decimal text in `unit`. */
export interface BudgetView extends Budget {
  /** Settled in this period, and reserved. */
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
  /** The caller's address; left out: not checked. */
  ip?: string | undefined;
}

/** Whether the caller may do this with the resource. Pure: `holdsScope` also records the use of a scope. */
export function decide(
  caller: Pick<Caller, 'scopes' | 'selectors' | 'isQuarantined'>,
  question: Question,
): Decision {
  const { action, resource, ip } = question;
  if (ip !== undefined && caller.selectors.ips.length > 0 && !inRanges(caller.selectors.ips, ip)) {
    return { allowed: false, code: 'ip_denied', reason: 'The key does not work from this address.' };
  }
  if (action !== undefined && !caller.scopes.has(action)) {
    return { allowed: false, code: 'insufficient_scope', reason: lackOf(caller, action) };
  }
  if (resource === undefined) return ALLOWED;
  const { models, workspaces, workers } = caller.selectors;
  const selector = { model: models, workspace: workspaces, worker: workers }[resource.type];
  if (selects(selector, resource.id)) return ALLOWED;
  const reason = `The key does not cover this ${resource.type}.`;
  return { allowed: false, code: 'forbidden_resource', reason };
}

/** Whether a key has a workspace selector: other workspaces do not exist for it. Guarded by selectors.test.ts. */
export const isBound = ({ selectors }: Pick<Caller, 'selectors'>): boolean =>
  !coversAll(selectors.workspaces);

/** Whether it is a key, with a secret and children; otherwise it is a person who has logged in. */
export const isOfKey = ({ keyId }: Pick<Caller, 'keyId'>): boolean => keyId.startsWith('key_');
