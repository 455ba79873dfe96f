import { Type } from 'typebox';
import {
  changeCapabilities,
  controlOf,
  findOwnWorker,
  leave,
  listWorkers,
  registerWorker,
} from '../../jobs/index.ts';
import { sendEvents } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { minerHeader, nameOf, WORKER_NAME } from './worker-name.ts';
import * as j from './schemas.ts';

/* Workers also stand under /v1/miners, AITBC's word for them (surface.ts). */

const workerParams = Type.Object({
  id: Type.String({ pattern: WORKER_NAME, description: 'Id or name of the worker' }),
});

export const workerRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workers/register',
    id: 'workers.register',
    summary: 'Register a worker, or what it can do now',
    description: 'A worker that registers again keeps its id and its leases.',
    access: 'workers:register',
    headers: minerHeader,
    body: j.WorkerRequest,
    responses: { 200: j.RegisteredWorker },
    handler: async ({ jobs }, { caller, body, headers }) => ({
      status: 200,
      body: await registerWorker(jobs, caller, { name: nameOf(headers, caller), input: body }),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/workers/:id/control',
    id: 'workers.control',
    summary: 'Follow what the worker must know at once',
    description:
      'Server-sent events: cancel with the id of a job, drain, and revoked at the end of the key. When the stream breaks, the leases of the worker end after a few seconds, unless it is heard of before.',
    access: 'workers:poll',
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
      const events = controlOf(jobs, worker.id, waitSignal);
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
    handler: async ({ jobs }, { caller, params: { id }, body }) => {
      const row = await changeCapabilities(jobs, caller, { id, capabilities: body });
      const views = await listWorkers(jobs, caller.ownerId);
      return { status: 200, body: views.find(({ worker_id: known }) => known === row.id) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/workers/:id',
    id: 'workers.delete',
    summary: 'Take a worker away',
    description: 'It gets no more jobs, and is deleted with the last job that it holds.',
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
  route({
    method: 'GET',
    path: '/v1/workers',
    id: 'workers.list',
    summary: 'List your workers, the latest seen first',
    description: 'With workers:read, those of all owners.',
    access: 'any',
    responses: { 200: Type.Object({ items: Type.Array(j.Worker) }, { title: 'WorkerList' }) },
    handler: async ({ jobs }, { caller }) => ({
      status: 200,
      body: {
        items: await listWorkers(jobs, caller.scopes.has('workers:read') ? undefined : caller.ownerId),
      },
    }),
  }),
];
