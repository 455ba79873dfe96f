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
import type { WholeAnswer } from '../../http/index.ts';
import type { PeopleServices } from '../services.ts';
import { failed, json, outcomeOf, SUCCESS } from '../answers.ts';
import { viewInvite, viewListedInvite, viewUser } from './user-views.ts';

/*
 * Users and invites: the same answers for a key and for a session. The rights of one user over another are checked by
 * identity (power.ts).
 */

export interface UserRequest {
  actor: Actor;
  /** From the path. */
  id: number | undefined;
  body: UserInput & { workspaceIds?: number[] | undefined };
  /** Ids of the workspaces that exist for the caller; undefined: all. */
  covered: ReadonlySet<number> | undefined;
  viewer: Caller | 'everything';
}

/** No user has this id. */
const NOBODY = -1;

/** The users that exist for a key; for a session: all. */
export async function usersFor(
  { identity, workspaces }: PeopleServices,
  viewer: UserRequest['viewer'],
): Promise<User[]> {
  const isVisible = await workspaces.members.visibleTo(viewer);
  return (await identity.listUsers()).filter(isVisible);
}

export async function list(services: PeopleServices, { viewer }: UserRequest): Promise<WholeAnswer> {
  return json({ users: await mapInTurns(await usersFor(services, viewer), viewUser) });
}

export async function create(
  { identity }: PeopleServices,
  { actor, body }: UserRequest,
): Promise<WholeAnswer> {
  const made = await outcomeOf(createUser(identity, actor, body));
  if ('error' in made) return json({ user: null, error: made.error }, 400);
  return json({ user: viewUser(made.value), error: null });
}

const NO_USER = 'User not found';

export async function update(
  { identity }: PeopleServices,
  { actor, id = NOBODY, body: input }: UserRequest,
): Promise<WholeAnswer> {
  refuseTakeover(actor);
  // The recorded server crashed: clients that read the status alone expect a failure.
  if (input.role !== undefined && (await identity.getUser(id)) === undefined) return failed(NO_USER, 400);
  const changed = await outcomeOf(updateUser(identity, actor, { id, input }));
  return 'error' in changed ? failed(changed.error) : SUCCESS;
}

export async function remove(
  { identity }: PeopleServices,
  { actor, id = NOBODY }: UserRequest,
): Promise<WholeAnswer> {
  refuseTakeover(actor);
  if ((await identity.getUser(id)) === undefined) return failed(NO_USER, 400);
  const removed = await outcomeOf(deleteUser(identity, actor, id));
  return 'error' in removed ? failed(removed.error, 400) : SUCCESS;
}

/** An invite opens its workspaces: it does not exist for a caller who may not see all of them. */
const isOpenTo = (covered: UserRequest['covered'], { workspaceIds }: Invite): boolean =>
  covered === undefined || workspaceIds.every((id) => covered.has(id));

export async function invites(
  { identity, workspaces }: PeopleServices,
  { actor, covered, viewer }: UserRequest,
): Promise<WholeAnswer> {
  const { invites: newest, hasMore } = await listInvites(identity, actor);
  const all = newest.filter((invite) => isOpenTo(covered, invite));
  const people = all.flatMap(({ claimedBy, createdBy }) => [claimedBy ?? NOBODY, createdBy]);
  const isVisible = await workspaces.members.visibleTo(viewer);
  const users = new Map([...(await identity.usersById(people))].filter(([, user]) => isVisible(user)));
  return json({ invites: all.map((invite) => viewListedInvite(invite, users)), ...(hasMore && { hasMore }) });
}

export async function invite(
  { identity }: PeopleServices,
  { actor, body, covered }: UserRequest,
): Promise<WholeAnswer> {
  const workspaceIds = (body.workspaceIds ?? []).filter((id) => covered?.has(id) ?? true);
  return json({ invite: viewInvite(await createInvite(identity, actor, { workspaceIds })), error: null });
}

export async function disable(
  { identity }: PeopleServices,
  { actor, id, covered }: UserRequest,
): Promise<WholeAnswer> {
  if (id === undefined) return failed('Invalid invite id', 400);
  const found = await getInvite(identity, id);
  if (found !== undefined && isOpenTo(covered, found) && (await disableInvite(identity, actor, id)))
    return SUCCESS;
  return failed('Invite not found or already disabled', 404);
}
