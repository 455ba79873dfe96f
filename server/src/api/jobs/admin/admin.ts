import { Type } from 'typebox';
import {
  findAnyJob,
  findAnyWorker,
  HISTORY_STEPS,
  JOB_STATES,
  jobStats,
  listAllJobs,
  listAllWorkers,
  queueHistory,
  queueState,
  type JobState,
} from '../../../jobs/index.ts';
import type { Route } from '../../services.ts';
import { route } from '../../surface.ts';
import * as s from '../../schemas.ts';
import { workerId } from '../worker-name.ts';
import { AdminJob, AdminJobDetails, AdminWorker, AdminWorkerDetails } from './schemas.ts';

/*
 * These stand beside the Developer API's /v1/admin, whose clients see no change (admin.test.ts). They show all owners, so
 * they need workers:manage: of the roles only the administrator has it, while workers:read and jobs:read are also given to
 * keys that should see no more than their own.
 */
const access = 'workers:manage';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Percentiles = (description: string) =>
  Type.Object(
    {
      p50: s.nullable(Type.Number(), { description: 'Median, in seconds; null: no job' }),
      p95: s.nullable(Type.Number(), { description: '95th percentile, in seconds; null: no job' }),
    },
    { description },
  );

const oldest = s.nullable(Type.Number(), {
  description: 'How long the oldest job that may start has waited; null: none waits',
});

const jobCounts = Object.fromEntries(
  JOB_STATES.map((state) => [state, Count(`Jobs in the state ${state}`)]),
) as Record<JobState, ReturnType<typeof Count>>;

const Stats = Type.Object(
  {
    period_seconds: Type.Integer({ description: 'The time that the counts of finished jobs cover' }),
    jobs: Type.Object(jobCounts, {
      description: 'QUEUED and RUNNING: now. The others: ended within the period. 100,000 at most',
    }),
    oldest_queued_seconds: oldest,
    workers: Type.Object(
      {
        online: Count('Workers that get jobs'),
        draining: Count('Workers that finish what they have'),
        paused: Count('Workers that an administrator lets have no jobs'),
        resting: Count('Workers that get no jobs for a time, after failures'),
        offline: Count('Workers that were seen within a week, but not now'),
        booked: Count('Workers of any state that are booked'),
      },
      { description: 'Workers by state' },
    ),
    durations: Type.Object(
      {
        jobs: Count('Number of completed jobs that were read: the latest within the period, 10,000 at most'),
        wait_seconds: Percentiles('From the time at which a job could start to its last attempt'),
        run_seconds: Percentiles('Of the last attempt'),
      },
      { description: 'How long completed jobs took' },
    ),
  },
  { title: 'JobStats' },
);

const Status = Type.Object(
  {
    status: s.oneOf(['ready', 'not_ready']),
    version: Type.String(),
    parts: Type.Record(
      Type.String(),
      Type.Object({
        ok: Type.Boolean({ description: 'Whether it is ready' }),
        detail: Type.String({ description: 'Its state in words' }),
      }),
      { description: 'The parts of this process, as in /readyz' },
    ),
    jobs_queued: Count('Jobs that wait. 100,000 at most'),
    jobs_running: Count('Jobs that run. 100,000 at most'),
    oldest_queued_seconds: oldest,
    workers_online: Type.Integer(),
  },
  { title: 'AdminStatus' },
);

const DAY_MS = 86_400_000;

const QueueSteps = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        start: Type.String({ ...s.Time, description: 'Start of the step' }),
        jobs_queued: Count('Jobs that waited. 100,000 at most'),
        jobs_running: Count('Jobs that ran. 100,000 at most'),
        workers_online: Count('Workers that got jobs'),
      }),
    ),
  },
  { title: 'QueueHistory' },
);

export const adminRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/admin/stats',
    id: 'admin.stats',
    summary: 'Count jobs and workers of all owners, and how long jobs took',
    access,
    responses: { 200: Stats },
    handler: async ({ jobs }) => ({ status: 200, body: await jobStats(jobs) }),
  }),
  route({
    method: 'GET',
    path: '/v1/admin/status',
    id: 'admin.status',
    summary: 'State of this server and its queue',
    access,
    responses: { 200: Status },
    handler: async (services) => {
      const { jobs, version } = services;
      const parts = await services.readiness();
      const isReady = Object.entries(parts).every(([name, { ok }]) => ok || name === 'local_model');
      const status = isReady ? 'ready' : 'not_ready';
      return { status: 200, body: { status, version, parts, ...(await queueState(jobs)) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/admin/queue-history',
    id: 'admin.queue_history',
    summary: 'The queue and the workers over time',
    description:
      'The highest counts within each step, in the order of time. They are counted each minute and kept for 32 days. A step without a running server is left out.',
    access,
    query: Type.Object(
      {
        from: Type.Optional(
          Type.String({ ...s.Time, description: 'Start, rounded down to the hour. Default: 24 hours ago' }),
        ),
        step: Type.Optional(
          s.oneOf(HISTORY_STEPS, { description: 'Length of a step; a day is one of UTC. Default: hour' }),
        ),
      },
      s.closed,
    ),
    responses: { 200: QueueSteps },
    handler: async ({ jobs, clock }, { query: { from, step = 'hour' } }) => {
      const fromMs = from === undefined ? clock.nowMs() - DAY_MS : Date.parse(from);
      return { status: 200, body: { items: await queueHistory(jobs, { fromMs, step }) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/admin/jobs',
    id: 'admin.jobs',
    summary: 'List jobs of all owners, newest first',
    description: 'Without what clients and workers have written: no payload, result, metadata or message.',
    access,
    query: Type.Object(
      {
        ...s.pageQuery,
        owner: Type.Optional(
          Type.String({ maxLength: 100, description: 'Only jobs of the owner of this id' }),
        ),
        state: Type.Optional(s.oneOf(JOB_STATES)),
        type: Type.Optional(Type.String({ maxLength: 64, description: 'Only jobs of this type' })),
        from: Type.Optional(s.Time),
        to: Type.Optional(s.Time),
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(AdminJob, 'AdminJobList') },
    handler: async ({ jobs }, { query: { from, to, ...query } }) => ({
      status: 200,
      body: await listAllJobs(jobs, {
        ...query,
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
      }),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/admin/jobs/:id',
    id: 'admin.job',
    summary: 'One job of any owner',
    description:
      'Without what its client and its worker have written: no payload, output, result, metadata or message. Only its owner reads those.',
    access,
    params: s.orderedIdParam('job'),
    responses: { 200: AdminJobDetails },
    errors: ['job_not_found'],
    handler: async ({ jobs }, { params: { id } }) => ({ status: 200, body: await findAnyJob(jobs, id) }),
  }),
  route({
    method: 'GET',
    path: '/v1/admin/miners',
    id: 'admin.miners',
    summary: 'List workers of all owners, with their bookings',
    description: 'Those that were seen within a week, the latest registered first.',
    access,
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: s.pageOf(AdminWorker, 'AdminWorkerList') },
    handler: async ({ jobs }, { query }) => ({ status: 200, body: await listAllWorkers(jobs, query) }),
  }),
  route({
    method: 'GET',
    path: '/v1/admin/miners/:id',
    id: 'admin.miner',
    summary: 'One worker of any owner, with its jobs',
    access,
    params: workerId,
    responses: { 200: AdminWorkerDetails },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { params: { id } }) => ({ status: 200, body: await findAnyWorker(jobs, id) }),
  }),
];
