import { NO_SELECTORS } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { refuseExcess } from '../keys/index.ts';
import type { Actor } from '../keys/index.ts';
import type { UserRole } from './user.ts';
import { USER_ROLES } from './user.ts';

/** What the sessions of a role can do, in the words of keys: an administrator mints keys that may do everything. */
export const POWERS: Record<UserRole, readonly string[]> = {
  admin: ['*'],
  manager: ['workspaces:*', 'documents:*', 'users:manage'],
  default: [],
};

/** Whether somebody of the role `after` may do less than one of the role `before`. */
export const isDemotion = (before: UserRole, after: UserRole): boolean =>
  USER_ROLES.indexOf(after) > USER_ROLES.indexOf(before);

/**
 * Who makes a user, or gets at the password of one, can log in as that user. A key must therefore hold what the role
 * can do: one that may manage users could otherwise make itself an administrator, and mint a key that may do
 * everything (privilege escalation). Guarded by users.test.ts.
 * @throws KeywardError `scope_escalation`; `conflict` for a manager
 */
export function refusePower(actor: Actor, ...roles: (UserRole | undefined)[]): void {
  // Managers manage users up to their own kind.
  if (actor.kind === 'user' && actor.role !== 'admin' && roles.includes('admin'))
    throw new KeywardError('conflict', 'Cannot perform that action on user.');
  if (actor.kind !== 'key') return;
  const grants = roles.flatMap((role) => (role === undefined ? [] : POWERS[role]));
  if (grants.length === 0) return;
  const { expiresAt, limits, budgets } = actor.caller;
  refuseExcess(actor, {
    grants,
    selectors: NO_SELECTORS,
    expiresAt,
    limits: [...limits],
    budgets: [...budgets],
  });
}

/**
 * The same for a user that there is, whatever its role: it may be a member of workspaces that do not exist for a key bound to
 * others. To change its password is to get in there, to delete it is to take away what it said there.
 * @throws KeywardError `scope_escalation`
 */
export function refuseTakeover(actor: Actor): void {
  if (actor.kind !== 'key') return;
  const { allow, deny } = actor.caller.selectors.workspaces;
  if (allow.length === 0 && deny.length === 0) return;
  throw new KeywardError(
    'scope_escalation',
    'A key that is bound to workspaces changes and logs in nobody.',
    {
      hint: 'The user may use other workspaces. Use a key without a workspace selector.',
    },
  );
}
