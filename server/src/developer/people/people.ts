import { Type, type TSchema } from 'typebox';
import { isBound, type Caller } from '../../access/index.ts';
import { nullable, type Answer } from '../../http/index.ts';
import { INVITES_LIST_MAX } from '../../identity/index.ts';
import { phrase } from '../answers.ts';
import { asSent, pathId, wholes } from '../fields.ts';
import { Outcome } from '../schemas.ts';
import * as answers from './user-answers.ts';
import type { UserRequest } from './user-answers.ts';
import type { PeopleServices, Route } from '../services.ts';
import { peopleRoute } from '../surface.ts';
import { InviteShape, ListedInvite, User } from './user-views.ts';

/** Their rules are those of identity (checkUser). */
const userFields = asSent({
  username: Type.Optional(Type.String({ description: '2 to 64 of a-z, 0-9, . _ @ -, a letter first' })),
  password: Type.Optional(Type.String({ description: '8 to 250 characters' })),
  role: Type.Optional(Type.String({ description: 'default, manager or admin' })),
  dailyMessageLimit: Type.Optional(nullable(Type.Integer())),
  bio: Type.Optional(Type.String({ description: 'At most 1,000 characters' })),
});
const changeFields = asSent({
  suspended: Type.Optional(Type.Integer({ description: '0 or 1' })),
  pfpFilename: Type.Optional(nullable(Type.String())),
});

interface Verb {
  method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/v1/admin`, and behind `/api/admin` where `webPath` does not differ. */
  path: string;
  webPath?: string;
  name: string;
  summary: string;
  description?: string;
  body?: TSchema;
  responses: Route['responses'];
  answer(services: PeopleServices, request: UserRequest): Promise<Answer>;
}

/** Users and invites: the same verbs for a key and for a session. */
const VERBS: Verb[] = [
  {
    method: 'GET',
    path: '/users',
    name: 'list',
    summary: 'All users',
    description: 'For a key that is bound to workspaces: their members, and those who are in none.',
    responses: { 200: Type.Object({ users: Type.Array(User) }) },
    answer: answers.list,
  },
  {
    method: 'POST',
    path: '/users/new',
    name: 'create',
    summary: 'Make a user',
    description:
      'A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager.',
    body: Type.Object(userFields, { title: 'UserRequest' }),
    responses: {
      200: Type.Object({ user: User, error: Type.Null() }),
      400: Type.Object({ user: Type.Null(), error: Type.String() }),
    },
    answer: answers.create,
  },
  {
    method: 'POST',
    path: '/users/:id',
    webPath: '/user/:id',
    name: 'update',
    summary: 'Change or suspend a user',
    description:
      'A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one.',
    body: Type.Object({ ...userFields, ...changeFields }, { title: 'UserChange' }),
    responses: { 200: Outcome, 400: Outcome },
    answer: answers.update,
  },
  {
    method: 'DELETE',
    path: '/users/:id',
    webPath: '/user/:id',
    name: 'delete',
    summary: 'Delete a user',
    description: 'Sessions and keys of the user end at once. The last admin stays.',
    responses: { 200: Outcome, 400: Outcome },
    answer: answers.remove,
  },
  {
    method: 'GET',
    path: '/invites',
    name: 'invites',
    summary: 'Invites',
    description: `The newest ${INVITES_LIST_MAX.toLocaleString('en')}. hasMore says that there are older ones.`,
    responses: {
      200: Type.Object({
        invites: Type.Array(ListedInvite),
        hasMore: Type.Optional(
          Type.Boolean({
            description: 'There are older ones. Left out where there are none, as clients know it',
          }),
        ),
      }),
    },
    answer: answers.invites,
  },
  {
    method: 'POST',
    path: '/invite/new',
    name: 'invite',
    summary: 'Invite somebody',
    description: 'The person who accepts becomes a user of the role default, in these workspaces.',
    body: Type.Object({ workspaceIds: Type.Optional(wholes()) }, { title: 'InviteRequest' }),
    responses: { 200: Type.Object({ invite: InviteShape, error: nullable(Type.String()) }) },
    answer: answers.invite,
  },
  {
    method: 'DELETE',
    path: '/invite/:id',
    name: 'disable_invite',
    summary: 'Disable an invite',
    responses: { 200: Outcome, 400: Outcome, 404: Outcome },
    answer: answers.disable,
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
    responses: { ...responses, 401: 'stream' },
  } as const;
}

/** For a key that is bound to workspaces the others do not exist: it invites into its own alone. */
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
      // In the other modes there are no users; clients expect 401.
      if (!(await services.identity.isMultiUser())) return phrase(401);
      const covered = await coveredBy(services, caller);
      return verb.answer(services, { actor, ...inputOf(params, body), covered, viewer: caller });
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
    handler: (services, { session: { actor }, params, body }) =>
      verb.answer(services, { actor, ...inputOf(params, body), covered: undefined, viewer: 'everything' }),
  }),
);

/** The path may have no id, and the request no body. */
const inputOf = (params: unknown, body: unknown): Pick<UserRequest, 'id' | 'body'> => ({
  id: (params as { id?: number }).id,
  body: body ?? {},
});

export const peopleRoutes: Route[] = [...byKey, ...bySession];
