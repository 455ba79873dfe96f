import { Type } from 'typebox';
import { issueLoginToken, refuseTakeover } from '../../identity/index.ts';
import { json } from '../answers.ts';
import { pathId } from '../fields.ts';
import { html, ssoRefusal } from './logins.ts';
import { usersFor } from './user-answers.ts';
import type { Route } from '../services.ts';
import { peopleRoute } from '../surface.ts';

const Listed = Type.Object({ id: Type.Integer(), username: Type.String(), role: Type.String() });

/** Clients recognize the tokens of this route by it. */
const TOKEN_PREFIX = 'allm-tat-';

export const usersRoutes: Route[] = [
  peopleRoute({
    method: 'GET',
    path: '/v1/admin/is-multi-user-mode',
    id: 'users.is_multi_user_mode',
    summary: 'Whether there are users',
    access: 'any',
    responses: { 200: Type.Object({ isMultiUser: Type.Boolean() }) },
    handler: async ({ identity }) => json({ isMultiUser: await identity.isMultiUser() }),
  }),
  peopleRoute({
    method: 'GET',
    path: '/v1/users',
    id: 'users.names',
    summary: 'The names of the users',
    description:
      'In multi-user mode. For a key that is bound to workspaces: their members, and those who are in none.',
    access: 'users:manage',
    responses: { 200: Type.Object({ users: Type.Array(Listed) }), 401: 'stream' },
    handler: async (services, { caller }) => {
      if (!(await services.identity.isMultiUser()))
        return html(401, 'Instance is not in Multi-User mode. Permission denied.');
      const users = await usersFor(services, caller);
      return json({ users: users.map(({ id, username, role }) => ({ id, username, role })) });
    },
  }),
  peopleRoute({
    method: 'GET',
    path: '/v1/users/:id/issue-auth-token',
    id: 'users.issue_auth_token',
    summary: 'A token that logs a user in',
    description:
      'Once, within six minutes. With KEYWARD_SIMPLE_SSO and in multi-user mode; the key must hold what the role of the user can do, and not be bound to workspaces. A session must send X-Keyward-Session: 1.',
    access: 'users:manage',
    hasEffect: true,
    params: Type.Object({ id: pathId() }),
    responses: {
      200: Type.Object({ token: Type.String(), loginPath: Type.String() }),
      403: 'stream',
      404: Type.Object({ error: Type.String() }),
    },
    handler: async (services, { actor, params }) => {
      const refusal = await ssoRefusal(services);
      if (refusal !== undefined) return refusal;
      refuseTakeover(actor);
      const { id } = params;
      const token =
        id === undefined ? undefined : await issueLoginToken(services.identity, actor, id, TOKEN_PREFIX);
      if (token === undefined) return json({ error: 'User not found' }, 404);
      return json({ token, loginPath: `/sso/simple?token=${token}` });
    },
  }),
];
