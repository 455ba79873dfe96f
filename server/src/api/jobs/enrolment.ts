import { Type } from 'typebox';
import { enroll, join } from '../../jobs/index.ts';
import { viewKey } from '../../keys/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';

const Name = Type.String({
  pattern: '^[0-9A-Za-z][0-9A-Za-z._:@-]{0,99}$',
  description:
    'a name for the key that the machine gets, such as gpu-1: letters, digits, ".", "_", ":", "@" and "-", at most 100 characters. Default: worker',
});

export const enrolmentRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workers/enroll',
    id: 'workers.enroll',
    summary: 'Make a one-time token for a new machine',
    description:
      'The machine exchanges it within 15 minutes for a key of its own, which holds the scopes of a worker only. It is a child of the key of this request, and ends with it. In a session it is a key of your owner, and the token ends with the session.',
    access: 'workers:register',
    body: Type.Object({ name: Type.Optional(Name) }, { title: 'WorkerEnrolmentRequest', ...s.closed }),
    bodyOptional: true,
    responses: {
      201: Type.Object(
        {
          enrolment_id: Type.String({ description: 'Names it in the audit record' }),
          token: Type.String({ description: 'Shown once' }),
          name: Type.String(),
          expires_at: s.Time,
        },
        { title: 'WorkerEnrolment' },
      ),
    },
    errors: ['scope_escalation', 'conflict'],
    handler: async ({ jobs }, { caller, body, session }) => ({
      status: 201,
      body: await enroll(jobs, caller, { ...body, sessionId: session?.id }),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/workers/join',
    id: 'workers.join',
    summary: 'Exchange a one-time token for the key of this machine',
    description: 'Needs no key. A token works once; where it is not good, the answer says no more than that.',
    access: 'public',
    body: Type.Object(
      {
        token: Type.String({
          minLength: 1,
          maxLength: 100,
          description: 'As POST /v1/workers/enroll gave it',
        }),
      },
      { title: 'WorkerJoin', ...s.closed },
    ),
    responses: {
      201: Type.Object(
        {
          key: s.Key,
          secret: Type.String({ description: 'The text of the key. Only this answer contains it' }),
        },
        { title: 'JoinedWorker' },
      ),
    },
    errors: ['not_found', 'scope_escalation'],
    handler: async ({ jobs }, { body }) => {
      const { key, secret } = await join(jobs, body.token);
      return {
        status: 201,
        body: { key: await viewKey(jobs.keys, key), secret },
      };
    },
  }),
];
