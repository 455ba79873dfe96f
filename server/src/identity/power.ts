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
import { worthOfUser } from './administrators.ts';
import type { Identity } from './identity.ts';
import { USER_ROLES, type User, type UserFields, type UserRole } from './user.ts';

/** Whether somebody of the role `after` may do less than one of the role `before`. */
export const isDemotion = (before: UserRole, after: UserRole): boolean =>
  USER_ROLES.indexOf(after) > USER_ROLES.indexOf(before);

/** Managers manage users up to their own kind. @throws KeywardError `conflict`, in the words that clients know. */
function refuseAdmin(actor: Actor, ...roles: (UserRole | undefined)[]): void {
  if (actor.kind === 'user' && actor.role !== 'admin' && roles.includes('admin'))
    throw new KeywardError('conflict', 'Cannot perform that action on user.');
}

/**
 * Who makes a user, or invites one, can log in as that user. It must therefore hold what the user can do: a key that may
 * manage users could otherwise make itself an administrator and mint a key that may do everything, or a user of the role
 * default and chat without its own budget. Guarded by users.test.ts and gifts.test.ts.
 * @param workspaces slugs of those that the user becomes a member of.
 * @throws KeywardError `scope_escalation`; `conflict` for a manager
 */
export function refuseNewUser(
  actor: Actor,
  { role, workspaces = [] }: { role: UserRole; workspaces?: readonly string[] },
): void {
  refuseAdmin(actor, role);
  refuseExcess(actor, worthOf({ kind: 'user', role, workspaces }));
}

/** The same for a user that there is: by its password, or a token that logs it in. @throws as `refuseNewUser` */
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
 * What a change takes away needs as much power as the user and its keys have; any other change is a way to become the
 * user, or to give it more. @throws as `refuseNewUser`
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
  // Its keys come back with it. Guarded by taking-away.test.ts.
  if (suspended === false && !(await isAnyActive(tx, [user.ownerId])))
    await refuseOwnerExcess(tx, identity.keys, { actor, ownerId: user.ownerId });
  if (isSelf(actor, user)) refuseOwnLimit(user, fields);
  if (role !== undefined && !isDemoted) refuseNewUser(actor, { role });
}

/** Sessions and keys of the user end. @throws as `refuseNewUser` */
export async function refuseEnding(
  tx: Db,
  { keys }: Identity,
  { actor, user }: { actor: Actor; user: User },
): Promise<void> {
  refuseAdmin(actor, user.role);
  refuseTakeover(actor);
  await refuseStrongerOwner(tx, keys, { actor, ownerId: user.ownerId });
}

/** An invite is worth the user that it makes: who may not make one may not end it either. @throws `scope_escalation` */
export function refuseStrongerInvite(actor: Actor, workspaces: readonly string[]): void {
  refuseStronger(actor, worthOf({ kind: 'user', role: 'default', workspaces }));
}

/** Nobody lifts a limit of their own. Guarded by gifts.test.ts. @throws KeywardError `scope_escalation` */
function refuseOwnLimit({ dailyMessageLimit: before }: User, { dailyMessageLimit: after }: UserFields): void {
  if (before === null || after === undefined || (after !== null && after <= before)) return;
  throw new KeywardError('scope_escalation', 'Nobody raises their own limit of messages.', {
    hint: 'Have another administrator do it.',
  });
}

const isSelf = (actor: Actor, { id }: User): boolean => actor.kind === 'user' && actor.id === id;

/**
 * A user may be a member of workspaces that do not exist for a key bound to others, now or later. To change its password
 * is to get in there, to delete it is to take away what it said there. Asked
 * before the user is looked for, so that nobody learns who there is.
 * @throws KeywardError `scope_escalation`
 */
export function refuseTakeover(actor: Actor): void {
  if (actor.kind !== 'key' || !isBound(actor.caller)) return;
  throw new KeywardError(
    'scope_escalation',
    'A key that is bound to workspaces changes and logs in nobody.',
    {
      hint: 'The user may use other workspaces. Use a key without a workspace selector.',
    },
  );
}
