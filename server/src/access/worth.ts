import type { Caller } from './caller.ts';
import type { Wanted } from './escalation.ts';
import { coversAll, NO_SELECTORS, type NameSelector } from './selectors.ts';

/** The roles of users; the administrator of an instance without users is an `admin`. */
type SessionRole = 'admin' | 'manager' | 'default';

/** The grants of sessions. */
export const ROLE_POWERS: Record<SessionRole, readonly string[]> = {
  admin: ['*'],
  manager: ['workspaces:*', 'documents:*', 'users:manage'],
  default: ['workspaces:read', 'workspaces:chat'],
};

/** Something with power that is not a key. */
export type PowerHolder =
  /** A user, and each way to become one: a session, a password, an invite, a login token, a recovery code. */
  | { kind: 'user'; role: SessionRole; workspaces: readonly string[] }
  /** Bounded by the budgets and limits of its payer, and ends with it. */
  | { kind: 'widget'; workspace: string; payer: Wanted };

export const EVERYTHING: Wanted = {
  grants: ['*'],
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits: [],
  budgets: [],
};

/** Of the payer of a widget, for each question of a visitor. */
export const WIDGET_GRANTS: readonly string[] = ['workspaces:chat'];

const NO_WORKSPACE: NameSelector = { allow: [], deny: ['*'] };

/**
 * To be compared (`excesses`) with the actor that makes, changes or gives it. A session has no expiry, limits, budgets or
 * addresses: a key with any of these may not make a user, which would be free of them. Guarded by gifts.test.ts.
 */
export function worthOf(holder: PowerHolder): Wanted {
  if (holder.kind === 'widget') {
    const { workspace, payer } = holder;
    const workspaces = { allow: [workspace], deny: [] };
    // From all addresses, with the payer's models.
    const selectors = { ...NO_SELECTORS, workspaces, models: payer.selectors.models };
    return { ...payer, grants: WIDGET_GRANTS, selectors };
  }
  const { role } = holder;
  if (role !== 'default') return { ...EVERYTHING, grants: ROLE_POWERS[role] };
  const workspaces =
    holder.workspaces.length === 0 ? NO_WORKSPACE : { allow: [...holder.workspaces], deny: [] };
  return { ...EVERYTHING, grants: ROLE_POWERS[role], selectors: { ...NO_SELECTORS, workspaces } };
}

/** What a caller holds, with the bounds of its ancestors and owners. Guarded by gifts.test.ts and grants.test.ts. */
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

export function hasSelectors({ selectors }: Pick<Caller, 'selectors'>): boolean {
  const { workspaces, models, workers, ips } = selectors;
  return ips.length > 0 || ![workspaces, models, workers].every(coversAll);
}
