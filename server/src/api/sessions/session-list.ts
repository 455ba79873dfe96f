import { Type } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import {
  endOtherSessions,
  endSessionById,
  listSessions,
  SESSIONS_LIST_MAX,
  type ListedSession,
} from '../../identity/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { OWN_PAGE } from './session-answer.ts';

const Listed = Type.Object(
  {
    id: Type.String({ description: 'Id of the session' }),
    user: s.nullable(Type.Object({ id: Type.Integer(), username: Type.String() }), {
      description: 'null: the administrator of an instance without users',
    }),
    created_at: s.Time,
    expires_at: s.Time,
    last_used_at: s.nullable(s.Time, { description: 'Up to a minute old' }),
    ip: s.nullable(Type.String(), { description: 'Address from which it was begun' }),
    user_agent: s.nullable(Type.String(), { description: 'The browser that began it, as it names itself' }),
    is_current: Type.Boolean({ description: 'Whether it is the session of this request' }),
  },
  { title: 'ListedSession' },
);

const view = (session: ListedSession, currentId: string): object => ({
  id: session.id,
  user: session.user,
  created_at: isoTime(session.createdAt),
  expires_at: isoTime(session.expiresAt),
  last_used_at: session.lastUsedAt === null ? null : isoTime(session.lastUsedAt),
  ip: session.ip,
  user_agent: session.userAgent,
  is_current: session.id === currentId,
});

const LIST_MAX = SESSIONS_LIST_MAX.toLocaleString('en');

export const sessionListRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/sessions',
    id: 'session.list',
    summary: 'List your sessions',
    description: `The newest ${LIST_MAX}; has_more says whether there are others. With all=true, for administrators, those of all users.`,
    access: 'session',
    query: Type.Object(
      {
        all: Type.Optional(s.oneOf(['true', 'false'], { description: 'Whether to list those of all users' })),
      },
      s.closed,
    ),
    responses: {
      200: Type.Object(
        {
          sessions: Type.Array(Listed, { description: 'The newest first' }),
          has_more: Type.Boolean({ description: `Whether there are more than these ${LIST_MAX}` }),
        },
        { title: 'SessionList' },
      ),
    },
    errors: ['forbidden_resource'],
    handler: async ({ identity }, { session, query }) => {
      const { sessions, hasMore } = await listSessions(identity, session, { all: query.all === 'true' });
      const body = { sessions: sessions.map((one) => view(one, session.id)), has_more: hasMore };
      return { status: 200, body };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/sessions/:id',
    id: 'session.end',
    summary: 'End a session',
    description: 'One of your own; administrators end any. Its running requests end on every node.',
    access: 'session',
    headers: OWN_PAGE,
    params: Type.Object({
      id: Type.String({
        pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        description: 'Id of the session, from the list',
      }),
    }),
    responses: { 204: null },
    errors: ['not_found'],
    handler: async ({ identity }, { session, params: { id } }) => {
      await endSessionById(identity, session, id);
      return { status: 204 };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/sessions',
    id: 'session.end_others',
    summary: 'End all your other sessions',
    description: 'Their running requests end on every node.',
    access: 'session',
    headers: OWN_PAGE,
    responses: {
      200: Type.Object(
        { ended: Type.Integer({ description: 'Number of sessions' }) },
        { title: 'EndedSessions' },
      ),
    },
    handler: async ({ identity }, { session }) => ({
      status: 200,
      body: { ended: await endOtherSessions(identity, session) },
    }),
  }),
];
