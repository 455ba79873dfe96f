import { Type } from 'typebox';
import {
  createWorkflow,
  execute,
  findOwnWorkflow,
  listWorkflows,
  removeWorkflow,
  replaceWorkflow,
  viewOfExecution,
  viewOfWorkflow,
} from '../../agents/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import * as a from './schemas.ts';

const params = s.idParam('wfl');

export const agentRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/agents/workflows',
    id: 'agents.create',
    summary: 'Create a workflow of an agent',
    description:
      'Each step runs as a job; a step of type retrieve searches a workspace in this server. Without steps: one inference step with the prompt {{inputs.prompt}}.',
    access: 'agents:write',
    body: a.WorkflowRequest,
    responses: { 201: a.Workflow },
    errors: ['conflict'],
    handler: async ({ agents }, { caller, body }) => {
      const row = await createWorkflow(agents, caller, body);
      return {
        status: 201,
        headers: { location: `/v1/agents/workflows/${row.id}` },
        body: viewOfWorkflow(row),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/agents/workflows',
    id: 'agents.list',
    summary: 'List your workflows, newest first',
    access: 'agents:read',
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: s.pageOf(a.Workflow, 'WorkflowList') },
    handler: async ({ agents }, { caller, query }) => ({
      status: 200,
      body: await listWorkflows(agents, caller, query),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/agents/workflows/:id',
    id: 'agents.get',
    summary: 'One workflow',
    access: 'agents:read',
    params,
    responses: { 200: a.Workflow },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id } }) => ({
      status: 200,
      body: viewOfWorkflow(await findOwnWorkflow(agents, caller, id)),
    }),
  }),
  route({
    method: 'PUT',
    path: '/v1/agents/workflows/:id',
    id: 'agents.replace',
    summary: 'Replace a workflow',
    description: 'Executions that run keep the steps that they began with.',
    access: 'agents:write',
    params,
    body: a.WorkflowRequest,
    responses: { 200: a.Workflow },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id }, body }) => ({
      status: 200,
      body: viewOfWorkflow(await replaceWorkflow(agents, caller, { id, input: body })),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/agents/workflows/:id',
    id: 'agents.delete',
    summary: 'Delete a workflow',
    description: 'Its executions stay, also those that run.',
    access: 'agents:write',
    params,
    responses: { 204: null },
    errors: ['not_found'],
    handler: async ({ agents }, { caller, params: { id } }) => {
      await removeWorkflow(agents, caller, id);
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/agents/workflows/:id/execute',
    id: 'agents.execute',
    summary: 'Execute a workflow',
    description:
      'Steps that do not need each other run at the same time. The key also needs jobs:submit, and workspaces:chat for steps of type retrieve. The execution ends when the key does.',
    access: 'agents:execute',
    params,
    body: a.ExecuteRequest,
    bodyOptional: true,
    responses: { 202: a.Execution },
    errors: ['not_found', 'queue_full', 'forbidden_resource', 'too_large'],
    handler: async ({ agents }, { caller, params: { id }, body }) => {
      const { inputs = {} } = body ?? {};
      const row = await execute(agents, caller, { workflowId: id, inputs });
      return {
        status: 202,
        headers: { location: `/v1/agents/executions/${row.id}` },
        body: viewOfExecution(row),
      };
    },
  }),
];
