import { Type } from 'typebox';
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
import type { Route } from '../../route.ts';
import { route } from '../../route.ts';

/* Users and invites for who is logged in: admins, and managers, who neither make nor touch an admin. */

const params = Type.Object({ id: Type.String() });
const common = {
  access: 'session',
  mode: 'multi',
  roles: ['admin', 'manager'],
  surface: 'developer',
  description: 'For admins and managers; managers neither make nor touch an admin.',
} as const;

export const webUsersRoutes: Route[] = [
  route({
    ...common,
    method: 'GET',
    path: '/api/admin/users',
    id: 'people.list',
    summary: 'All users',
    responses: shapes.list,
    handler: (services) => answerUsers(services),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/admin/users/new',
    id: 'people.create',
    summary: 'Make a user',
    bodyKind: 'lenient',
    body: newUserBody,
    responses: shapes.create,
    handler: (services, { session, body }) => answerNewUser(services, session.actor, body),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/admin/user/:id',
    id: 'people.update',
    summary: 'Change or suspend a user',
    params,
    bodyKind: 'lenient',
    body: userChangeBody,
    responses: shapes.update,
    handler: (services, { session, params: { id }, body }) =>
      answerChange(services, session.actor, { id, body }),
  }),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/admin/user/:id',
    id: 'people.delete',
    summary: 'Delete a user',
    params,
    responses: shapes.remove,
    handler: (services, { session, params: { id } }) => answerRemoval(services, session.actor, id),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/api/admin/invites',
    id: 'people.invites',
    summary: 'All invites',
    responses: shapes.invites,
    handler: (services) => answerInvites(services),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/api/admin/invite/new',
    id: 'people.invite',
    summary: 'Invite somebody',
    bodyKind: 'lenient',
    body: newInviteBody,
    responses: shapes.invite,
    handler: (services, { session, body }) =>
      answerInvite(services, session.actor, wholesField(body, 'workspaceIds') ?? []),
  }),
  route({
    ...common,
    method: 'DELETE',
    path: '/api/admin/invite/:id',
    id: 'people.disable_invite',
    summary: 'Disable an invite',
    params,
    responses: shapes.remove,
    handler: (services, { session, params: { id } }) => answerDisabling(services, session.actor, id),
  }),
];
