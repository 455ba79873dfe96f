import { Type } from 'typebox';
import { invalidField } from '../../base/errors.ts';
import { sendEvents } from '../../http/index.ts';
import {
  cancelJob,
  deleteJob,
  eventsOfJob,
  findOwn,
  listJobs,
  receiptOfJob,
  resultOf,
  viewOfJob,
  waitFor,
} from '../../jobs/index.ts';
import { JOB_STATES, type Jobs } from '../../jobs/index.ts';
import type { Caller } from '../../access/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import * as j from './schemas.ts';

const IDEMPOTENCY_KEY = 'idempotency-key';
const IDEMPOTENCY_KEY_MAX_LENGTH = 200;
const params = s.orderedIdParam('job');
const waitedQuery = Type.Object(j.waitQuery, s.closed);

const listQuery = Type.Object(
  {
    ...s.pageQuery,
    state: Type.Optional(s.oneOf(JOB_STATES)),
    type: Type.Optional(Type.String({ maxLength: 64, description: 'Only jobs of this type' })),
    from: Type.Optional(s.Time),
    to: Type.Optional(s.Time),
  },
  s.closed,
);

/** The list has two paths: clients of AITBC ask for a history. */
const listRoute = (path: string, id: string, summary: string) =>
  route({
    method: 'GET',
    path,
    id,
    summary,
    access: 'jobs:read',
    query: listQuery,
    responses: { 200: j.JobList },
    handler: async ({ jobs }, { caller, query: { from, to, ...query } }) => ({
      status: 200,
      body: await listJobs(jobs, caller, {
        ...query,
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
      }),
    }),
  });

interface Wait {
  id: string;
  wait: number | undefined;
  signal: AbortSignal;
}

const waited = (jobs: Jobs, caller: Caller, { id, wait = 0, signal }: Wait) =>
  waitFor(jobs, caller, { id, waitMs: wait * 1_000, signal });

export const jobRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/webhooks/secret',
    id: 'jobs.webhook_secret',
    summary: 'The secret that webhooks to you are signed with',
    description:
      'Reports to the webhook_url of jobs are signed after Standard Webhooks. The secret is the same for all keys of an owner.',
    access: 'jobs:submit',
    responses: { 200: Type.Object({ secret: Type.String({ description: 'whsec_ and base64' }) }) },
    handler: async ({ jobs }, { caller }) => ({
      status: 200,
      body: { secret: await jobs.webhooks.secretOf(caller.ownerId) },
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/jobs',
    id: 'jobs.submit',
    summary: 'Submit a job for a worker',
    description:
      'Send payload, or prompt or messages alone. With an Idempotency-Key, a repeat answers 200 with the same job. The owner of a worker can read what it computes.',
    access: 'jobs:submit',
    headers: {
      [IDEMPOTENCY_KEY]: `Up to ${IDEMPOTENCY_KEY_MAX_LENGTH} characters; a repeat submits nothing`,
    },
    body: j.JobRequest,
    bodyMaxBytes: 1_100 * 1_024 * 1_024,
    responses: { 201: j.Job, 200: j.Job },
    errors: ['idempotency_conflict', 'queue_full', 'forbidden_resource', 'too_large'],
    handler: async ({ jobs }, { caller, body: { not_before: notBefore, ...body }, headers }) => {
      const key = headers[IDEMPOTENCY_KEY];
      if (typeof key === 'string' && (key.length > IDEMPOTENCY_KEY_MAX_LENGTH || key.trim() === ''))
        throw invalidField('Idempotency-Key', `must have 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} characters`);
      const notBeforeMs = notBefore === undefined ? undefined : Date.parse(notBefore);
      const input = { ...body, notBeforeMs };
      const { row, isRepeat } = await jobs.submissions.submit(caller, input, key as string | undefined);
      return {
        status: isRepeat ? 200 : 201,
        headers: { location: `/v1/jobs/${row.id}` },
        body: await viewOfJob(jobs, row),
      };
    },
  }),
  listRoute('/v1/jobs', 'jobs.list', 'List your jobs, newest first'),
  listRoute('/v1/jobs/history', 'jobs.history', 'List your jobs, newest first'),
  route({
    method: 'GET',
    path: '/v1/jobs/:id',
    id: 'jobs.get',
    summary: 'One job',
    access: 'jobs:read',
    needsOnly: [],
    params,
    query: waitedQuery,
    responses: { 200: j.Job },
    errors: ['job_not_found'],
    handler: async ({ jobs }, { caller, params: { id }, query: { wait }, waitSignal: signal }) => ({
      status: 200,
      body: await viewOfJob(jobs, await waited(jobs, caller, { id, wait, signal })),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/jobs/:id/result',
    id: 'jobs.result',
    summary: 'The result of a job, once it is over',
    description: 'Also of a job that failed or expired. Before its end: 425 with Retry-After.',
    access: 'jobs:read',
    needsOnly: [],
    params,
    query: waitedQuery,
    responses: { 200: j.JobResult },
    errors: ['job_not_found', 'result_not_ready'],
    handler: async ({ jobs }, { caller, params: { id }, query: { wait }, waitSignal: signal }) => ({
      status: 200,
      body: await resultOf(jobs, await waited(jobs, caller, { id, wait, signal })),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/jobs/:id/events',
    id: 'jobs.events',
    summary: 'Follow a job: states, progress and output',
    description:
      'Server-sent events until the job is over: state, progress, output, and reset where another attempt begins and the output so far is void. Send Last-Event-ID to go on behind an event.',
    access: 'jobs:read',
    needsOnly: [],
    params,
    headers: { 'last-event-id': 'Id of the last event that you have' },
    responses: { 200: 'stream' },
    answerTypes: ['text/event-stream'],
    errors: ['job_not_found'],
    handler: async ({ jobs }, { caller, params: { id }, headers, signal }) => {
      await findOwn(jobs, caller, id);
      const after = headers['last-event-id'];
      const events = eventsOfJob(jobs, caller, {
        id,
        after: typeof after === 'string' ? after : undefined,
        signal,
      });
      return { stream: (response) => sendEvents(response, events) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/jobs/:id/cancel',
    id: 'jobs.cancel',
    summary: 'Cancel a job',
    description: 'Its worker is told at once over its control stream, otherwise at its next heartbeat.',
    access: 'jobs:cancel',
    params,
    responses: { 200: j.Job },
    errors: ['job_not_found', 'job_not_cancelable'],
    handler: async ({ jobs }, { caller, params: { id } }) => ({
      status: 200,
      body: await viewOfJob(jobs, await cancelJob(jobs, caller, id)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/jobs/:id',
    id: 'jobs.delete',
    summary: 'Delete payload, output and result of a job that is over',
    description: 'Its receipt stays.',
    access: 'jobs:cancel',
    params,
    responses: { 204: null },
    errors: ['job_not_found', 'conflict'],
    handler: async ({ jobs }, { caller, params: { id } }) => {
      await deleteJob(jobs, caller, id);
      return { status: 204 };
    },
  }),
  ...['receipt', 'receipts'].map((word) =>
    route({
      method: 'GET',
      path: `/v1/jobs/:id/${word}`,
      id: `jobs.${word}`,
      summary: 'The signed receipt of a job',
      access: 'jobs:read',
      params,
      responses: { 200: j.Receipt },
      errors: ['job_not_found', 'result_not_ready'],
      handler: async ({ jobs }, { caller, params: { id } }) => ({
        status: 200,
        body: await receiptOfJob(jobs, caller, id),
      }),
    }),
  ),
];
