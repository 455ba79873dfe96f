import { NO_SELECTORS } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { refuseExcess } from '../keys/index.ts';
import type { Actor } from '../keys/index.ts';
import type { UserRole } from './user.ts';

/** What the sessions of a role can do, in the words of keys: an administrator mints keys that may do everything. */
const POWERS: Record<UserRole, readonly string[]> = {
  admin: ['*'],
  manager: ['workspaces:*', 'documents:*', 'users:manage'],
  default: [],
};

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
