import { Type } from 'typebox';
import { JOB_STATES, listAllJobs, listWorkers } from '../../jobs/index.ts';
import { listRunning } from '../../keys/index.ts';
import { shownRun } from '../running/running.ts';
import * as s from '../schemas.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import { followed, pause } from './live-list.ts';

/** Of workers and running requests, which announce no change. */
const LOOK_MS = 1_000;

const EVENTS =
  'Server-sent events: list with the first page, then change at most four times a second. In the items of a change, a number is the place that a row had in the page before it; any other item is a row that is new or changed. Read the list again after a lost connection: it begins anew.';

const filters = {
  limit: s.pageQuery.limit,
  state: Type.Optional(s.oneOf(JOB_STATES)),
  type: Type.Optional(Type.String({ maxLength: 64, description: 'Only jobs of this type' })),
};

const stream = { responses: { 200: 'stream' }, answerTypes: ['text/event-stream'] } as const;

export const liveRoutes: Route[] = [
  route({
    ...stream,
    method: 'GET',
    path: '/v1/jobs/live',
    id: 'jobs.live',
    summary: 'Follow the list of your jobs, newest first',
    description: `${EVENTS} A row has the members of GET /v1/admin/jobs.`,
    access: 'jobs:read',
    needsOnly: [],
    query: Type.Object(filters, s.closed),
    handler: async (services, call) =>
      followed(services, call, {
        read: ({ caller }) => listAllJobs(services.jobs, { ...call.query, owner: caller.ownerId }),
        changed: (signal) => services.jobs.news.nextOfAny(signal),
      }),
  }),
  route({
    ...stream,
    method: 'GET',
    path: '/v1/admin/jobs/live',
    id: 'admin.jobs_live',
    summary: 'Follow the list of the jobs of all owners, newest first',
    description: `${EVENTS} A row has the members of GET /v1/admin/jobs.`,
    access: 'workers:manage',
    needsOnly: [],
    query: Type.Object(
      {
        ...filters,
        owner: Type.Optional(
          Type.String({ maxLength: 100, description: 'Only jobs of the owner of this id' }),
        ),
      },
      s.closed,
    ),
    handler: async (services, call) =>
      followed(services, call, {
        read: () => listAllJobs(services.jobs, call.query),
        changed: (signal) => services.jobs.news.nextOfAny(signal),
      }),
  }),
  route({
    ...stream,
    method: 'GET',
    path: '/v1/workers/live',
    id: 'workers.live',
    summary: 'Follow the list of your workers',
    description: `${EVENTS} A row has the members of GET /v1/workers. With workers:read, the workers of all owners.`,
    access: 'any',
    handler: async (services, call) =>
      followed(services, call, {
        read: ({ caller }) => listWorkers(services.jobs, caller),
        changed: (signal) => pause(LOOK_MS, signal),
      }),
  }),
  route({
    ...stream,
    method: 'GET',
    path: '/v1/running/live',
    id: 'running.live',
    summary: 'Follow the list of running requests, newest first',
    description: `${EVENTS} A row has the members of GET /v1/running. It is sent again when another member than age_seconds has changed.`,
    access: 'any',
    query: Type.Object({ limit: s.pageQuery.limit }, s.closed),
    handler: async (services, call) =>
      followed(services, call, {
        read: async ({ actor }) => {
          const { items, ...rest } = await listRunning(services.keys, actor, call.query);
          return { ...rest, items: items.map(shownRun) };
        },
        changed: (signal) => pause(LOOK_MS, signal),
        textOf: (row) => JSON.stringify({ ...row, age_seconds: undefined }),
      }),
  }),
];
