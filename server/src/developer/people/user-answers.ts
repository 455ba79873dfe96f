import { Type } from 'typebox';
import type { Actor, Caller } from '../../access/index.ts';
import { mapInTurns } from '../../base/slices.ts';
import {
  createInvite,
  createUser,
  deleteUser,
  disableInvite,
  getInvite,
  listInvites,
  refuseTakeover,
  updateUser,
} from '../../identity/index.ts';
import type { Invite, User, UserInput } from '../../identity/index.ts';
import { nullable, type WholeAnswer } from '../../http/index.ts';
import type { PeopleServices } from '../services.ts';
import { json, phrase, outcomeOf } from '../answers.ts';
import { asSent, wholes } from '../fields.ts';
import * as d from '../schemas.ts';
import { InviteShape, ListedInvite, User as UserShape } from './user-views.ts';
import { viewInvite, viewListedInvite, viewUser } from './user-views.ts';

/*
 * Users and invites, as those with a key and those who are logged in get them alike. Who may do what to whom is
 * identity's to say (power.ts).
 */

/** Their rules are those of identity (checkUser). */
const userFields = asSent({
  username: Type.Optional(Type.String({ description: '2 to 64 of a-z, 0-9, . _ @ -, a letter first' })),
  password: Type.Optional(Type.String({ description: '8 to 250 characters' })),
  role: Type.Optional(Type.String({ description: 'default, manager or admin' })),
  dailyMessageLimit: Type.Optional(nullable(Type.Integer())),
  bio: Type.Optional(Type.String({ description: 'At most 1,000 characters' })),
});
export const newUserBody = Type.Object(userFields, { title: 'NewUser' });
export const userChangeBody = Type.Object(
  {
    ...userFields,
    ...asSent({
      suspended: Type.Optional(Type.Integer({ description: '0 or 1' })),
      pfpFilename: Type.Optional(nullable(Type.String())),
    }),
  },
  { title: 'UserChange' },
);
export const newInviteBody = Type.Object({ workspaceIds: Type.Optional(wholes()) }, { title: 'NewInvite' });

export const userShapes = {
  list: { 200: Type.Object({ users: Type.Array(UserShape) }), 401: 'stream' },
  create: {
    200: Type.Object({ user: UserShape, error: Type.Null() }),
    400: Type.Object({ user: Type.Null(), error: Type.String() }),
    401: 'stream',
  },
  update: { 200: d.Outcome, 401: 'stream', 500: 'stream' },
  remove: { 200: d.Outcome, 400: d.Outcome, 401: 'stream', 500: 'stream' },
  disable: { 200: d.Outcome, 400: d.Outcome, 401: 'stream', 404: d.Outcome },
  invites: { 200: Type.Object({ invites: Type.Array(ListedInvite) }), 401: 'stream' },
  invite: { 200: Type.Object({ invite: InviteShape, error: nullable(Type.String()) }), 401: 'stream' },
} as const;

/** No user has it. */
const NOBODY = -1;
const DONE = { success: true, error: null };
const failed = (error: string, status = 200): WholeAnswer => json({ success: false, error }, status);

/** Those that there are for a key; for who is logged in, all. */
export async function usersFor(
  { identity, workspaces }: PeopleServices,
  viewer: Caller | 'everything',
): Promise<User[]> {
  const isThere = await workspaces.members.visibleTo(viewer);
  return (await identity.listUsers()).filter(isThere);
}

export const answerUsers = async (
  services: PeopleServices,
  viewer: Caller | 'everything',
): Promise<WholeAnswer> => json({ users: await mapInTurns(await usersFor(services, viewer), viewUser) });

export async function answerNewUser(
  { identity }: PeopleServices,
  actor: Actor,
  body: UserInput,
): Promise<WholeAnswer> {
  const made = await outcomeOf(createUser(identity, actor, body));
  if ('error' in made) return json({ user: null, error: made.error }, 400);
  return json({ user: viewUser(made.value), error: null });
}

export async function answerChange(
  { identity }: PeopleServices,
  actor: Actor,
  { id: userId = NOBODY, body: input }: { id: number | undefined; body: UserInput },
): Promise<WholeAnswer> {
  refuseTakeover(actor);
  // Its clients know no other answer to a role for nobody.
  if (input.role !== undefined && (await identity.getUser(userId)) === undefined) return phrase(500);
  const changed = await outcomeOf(updateUser(identity, actor, { id: userId, input }));
  return 'error' in changed ? failed(changed.error) : json(DONE);
}

export async function answerRemoval(
  { identity }: PeopleServices,
  actor: Actor,
  userId = NOBODY,
): Promise<WholeAnswer> {
  refuseTakeover(actor);
  // Nor to a deletion of nobody.
  if ((await identity.getUser(userId)) === undefined) return phrase(500);
  const removed = await outcomeOf(deleteUser(identity, actor, userId));
  return 'error' in removed ? failed(removed.error, 400) : json(DONE);
}

/** Ids of the workspaces that exist for who asks; undefined: all do. */
type Covered = ReadonlySet<number> | undefined;

/** An invite is a way into its workspaces: to whoever may not see them all it does not exist. */
const isOpenTo = (covered: Covered, { workspaceIds }: Invite): boolean =>
  covered === undefined || workspaceIds.every((id) => covered.has(id));

export async function answerInvites(
  { identity, workspaces }: PeopleServices,
  actor: Actor,
  { covered, viewer }: { covered: Covered; viewer: Caller | 'everything' },
): Promise<WholeAnswer> {
  const all = (await listInvites(identity, actor)).filter((invite) => isOpenTo(covered, invite));
  const people = all.flatMap(({ claimedBy, createdBy }) => [claimedBy ?? NOBODY, createdBy]);
  const isThere = await workspaces.members.visibleTo(viewer);
  const users = new Map([...(await identity.usersById(people))].filter(([, user]) => isThere(user)));
  return json({ invites: all.map((invite) => viewListedInvite(invite, users)) });
}

export async function answerInvite(
  { identity }: PeopleServices,
  actor: Actor,
  { wanted, covered }: { wanted: readonly number[]; covered: Covered },
): Promise<WholeAnswer> {
  const workspaceIds = wanted.filter((id) => covered?.has(id) ?? true);
  return json({ invite: viewInvite(await createInvite(identity, actor, { workspaceIds })), error: null });
}

export async function answerDisabling(
  { identity }: PeopleServices,
  actor: Actor,
  { id: inviteId, covered }: { id: number | undefined; covered: Covered },
): Promise<WholeAnswer> {
  if (inviteId === undefined) return failed('Invalid invite id', 400);
  const invite = await getInvite(identity, inviteId);
  const isThere = invite !== undefined && isOpenTo(covered, invite);
  if (isThere && (await disableInvite(identity, actor, inviteId))) return json(DONE);
  return failed('Invite not found or already disabled', 404);
}
