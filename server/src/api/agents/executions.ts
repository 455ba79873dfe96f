import { Type } from 'typebox';
import {
  cancelExecution,
  detailsOfExecution,
  EXECUTION_STATES,
  listExecutions,
  logOfExecution,
  statusOfExecution,
  viewOfExecution,
  waitForExecution,
  type Agents,
} from '../../agents/index.ts';
import type { Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import * as a from './schemas.ts';

const params = s.idParam('exec');

interface Wait {
  id: string;
  wait: number | undefined;
  signal: AbortSignal;
}

const waited = (agents: Agents, caller: Caller, { id, wait = 0, signal }: Wait) =>
  waitForExecution(agents, caller, { id, waitMs: wait * 1_000, signal });

export const executionRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/agents/executions',
    id: 'agents.executions',
    summary: 'List your executions, newest first',
    access: 'agents:read',
    query: Type.Object(
      {
        ...s.pageQuery,
        workflow_id: Type.Optional(Type.String({ maxLength: 100, description: 'Only of this workflow' })),
        state: Type.Optional(s.oneOf(EXECUTION_STATES)),
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(a.Execution, 'ExecutionList') },
    handler: async ({ agents }, { caller, query }) => {
      const { items, next_cursor } = await listExecutions(agents, caller, query);
      return { status: 200, body: { items: items.map(viewOfExecution), next_cursor } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/agents/executions/:id',
    id: 'agents.execution',
    summary: 'One execution, with its inputs and outputs',
    access: 'agents:read',
    params,
    query: a.waitedQuery,
    responses: { 200: a.ExecutionDetails },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, query: { wait }, waitSignal: signal }) => ({
      status: 200,
      body: await detailsOfExecution(agents, await waited(agents, caller, { id, wait, signal })),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/agents/executions/:id/status',
    id: 'agents.status',
    summary: 'The states of an execution and of its steps',
    access: 'agents:read',
    params,
    query: a.waitedQuery,
    responses: { 200: a.ExecutionStatus },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, query: { wait }, waitSignal: signal }) => ({
      status: 200,
      body: await statusOfExecution(agents, await waited(agents, caller, { id, wait, signal })),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/agents/executions/:id/logs',
    id: 'agents.logs',
    summary: 'What happened in an execution, in order',
    access: 'agents:read',
    params,
    query: Type.Object(
      {
        after: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000_000,
            description: 'seq of the last entry that you have',
          }),
        ),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Default: 200' })),
      },
      s.closed,
    ),
    responses: { 200: a.ExecutionLog },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, query }) => {
      const rows = await logOfExecution(agents, caller, { id, ...query });
      const items = rows.map(({ seq, at, step_id: step, event, message }) => ({
        seq,
        at: isoTime(at),
        step,
        event,
        message,
      }));
      return { status: 200, body: { items } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/agents/executions/:id/cancel',
    id: 'agents.cancel',
    summary: 'Cancel an execution and its jobs',
    access: 'agents:execute',
    params,
    responses: { 200: a.ExecutionStatus },
    errors: ['not_found', 'conflict'],
    handler: async ({ agents }, { caller, params: { id }, signal }) => ({
      status: 200,
      body: await statusOfExecution(agents, await cancelExecution(agents, caller, { id, signal })),
    }),
  }),
];
