import { Type } from 'typebox';
import type { Caller } from '../../../access/index.ts';
import { isBound } from '../../../workspaces/index.ts';
import { json, phrase } from '../../developer/answers.ts';
import { wholesField } from '../../developer/body-fields.ts';
import {
  answerChange,
  answerDisabling,
  answerInvite,
  answerInvites,
  answerNewUser,
  answerRemoval,
  answerUsers,
  newInviteBody,
  newUserBody,
  userChangeBody,
  userShapes as shapes,
} from '../../developer/user-answers.ts';
import type { Answer, Route } from '../../route.ts';
import { route } from '../../route.ts';
import type { Services } from '../../services.ts';

const params = Type.Object({ id: Type.String() });
const common = { access: 'users:manage', surface: 'developer' } as const;

/** Where there are no users, these routes open to nobody: 401, as clients know it. */
async function withUsers({ identity }: Services, answer: () => Promise<Answer>): Promise<Answer> {
  return (await identity.isMultiUser()) ? answer() : phrase(401);
}

const isMultiUserMode = route({
  method: 'GET',
  path: '/v1/admin/is-multi-user-mode',
  id: 'users.isMultiUserMode',
  summary: 'Whether there are users',
  access: 'any',
  surface: 'developer',
  responses: { 200: Type.Object({ isMultiUser: Type.Boolean() }) },
  handler: async ({ identity }) => json({ isMultiUser: await identity.isMultiUser() }),
});

const list = route({
  ...common,
  method: 'GET',
  path: '/v1/admin/users',
  id: 'users.list',
  summary: 'All users',
  description: 'In multi-user mode.',
  responses: shapes.list,
  handler: (services) => withUsers(services, () => answerUsers(services)),
});

const create = route({
  ...common,
  method: 'POST',
  path: '/v1/admin/users/new',
  id: 'users.create',
  summary: 'Make a user',
  description:
    'In multi-user mode. The key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager.',
  bodyKind: 'lenient',
  body: newUserBody,
  responses: shapes.create,
  handler: (services, { actor, body }) => withUsers(services, () => answerNewUser(services, actor, body)),
});

const update = route({
  ...common,
  method: 'POST',
  path: '/v1/admin/users/:id',
  id: 'users.update',
  summary: 'Change or suspend a user',
  description:
    'In multi-user mode. A suspension ends sessions and keys of the user at once; a new password ends the sessions. The last admin stays one.',
  params,
  bodyKind: 'lenient',
  body: userChangeBody,
  responses: shapes.update,
  handler: (services, { actor, params: { id }, body }) =>
    withUsers(services, () => answerChange(services, actor, { id, body })),
});

const remove = route({
  ...common,
  method: 'DELETE',
  path: '/v1/admin/users/:id',
  id: 'users.delete',
  summary: 'Delete a user',
  description: 'In multi-user mode. Sessions and keys of the user end at once. The last admin stays.',
  params,
  responses: shapes.remove,
  handler: (services, { actor, params: { id } }) =>
    withUsers(services, () => answerRemoval(services, actor, id)),
});

const invites = route({
  ...common,
  method: 'GET',
  path: '/v1/admin/invites',
  id: 'users.invites',
  summary: 'All invites',
  description: 'In multi-user mode.',
  responses: shapes.invites,
  handler: (services) => withUsers(services, () => answerInvites(services)),
});

const invite = route({
  ...common,
  method: 'POST',
  path: '/v1/admin/invite/new',
  id: 'users.invite',
  summary: 'Invite somebody',
  description: 'In multi-user mode. Whoever accepts becomes a user of the role default, in these workspaces.',
  bodyKind: 'lenient',
  body: newInviteBody,
  responses: shapes.invite,
  handler: (services, { actor, caller, body }) =>
    withUsers(services, async () => {
      const wanted = wholesField(body, 'workspaceIds') ?? [];
      return answerInvite(services, actor, await covered(services, caller, wanted));
    }),
});

/** To a key that is bound to workspaces the others do not exist: whoever invites gives away no more than the own ones. */
async function covered(
  { workspaces }: Services,
  caller: Caller,
  wanted: readonly number[],
): Promise<readonly number[]> {
  if (!isBound(caller)) return wanted;
  const own = new Set(await workspaces.coveredIds(caller));
  return wanted.filter((id) => own.has(id));
}

const disable = route({
  ...common,
  method: 'DELETE',
  path: '/v1/admin/invite/:id',
  id: 'users.disableInvite',
  summary: 'Disable an invite',
  description: 'In multi-user mode.',
  params,
  responses: shapes.remove,
  handler: (services, { actor, params: { id } }) =>
    withUsers(services, () => answerDisabling(services, actor, id)),
});

export const adminRoutes: Route[] = [isMultiUserMode, list, create, update, remove, invites, invite, disable];
