import { Type } from 'typebox';
import {
  coordinate,
  findOwnExecution,
  join,
  leaveSwarm,
  listExecutions,
  listSwarms,
  rowOfTask,
  statusOfSwarm,
  viewOfTask,
  waitForExecution,
} from '../../agents/index.ts';
import { waitedQuery } from '../agents/schemas.ts';
import { minerHeader, nameOf } from '../jobs/worker-name.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import * as w from './schemas.ts';

const taskParams = s.idParam('swt');

export const swarmRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/swarm/join',
    id: 'swarm.join',
    summary: 'Put a worker into a swarm, or change what it says there',
    description: 'Members get the tasks of every client that may coordinate swarms.',
    access: 'swarm:join',
    headers: minerHeader,
    body: w.JoinRequest,
    responses: { 200: w.Joined },
    errors: ['worker_not_found', 'conflict'],
    handler: async ({ agents }, { caller, headers, body }) => ({
      status: 200,
      body: await join(agents, caller, { worker: nameOf(headers, caller), input: body }),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/swarm/leave',
    id: 'swarm.leave_all',
    summary: 'Take a worker out of a swarm, or of all its swarms',
    description: 'Tasks that wait for it end; what it works on goes on.',
    access: 'swarm:join',
    headers: minerHeader,
    body: Type.Object({ swarm_id: Type.Optional(w.SwarmId) }, { title: 'SwarmLeaving', ...s.closed }),
    bodyOptional: true,
    responses: { 200: w.Left },
    errors: ['worker_not_found', 'not_found'],
    handler: async ({ agents }, { caller, headers, body }) => ({
      status: 200,
      body: await leaveSwarm(agents, caller, { worker: nameOf(headers, caller), swarmId: body?.swarm_id }),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/swarm/:id/leave',
    id: 'swarm.leave',
    summary: 'Take a worker out of one swarm',
    access: 'swarm:join',
    headers: minerHeader,
    params: Type.Object({ id: w.SwarmId }),
    responses: { 200: w.Left },
    errors: ['worker_not_found', 'not_found'],
    handler: async ({ agents }, { caller, headers, params: { id } }) => ({
      status: 200,
      body: await leaveSwarm(agents, caller, { worker: nameOf(headers, caller), swarmId: id }),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/swarm/list',
    id: 'swarm.list',
    summary: 'List all swarms',
    access: 'swarm:read',
    responses: { 200: w.SwarmList },
    handler: async ({ agents }) => {
      const { swarms, hasMore } = await listSwarms(agents);
      return { status: 200, body: { items: swarms, has_more: hasMore } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/swarm/status',
    id: 'swarm.status',
    summary: 'The members of a swarm',
    access: 'swarm:read',
    query: Type.Object({ swarm_id: Type.Optional(w.SwarmId) }, s.closed),
    responses: { 200: w.SwarmStatus },
    errors: ['not_found'],
    handler: async ({ agents }, { query }) => ({
      status: 200,
      body: await statusOfSwarm(agents, query.swarm_id),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/swarm/coordinate',
    id: 'swarm.coordinate',
    summary: 'Give a task to the members of a swarm, a job for each',
    description:
      'The key also needs jobs:submit. The owner of a member can read the task. Without swarm_id: the swarm default.',
    access: 'swarm:coordinate',
    body: w.TaskRequest,
    bodyMaxBytes: 16 * 1_024 * 1_024,
    responses: { 202: w.Task },
    errors: ['not_found', 'conflict', 'queue_full', 'forbidden_resource'],
    handler: async ({ agents }, { caller, body }) => {
      const row = await coordinate(agents, caller, body);
      return {
        status: 202,
        headers: { location: `/v1/swarm/tasks/${row.id}/status` },
        body: await viewOfTask(agents, row),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/swarm/tasks',
    id: 'swarm.tasks',
    summary: 'List your tasks, newest first',
    access: 'swarm:read',
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: s.pageOf(w.TaskRow, 'SwarmTaskList') },
    handler: async ({ agents }, { caller, query }) => {
      const { items, next_cursor } = await listExecutions(agents, caller, { ...query, kind: 'swarm' });
      return { status: 200, body: { items: items.map(rowOfTask), next_cursor } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/swarm/tasks/:id/status',
    id: 'swarm.task',
    summary: 'A task of a swarm, with its result so far',
    access: 'swarm:read',
    params: taskParams,
    query: waitedQuery,
    responses: { 200: w.Task },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, query: { wait = 0 }, waitSignal: signal }) => ({
      status: 200,
      body: await viewOfTask(
        agents,
        await waitForExecution(agents, caller, { id, waitMs: wait * 1_000, signal }),
      ),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/swarm/tasks/:id/consensus',
    id: 'swarm.task_consensus',
    summary: 'The result of a task, with the part of its members that must agree',
    access: 'swarm:read',
    params: taskParams,
    body: Type.Object(w.threshold, { title: 'SwarmThresholdRequest', ...s.closed }),
    bodyOptional: true,
    responses: { 200: w.Task },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, body }) => ({
      status: 200,
      body: await viewOfTask(agents, await findOwnExecution(agents, caller, id), body?.consensus_threshold),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/swarm/consensus',
    id: 'swarm.consensus',
    summary: 'The result of the task that the body names, with the part of its members that must agree',
    access: 'swarm:read',
    body: Type.Object(
      { task_id: taskParams.properties.id, ...w.threshold },
      { title: 'SwarmVote', ...s.closed },
    ),
    responses: { 200: w.Task },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, body: { task_id: id, consensus_threshold: threshold } }) => ({
      status: 200,
      body: await viewOfTask(agents, await findOwnExecution(agents, caller, id), threshold),
    }),
  }),
];
