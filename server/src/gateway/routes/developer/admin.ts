import { Type } from 'typebox';
import type { Caller } from '../../../access/index.ts';
import {
  createInvite,
  createUser,
  deleteUser,
  disableInvite,
  listInvites,
  updateUser,
} from '../../../identity/index.ts';
import type { UserInput } from '../../../identity/index.ts';
import { isBound } from '../../../workspaces/index.ts';
import { json, phrase } from '../../developer/answers.ts';
import { wholesField } from '../../developer/body-fields.ts';
import { pathId } from '../../developer/path-id.ts';
import * as d from '../../developer/schemas.ts';
import { told } from '../../developer/told.ts';
import {
  InviteShape,
  ListedInvite,
  viewInvite,
  viewListedInvite,
  viewUser,
} from '../../developer/user-views.ts';
import type { Answer, Route } from '../../route.ts';
import { route } from '../../route.ts';
import { nullable } from '../../schemas.ts';
import type { Services } from '../../services.ts';

const params = Type.Object({ id: Type.String() });
const ErrorText = nullable(Type.String());

/** Where there are no users, these routes open to nobody: 401, as clients know it. */
async function withUsers({ identity }: Services, answer: () => Promise<Answer>): Promise<Answer> {
  return (await identity.isMultiUser()) ? answer() : phrase(401);
}

const userFields = {
  username: Type.Optional(Type.String({ description: '2 to 64 of a-z, 0-9, . _ @ -, a letter first' })),
  password: Type.Optional(Type.String({ description: '8 to 250 characters' })),
  role: Type.Optional(Type.String({ description: 'default, manager or admin' })),
  dailyMessageLimit: Type.Optional(nullable(Type.Integer())),
  bio: Type.Optional(Type.String({ description: 'At most 1,000 characters' })),
};

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
  method: 'GET',
  path: '/v1/admin/users',
  id: 'users.list',
  summary: 'All users',
  description: 'In multi-user mode.',
  access: 'users:manage',
  surface: 'developer',
  responses: { 200: Type.Object({ users: Type.Array(d.User) }), 401: 'stream' },
  handler: (services) =>
    withUsers(services, async () => json({ users: (await services.identity.listUsers()).map(viewUser) })),
});

const create = route({
  method: 'POST',
  path: '/v1/admin/users/new',
  id: 'users.create',
  summary: 'Make a user',
  description:
    'In multi-user mode. The key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager.',
  access: 'users:manage',
  surface: 'developer',
  bodyKind: 'lenient',
  body: Type.Object(userFields, { title: 'NewUser' }),
  responses: {
    200: Type.Object({ user: d.User, error: Type.Null() }),
    400: Type.Object({ user: Type.Null(), error: Type.String() }),
    401: 'stream',
  },
  handler: (services, { actor, body }) =>
    withUsers(services, async () => {
      const made = await told(createUser(services.identity, actor, body));
      if ('error' in made) return json({ user: null, error: made.error }, 400);
      return json({ user: viewUser(made.value), error: null });
    }),
});

const update = route({
  method: 'POST',
  path: '/v1/admin/users/:id',
  id: 'users.update',
  summary: 'Change or suspend a user',
  description:
    'In multi-user mode. A suspension ends sessions and keys of the user at once; a new password ends the sessions. The last admin stays one.',
  access: 'users:manage',
  surface: 'developer',
  params,
  bodyKind: 'lenient',
  body: Type.Object(
    {
      ...userFields,
      suspended: Type.Optional(Type.Integer({ description: '0 or 1' })),
      pfpFilename: Type.Optional(nullable(Type.String())),
    },
    { title: 'UserChange' },
  ),
  responses: { 200: d.Outcome, 401: 'stream' },
  handler: (services, { actor, params: { id }, body }) =>
    withUsers(services, async () => {
      const change = { id: pathId(id) ?? NOBODY, input: body as UserInput };
      const changed = await told(updateUser(services.identity, actor, change));
      return json('error' in changed ? { success: false, error: changed.error } : DONE);
    }),
});

/** No user has it. */
const NOBODY = -1;
const DONE = { success: true, error: null };

const remove = route({
  method: 'DELETE',
  path: '/v1/admin/users/:id',
  id: 'users.delete',
  summary: 'Delete a user',
  description: 'In multi-user mode. Sessions and keys of the user end at once. The last admin stays.',
  access: 'users:manage',
  surface: 'developer',
  params,
  responses: { 200: d.Outcome, 400: d.Outcome, 401: 'stream', 404: d.Outcome },
  handler: (services, { actor, params: { id } }) =>
    withUsers(services, async () => {
      const { identity } = services;
      const userId = pathId(id) ?? NOBODY;
      const removed = await told(deleteUser(identity, actor, userId));
      if (!('error' in removed)) return json(DONE);
      const isThere = (await identity.getUser(userId)) !== undefined;
      return json({ success: false, error: removed.error }, isThere ? 400 : 404);
    }),
});

const invites = route({
  method: 'GET',
  path: '/v1/admin/invites',
  id: 'users.invites',
  summary: 'All invites',
  description: 'In multi-user mode.',
  access: 'users:manage',
  surface: 'developer',
  responses: { 200: Type.Object({ invites: Type.Array(ListedInvite) }), 401: 'stream' },
  handler: (services) =>
    withUsers(services, async () => {
      const { identity } = services;
      const users = new Map((await identity.listUsers()).map((user) => [user.id, user]));
      const all = await listInvites(identity);
      return json({ invites: all.map((invite) => viewListedInvite(invite, users)) });
    }),
});

const invite = route({
  method: 'POST',
  path: '/v1/admin/invite/new',
  id: 'users.invite',
  summary: 'Invite somebody',
  description: 'In multi-user mode. Whoever accepts becomes a user of the role default, in these workspaces.',
  access: 'users:manage',
  surface: 'developer',
  bodyKind: 'lenient',
  body: Type.Object({ workspaceIds: Type.Optional(Type.Array(Type.Integer())) }, { title: 'NewInvite' }),
  responses: { 200: Type.Object({ invite: InviteShape, error: ErrorText }), 401: 'stream' },
  handler: (services, { actor, caller, body }) =>
    withUsers(services, async () => {
      const wanted = (wholesField(body, 'workspaceIds') ?? []).slice(0, WORKSPACES_MAX);
      const workspaceIds = await covered(services, caller, wanted);
      const made = await createInvite(services.identity, actor, { workspaceIds });
      return json({ invite: viewInvite(made), error: null });
    }),
});

const WORKSPACES_MAX = 1_000;

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
  method: 'DELETE',
  path: '/v1/admin/invite/:id',
  id: 'users.disableInvite',
  summary: 'Disable an invite',
  description: 'In multi-user mode.',
  access: 'users:manage',
  surface: 'developer',
  params,
  responses: { 200: d.Outcome, 400: d.Outcome, 401: 'stream', 404: d.Outcome },
  handler: (services, { actor, params: { id } }) =>
    withUsers(services, async () => {
      const inviteId = pathId(id);
      if (inviteId === undefined) return json({ success: false, error: 'Invalid invite id' }, 400);
      if (await disableInvite(services.identity, actor, inviteId)) return json(DONE);
      return json({ success: false, error: 'Invite not found or already disabled' }, 404);
    }),
});

export const adminRoutes: Route[] = [isMultiUserMode, list, create, update, remove, invites, invite, disable];
