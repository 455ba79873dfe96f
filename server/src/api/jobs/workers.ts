import { Type } from 'typebox';
import {
  changeCapabilities,
  controlOf,
  findOwnWorker,
  leave,
  listWorkers,
  pauseWorker,
  registerWorker,
  resumeWorker,
  WORKERS_LIST_MAX,
} from '../../jobs/index.ts';
import { isoTime } from '../../base/clock.ts';
import { sendEvents } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { minerHeader, newNameOf, processHeader, processOf, WORKER_NAME, workerId } from './worker-name.ts';
import * as j from './schemas.ts';
import { MUST_REPORT } from './worker-jobs.ts';

/* Workers also stand under /v1/miners, AITBC's word for them (surface.ts). */

const workerParams = Type.Object({
  id: Type.String({ pattern: WORKER_NAME, description: 'Id or name of the worker' }),
});

const RegisteredWorker = Type.Object(
  {
    worker_id: Type.String(),
    heartbeat_seconds: Type.Number({ description: 'Renew leases so often' }),
    lease_seconds: Type.Number({ description: 'A worker that is silent for so long loses its jobs' }),
    protocol: Type.Integer(),
    missing_scopes: Type.Array(Type.String(), {
      description: 'Scopes that this key lacks to take jobs: a poll with it is refused',
    }),
  },
  { title: 'RegisteredWorker' },
);

/** Of the roles only the administrator may, for workers of all owners: to their owners this looks like an empty queue. */
const pauseRoute = (
  verb: 'pause' | 'resume',
  { change, ...words }: { summary: string; description: string; change: typeof pauseWorker },
) =>
  route({
    method: 'POST',
    path: `/v1/workers/:id/${verb}`,
    id: `workers.${verb}`,
    ...words,
    access: 'workers:manage',
    params: workerId,
    responses: {
      200: Type.Object({
        worker_id: Type.String(),
        paused_at: j.Worker.properties.paused_at,
      }),
    },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { caller, params: { id } }) => {
      const { paused_at: atMs } = await change(jobs, caller, id);
      return { status: 200, body: { worker_id: id, paused_at: isoTime(atMs) } };
    },
  });

export const workerRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workers/register',
    id: 'workers.register',
    summary: 'Register a worker, or what it can do now',
    description: 'A worker that registers again keeps its id and its leases.',
    access: 'workers:register',
    headers: { ...minerHeader, ...processHeader },
    body: j.WorkerRequest,
    responses: { 200: RegisteredWorker },
    errors: ['conflict'],
    handler: async ({ jobs }, { caller, body, headers }) => ({
      status: 200,
      body: await registerWorker(jobs, caller, {
        name: newNameOf(headers, caller),
        process: processOf(headers),
        input: body,
      }),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/workers/:id/control',
    id: 'workers.control',
    summary: 'Follow what the worker must know at once',
    description:
      'Server-sent events: cancel with the id of a job, drain, pause, resume, and revoked at the end of the key. When the stream breaks, the leases of the worker end after a few seconds, unless it is heard of before.',
    access: 'workers:poll',
    alsoNeeds: MUST_REPORT,
    needsOnly: [],
    params: workerParams,
    responses: { 200: 'stream' },
    answerTypes: ['text/event-stream'],
    errors: ['worker_not_found'],
    handler: async ({ jobs }, call) => {
      const {
        caller,
        params: { id },
        waitSignal,
      } = call;
      const worker = await findOwnWorker(jobs, caller, id);
      call.saysLast(({ code }) => `\n\nevent: revoked\ndata: ${JSON.stringify({ code })}\n\n`);
      const events = controlOf(jobs, { id: worker.id, key_id: caller.keyId }, waitSignal);
      return {
        stream: (response) => sendEvents(response, events).finally(() => jobs.sweeper.streamBroke(worker.id)),
      };
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/workers/:id/capabilities',
    id: 'workers.capabilities',
    summary: 'Change what a worker can do',
    access: 'workers:register',
    params: workerParams,
    body: j.Capabilities,
    responses: { 200: j.Worker },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { caller, params: { id }, body }) => ({
      status: 200,
      body: await changeCapabilities(jobs, caller, { id, capabilities: body }),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/workers/:id',
    id: 'workers.delete',
    summary: 'Take a worker away',
    description:
      'It gets no more jobs, and is deleted with the last job that it holds. It comes back when it registers again. With workers:manage, also a worker of another owner, by its id.',
    access: 'workers:register',
    params: workerParams,
    responses: {
      200: Type.Object(
        { state: s.oneOf(['draining', 'gone']), leases: Type.Integer() },
        { title: 'WorkerLeaves' },
      ),
    },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { caller, params: { id } }) => {
      const { leases } = await leave(jobs, caller, id);
      return { status: 200, body: { state: leases > 0 ? 'draining' : 'gone', leases } };
    },
  }),
  pauseRoute('pause', {
    summary: 'Pause a worker: it gets no more jobs until it is resumed',
    description:
      'It finishes the jobs that it has, and its program goes on. The pause holds when the worker registers again. A repeat changes nothing.',
    change: pauseWorker,
  }),
  pauseRoute('resume', {
    summary: 'Resume a paused worker',
    description: 'It gets jobs again at once. A worker that is not paused stays as it is.',
    change: resumeWorker,
  }),
  route({
    method: 'GET',
    path: '/v1/workers',
    id: 'workers.list',
    summary: 'List your workers, the latest seen first',
    description: 'With workers:read, those of all owners.',
    access: 'any',
    responses: {
      200: Type.Object(
        {
          items: Type.Array(j.Worker),
          has_more: Type.Boolean({
            description: `Whether there are more than these ${WORKERS_LIST_MAX.toLocaleString('en')}: GET /v1/admin/miners has pages`,
          }),
        },
        { title: 'WorkerList' },
      ),
    },
    handler: async ({ jobs }, { caller }) => ({
      status: 200,
      body: await listWorkers(jobs, caller),
    }),
  }),
];
