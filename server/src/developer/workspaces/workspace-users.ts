import { Type, type TObject, type TSchema } from 'typebox';
import type { Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { mapInTurns } from '../../base/slices.ts';
import type { Workspace } from '../../workspaces/index.ts';
import { failed, json, phrase, SUCCESS } from '../answers.ts';
import { flag, pathId, wholes } from '../fields.ts';
import { NO_WORKSPACE, Outcome } from '../schemas.ts';
import { nullable, Time, type Answer, type Call } from '../../http/index.ts';
import type { Route, WorkspaceServices } from '../services.ts';
import { workspaceRoute } from '../surface.ts';

const MemberList = Type.Array(
  Type.Object(
    { userId: Type.Integer(), username: Type.String(), role: Type.String(), lastUpdatedAt: Time },
    { title: 'WorkspaceMember' },
  ),
);
const Managed = Type.Object({
  success: Type.Boolean(),
  error: nullable(Type.String()),
  users: MemberList,
});

const byId = Type.Object({ workspaceId: pathId() });

export const workspaceUsersRoutes: Route[] = [
  workspaceRoute({
    method: 'GET',
    path: '/v1/admin/workspaces/:workspaceId/users',
    id: 'workspaces.members',
    summary: 'The members of a workspace',
    description: 'In multi-user mode. Administrators and managers use all workspaces.',
    access: 'users:manage',
    params: byId,
    responses: { 200: Type.Object({ users: MemberList }), 401: 'stream' },
    handler: inMultiUserMode(async (services, { caller, params: { workspaceId = NO_WORKSPACE } }) => {
      const workspace = await services.workspaces.findCoveredById(caller, workspaceId);
      return json({ users: workspace === undefined ? [] : await viewMembers(services, workspace) });
    }),
  }),
  workspaceRoute({
    method: 'POST',
    path: '/v1/admin/workspaces/:workspaceId/update-users',
    id: 'workspaces.replace_members',
    summary: 'Replace the members of a workspace',
    description: 'In multi-user mode. These users and no others; ids that nobody has are passed over.',
    access: 'users:manage',
    params: byId,
    body: Type.Object({ userIds: wholes() }),
    responses: { 200: Outcome, 401: 'stream' },
    handler: inMultiUserMode(
      async (services, { caller, actor, params: { workspaceId = NO_WORKSPACE }, body }) => {
        const workspace = await services.workspaces.findCoveredById(caller, workspaceId);
        if (workspace === undefined) return failed('Workspace not found');
        const { userIds } = body;
        if (userIds === undefined) return failed('userIds must be a list of user ids');
        const change = { userIds: await existing(services, caller, userIds), replace: true };
        const isDone = await services.workspaces.members.change(actor, workspace, change);
        return isDone ? SUCCESS : failed('Workspace not found');
      },
    ),
  }),
  workspaceRoute({
    method: 'POST',
    path: '/v1/admin/workspaces/:workspaceSlug/manage-users',
    id: 'workspaces.add_members',
    summary: 'Add members to a workspace',
    description: 'In multi-user mode. With `reset`, these users and no others.',
    access: 'users:manage',
    params: Type.Object({ workspaceSlug: Type.String() }),
    body: Type.Object({ userIds: wholes(), reset: Type.Optional(flag()) }),
    responses: { 200: Managed, 400: Managed, 401: 'stream', 404: Managed },
    handler: inMultiUserMode(async (services, { caller, actor, params: { workspaceSlug }, body }) => {
      const { workspaces } = services;
      const workspace = await workspaces.findCovered(caller, workspaceSlug);
      const { userIds: wanted, reset: replace } = body;
      if (workspace === undefined) return refused('Workspace not found');
      if (wanted === undefined) return refused('userIds: must be a list of user ids such as [2, 3].');
      const userIds = await existing(services, caller, wanted);
      if (userIds.length === 0) {
        const users = await viewMembers(services, workspace);
        return json({ success: false, error: 'No valid user IDs provided.', users }, 404);
      }
      if (!(await workspaces.members.change(actor, workspace, { userIds, replace })))
        return refused('Workspace not found');
      return json({ success: true, error: null, users: await viewMembers(services, workspace) });
    }),
  }),
];

const refused = (error: string) => json({ success: false, error, users: [] }, 400);

type Handler<P extends TObject, B extends TSchema> = (
  services: WorkspaceServices,
  call: Call<P, TObject<Record<never, never>>, B, 'users:manage'>,
) => Promise<Answer>;

/** In the other modes there are no users; clients expect 401. */
function inMultiUserMode<P extends TObject, B extends TSchema>(handler: Handler<P, B>): Handler<P, B> {
  return async (services, call) =>
    (await services.identity.isMultiUser()) ? handler(services, call) : phrase(401);
}

/** The users of these ids that exist for the key. */
async function existing(
  { identity, workspaces }: WorkspaceServices,
  caller: Caller,
  userIds: readonly number[],
): Promise<number[]> {
  const known = await identity.usersById(userIds);
  const isVisible = await workspaces.members.visibleTo(caller);
  return userIds.filter((id) => {
    const user = known.get(id);
    return user !== undefined && isVisible(user);
  });
}

async function viewMembers({ workspaces, identity }: WorkspaceServices, { id }: Workspace) {
  const members = await workspaces.members.of(id);
  const users = await identity.usersById(members.map(({ userId }) => userId));
  const views = await mapInTurns(members, ({ userId, updatedAt }) => {
    const user = users.get(userId);
    if (user === undefined) return [];
    return [{ userId, username: user.username, role: user.role, lastUpdatedAt: isoTime(updatedAt) }];
  });
  return views.flat();
}
