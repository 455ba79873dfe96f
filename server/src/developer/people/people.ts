import { Type, type TSchema } from 'typebox';
import { isBound, type Actor, type Caller } from '../../access/index.ts';
import { phrase } from '../answers.ts';
import { pathId } from '../fields.ts';
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
} from './user-answers.ts';
import type { Answer, Decoded } from '../../http/index.ts';
import type { Route, PeopleServices } from '../services.ts';
import { peopleRoute } from '../surface.ts';

interface UserRequest {
  actor: Actor;
  /** Of the path; undefined: nobody has it. */
  id: number | undefined;
  body: Decoded<typeof userChangeBody> & Decoded<typeof newInviteBody>;
  /** Ids of the workspaces that exist for who asks; undefined: all do. */
  covered: ReadonlySet<number> | undefined;
  viewer: Caller | 'everything';
}

interface Verb {
  method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/v1/admin`, and behind `/api/admin` where that has no other. */
  path: string;
  webPath?: string;
  name: string;
  summary: string;
  description?: string;
  body?: TSchema;
  responses: Route['responses'];
  answer(services: PeopleServices, request: UserRequest): Promise<Answer>;
}

/** Users and invites. A key and somebody who is logged in have the same verbs; who may do what to whom is identity's to say. */
const VERBS: Verb[] = [
  {
    method: 'GET',
    path: '/users',
    name: 'list',
    summary: 'All users',
    description: 'For a key that is bound to workspaces: their members, and those who are in none.',
    responses: shapes.list,
    answer: (services, { viewer }) => answerUsers(services, viewer),
  },
  {
    method: 'POST',
    path: '/users/new',
    name: 'create',
    summary: 'Make a user',
    description:
      'A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager.',
    body: newUserBody,
    responses: shapes.create,
    answer: (services, { actor, body }) => answerNewUser(services, actor, body),
  },
  {
    method: 'POST',
    path: '/users/:id',
    webPath: '/user/:id',
    name: 'update',
    summary: 'Change or suspend a user',
    description:
      'A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one.',
    body: userChangeBody,
    responses: shapes.update,
    answer: (services, { actor, id, body }) => answerChange(services, actor, { id, body }),
  },
  {
    method: 'DELETE',
    path: '/users/:id',
    webPath: '/user/:id',
    name: 'delete',
    summary: 'Delete a user',
    description: 'Sessions and keys of the user end at once. The last admin stays.',
    responses: shapes.remove,
    answer: (services, { actor, id }) => answerRemoval(services, actor, id),
  },
  {
    method: 'GET',
    path: '/invites',
    name: 'invites',
    summary: 'Invites',
    description: 'The newest 1,000.',
    responses: shapes.invites,
    answer: (services, { actor, covered, viewer }) => answerInvites(services, actor, { covered, viewer }),
  },
  {
    method: 'POST',
    path: '/invite/new',
    name: 'invite',
    summary: 'Invite somebody',
    description: 'Whoever accepts becomes a user of the role default, in these workspaces.',
    body: newInviteBody,
    responses: shapes.invite,
    answer: (services, { actor, body, covered }) =>
      answerInvite(services, actor, { wanted: body.workspaceIds ?? [], covered }),
  },
  {
    method: 'DELETE',
    path: '/invite/:id',
    name: 'disable_invite',
    summary: 'Disable an invite',
    responses: shapes.disable,
    answer: (services, { actor, id, covered }) => answerDisabling(services, actor, { id, covered }),
  },
];

const params = Type.Object({ id: pathId() });

function declared({ method, path, summary, description, body, responses }: Verb, where: string) {
  return {
    method,
    summary,
    description: description === undefined ? where : `${where} ${description}`,
    ...(path.includes(':id') ? { params } : {}),
    ...(body === undefined ? {} : { body }),
    responses,
  } as const;
}

/** To a key that is bound to workspaces the others do not exist: whoever invites gives away no more than the own ones. */
async function coveredBy({ workspaces }: PeopleServices, caller: Caller): Promise<UserRequest['covered']> {
  return isBound(caller) ? new Set(await workspaces.coveredIds(caller)) : undefined;
}

const byKey = VERBS.map((verb) =>
  peopleRoute({
    ...declared(verb, 'In multi-user mode.'),
    path: `/v1/admin${verb.path}`,
    id: `users.${verb.name}`,
    access: 'users:manage',
    handler: async (services, { actor, caller, params, body }) => {
      // Elsewhere there are no users: 401, as clients know it.
      if (!(await services.identity.isMultiUser())) return phrase(401);
      const covered = await coveredBy(services, caller);
      return verb.answer(services, { actor, ...asked(params, body), covered, viewer: caller });
    },
  }),
);

const bySession = VERBS.map((verb) =>
  peopleRoute({
    ...declared(verb, 'For admins and managers; managers neither make nor touch an admin.'),
    path: `/api/admin${verb.webPath ?? verb.path}`,
    id: `people.${verb.name}`,
    access: 'session',
    mode: 'multi',
    roles: ['admin', 'manager'],
    handler: (services, { session, params, body }) =>
      verb.answer(services, {
        actor: session.actor,
        ...asked(params, body),
        covered: undefined,
        viewer: 'everything',
      }),
  }),
);

/** Of a path without an id, and of a request without a body, nothing. */
const asked = (params: unknown, body: unknown): Pick<UserRequest, 'id' | 'body'> => ({
  id: (params as { id?: number }).id,
  body: body ?? {},
});

export const peopleRoutes: Route[] = [...byKey, ...bySession];
