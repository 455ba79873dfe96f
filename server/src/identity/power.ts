import { isBound, worthOf, type Actor } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import {
  isAnyActive,
  refuseExcess,
  refuseOwnerExcess,
  refuseStronger,
  refuseStrongerOwner,
} from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { Identity } from './identity.ts';
import { worthOfUser } from './person.ts';
import { USER_ROLES, type User, type UserFields, type UserRole } from './user.ts';

export const isDemotion = (before: UserRole, after: UserRole): boolean =>
  USER_ROLES.indexOf(after) > USER_ROLES.indexOf(before);

/** Managers do not manage administrators. @throws KeywardError `conflict`, with the text that clients know. */
function refuseAdmin(actor: Actor, ...roles: (UserRole | undefined)[]): void {
  if (actor.kind === 'user' && actor.role !== 'admin' && roles.includes('admin'))
    throw new KeywardError('conflict', 'Cannot perform that action on user.');
}

/**
 * An actor who makes or invites a user can log in as that user, so it must hold the power of the user. Otherwise a
 * key with users:manage could make an administrator and mint a key with all scopes, or make a user and chat without a
 * budget. Guarded by users.test.ts and gifts.test.ts.
 * @param workspaces slugs of the workspaces of the user.
 * @throws KeywardError `scope_escalation`; `conflict` for a manager
 */
export function refuseNewUser(
  actor: Actor,
  { role, workspaces = [] }: { role: UserRole; workspaces?: readonly string[] },
): void {
  refuseAdmin(actor, role);
  refuseExcess(actor, worthOf({ kind: 'user', role, workspaces }));
}

/**
 * For an existing user, whose account the actor could use by a new password or a login token.
 * @throws as `refuseNewUser`
 */
export async function refuseSeizing(
  tx: Db,
  { memberships }: Identity,
  { actor, user }: { actor: Actor; user: User },
): Promise<void> {
  refuseAdmin(actor, user.role);
  if (!isSelf(actor, user)) refuseExcess(actor, await worthOfUser(tx, memberships, user));
  refuseTakeover(actor);
}

/**
 * To take something away, an actor needs the power of the user and its keys. Any other change could give the actor
 * the account, or the user more power. @throws as `refuseNewUser`
 */
export async function refuseChange(
  tx: Db,
  identity: Identity,
  { actor, user, fields }: { actor: Actor; user: User; fields: UserFields },
): Promise<void> {
  const { suspended, role, ...others } = fields;
  refuseAdmin(actor, user.role, role);
  refuseTakeover(actor);
  const isDemoted = role !== undefined && isDemotion(user.role, role);
  if (suspended === true || isDemoted) await refuseEnding(tx, identity, { actor, user });
  const gives = suspended === false || (role !== undefined && !isDemoted) || Object.keys(others).length > 0;
  if (gives) await refuseSeizing(tx, identity, { actor, user });
  // Its keys become active again. Guarded by taking-away.test.ts.
  if (suspended === false && !(await isAnyActive(tx, [user.ownerId])))
    await refuseOwnerExcess(tx, identity.keys, { actor, ownerId: user.ownerId });
  if (isSelf(actor, user)) refuseOwnLimit(user, fields);
  if (role !== undefined && !isDemoted) refuseNewUser(actor, { role });
}

/** For changes that end sessions and keys of the user. @throws as `refuseNewUser` */
export async function refuseEnding(
  tx: Db,
  { keys }: Identity,
  { actor, user }: { actor: Actor; user: User },
): Promise<void> {
  refuseAdmin(actor, user.role);
  refuseTakeover(actor);
  await refuseStrongerOwner(tx, keys, { actor, ownerId: user.ownerId });
}

/** To end an invite, an actor needs the power to make it. @throws `scope_escalation` */
export function refuseStrongerInvite(actor: Actor, workspaces: readonly string[]): void {
  refuseStronger(actor, worthOf({ kind: 'user', role: 'default', workspaces }));
}

/** Users cannot raise their own limit. Guarded by gifts.test.ts. @throws KeywardError `scope_escalation` */
function refuseOwnLimit({ dailyMessageLimit: before }: User, { dailyMessageLimit: after }: UserFields): void {
  if (before === null || after === undefined || (after !== null && after <= before)) return;
  throw new KeywardError('scope_escalation', 'Users cannot raise their own message limit.', {
    hint: 'Ask another administrator.',
  });
}

const isSelf = (actor: Actor, { id }: User): boolean => actor.kind === 'user' && actor.id === id;

/**
 * A user can be a member of workspaces that do not exist for a bound key. With a new password the key could enter
 * them; with the deletion of the user it would delete chats there. Runs before the user is looked up, so that nobody
 * learns which users exist.
 * @throws KeywardError `scope_escalation`
 */
export function refuseTakeover(actor: Actor): void {
  if (actor.kind !== 'key' || !isBound(actor.caller)) return;
  throw new KeywardError(
    'scope_escalation',
    'A key that is bound to workspaces cannot change users or log them in.',
    {
      hint: 'The user may use other workspaces. Use a key without a workspace selector.',
    },
  );
}
