import type { Caller } from './caller.ts';
import type { Wanted } from './escalation.ts';
import { coversAll, NO_SELECTORS, type NameSelector } from './selectors.ts';

/** The roles of users; an instance without users has one administrator, who is worth as much as an `admin`. */
type SessionRole = 'admin' | 'manager' | 'default';

/** What the sessions of a role can do, in the words of keys: an administrator mints keys that may do everything. */
export const ROLE_POWERS: Record<SessionRole, readonly string[]> = {
  admin: ['*'],
  manager: ['workspaces:*', 'documents:*', 'users:manage'],
  default: ['workspaces:read', 'workspaces:chat'],
};

/** What is no key and yet can do something. */
export type Standing =
  /** A user, and each way to be one: a session, a password, an invite, a login token, a recovery code. */
  | { kind: 'user'; role: SessionRole; workspaces: readonly string[] }
  /** A chat widget: its payer's budgets and limits hold for it, and it ends with its payer. */
  | { kind: 'widget'; workspace: string; payer: Wanted };

/** Without an end, limits or budgets, with everything and from everywhere. */
export const EVERYTHING: Wanted = {
  grants: ['*'],
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits: [],
  budgets: [],
};

const NO_WORKSPACE: NameSelector = { allow: [], deny: ['*'] };

/**
 * What something that is no key is worth, to be compared with whoever makes, changes or hands it out: by `excesses`, as
 * with a key. A session knows neither an end nor limits nor budgets nor addresses: a key that has any could otherwise
 * make itself a user and be rid of them. Guarded by gifts.test.ts, over all routes.
 */
export function worthOf(standing: Standing): Wanted {
  if (standing.kind === 'widget') {
    const { workspace, payer } = standing;
    const workspaces = { allow: [workspace], deny: [] };
    // Visitors come from everywhere, but use the payer's models alone.
    const selectors = { ...NO_SELECTORS, workspaces, models: payer.selectors.models };
    return { ...payer, grants: ['workspaces:chat'], selectors };
  }
  const { role } = standing;
  if (role !== 'default') return { ...EVERYTHING, grants: ROLE_POWERS[role] };
  const workspaces =
    standing.workspaces.length === 0 ? NO_WORKSPACE : { allow: [...standing.workspaces], deny: [] };
  return { ...EVERYTHING, grants: ROLE_POWERS[role], selectors: { ...NO_SELECTORS, workspaces } };
}

/**
 * What a caller holds, to be compared with what is no key and so no child of it: what bounds its ancestors and its owner
 * bounds it too. Guarded by gifts.test.ts and grants.test.ts.
 */
export function holdingsOfCaller({ grants, selectors, expiresAt, holders, ancestors }: Caller): Wanted {
  return {
    grants,
    selectors,
    expiresAt,
    limits: holders.flatMap(({ limits }) => limits),
    budgets: holders.flatMap(({ budgets }) => budgets),
    hasParent: ancestors.length > 0,
  };
}

/** Whether a key covers everything that there is, from wherever it may be used. */
export function hasSelectors({ selectors }: Pick<Caller, 'selectors'>): boolean {
  const { workspaces, models, ips } = selectors;
  return ips.length > 0 || !coversAll(workspaces) || !coversAll(models);
}
